import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { fail } from '../../../src/errors/errors.js';
import type { Change } from '../../../src/sync/compare.js';
import type { Input } from '../../../src/sync/inputs.js';
import { Cost, GroupChanges, newBody } from '../../../src/sync/write/changes.js';
import { changeOf, uuidOf } from './change.js';

/** Who enters and leaves which group, and what writing takes: without a server. */

const upTo = (count: number, more: Partial<Change> = {}) =>
  Array.from({ length: count }, (_, index) => changeOf(index, more));

/** The answer to an action that was done. */
const DONE = { statusCode: 204, body: undefined };

type Sent = { contacts: string[]; action: string; group: string };

/** What becomes of batches, if a server answers like this. */
async function send(
  groups: GroupChanges,
  atEnd: boolean,
  answer: (sent: Sent, nth: number) => unknown = () => DONE,
) {
  const sent: (Sent & { repeated: boolean })[] = [];
  const ends: [index: number, end: string][] = [];
  const client = {
    request: async (request: { body: Sent; repeated: boolean; repeatable: boolean }) => {
      sent.push({ ...request.body, repeated: request.repeated });
      expect(request).toMatchObject({
        method: 'POST',
        path: 'contact_actions',
        repeatable: true,
        referencesGroupsOrFields: true,
      });
      const result = answer(request.body, sent.length);
      if (result instanceof Error) throw result;
      return result;
    },
  } as unknown as Client;
  for (const batch of groups.take(atEnd, () => true)) {
    await groups.send(batch, client, {
      begun: ({ input }) => ends.push([input.index, 'begun']),
      done: ({ input }) => ends.push([input.index, 'done']),
      failed: ({ input }, error) => ends.push([input.index, (error as { code: string }).code]),
    });
  }
  return { sent, ends };
}

const refusal = (errors: string[], more: object = {}) =>
  fail('VALIDATION_FAILED', 'RapidPro refused.', 'Fix it.', {
    statusCode: 400,
    errors,
    outcome: 'refused',
    ...more,
  });

describe('changes of groups', () => {
  test('wait until a hundred can go in one request', async () => {
    const groups = new GroupChanges();
    const all = upTo(250, { join: ['A'] });
    for (const one of all) groups.add(one);
    expect(groups.requests).toBe(3);
    const { sent, ends } = await send(groups, false);
    expect(sent.map(({ contacts }) => contacts.length)).toEqual([100, 100]);
    expect(ends).toHaveLength(200);
    expect([groups.isWaiting(199), groups.isWaiting(200), groups.isWaiting(300)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(groups.requests).toBe(1);
    const rest = await send(groups, true);
    expect(rest.sent.map(({ contacts }) => contacts.length)).toEqual([50]);
    expect(rest.ends).toHaveLength(50);
    expect(groups.requests).toBe(0);
    expect((await send(groups, true)).sent).toEqual([]);
  });

  test('99 wait, 100 do not', async () => {
    const groups = new GroupChanges();
    for (const one of upTo(99, { leave: ['A'] })) groups.add(one);
    expect((await send(groups, false)).sent).toEqual([]);
    groups.add(changeOf(99, { leave: ['A'] }));
    expect((await send(groups, false)).sent).toMatchObject([{ action: 'remove', group: 'A' }]);
  });

  test('a contact is done after its last group', async () => {
    const groups = new GroupChanges();
    groups.add(changeOf(0, { join: ['A', 'B'], leave: ['C'] }));
    expect(groups.requests).toBe(3);
    const ends: string[] = [];
    const { sent, ends: done } = await send(groups, true, ({ group }) => {
      ends.push(group);
      return DONE;
    });
    expect(sent.map(({ action, group }) => `${action} ${group}`)).toEqual([
      'add A',
      'add B',
      'remove C',
    ]);
    expect(done).toEqual([
      [0, 'begun'],
      [0, 'begun'],
      [0, 'done'],
    ]);
    expect(groups.isWaiting(0)).toBe(false);
  });

  test('of a contact that was compared twice, the later comparison counts', async () => {
    const groups = new GroupChanges();
    groups.add(changeOf(0, { join: ['A'] }));
    groups.add(changeOf(0, { join: ['B'] }));
    const { sent, ends } = await send(groups, true);
    expect(sent.map(({ group }) => group)).toEqual(['B']);
    expect(ends).toEqual([[0, 'done']]);
  });

  test('if it was compared again while its request was on the way, it is not done', async () => {
    const groups = new GroupChanges();
    groups.add(changeOf(0, { join: ['A'] }));
    const { ends } = await send(groups, true, () => {
      groups.add(changeOf(0, { join: ['B'] }));
      return DONE;
    });
    expect(ends).toEqual([]);
    expect(groups.isWaiting(0)).toBe(true);
    expect((await send(groups, true)).ends).toEqual([[0, 'done']]);
  });

  test('a contact that failed meanwhile is left out', () => {
    const groups = new GroupChanges();
    for (const one of upTo(3, { join: ['A'] })) groups.add(one);
    const taken = groups.take(true, ({ input }) => input.index !== 1);
    expect(taken.map(({ changes }) => changes.map(({ input }) => input.index))).toEqual([[0, 2]]);
    expect(groups.requests).toBe(0);
  });

  test('who RapidPro does not want fails alone', async () => {
    const groups = new GroupChanges();
    for (const one of upTo(3, { join: ['A'] })) groups.add(one);
    const { sent, ends } = await send(groups, true, (_, nth) =>
      nth === 1 ? refusal([`contacts[1]: No such object: ${uuidOf(1)}`]) : DONE,
    );
    expect(sent.map(({ contacts, repeated }) => [contacts.length, repeated])).toEqual([
      [3, false],
      [2, false],
    ]);
    expect(ends).toEqual([
      [1, 'VALIDATION_FAILED'],
      [0, 'done'],
      [2, 'done'],
    ]);
  });

  test('a refusal that is about the group fails all of the batch', async () => {
    const groups = new GroupChanges();
    for (const one of upTo(3, { join: ['A'] })) groups.add(one);
    const { sent, ends } = await send(groups, true, () => refusal(['group: No such object: A']));
    expect(sent).toHaveLength(1);
    expect(ends.map(([, end]) => end)).toEqual(Array(3).fill('VALIDATION_FAILED'));
  });

  test('after an attempt with an unknown outcome, what follows is a repetition', async () => {
    const groups = new GroupChanges();
    for (const one of upTo(4, { join: ['A'] })) groups.add(one);
    const { sent } = await send(groups, true, (_, nth) => {
      if (nth === 1) {
        return refusal([`contacts[1]: No such object: ${uuidOf(1)}`], { outcome: 'unknown' });
      }
      return nth === 2 ? refusal([`contacts[1]: No such object: ${uuidOf(2)}`]) : DONE;
    });
    expect(sent.map(({ repeated }) => repeated)).toEqual([false, true, true]);
  });

  test('an error that is none of ours ends it', async () => {
    const groups = new GroupChanges();
    groups.add(changeOf(0, { join: ['A'] }));
    await expect(send(groups, true, () => new RangeError('own'))).rejects.toThrow('own');
  });
});

describe('what the real run takes', () => {
  const local = 'tel:0788000001';
  const plain = 'tel:+250788000001';
  const costOf = (fill: (cost: Cost) => void) => {
    const cost = new Cost();
    fill(cost);
    return [cost.requests, cost.isAtMost];
  };

  test.each<[name: string, fill: (cost: Cost) => void, requests: number, isAtMost: boolean]>([
    ['nothing', () => {}, 0, false],
    ['some', cost => cost.add(3), 3, false],
    ['a change of nothing', cost => cost.ofChange(changeOf(0)), 0, false],
    ['a change of the body', cost => cost.ofChange(changeOf(0, { body: { name: 'A' } })), 1, false],
    [
      'a change of URNs',
      cost => cost.ofChange(changeOf(0, { urns: true, missing: 2, body: { name: 'A' } })),
      7,
      true,
    ],
    ['a new contact', cost => cost.ofCreation({ index: 0, urns: [plain] }), 1, false],
    ['one without URNs', cost => cost.ofCreation({ index: 0 }), 1, false],
    ['one with a local number', cost => cost.ofCreation({ index: 0, urns: [local] }), 2, true],
    [
      'local numbers, and a contact with several',
      cost => {
        cost.ofCreation({ index: 0, urns: [local, plain, local] });
        cost.ofCreation({ index: 1, urns: [plain] });
        cost.ofChange(changeOf(2, { input: { index: 2, urns: [local] }, urns: true, missing: 1 }));
      },
      // The last is the country: RapidPro is asked about the whole number.
      1 + 1 + 5 + 3 * 3 + 1,
      true,
    ],
  ])('%s', (_, fill, requests, isAtMost) => {
    expect(costOf(fill)).toEqual([requests, isAtMost]);
  });
});

test.each<[input: Partial<Input>, body: object]>([
  [{}, {}],
  [{ name: null, language: null, urns: [], groups: [], fields: {} }, {}],
  [
    { name: 'A', language: 'fra' },
    { name: 'A', language: 'fra' },
  ],
  [{ name: 0 }, { name: 0 }],
  [
    { urns: ['tel:+250788000001'], groups: ['g'] },
    { urns: ['tel:+250788000001'], groups: ['g'] },
  ],
  // Nothing needs to be cleared in a new contact.
  [{ fields: { a: 'x', b: null, c: '' } }, { fields: { a: 'x' } }],
  [{ fields: { b: null } }, {}],
  [{ note: 'x', uuid: 'u', others: { color: 1 } }, {}],
])('%j is created from %j', (input, body) => {
  expect(newBody({ index: 0, ...input })).toEqual(body);
});
