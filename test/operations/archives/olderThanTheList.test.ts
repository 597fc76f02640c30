import { http as msw } from 'msw';
import { expect, test } from 'vitest';
import {
  eachChange,
  eachMissedPush,
  eachPage,
  fn,
  getContacts,
  getFlowRuns,
  getMessages,
  iteratePages,
} from '../../../src/index.js';
import type { Operation, State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { credential } from '../../support/credential.js';
import { serve } from '../../support/serve.js';
import { FLOW, page, run, UUID } from '../run.js';

/** What is asked for, but is in archives by now. */

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const AFTER = daysAgo(100);

const record = {
  uuid: UUID,
  id: 7,
  flow: { uuid: FLOW, name: 'Visit' },
  contact: { uuid: UUID, name: null },
  values: { webhook: { name: 'Webhook', value: '200', node: UUID, time: daysAgo(1) } },
  path: [{ node: UUID, time: daysAgo(1) }],
  created_on: daysAgo(1),
  modified_on: daysAgo(1),
};

async function server() {
  const list = () => page([record]);
  return serve(
    msw.get('*/contacts.json', list),
    msw.get('*/messages.json', list),
    msw.get('*/runs.json', list),
    msw.get('*/archives.json', () => page([])),
  );
}

const told = (lines: readonly string[]) => lines.filter(line => line.includes('in the archives'));
const same = fn(state => state);

test.each<[string, () => Operation, string]>([
  ['runs', () => getFlowRuns({ after: AFTER }), 'Runs'],
  ['runs, oldest first', () => getFlowRuns({ after: AFTER, reverse: true }, { limit: 1 }), 'Runs'],
  ['messages', () => getMessages({ after: AFTER, before: daysAgo(95) }), 'Messages'],
  ['pages', () => eachPage(getMessages({ after: AFTER }), same), 'Messages'],
])('the log says that %s in archives were not read', async (_, list, what) => {
  const lines = captureConsole();
  await run(list(), await server());
  expect(told(lines)).toEqual([
    `RapidPro: warning: ${what} older than about 90 days are in the archives and were not read. { archived: true } reads them, too.`,
  ]);
});

test.each<[string, () => Operation]>([
  ['all are younger', () => getFlowRuns({ after: daysAgo(80) })],
  ['nobody asked from when on', () => getFlowRuns()],
  ['the limit came first', () => getMessages({ after: AFTER }, { limit: 1 })],
  ['archives were read', () => getMessages({ after: AFTER }, { archived: true })],
  ['a list has none', () => getContacts({ after: AFTER })],
])('but not if %s', async (_, list) => {
  const lines = captureConsole();
  await run(list(), await server());
  expect(told(lines)).toEqual([]);
});

test('code outside a job is told, too', async () => {
  const lines = captureConsole();
  const pages = iteratePages(credential(await server()), getFlowRuns({ after: AFTER }));
  for await (const _ of pages);
  expect(told(lines)).toHaveLength(1);
});

test.each<[string, () => Operation, string]>([
  ['eachChange of runs', () => eachChange(getFlowRuns({ after: AFTER }), same), 'Runs'],
  ['eachChange of messages', () => eachChange(getMessages({ after: AFTER }), same), 'Messages'],
  [
    'eachMissedPush',
    () => eachMissedPush({ flow: FLOW, result: 'webhook', after: AFTER }, same),
    'Runs',
  ],
])('the first run of %s says so, and no later one', async (_, operation, what) => {
  const lines = captureConsole();
  const host = await server();
  const { rapidpro } = await run(operation(), host);
  expect(told(lines)).toEqual([
    `RapidPro: warning: ${what} older than about 90 days are in the archives and were not read. eachArchived${what}() reads them.`,
  ]);
  await run(operation(), host, { rapidpro } as State);
  expect(told(lines)).toHaveLength(1);
});
