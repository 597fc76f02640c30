import { expect, test } from 'vitest';
import { servers } from '../../recordings/read.js';
import { NOUNS, recordsOf, seenKeys, unexplained } from '../../scripts/generate/records.js';

/** That docs/reference/records.md is what `npm run generate` makes is looked at in test/packaging/generated.test.ts. */

test.each(NOUNS)('$title: both lines were seen to answer some', noun => {
  for (const server of servers) expect(recordsOf(noun, server).length).toBeGreaterThan(0);
});

test.each(NOUNS)('$title: every key of a recording is explained', noun => {
  expect(unexplained(noun)).toEqual([]);
});

test.each(NOUNS)('$title: what is explained was seen', noun => {
  const seen = seenKeys(noun);
  expect(Object.keys(noun.keys).filter(key => !seen.has(key))).toEqual([]);
});

test('a key without words is found, also deep within', () => {
  const contact = NOUNS.find(({ endpoint }) => endpoint === 'contacts') ?? expect.fail();
  const { last_seen_on: _, 'groups[].name': __, ...keys } = contact.keys;
  expect(unexplained({ ...contact, keys })).toEqual(['groups[].name', 'last_seen_on']);
});

test('what the job itself put there is nobody’s to explain', () => {
  const start = NOUNS.find(({ endpoint }) => endpoint === 'flow_starts') ?? expect.fail();
  const keys = [...seenKeys(start).keys()];
  expect(keys).toContain('params');
  expect(keys.filter(key => /^(params|extra)\./.test(key))).toEqual([]);
});
