import { HttpResponse, http as msw } from 'msw';
import { expect, test, vi } from 'vitest';
import {
  addToGroup,
  deleteContacts,
  sendBroadcast,
  startFlow,
  syncContacts,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { FLOW, page, run } from './run.js';

/**
 * A worker must answer in between, however long the list is. Here the clock says that each look at it comes too late, so
 * every pass over a list in turns lets others have their turn after each 16 items.
 */

const MANY = 6_400;
const A_PASS = MANY / 16;

const urns = Array.from({ length: MANY }, (_, n) => `tel:+25078${1_000_000 + n}`);
const uuids = urns.map((_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const list = urns.map((urn, n) => ({ urns: [urn], name: `N ${n}`, fields: { id: `R${n}` } }));
const text = 'Hi';

/** Knows the field and group of the job, and nobody. Whatever is sent is accepted. */
function server() {
  return serve(
    msw.get('*/fields.json', () => page([{ key: 'id', type: 'text' }])),
    msw.get('*/groups.json', () => page([{ uuid: 'g1', name: 'Mothers', query: null, count: 1 }])),
    msw.get('*/flows.json', () => page([{ uuid: FLOW, name: 'F', archived: false }])),
    msw.get('*', () => page([])),
    msw.post('*/contact_actions.json', () => new HttpResponse(null, { status: 204 })),
    msw.post('*', () => HttpResponse.json({ id: 1 }, { status: 201 })),
  );
}

/** How often others get their turn until an operation has ended. */
async function turnsOf(operation: Operation): Promise<number> {
  captureConsole();
  const started = await server();
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 50;
    return now;
  });
  let turns = 0;
  let isOver = false;
  const watch = () => {
    turns++;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await run(operation, started);
  isOver = true;
  return turns;
}

const dryRun = { dryRun: true };
test.each<[string, Operation, passes: number]>([
  // Checked, planned, searched for numbers of home, looked up, planned again with what was found.
  ['a broadcast to URNs', sendBroadcast({ urns, text }, dryRun), 5],
  // Without a look-up.
  ['a broadcast to contacts', sendBroadcast({ contacts: uuids, text }), 4],
  ['a flow start', startFlow({ flow: FLOW, urns }, dryRun), 5],
  // Checked, freed of duplicates, searched, looked up, freed of duplicates again.
  ['an action in a dry run', deleteContacts(uuids, dryRun), 5],
  // Checked, freed of duplicates, searched for numbers of home and local ones.
  ['an action', addToGroup(uuids, 'Mothers'), 4],
  // With the refusals that a dry run predicts.
  ['a dry run of a sync', syncContacts(list, { key: 'fields.id', ...dryRun }), 12],
  // With those who are named, and those who were passed over.
  [
    'a sync whose list names all who may stay',
    syncContacts(list, { key: 'fields.id', removeMissing: { groups: ['Mothers'] }, ...dryRun }),
    14,
  ],
])('%s gives way in each of its passes', async (_, operation, passes) => {
  expect(await turnsOf(operation)).toBeGreaterThanOrEqual(passes * A_PASS);
});
