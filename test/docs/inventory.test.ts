import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fences, pages, type Sample, sourceExamples } from './collect.js';
import { NOT_RUN, RUN_BY } from './runs.js';
import { SOURCE_EXAMPLES } from './sourceExamples.js';

const CODE = ['js', 'mjs', 'ts'];
const samples = pages.flatMap(page => fences(page));
const placeOf = ({ file, line }: Sample) => `${file}:${line}`;

describe('every code sample has a test that runs it', () => {
  test('on the pages', () => {
    const orphans = samples.filter(
      ({ file, language }) => CODE.includes(language) && !RUN_BY[file],
    );
    expect(orphans.map(placeOf)).toEqual([]);
  });

  test('other fences are of a kind that nobody runs, for a reason', () => {
    const others = samples.filter(({ language }) => !CODE.includes(language));
    expect(others.filter(({ language }) => !NOT_RUN[language]).map(placeOf)).toEqual([]);
    expect(new Set(others.map(({ language }) => language))).toEqual(new Set(Object.keys(NOT_RUN)));
  });

  test('the list names pages with code and tests that are there', () => {
    const withCode = samples.filter(({ language }) => CODE.includes(language));
    expect(new Set(withCode.map(({ file }) => file))).toEqual(new Set(Object.keys(RUN_BY)));
    expect(Object.values(RUN_BY).filter(file => !existsSync(file))).toEqual([]);
  });

  test('in the source: on the page of the operations, or run by itself', () => {
    const plain = (code: string) => code.replace(/\s+/g, '');
    const shown = new Set(fences('docs/reference/operations.md').map(({ code }) => plain(code)));
    const examples = sourceExamples();
    expect(examples.length).toBeGreaterThan(100);
    const checked = Object.keys(SOURCE_EXAMPLES);
    const others = examples.filter(({ code }) => !shown.has(plain(code)));
    expect(others.filter(({ code }) => !checked.includes(code)).map(placeOf)).toEqual([]);
    const known = examples.map(({ code }) => code);
    expect(checked.filter(code => !known.includes(code))).toEqual([]);
  });

  test('what is JSON can be read', () => {
    const wrong = samples.filter(({ language, code }) => language === 'json' && !isJson(code));
    expect(wrong.map(placeOf)).toEqual([]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a fence is found indented, with tildes, and around another one', () => {
  const text = '  ```js\nfn();\n  ```\n~~~sh\nls\n~~~\n````md\n```js\nno();\n```\n````\n';
  expect(fences('a.md', text).map(({ line, language, code }) => [line, language, code])).toEqual([
    [1, 'js', 'fn();\n'],
    [4, 'sh', 'ls\n'],
    [7, 'md', '```js\nno();\n```\n'],
  ]);
});
