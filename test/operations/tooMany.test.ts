import { HttpResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import * as Adaptor from '../../src/Adaptor.js';
import * as common from '../../src/common.js';
import { eachPage, fn, getContacts, iteratePages, sendBroadcast, util } from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { credential } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { answering, failure, run, sent } from './run.js';

/** `deleteContacts(list, undefined, { dryRun: true })` would delete. */

/** They take any number of operations, or run the job. */
const ANY_NUMBER = /^each[A-Z]|^execute$/;
const HELPERS = new Set(Object.keys(common));

type Make = (...given: unknown[]) => Operation;
const functionsOf = (space: object, prefix = ''): [string, Make][] =>
  Object.entries(space).flatMap(([name, value]) =>
    typeof value === 'function' ? [[prefix + name, value as Make]] : [],
  );
const OPERATIONS = [
  ...functionsOf(Adaptor).filter(([name]) => !ANY_NUMBER.test(name) && !HELPERS.has(name)),
  ...functionsOf(Adaptor.http, 'http.'),
  ...functionsOf({ parse: Adaptor.webhook.parse }, 'webhook.'),
];

const missing = (count: number) => Array.from({ length: count }, () => undefined);

test('all operations are here', () => {
  expect(OPERATIONS.length).toBeGreaterThan(75);
});

describe.each(OPERATIONS)('%s', (name, make) => {
  test('refuses an argument too many, whatever is before it', async () => {
    const server = await serve();
    for (const more of [{ dryRun: true }, (state: State) => state, null, false]) {
      for (const between of [0, 1]) {
        const { code, description } = await failure(
          make(...missing(make.length + between), more),
          server,
        );
        expect({ code, description }).toEqual({
          code: 'INVALID_INPUT',
          description: `${name}() got an argument too many.`,
        });
      }
    }
    expect(server.requests).toEqual([]);
  });

  test('takes as many as it has, and nothing after them', async () => {
    const server = await serve();
    const given = Array.from({ length: make.length }, () => ({}));
    const why = await run(make(...given, undefined, undefined), server).then(
      () => '',
      error => String(error.description),
    );
    expect(why).not.toContain('too many');
  });
});

test('a list that pages are read of', async () => {
  const server = await serve();
  const list = (getContacts as Make)({}, {}, { limit: 1 });
  const { description } = await failure(
    eachPage(
      list,
      fn(state => state),
    ),
    server,
  );
  expect(description).toBe('eachPage() got an argument too many.');
  await expect(iteratePages(credential(server), list).next()).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(server.requests).toEqual([]);
});

test('callbacks of version 2 stay', async () => {
  const server = await serve(
    answering('post', 'broadcasts', () => HttpResponse.json({ id: 1 }, { status: 201 })),
  );
  const broadcast = { urns: ['tel:+250788123123'], text: 'Hi' };
  const callback = (state: State) => ({ ...state, called: true });
  for (const given of [[callback], [undefined, callback], [{ timeout: 9 }, callback, undefined]]) {
    const state = await run((sendBroadcast as Make)(broadcast, ...given), server);
    expect(state.called).toBe(true);
  }
  expect(sent(server).filter(line => line.startsWith('POST'))).toHaveLength(3);
});

const UTIL: [string, unknown[]][] = [
  ['phoneUrn', ['0788123123', 'RW', undefined]],
  ['phoneUrns', ['0788123123', 'RW', undefined]],
  ['dateTime', ['31/01/2026', 'dd/MM/yyyy', 'Africa/Kigali', undefined]],
  ['dayRange', ['2026-01-31', 'Africa/Kigali']],
  ['parseCsv', ['a\n1', undefined]],
  ['chunk', [[1], 2]],
];

test.each(UTIL)('util.%s', (name, given) => {
  const make = (util as unknown as { [name: string]: Make })[name] as Make;
  const [first, ...others] = given;
  const text = `util.${name}() got an argument too many.`;
  expect(() => make(...given, { ifInvalid: 'null' })).toThrow(text);
  const reader = make(() => first, ...others, { ifInvalid: 'null' });
  expect(() => reader({})).toThrow(text);
  expect(make(...given, undefined)).toEqual(make(...given));
});

test('cursor', () => {
  const cursor = common.cursor as Make;
  expect(() => cursor('today', undefined, { key: 'since' })({ data: 1 })).toThrow(
    'cursor() got an argument too many.',
  );
  expect(cursor('2026-01-01', { key: 'since' }, undefined)({ data: 1 })).toMatchObject({
    since: '2026-01-01',
  });
});
