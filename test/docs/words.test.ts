import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fences, pages, sourceExamples } from './collect.js';

/** Texts that somebody reads: pages, examples, and the comments of what is exported. */
const texts = [
  ...pages,
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(js|yaml)$/.test(name))
    .map(name => join('examples', name)),
  ...readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join('src', name)),
  'configuration-schema.json',
  'package.json',
];

/** British ways to write words. DHIS2 itself says "organisation unit", and `organisationUnit` in its API: people look for it by that name. */
const BRITISH =
  /\b(colour|favour|behaviour|honour|neighbour|labour|organis(?!ation ?unit)|recognis|normalis|initialis|summaris|authoris|licence|centre\b|catalogue|programme|cancelled\b|cancelling|labelled|travelled|grey\b|whilst|learnt|fulfil\b|enrol\b|enrolment|analyse\b|artefact|defence|judgement|modelled|signalled)\w*/gi;

function found(pattern: RegExp, files: string[]): string[] {
  return files.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(pattern)].map(([word]) => `${file}:${index + 1} ${word}`),
      ),
  );
}

test('the spelling is American', () => {
  expect(found(BRITISH, texts)).toEqual([]);
});

/** `$.people.map(f)` is prepared wrongly by the platform: the list is not there yet. */
const METHOD_ON_LAZY_STATE = /\$(\.\w+|\[[^\]]*\])*\.[a-z]\w*\(/g;

test('no sample calls a method on lazy state', () => {
  const samples = [...pages.flatMap(page => fences(page)), ...sourceExamples()];
  const wrong = samples.flatMap(({ file, line, code }) =>
    [...code.matchAll(METHOD_ON_LAZY_STATE)].map(([call]) => `${file}:${line} ${call}`),
  );
  expect(wrong).toEqual([]);
  expect(
    found(
      METHOD_ON_LAZY_STATE,
      texts.filter(file => file.endsWith('.js')),
    ),
  ).toEqual([]);
});

test.each(['$.people.map(f)', 'x($.data[0].name.trim())', '$.a.b.filter(c)'])(
  '%s is seen',
  code => {
    expect(code.match(METHOD_ON_LAZY_STATE)).toHaveLength(1);
  },
);

/** Words of a sentence, code aside. */
function longest(page: string): { words: number; sentence: string } {
  const text = readFileSync(page, 'utf8')
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/`[^`]*`/g, 'x')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/\n(?![\n#|>-]|\d+\.)/g, ' ');
  const sentences = text.split(/[.!?:;](?=[\s|*_)]|$)|[|\n]/).map(sentence => ({
    words: sentence.split(/\s+/).filter(word => /\w/.test(word)).length,
    sentence: sentence.trim(),
  }));
  return sentences.reduce((a, b) => (b.words > a.words ? b : a));
}

test.each(pages.filter(page => !/architecture/.test(page)))('%s has short sentences', page => {
  const { words, sentence } = longest(page);
  expect(words, sentence).toBeLessThanOrEqual(45);
});
