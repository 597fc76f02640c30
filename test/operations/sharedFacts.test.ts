import { setTimeout as pause } from 'node:timers/promises';
import { HttpResponse, http as msw } from 'msw';
import { expect, test } from 'vitest';
import { upsertContact, upsertContacts } from '../../src/index.js';
import { serve } from '../support/serve.js';
import { OTHER_UUID, page, stateFor } from './run.js';

/** Parallel operations of a step read the workspace once. Each has its own deadline. */

const WORKSPACE = { uuid: OTHER_UUID, name: 'W', country: 'RW', timezone: 'Africa/Kigali' };
const numberOf = (n: number) => ({ urns: [`tel:25078812312${n}`] });

/** The first answer about the workspace takes long. */
async function slowAtFirst(milliseconds: number) {
  const asked = { times: 0, first: () => {} };
  const isAsked = new Promise<void>(resolve => {
    asked.first = resolve;
  });
  const server = await serve(
    msw.get('*/workspace.json', async () => {
      asked.first();
      if (asked.times++ === 0) await pause(milliseconds);
      return HttpResponse.json(WORKSPACE);
    }),
    msw.get('*', () => page([])),
    msw.post('*/contacts.json', () =>
      HttpResponse.json({ uuid: OTHER_UUID, urns: [] }, { status: 201 }),
    ),
  );
  return { state: stateFor(server), isAsked, asked };
}

test('the deadline of one ends no other one', async () => {
  const { state, isAsked, asked } = await slowAtFirst(20_000);
  const late = upsertContacts([numberOf(0)], { deadline: 1 })(state);
  await isAsked;
  const [first, one, many] = await Promise.all([
    late,
    upsertContact(numberOf(1))(state),
    upsertContacts([numberOf(2)])(state),
  ]);
  expect(first.data).toMatchObject({ notAttempted: [{ index: 0 }], stopped: { code: 'TIMEOUT' } });
  expect(one.data).toMatchObject({ uuid: OTHER_UUID });
  expect(many.data).toMatchObject({ created: [{ index: 0 }], notAttempted: [] });
  expect(asked.times).toBe(2);
});

test('without that, it is read once', async () => {
  const { state, isAsked, asked } = await slowAtFirst(50);
  const first = upsertContacts([numberOf(0)])(state);
  await isAsked;
  await Promise.all([first, upsertContact(numberOf(1))(state), upsertContact(numberOf(2))(state)]);
  expect(asked.times).toBe(1);
});
