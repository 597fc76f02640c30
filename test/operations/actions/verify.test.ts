import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { addToGroup, blockContacts, removeFromGroup } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { workspace, writes } from '../bulk/workspace.js';
import { failure, OTHER_UUID, page, refused, run, sent, stateFor, UUID } from '../run.js';
import { uuids } from './actionsServer.js';

interface World {
  /** Contacts by uuid and URN. */
  contacts: { uuid: string; urn?: string }[];
  members?: string[];
  /** Contacts that are busy: actions skip them. */
  busy?: string[];
  /** So many reads show what was before. */
  late?: number;
  /** So many reads do not show the group yet. */
  isNew?: number;
  /** What the group claims to count. */
  count?: number;
  /** A member that somebody changes once the first page of members has been read. */
  changes?: string;
}

/** A group to which contacts are added, and which skips busy ones without a word. */
async function groupServer({ contacts, members = [], busy = [], late = 0, ...world }: World) {
  const { isNew = 0, count, changes } = world;
  let groupReads = 0;
  let inside = new Set(members);
  let shown = inside;
  let reads = 0;
  const changedAt = new Map<string, number>();
  const groups = (uuid: string) => (shown.has(uuid) ? [{ uuid: OTHER_UUID, name: 'Mothers' }] : []);
  return serve(
    msw.post('*/api/v2/contact_actions.json', async ({ request }) => {
      const { contacts: given, action } = (await request.json()) as {
        contacts: string[];
        action: string;
      };
      inside = new Set(inside);
      for (const value of given) {
        const uuid = contacts.find(one => one.uuid === value || one.urn === value)?.uuid ?? '';
        if (busy.includes(uuid)) continue;
        if (action === 'add') inside.add(uuid);
        else inside.delete(uuid);
      }
      return new HttpResponse(null, { status: 204 });
    }),
    msw.get('*/api/v2/groups.json', () => {
      const group = { uuid: OTHER_UUID, name: 'Mothers', count: count ?? inside.size };
      // As a server does that ignores the filter.
      return page([{ uuid: UUID, name: 'Others' }, ...(groupReads++ < isNew ? [] : [group])]);
    }),
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      if (reads++ >= late) shown = inside;
      const query = new URL(request.url).searchParams;
      if (!query.has('group')) {
        const found = contacts.filter(
          ({ uuid, urn }) => uuid === query.get('uuid') || (urn && urn === query.get('urn')),
        );
        return page(found.map(({ uuid }) => ({ uuid, groups: groups(uuid) })));
      }
      const all = query.get('group') === OTHER_UUID ? [...shown] : [];
      // By the time of their change: the newest first, unless it is asked for otherwise.
      const direction = query.get('reverse') === 'true' ? 1 : -1;
      const inOrder = all
        .map((uuid, index) => ({ uuid, at: (changedAt.get(uuid) ?? index) * direction }))
        .sort((a, b) => a.at - b.at);
      const from = query.get('cursor') ?? Number.NEGATIVE_INFINITY;
      const left = inOrder.filter(({ at }) => at > Number(from));
      if (changes) changedAt.set(changes, 100_000);
      return page(
        left.slice(0, 250).map(({ uuid }) => ({ uuid })),
        left.length > 250 ? `http://x/?cursor=${left[249]?.at}` : null,
      );
    }),
  );
}

const verify = { verify: true };
const people = (list: string[]) => list.map(uuid => ({ uuid }));

describe('contacts that RapidPro skips without a word', () => {
  test('are found after adding, many of them in a request for 250', async () => {
    const sleeps = noSleep();
    const list = uuids(300);
    const busy = [list[7], list[299]] as string[];
    const server = await groupServer({ contacts: people(list), busy });
    const { data } = await run(addToGroup(list, 'mothers', verify), server);
    expect(data).toMatchObject({
      requested: 300,
      failures: busy.map(id => ({ index: list.indexOf(id), id, code: 'SKIPPED' })),
    });
    // Three to act, one for the group, two for its members; then the two three times more.
    expect(server.requests).toHaveLength(3 + 1 + 2 + 3 * 2);
    expect(sleeps).toEqual([1, 2, 4]);
  });

  test('are found where somebody changes them while the members are read', async () => {
    noSleep();
    const members = uuids(600);
    const list = members.slice(0, 300);
    const [, busy = ''] = list;
    const server = await groupServer({
      contacts: people(members),
      members,
      busy: [busy],
      changes: busy,
    });
    const { data } = await run(removeFromGroup(list, OTHER_UUID, verify), server);
    expect(data).toMatchObject({ failures: [{ index: 1, code: 'SKIPPED' }] });
  });

  test('are found after removing', async () => {
    noSleep();
    const list = uuids(3);
    const busy = [list[1] as string];
    const server = await groupServer({ contacts: people(list), members: list, busy });
    const { data } = await run(removeFromGroup(list, OTHER_UUID, verify), server);
    expect(data).toMatchObject({ failures: [{ index: 1, code: 'SKIPPED' }] });
  });

  test('are found one by one in a group that is large', async () => {
    const list = uuids(2);
    const server = await groupServer({ contacts: people(list), count: 100_000 });
    const { data } = await run(addToGroup(list, 'Mothers', verify), server);
    expect(data).toEqual({ requested: 2, failures: [] });
    expect(sent(server).slice(2)).toEqual(list.map(uuid => `GET contacts?uuid=${uuid}`));
  });

  test('are found by URN', async () => {
    noSleep();
    const urns = ['tel:+250788123123', 'tel:+250788123124'];
    const contacts = [
      { uuid: UUID, urn: urns[0] as string },
      { uuid: OTHER_UUID, urn: urns[1] as string },
    ];
    const server = await groupServer({ contacts, busy: [OTHER_UUID] });
    const { data } = await run(addToGroup(urns, 'Mothers', verify), server);
    expect(data).toMatchObject({ failures: [{ index: 1, code: 'SKIPPED' }] });
    expect(JSON.stringify(data)).not.toContain('250788');
  });

  test.each([
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2, 4]],
  ])('are not those that a list only shows after %i more looks', async (late, expected) => {
    const sleeps = noSleep();
    const server = await groupServer({ contacts: people([UUID]), late });
    const { data } = await run(addToGroup([UUID], 'Mothers', verify), server);
    expect(data).toEqual({ requested: 1, failures: [] });
    expect(sleeps).toEqual(expected);
  });

  test.each(['MOTHERS', OTHER_UUID])(
    'are found in a group that is not shown yet: %s',
    async group => {
      const sleeps = noSleep();
      const list = uuids(3);
      const busy = [list[1] as string];
      const server = await groupServer({ contacts: people(list), busy, isNew: 2 });
      const { data } = await run(addToGroup(list, group, verify), server);
      expect(data).toMatchObject({ requested: 3, failures: [{ index: 1, code: 'SKIPPED' }] });
      expect(sleeps).toEqual([1, 2, 1, 2, 4]);
    },
  );

  test('are not known where the group is not shown: nobody was verified', async () => {
    const sleeps = noSleep();
    const lines = captureConsole();
    const list = uuids(2);
    const server = await groupServer({ contacts: people(list), busy: list, isNew: 9 });
    const { data } = await addToGroup(list, 'Mothers', verify)(stateFor(server));
    const description =
      'RapidPro accepted it, but does not show yet whether it was done: run the step again.';
    expect(data).toEqual({
      requested: 2,
      failures: list.map((id, index) => ({ index, id, code: 'NOT_VERIFIED', description })),
    });
    expect(sleeps).toEqual([1, 2, 4]);
    const log = lines.join('\n');
    expect(log).toContain('2 of 2 contacts could not be verified: see data.failures');
    expect(log).not.toContain('were not changed');
  });

  test('are not told from those of a copy that is behind, where there is no time to look again', async () => {
    const sleeps = noSleep();
    const lines = captureConsole();
    const list = uuids(3);
    const server = await groupServer({
      contacts: people(list),
      members: [list[0] as string],
      late: 9,
    });
    const { data } = await addToGroup(list, 'Mothers', { ...verify, maxWait: 0 })(stateFor(server));
    expect(data).toMatchObject({
      failures: [
        { index: 1, code: 'NOT_VERIFIED' },
        { index: 2, code: 'NOT_VERIFIED' },
      ],
    });
    expect(sleeps).toEqual([]);
    expect(lines.join('\n')).toContain('2 of 3 contacts could not be verified');
  });

  test('are not looked for if all were refused', async () => {
    const detail = `No such object: ${UUID}`;
    const server = await serve(
      msw.post('*', () => HttpResponse.json({ contacts: { 0: [detail] } }, { status: 400 })),
    );
    const { data } = await run(addToGroup([UUID], 'Mothers', verify), server);
    expect(data).toMatchObject({ failures: [{ index: 0, code: 'UNKNOWN_REFERENCE' }] });
    expect(server.requests).toHaveLength(1);
  });

  test('are not looked for unless asked', async () => {
    const server = await groupServer({ contacts: people([UUID]), busy: [UUID] });
    for (const options of [undefined, {}, { verify: false }, { verify: undefined }]) {
      await run(addToGroup([UUID], 'Mothers', options as never), server);
    }
    expect(server.requests).toHaveLength(4);
  });
});

test('a look that fails says that all was done', async () => {
  noSleep();
  const server = await serve(
    msw.post('*', () => new HttpResponse(null, { status: 204 })),
    msw.get('*', () => new HttpResponse('', { status: 503 })),
  );
  const error = await failure(addToGroup(uuids(150), 'Mothers', verify), server);
  expect(error).toMatchObject({
    code: 'PARTIAL_ACTION',
    details: { done: [[0, 149]], unknown: [], failed: [], notAttempted: [] },
  });
});

describe.each(['v9', 'textit'] as const)('in a workspace of %s that hides URNs', dialect => {
  const urn = 'tel:+250788123123';
  const open = () =>
    workspace({ dialect, anonymous: true, contacts: [{ name: 'A', urns: [urn] }, { name: 'B' }] });

  test.each([
    ['addToGroup', addToGroup],
    ['removeFromGroup', removeFromGroup],
  ])('%s by URN is refused, not sent', async (_, operation) => {
    const sandbox = await open();
    const list = [String(sandbox.contacts()[1]?.uuid), urn];
    for (const dryRun of [true, false]) {
      const error = await failure(operation(list, 'Mothers', { ...verify, dryRun }), sandbox);
      expect(error).toMatchObject({
        code: 'ANONYMOUS_WORKSPACE',
        outcome: 'none',
        description: expect.stringContaining('Nothing was sent'),
        fix: expect.stringContaining('verify'),
      });
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('uuids are verified, and URNs are still moved without that', async () => {
    const sandbox = await open();
    const uuid = String(sandbox.contacts()[1]?.uuid);
    const { data } = await run(addToGroup([uuid], 'Mothers', verify), sandbox);
    expect(data).toEqual({ requested: 1, failures: [] });
    await run(addToGroup([urn], 'Mothers'), sandbox);
    expect(writes(sandbox)).toHaveLength(2);
    expect(sandbox.contacts().map(({ groups }) => groups.length)).toEqual([1, 1]);
  });
});

test('what else goes wrong with the first look-up is thrown as it is', async () => {
  const server = await serve(
    msw.get('*/groups.json', () => page([{ uuid: OTHER_UUID, name: 'Mothers', count: 0 }])),
    msw.get('*/contacts.json', () => HttpResponse.json({ detail: 'Not you.' }, { status: 403 })),
  );
  const error = await failure(addToGroup(['tel:+250788123123'], OTHER_UUID, verify), server);
  expect(error.code).toBe('INVALID_TOKEN');
  expect(error.description).not.toContain('hides URNs');
  expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a URN that is not valid is RapidPro’s to refuse', async () => {
  const detail = 'Invalid URN: tel:+1';
  const server = await serve(
    msw.get('*/groups.json', () => page([{ uuid: OTHER_UUID, name: 'Mothers', count: 0 }])),
    msw.get('*/contacts.json', () => HttpResponse.json({ detail }, { status: 400 })),
    msw.post('*', () => HttpResponse.json({ contacts: { 0: [detail] } }, { status: 400 })),
  );
  const { data } = await run(addToGroup(['tel:+250788123123'], OTHER_UUID, verify), server);
  expect(data).toMatchObject({ failures: [{ index: 0, code: 'INVALID_URN' }] });
});

test.each(['yes', 1, {}])('the option is refused as %j', async value => {
  await refused(addToGroup([UUID], 'Mothers', { verify: value as never }), 'INVALID_OPTION');
});

test('other actions do not know the option', async () => {
  const error = await refused(blockContacts([UUID], verify as never), 'INVALID_OPTION');
  expect(error.description).toContain('unknown key "verify"');
});
