import { json } from '../support/faults.js';
import type { Behavior, RawRequest } from '../support/rawServer.js';
import { contact, head, list } from './behaviors.js';
import type { Group } from './case.js';
import { getContacts as operations } from './operations.js';

/** A page that names the next one by its number. */
const numbered =
  (records: (index: number) => unknown[], next: (index: number) => unknown): Behavior =>
  (request: RawRequest) =>
    list(records(request.index), next(request.index))(request);

const place = (cursor: unknown) => `http://any/api/v2/contacts.json?cursor=${cursor}`;
const PAGE = JSON.stringify(Array.from({ length: 250 }, (_, index) => ({ uuid: `${index}` })));

/** In one piece: two would take 40 ms, four thousand times. */
const fullPages: Behavior = request => {
  const body = `{"results":${PAGE},"next":"${place(request.index)}"}`;
  request.socket.write(`${head(`Content-Length: ${body.length}`)}${body}`);
};

export const LISTS: Group = {
  title: 'Lists',
  cases: [
    {
      does: 'sends endless full pages',
      limit: '1,000,000 records in an array (40,000 pages if read one by one)',
      operations,
      requests: 4001,
      ways: () => [fullPages],
    },
    {
      does: 'sends endless empty pages',
      limit: '100 empty pages in a row',
      operations,
      requests: 102,
      ways: () => [
        numbered(
          () => [],
          index => place(index),
        ),
      ],
    },
    {
      does: 'sends a page that has too many records',
      limit: '10,000 records in a page: RapidPro sends 250',
      requests: 1,
      operations,
      ways: () => [list(Array.from({ length: 10_001 }, (_, index) => contact(index)))],
    },
    {
      does: 'names the same next page again, or pages that form a circle',
      limit: 'no page is read twice',
      operations,
      ways: () => [
        numbered(
          () => [contact(1)],
          () => place('same'),
        ),
        numbered(
          () => [contact(1)],
          index => place(index % 3),
        ),
      ],
    },
    {
      does: 'names a next page without a cursor, or with a cursor of a megabyte',
      limit: 'a cursor has 1 to 2,000 characters',
      requests: 1,
      operations,
      ways: () =>
        ['http://any/', '', '?cursor=', place('x'.repeat(1_000_000))].map(next => list([], next)),
    },
    {
      does: 'names a next page on another host, port, scheme or path, or with a user',
      limit: 'only the cursor is taken from `next`; the next page is requested from "host"',
      operations,
      ways: ({ elsewhere }) =>
        [
          `${elsewhere}/api/v2/contacts.json?cursor=1`,
          `${elsewhere.replace('http:', '')}/?cursor=1`,
          '\\\\evil.example\\?cursor=1',
          'https://user:password@evil.example/?cursor=1',
          'file:///etc/passwd?cursor=1',
          '../../../admin/?cursor=1',
          '/api/v2/definitions.json?cursor=1#@evil.example',
        ].map(next =>
          numbered(
            index => [contact(index)],
            index => (index === 0 ? next : null),
          ),
        ),
      reads: state => `reads both pages of "host": ${(state.data as []).length} records`,
    },
    {
      does: 'names a next page that is not text',
      limit: 'RapidPro sends text or null',
      operations,
      ways: () => [5, {}, [], true].map(next => list([], next)),
    },
    {
      does: 'sends records that are texts, numbers, lists or null',
      limit: 'a record is an object',
      operations,
      ways: () => ['text', 5, [], null, true].map(record => list([contact(1), record])),
    },
    {
      does: 'sends something other than a list',
      limit: 'a list is an object with `results`',
      operations,
      ways: () =>
        [[], [contact(1)], {}, null, 5, 'text', { results: {} }, { results: 'text' }].map(body =>
          json(body),
        ),
    },
  ],
};
