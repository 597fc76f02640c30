import { describe, expect, test } from 'vitest';
import {
  archiveMessages,
  deleteResthookSubscriber,
  eachChange,
  eachPage,
  fn,
  getBroadcasts,
  getChannelEvents,
  getFlowRuns,
  getFlowStarts,
  getMessages,
  getResthookSubscribers,
  http,
  labelMessages,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { serve } from '../support/serve.js';
import { answering, page, refused, run } from './run.js';

/** RapidPro leaves out a filter of 0, and answers with the whole list. */

const ZEROS = [0, -0, '0', '000', '-0', '+0', 0.0, '0.0', -1, 1.5, '1e3', ' 0', [0], true];
const READS: [string, (id: never) => Operation][] = [
  ['messages by id', id => getMessages({ id })],
  ['messages by broadcast', broadcast => getMessages({ broadcast })],
  ['runs', id => getFlowRuns({ id })],
  ['broadcasts', id => getBroadcasts({ id })],
  ['channel events', id => getChannelEvents({ id })],
  ['flow starts', id => getFlowStarts({ id })],
  ['resthook subscribers', id => getResthookSubscribers({ id })],
  [
    'pages',
    id =>
      eachPage(
        getMessages({ id }),
        fn(state => state),
      ),
  ],
  [
    'changes',
    id =>
      eachChange(
        getFlowRuns({ id }),
        fn(state => state),
      ),
  ],
];

describe.each(READS)('%s', (_, read) => {
  test.each(ZEROS)('by %j are refused', async id => {
    expect((await refused(read(id as never), 'INVALID_FILTER')).fix).not.toBe('');
    await refused(read((() => id) as never), 'INVALID_FILTER');
  });
});

test.each([1, '1', '007', 10, 4_000_000_000, '90071992547409930'])('%j is good', async id => {
  const server = await serve(answering('get', 'messages', () => page([])));
  await run(getMessages({ id: id as never }), server);
  expect(server.requests[0]?.query.get('id')).toBe(String(id));
});

describe('in http', () => {
  test.each([
    0,
    -0,
    '0',
    '000',
    ' 0 ',
    '-0',
    '+00',
    '0_0',
    '\u0660',
    '\uff10',
    '\u06f00',
    [0],
    [5, 0],
  ])('%j', async id => {
    for (const operation of [
      http.get('messages', { id: id as never }),
      http.get('messages', { broadcast: id as never }),
      http.delete('resthook_subscribers', { id: id as never }),
      http.post('campaigns', {}, { query: { id: id as never } }),
      http.request('GET', 'runs', { query: { id: id as never } }),
    ]) {
      const error = await refused(operation, 'INVALID_FILTER');
      expect(error.description).toMatch(/"(id|broadcast)" in the query is 0/);
    }
  });

  test.each([
    { id: 5 },
    { id: '10' },
    { id: '100' },
    { id: '05' },
    { id: 'x0' },
    { id: '0x' },
    { id: '\u0665\u0660' },
    { key: '0' },
    { group: 0 },
    { name: '000' },
    { responded: 0 },
  ])('%j is good', async query => {
    const server = await serve(answering('get', 'messages', () => page([])));
    await run(http.get('messages', query as never), server);
    expect(server.requests).toHaveLength(1);
  });
});

test.each([0, '0', '000', -1, '', '5.0'])('no subscriber is deleted by %j', async id => {
  await refused(deleteResthookSubscriber(id as never), 'INVALID_INPUT');
});

test.each([0, '0', '00', -0, -1, '1.5', '9007199254740993'])('no message is %j', async id => {
  const error = await refused(archiveMessages([5, id] as never), 'INVALID_INPUT');
  expect(error.description).toContain('messages[1]');
  await refused(labelMessages([id] as never, 'Urgent'), 'INVALID_INPUT');
});
