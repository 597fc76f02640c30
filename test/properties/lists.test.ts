import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeTarget } from '../../src/client/client.js';
import { readPage } from '../../src/client/pages.js';
import { RapidProError } from '../../src/errors/errors.js';
import { type Item, itemsOf, ranges, sortOut } from '../../src/operations/many/items.js';
import { planRecipients } from '../../src/operations/many/recipients.js';

const indexes = fc
  .uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 200 })
  .map(list => list.sort((a, b) => a - b));

describe('ranges', () => {
  test('hold just what they were made of, and never touch', () => {
    fc.assert(
      fc.property(indexes, list => {
        const made = ranges(list);
        const all = made.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, step) => first + step),
        );
        expect(all).toEqual(list);
        for (const [index, [first]] of made.entries()) {
          if (index > 0) expect(first).toBeGreaterThan((made[index - 1]?.[1] ?? 0) + 1);
        }
      }),
    );
  });
});

const uuids = fc.array(fc.uuid(), { minLength: 1, maxLength: 350 });

test('a send reaches everybody once, at most 100 at a time, and knows where each stood', async () => {
  await fc.assert(
    fc.asyncProperty(uuids, async list => {
      const given = [...list, ...list.slice(0, 5)];
      const { chunks, recipients, duplicates } = await planRecipients({ contacts: given });
      const sent = chunks.flatMap(chunk => chunk.recipients.contacts ?? []);
      expect(sent).toEqual([...new Set(given)]);
      expect(recipients).toBe(sent.length);
      expect(recipients + duplicates).toBe(given.length);
      for (const chunk of chunks) {
        expect(chunk.recipients.contacts?.length).toBeLessThanOrEqual(100);
        if (chunks.length > 1)
          expect(chunk.positions.contacts?.map(index => given[index])).toEqual(
            chunk.recipients.contacts,
          );
      }
    }),
    { numRuns: 50 },
  );
});

test('items of an action are distinct, in order, and know where each stood first', async () => {
  const ids = fc.array(fc.integer({ min: 1, max: 1000 }));
  await fc.assert(
    fc.asyncProperty(uuids, ids, async (contacts, messages) => {
      const written = contacts.map((uuid, index) => (index % 2 ? uuid.toUpperCase() : uuid));
      const items = await itemsOf('contacts', [...written, ...contacts]);
      expect(items.map(({ value }) => value)).toEqual([...new Set(contacts)]);
      for (const { value, index } of items) expect(contacts.indexOf(String(value))).toBe(index);
      const numbers = await itemsOf('messages', messages.map(String));
      expect(numbers.map(({ value }) => value)).toEqual([...new Set(messages)]);
    }),
    { numRuns: 50 },
  );
});

describe('sorting out who was refused', () => {
  const item = fc.oneof(fc.uuid(), fc.stringMatching(/^tel:\+\d{8,12}$/), fc.nat(10_000));
  const batch = fc
    .uniqueArray(item, { minLength: 1, maxLength: 100 })
    .map(values => values.map((value, index): Item => ({ value, index })));
  const text = fc.oneof(
    fc.string(),
    fc.uuid(),
    fc.stringMatching(/^tel:…\d{2}$/),
    fc.nat(10_000).map(String),
  );

  test('every item stays in just one place, and each step is a smaller one', () => {
    fc.assert(
      fc.property(batch, fc.array(text, { maxLength: 4 }), (items, texts) => {
        const error = new RapidProError({
          code: 'UNKNOWN_REFERENCE',
          description: 'no',
          fix: 'no',
          statusCode: 400,
          errors: texts.map(words => `contacts: No such object: ${words}`),
        });
        const sorted = sortOut(error, 'contacts', items);
        expect(sorted === undefined).toBe(texts.length === 0);
        if (texts.length === 0) return;
        const after = [...(sorted?.refused ?? []), ...(sorted?.next.flat() ?? [])];
        expect(after.sort((a, b) => a.index - b.index)).toEqual(items);
        for (const next of sorted?.next ?? []) {
          expect(next.length).toBeGreaterThan(0);
          expect(next.length).toBeLessThan(items.length);
        }
      }),
    );
  });
});

test('a query says to the server just what it was made of', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), value), query => {
      const read = new URL(`http://any/${encodeTarget({ path: 'contacts', query })}`).searchParams;
      const expected = Object.entries(query).flatMap(([key, given]) =>
        given === undefined ? [] : [given].flat().map(item => [key, String(item)]),
      );
      expect([...read]).toEqual(expected);
    }),
  );
});

describe('the place of the next page', () => {
  test('is all that is taken from the address that a server names', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.constantFrom('cursor', 'offset'),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (address, name, value) => {
          const url = new URL(address);
          url.searchParams.delete('cursor');
          url.searchParams.delete('offset');
          url.searchParams.set(name, value);
          expect(readPage({ results: [], next: url.href }).next).toEqual({
            [name]: url.searchParams.get(name),
          });
        },
      ),
    );
  });

  test('is never found in what is none: an error of this package', () => {
    fc.assert(
      fc.property(fc.anything(), next => {
        try {
          const place = readPage({ results: [], next }).next;
          if (place === undefined) expect([null, undefined]).toContain(next);
          else expect(Object.keys(place)).toHaveLength(1);
        } catch (error) {
          expect(error).toBeInstanceOf(RapidProError);
        }
      }),
    );
  });
});
