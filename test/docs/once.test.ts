import { describe, expect, test } from 'vitest';
import { pages } from './collect.js';
import { GENERATED, proseOf, sentencesOf, wordsOf } from './pages.js';

/** What was true of a version stays as it was written. */
const HISTORY = 'CHANGELOG.md';
const written = pages.filter(page => !GENERATED.includes(page) && page !== HISTORY);

/** From how many words on a sentence counts: shorter ones are bound to come twice. */
const LONG = 8;

/** Sentences that stand in two places, with the places. */
function saidTwice(texts: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, string[]>();
  for (const [page, prose] of texts) {
    for (const sentence of sentencesOf(prose)) {
      if (sentence.split(' ').length < LONG) continue;
      places.set(sentence, [...(places.get(sentence) ?? []), page]);
    }
  }
  return [...places]
    .filter(([, found]) => found.length > 1)
    .map(([sentence, found]) => `${sentence} (${found.join(', ')})`);
}

test('no sentence stands in two places: one says it, the others link to it', () => {
  expect(saidTwice(new Map(written.map(page => [page, proseOf(page)])))).toEqual([]);
});

describe('a sentence is found twice', () => {
  const sentence = 'A token can do all that its user can do.';
  test.each([
    ['as it is', sentence],
    ['in other capitals, broken into lines', 'a TOKEN can do all\nthat its user can do!'],
    ['with Markdown', 'More. A **token** can do all that its [user](a.md) can do. More.'],
    ['in a table', `| token | ${sentence} |`],
  ])('%s', (_how, other) => {
    const texts = new Map([
      ['a.md', sentence],
      ['b.md', other],
    ]);
    expect(saidTwice(texts)).toEqual(['a token can do all that its user can do (a.md, b.md)']);
  });

  test('but not in code, and not when it is short', () => {
    const code = proseOf('a.md', `\`\`\`\n${sentence}\n\`\`\`\n`);
    expect(sentencesOf(code).filter(Boolean)).toEqual([]);
    const short = new Map([
      ['a.md', 'Run it again.'],
      ['b.md', 'Run it again.'],
    ]);
    expect(saidTwice(short)).toEqual([]);
  });
});

/** More is two pages. */
const LONGEST = 1500;

test.each(written.filter(page => page !== 'docs/architecture.md'))('%s is short enough', page => {
  expect(wordsOf(page)).toBeLessThanOrEqual(LONGEST);
});
