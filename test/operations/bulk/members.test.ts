import { describe, expect, test } from 'vitest';
import type { Client } from '../../../src/client/client.js';
import { AbortedError, Limiter } from '../../../src/client/limiter.js';
import { fail } from '../../../src/errors/errors.js';
import type { Settings } from '../../../src/input/options.js';
import type { Input } from '../../../src/sync/inputs.js';
import { Matcher, Matches, type SyncParts } from '../../../src/sync/match/matches.js';
import { BulkOutcome, inCommon } from '../../../src/sync/report/bulkOutcome.js';
import { Cost } from '../../../src/sync/write/changes.js';
import { Missing } from '../../../src/sync/write/missing.js';
import { cpuTime } from '../../support/cpuTime.js';
import { fakeClock } from '../../support/fakeClock.js';

/** Which members leave a group because the list does not name them: without a server. In doubt, nobody does. */

const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const urn = (n: number) => `tel:+2507880${10_000 + n}`;
const GROUP = 'g1';
type Member = { uuid: string; urns?: string[]; fields?: object };
const member = (n: number, more: object = {}): Member => ({
  uuid: uuidOf(n),
  urns: [urn(n)],
  ...more,
});
type Sent = { contacts: string[]; action: string; group: string };

interface Plan {
  list?: Partial<Input>[];
  /** The members of each group. */
  members?: Member[][];
  options?: Settings;
  /** What became of each entry; default: unchanged, with a uuid of its own. */
  ends?: (outcome: BulkOutcome, index: number) => void;
  atMost?: number | string;
  answer?: (sent: Sent, nth: number, limiter: Limiter) => Error | undefined;
  stop?: boolean;
  /** Whether it stops while the members are read. */
  stopsReading?: boolean;
  /** The contacts that entries turned out to be. */
  claims?: [index: number, uuid: string][];
}

async function removal({
  list = [{ urns: [urn(0)] }],
  members = [[member(0), member(1)]],
  options = {},
  ends = (outcome, index) => outcome.complete('unchanged', { index, uuid: uuidOf(1000 + index) }),
  atMost = '100%',
  answer = () => undefined,
  stop = false,
  stopsReading = false,
  claims = [],
}: Plan = {}) {
  const limiter = new Limiter({ clock: fakeClock(), isBulk: true });
  const settings: Settings = { ...options, removeMissing: { groups: [GROUP], atMost } };
  const all = list.map((entry, index): Input => ({ index, ...entry }));
  const outcome = new BulkOutcome(list.length, limiter, settings);
  const sent: Sent[] = [];
  const limited = fail('RATE_LIMITED', 'Too many.', 'Wait.');
  const client = {
    limiter,
    request: async (request: { path: string; query?: { group: string }; body: Sent }) => {
      if (request.path === 'contacts') {
        expect(request.query).toMatchObject({ reverse: true });
        const results = members[Number(request.query?.group.slice(1)) - 1];
        if (stopsReading) limiter.stop(limited);
        return { statusCode: 200, body: { next: null, results } };
      }
      expect(request).toMatchObject({
        method: 'POST',
        path: 'contact_actions',
        repeatable: true,
        referencesGroupsOrFields: true,
      });
      sent.push(request.body);
      const error = answer(request.body, sent.length, limiter);
      if (error) throw error;
      return { statusCode: 204, body: undefined };
    },
  } as unknown as Client;
  const matcher = new Matcher(settings.key, new Map([['id', 'text']]));
  const facts = { leave: members.map((_, at) => ({ uuid: `g${at + 1}` })), groups: [] };
  const cost = new Cost();
  const parts = {
    all,
    inputs: all,
    matcher,
    outcome,
    client,
    options: settings,
    facts,
    cost,
  } as unknown as SyncParts;
  for (let index = 0; index < list.length; index++) ends(outcome, index);
  if (stop) limiter.stop(limited);
  const matches = new Matches(parts);
  for (const [index, uuid] of claims) matches.claim(index, uuid);
  await new Missing(parts, matches).remove();
  return { removal: outcome.removal, sent, outcome, cost: cost.requests };
}

/** Which of the members, by their place, leave. */
const leavers = async (plan: Plan) =>
  (await removal(plan)).removal?.left.map(uuid => Number(uuid.slice(-6)));

const WITH_KEY = { key: 'fields.id' } as const;

describe('whom the list names stays', () => {
  test.each<[name: string, entry: Partial<Input>, one: object, stays: boolean]>([
    ['by a URN', { urns: [urn(1)] }, {}, true],
    ['by one of several', { urns: [urn(5), urn(1)] }, {}, true],
    ['by another', { urns: [urn(5)] }, {}, false],
    ['by a URN in other letters', { urns: ['mailto:A@x.org'] }, { urns: ['mailto:a@x.org'] }, true],
    ['by an id in other letters', { urns: ['ext:ABC'] }, { urns: ['ext:abc'] }, true],
    ['by its uuid', { uuid: uuidOf(1) }, {}, true],
    ['by the number of another scheme', { urns: [urn(1).replace('tel:+', 'whatsapp:')] }, {}, true],
    // Only the server knows the country of a number as it is dialed at home.
    ['by its number at home', { urns: ['tel:0788010001'] }, {}, true],
    ['by another number at home', { urns: ['tel:0788010009'] }, {}, false],
    [
      'by one at home that ends alike',
      { urns: ['tel:0688010001'] },
      { urns: ['tel:+250788010001'] },
      false,
    ],
    [
      'by the number of another country that ends alike',
      { urns: ['tel:+254788010001'] },
      {},
      false,
    ],
    [
      'by a number with zeros that RapidPro keeps as it is dialed at home',
      { urns: ['tel:+254700010001'] },
      { urns: ['tel:0700010001'] },
      true,
    ],
    ['by a number among letters', { urns: ['whatsapp:a0788010001b'] }, {}, true],
    ['by a number with spaces', { urns: ['tel:+250 788 010 001'] }, {}, true],
    [
      'by the end of a number that RapidPro writes otherwise',
      { urns: ['tel:+2540788010001'] },
      {},
      true,
    ],
    [
      'by a number that RapidPro keeps as it is dialed at home',
      { urns: [urn(1)] },
      { urns: ['tel:0788010001'] },
      true,
    ],
    ['not by five digits after zeros', { urns: ['tel:0010001'] }, {}, false],
    ['by six digits', { urns: ['tel:0123456'] }, { urns: ['tel:+250788123456'] }, true],
    [
      'by six digits of its own',
      { urns: ['tel:+250788123456', urn(9)] },
      { urns: ['tel:0123456'] },
      true,
    ],
    ['not by so few digits', { urns: ['tel:10001'] }, {}, false],
    ['nor by so few of its own', { urns: [urn(1)] }, { urns: ['tel:10001'] }, false],
    ['nor by digits of an id', { urns: ['ext:250788010001'] }, {}, false],
    ['nor by no digits', { urns: ['tel:ABCDEFGHIJK'] }, { urns: ['tel:LMNOPQRSTUV'] }, false],
    ['nor by six digits where eight must be the same', { urns: ['tel:+254999010001'] }, {}, false],
  ])('%s', async (_, entry, one, stays) => {
    const members = [[member(1, one), member(2)]];
    expect(await leavers({ list: [entry], members })).toEqual(stays ? [2] : [1, 2]);
  });

  test.each<[entry: Partial<Input>, fields: object | undefined, stays: boolean]>([
    [{ fields: { id: 'x' } }, { id: 'x' }, true],
    [{ fields: { id: 'X' } }, { id: ' x ' }, true],
    [{ fields: { id: 'y' } }, { id: 'x' }, false],
    [{ fields: { id: 'y' }, urns: [urn(1)] }, { id: 'x' }, true],
    [{ fields: { id: 'y' }, uuid: uuidOf(1) }, { id: 'x' }, true],
  ])('with a key: %j names %j: %j', async (entry, fields, stays) => {
    const members = [[member(1, { fields }), member(2, { fields: { id: 'z' } })]];
    expect(await leavers({ list: [entry], members, options: WITH_KEY })).toEqual(
      stays ? [2] : [1, 2],
    );
  });

  test('what an entry turned out to be stays too', async () => {
    const ends = (outcome: BulkOutcome, index: number) =>
      outcome.complete('updated', { index, uuid: uuidOf(2) });
    expect(
      await leavers({ list: [{ urns: ['tel:9'] }], members: [[member(1), member(2)]], ends }),
    ).toEqual([1]);
  });
});

test('members without the key cannot be in the list, so they stay', async () => {
  const members = [
    [
      member(1, { fields: { id: null } }),
      member(2),
      member(3, { fields: { id: ' ' } }),
      member(4, { fields: { id: 'z' } }),
    ],
  ];
  const found = await removal({ list: [{ fields: { id: 'x' } }], members, options: WITH_KEY });
  expect(found.removal).toEqual({
    left: [uuidOf(4)],
    unmatched: [uuidOf(1), uuidOf(2), uuidOf(3)],
  });
  const bare = [[member(1, { urns: [] }), member(2)]];
  const withUrns = await removal({ list: [{ urns: [urn(9)] }], members: bare });
  expect(withUrns.removal).toEqual({ left: [uuidOf(2)], unmatched: [uuidOf(1)] });
  const withUuid = await removal({
    list: [{ uuid: uuidOf(9) }, { urns: [urn(9)] }],
    members: bare,
  });
  expect(withUuid.removal).toEqual({ left: [uuidOf(1), uuidOf(2)] });
  const byUuid = await removal({
    list: [{ uuid: uuidOf(9) }],
    members: bare,
    options: { key: 'uuid' },
  });
  expect(byUuid.removal).toEqual({ left: [uuidOf(1), uuidOf(2)] });
  const byUrn = await removal({
    list: [{ uuid: uuidOf(9), urns: [urn(9)] }],
    members: bare,
    options: { key: 'urn' },
  });
  expect(byUrn.removal?.unmatched).toEqual([uuidOf(1)]);
});

describe('nobody leaves', () => {
  const AGAIN = 'Correct that, and run the step again.';
  const keep = (outcome: BulkOutcome, index: number) =>
    outcome.complete('unchanged', { index, uuid: uuidOf(0) });
  const bad = { code: 'INVALID_INPUT', description: 'It is wrong.', fix: 'Fix it.' } as const;
  const sharing = (outcome: BulkOutcome, index: number) =>
    outcome.fail({ index }, inCommon([0, 1], 'a URN'));
  const failing = (which: number) => (outcome: BulkOutcome, index: number) =>
    index === which ? outcome.fail({ index }, bad) : keep(outcome, index);

  test.each<[name: string, plan: Plan, reason: object]>([
    [
      'if the list is empty',
      { list: [] },
      {
        description: 'Nobody left a group: the list is empty.',
        fix: 'Check where the list comes from.',
      },
    ],
    [
      'if the run stopped',
      { stop: true },
      { description: 'Nobody left a group: the run stopped early (RATE_LIMITED).', fix: 'Wait.' },
    ],
    [
      'if an entry is still open',
      { list: [{}, {}], ends: (outcome, index) => index === 0 && keep(outcome, 0) },
      {
        description: 'Nobody left a group: not all of the list was processed: contacts[1].',
        fix: AGAIN,
        indexes: [[1, 1]],
      },
    ],
    [
      'if one failed before it was identified',
      { list: [{}, {}, {}], ends: failing(1) },
      {
        description:
          'Nobody left a group: 1 entry of the list failed before the contact was identified: contacts[1].',
        fix: `See data.failed. ${AGAIN}`,
        indexes: [[1, 1]],
      },
    ],
    [
      'if several did',
      { list: [{}, {}], ends: (outcome, index) => outcome.fail({ index }, bad) },
      {
        description:
          'Nobody left a group: 2 entries of the list failed before the contact was identified: contacts[0], contacts[1].',
        fix: `See data.failed. ${AGAIN}`,
        indexes: [[0, 1]],
      },
    ],
    [
      'if many did',
      {
        list: Array.from({ length: 9 }, () => ({})),
        ends: (outcome, index) => outcome.fail({ index }, bad),
      },
      {
        description:
          'Nobody left a group: 9 entries of the list failed before the contact was identified: contacts[0], contacts[1], contacts[2], contacts[3], contacts[4] and 4 more.',
        fix: `See data.failed. ${AGAIN}`,
        indexes: [[0, 8]],
      },
    ],
    [
      'if several share a phone',
      { list: [{}, {}], ends: sharing },
      {
        description:
          'Nobody left a group: 2 entries of the list failed before the contact was identified: contacts[0], contacts[1].',
        fix: `See data.failed. For people who share a phone, choose the one who counts: { duplicates: "first" } or "last". ${AGAIN}`,
        indexes: [[0, 1]],
      },
    ],
    [
      'if several share a phone that the key does not need',
      { list: [{}, {}], ends: sharing, options: WITH_KEY },
      {
        description:
          'Nobody left a group: 2 entries of the list failed before the contact was identified: contacts[0], contacts[1].',
        fix: `See data.failed. For people who share a phone, name its number only in one of the entries. ${AGAIN}`,
        indexes: [[0, 1]],
      },
    ],
    [
      'if one was created, and nobody knows as whom',
      { ends: (outcome, index) => outcome.complete('created', { index }) },
      {
        description: 'Nobody left a group: some entries could not be identified: contacts[0].',
        fix: AGAIN,
        indexes: [[0, 0]],
      },
    ],
    [
      'if URNs are hidden',
      { members: [[member(1, { urns: ['tel:********'] })]] },
      {
        description:
          'Nobody left a group: the workspace hides URNs, so URNs in the list cannot be matched.',
        fix: 'Leave "urns" out of the list, and identify contacts by uuid or by a field.',
      },
    ],
    [
      'if more than so many would',
      { members: [[0, 1, 2, 3].map(n => member(n))], atMost: 2 },
      {
        description:
          'Nobody left a group: 3 of 4 members are not in the list, which is more than atMost allows (2).',
        fix: 'Check them in data.notRemoved.uuids. If all of them should leave, raise removeMissing.atMost.',
        uuids: [1, 2, 3].map(uuidOf),
      },
    ],
    [
      'if more than such a share would',
      { members: [[0, 1, 2, 3].map(n => member(n))], atMost: ' 74.9% ' },
      {
        description:
          'Nobody left a group: 3 of 4 members are not in the list, which is more than atMost allows (74.9%).',
        fix: 'Check them in data.notRemoved.uuids. If all of them should leave, raise removeMissing.atMost.',
        uuids: [1, 2, 3].map(uuidOf),
      },
    ],
  ])('%s', async (_, plan, reason) => {
    const found = await removal(plan);
    expect(found.removal).toEqual({ left: [], notRemoved: reason });
    expect(found.sent).toEqual([]);
    expect(found.outcome.isRemovalStopped).toBe(false);
  });

  test('if it stopped while the members were read', async () => {
    const { removal: found, sent } = await removal({ stopsReading: true });
    expect(found?.notRemoved).toEqual({
      description: 'Nobody left a group: not all members could be read (RATE_LIMITED).',
      fix: 'Wait.',
    });
    expect(sent).toEqual([]);
  });

  test('if too many would, and then those without the key are reported too', async () => {
    const members = [[member(1), member(2, { fields: { id: 'z' } })]];
    const list = [{ fields: { id: 'x' } }];
    const { removal: found } = await removal({ list, members, options: WITH_KEY, atMost: 0 });
    expect(found).toMatchObject({ left: [], unmatched: [uuidOf(1)] });
    expect(found?.notRemoved?.uuids).toEqual([uuidOf(2)]);
  });

  test('with a field as key, if an entry that failed is no member; if it is, others may', async () => {
    const fields = (id: string) => ({ fields: { id } });
    const plan = { list: [fields('x'), fields('y')], ends: failing(1), options: WITH_KEY };
    const unknown = await removal({ ...plan, members: [[member(2, fields('z'))]] });
    expect(unknown.removal?.notRemoved).toEqual({
      description:
        'Nobody left a group: 1 entry of the list failed before the contact was identified: contacts[1].',
      fix: `See data.failed. ${AGAIN}`,
      indexes: [[1, 1]],
    });
    const members = [[member(1, fields('y')), member(2, fields('z'))]];
    expect(await leavers({ ...plan, members })).toEqual([2]);
    // Its key was read, and only the rest of the entry is wrong.
    const list = [fields('x'), { ...fields('y'), isUnsendable: true }];
    expect(await leavers({ ...plan, list, members: [[member(2, fields('z'))]] })).toEqual([2]);
  });

  test('if people share a phone; how to go on depends on the options', async () => {
    const advice = async (options: Plan['options'], ends = sharing) => {
      const list = [{}, {}, {}];
      return (await removal({ list, ends, options })).removal?.notRemoved?.fix;
    };
    const choose = 'choose the one who counts';
    expect(await advice({ key: 'urn' })).toContain(choose);
    const mixed = (outcome: BulkOutcome, index: number) =>
      index === 0 ? outcome.fail({ index }, bad) : sharing(outcome, index);
    expect(await advice({}, mixed)).toContain(choose);
    expect(await advice({ duplicates: 'first' })).toBe(`See data.failed. ${AGAIN}`);
  });

  test.each<[plan: Plan]>([
    [{ members: [[0, 1, 2, 3].map(n => member(n))], atMost: 3 }],
    [{ members: [[0, 1, 2, 3].map(n => member(n))], atMost: '75%' }],
  ])('but as many may: %j', async plan => {
    expect(await leavers(plan)).toEqual([1, 2, 3]);
  });

  test('an entry that cannot be sent still names its contact, by uuid or key', async () => {
    const plan = { list: [{ uuid: uuidOf(1), isUnsendable: true }], ends: failing(0) };
    expect(await leavers({ ...plan, members: [[member(1), member(2)]] })).toEqual([2]);
    const byUrn = { ...plan, options: { key: 'urn' } as const };
    expect((await removal(byUrn)).removal?.notRemoved?.description).toContain(
      '1 entry of the list failed',
    );
    const other = { list: [{ uuid: uuidOf(1) }], ends: failing(0) };
    expect((await removal(other)).removal?.notRemoved?.description).toContain(
      '1 entry of the list failed',
    );
  });

  test('nor if an entry that cannot be sent names nobody', async () => {
    const list = [{ isUnsendable: true, fields: { id: ' ' } }];
    const found = await removal({ list, ends: failing(0), options: WITH_KEY });
    expect(found.removal?.notRemoved?.description).toContain('1 entry of the list failed');
  });

  test('an entry that failed after its contact was found keeps that one', async () => {
    const list = [{ urns: ['tel:9'] }];
    const members = [[member(1), member(2)]];
    expect(await leavers({ list, members, ends: failing(0), claims: [[0, uuidOf(1)]] })).toEqual([
      2,
    ]);
  });

  test('hidden URNs matter only to a list that has some', async () => {
    const hidden = [[member(1, { urns: ['tel:********'] })]];
    const mixed = await removal({
      list: [{ uuid: uuidOf(2) }, { urns: [urn(0)] }],
      members: hidden,
    });
    expect(mixed.removal?.notRemoved?.description).toContain('hides URNs');
    expect(
      await leavers({
        list: [{ uuid: uuidOf(2) }, { uuid: uuidOf(3), urns: [] }],
        members: hidden,
      }),
    ).toEqual([1]);
  });

  test('an entry that was passed over must be a known contact', async () => {
    const pass = (uuid?: string) => (outcome: BulkOutcome, index: number) =>
      index === 1
        ? outcome.passOver({ index, duplicateOf: 0, ...(uuid ? { uuid } : {}) })
        : keep(outcome, index);
    const list = [{ urns: [urn(0)] }, { urns: [urn(7)] }];
    const unknown = await removal({ list, ends: pass() });
    expect(unknown.removal?.notRemoved).toEqual({
      description:
        'Nobody left a group: 1 entry that "duplicates" skipped may be someone else: contacts[1].',
      fix: `See data.passedOver. If it is, name the shared number only in the entry that counts. If not, leave the entry out of the list. ${AGAIN}`,
      indexes: [[1, 1]],
    });
    expect(await leavers({ list, ends: pass(uuidOf(0)) })).toEqual([1]);
    expect(await leavers({ list: [list[0] ?? {}, list[0] ?? {}], ends: pass() })).toEqual([1]);
    // One of its URNs is enough.
    const both = { urns: [urn(0), urn(7)] };
    expect(await leavers({ list: [list[0] ?? {}, both], ends: pass() })).toEqual([1]);
    // That of an entry that failed says nothing.
    const failed = await removal({
      list: [list[1] ?? {}, list[1] ?? {}],
      ends: (outcome, index) => (index === 1 ? pass()(outcome, 1) : failing(0)(outcome, 0)),
      claims: [[0, uuidOf(0)]],
    });
    expect(failed.removal?.notRemoved?.indexes).toEqual([[1, 1]]);
    const member7 = [[member(0), member(1), member(7)]];
    expect(await leavers({ list, members: member7, ends: pass() })).toEqual([1]);
    const byUuid = [list[0] ?? {}, { uuid: uuidOf(1) }];
    expect(await leavers({ list: byUuid, ends: pass() })).toEqual([]);
    const byKey = { list: [{ fields: { id: 'x' } }, { fields: { id: 'y' } }], options: WITH_KEY };
    const other = await removal({
      ...byKey,
      ends: pass(),
      members: [[member(1, { fields: { id: 'z' } })]],
    });
    expect(other.removal?.notRemoved?.indexes).toEqual([[1, 1]]);
    const fields = (id: string) => ({ fields: { id } });
    const known = {
      ...byKey,
      ends: pass(),
      members: [[member(1, fields('y')), member(2, fields('z'))]],
    };
    expect(await leavers(known)).toEqual([2]);
    const twice = { list: [list[0] ?? {}, list[0] ?? {}], ends: pass(), members: [[member(1)]] };
    expect(await leavers(twice)).toEqual([1]);
  });
});

describe('who leaves', () => {
  test('goes in hundreds, and from each group', async () => {
    const many = Array.from({ length: 150 }, (_, n) => member(n + 1));
    const {
      sent,
      removal: found,
      outcome,
    } = await removal({ members: [many, [member(1), member(0)]] });
    expect(sent.map(({ contacts, action, group }) => [contacts.length, action, group])).toEqual([
      [100, 'remove', 'g1'],
      [50, 'remove', 'g1'],
      [1, 'remove', 'g2'],
    ]);
    expect(found?.left).toHaveLength(150);
    expect(found).not.toHaveProperty('notRemoved');
    expect(outcome.wrote).toBe(151);
  });

  test('a member that was seen again in another state counts as last seen', async () => {
    const changed = [member(1), member(1, { urns: [urn(0)] })];
    expect(await leavers({ members: [changed, []] })).toEqual([]);
    const { removal: found } = await removal({
      members: [[member(1)], [member(1, { urns: [urn(0)] })]],
    });
    expect(found?.left).toEqual([]);
  });

  test('is a share of those who were members before', async () => {
    // Two of three entered the group, and the third is not in it yet.
    const list = [3, 4, 9].map(n => ({ urns: [urn(n)] }));
    const ends = (outcome: BulkOutcome, index: number) => {
      outcome.complete('updated', { index, uuid: uuidOf([3, 4, 9][index] ?? 0) });
      outcome.outsiders.add(index);
    };
    const members = [[1, 2, 3, 4].map(n => member(n))];
    const { removal: found } = await removal({ list, ends, members, atMost: '50%' });
    expect(found?.notRemoved?.description).toContain('2 of 2 members are not in the list');
    expect(found?.left).toEqual([]);
  });

  test.each([
    [248, 3],
    [249, 4],
  ])('in a dry run, with those who will enter: of %i members, %i requests', async (size, cost) => {
    const groups = [GROUP];
    const list = [{ urns: [urn(1)], groups }, { urns: ['tel:9'], groups }, { groups }, {}];
    const ends = (outcome: BulkOutcome, index: number) =>
      outcome.complete('updated', { index, uuid: uuidOf(index === 0 ? 1 : 900 + index) });
    const members = [Array.from({ length: size }, (_, n) => member(n + 1))];
    const options = { dryRun: true };
    expect((await removal({ list, ends, members, options })).cost).toBe(cost);
    expect((await removal({ list, ends, members, options: {} })).cost).toBe(0);
  });

  test('is only counted in a dry run', async () => {
    const many = Array.from({ length: 101 }, (_, n) => member(n + 1));
    const ends = (outcome: BulkOutcome, index: number) => outcome.complete('created', { index });
    const found = await removal({ members: [many, [member(1)]], options: { dryRun: true }, ends });
    expect(found.cost).toBe(3);
    expect(found.removal?.left).toHaveLength(101);
    expect(found.sent).toEqual([]);
  });

  const refusal = (errors: string[]) =>
    fail('VALIDATION_FAILED', 'RapidPro refused.', 'Fix it.', { statusCode: 400, errors });
  const members = [[1, 2, 3].map(n => member(n)), [member(4)]];

  test('not whom RapidPro refuses; the others do', async () => {
    const { removal: found, sent } = await removal({
      members,
      answer: (_, nth) =>
        nth === 1 ? refusal([`contacts: No such object: ${uuidOf(2)}`]) : undefined,
    });
    expect(sent.map(({ contacts, group }) => [contacts.length, group])).toEqual([
      [3, 'g1'],
      [2, 'g1'],
      [1, 'g2'],
    ]);
    expect(found).toEqual({
      left: [uuidOf(1), uuidOf(3), uuidOf(4)],
      notRemoved: {
        description:
          '1 member who is not in the list may not have left. Members were not removed: RapidPro refused.',
        fix: 'Fix it.',
        uuids: [uuidOf(2)],
      },
    });
  });

  test('all of them, if what was refused together is accepted in parts', async () => {
    const { removal: found, sent } = await removal({
      members,
      answer: (_, nth) => (nth === 1 ? refusal(['contacts: Not all are right.']) : undefined),
    });
    expect(sent.map(({ contacts }) => contacts.length)).toEqual([3, 2, 1, 1]);
    expect(found).toEqual({ left: [1, 2, 3, 4].map(uuidOf) });
  });

  test.each<[name: string, error: Error, said: string, isStopped: boolean]>([
    [
      'a refusal of all',
      refusal(['group: No such object']),
      'Members were not removed: RapidPro refused.',
      false,
    ],
    [
      'a lost connection',
      fail('CONNECTION_LOST', 'Lost.', 'Wait.'),
      'Members were not removed: Lost.',
      true,
    ],
    [
      'a stop',
      new AbortedError(),
      'Members were not removed, because the time or the rate limit was used up.',
      true,
    ],
  ])('after %s, all who are left stay', async (_, error, description, isStopped) => {
    const { removal: found, outcome } = await removal({
      members: [Array.from({ length: 101 }, (__, n) => member(n + 1)), [member(102)]],
      answer: (__, nth) => (nth === 2 ? error : undefined),
    });
    expect(found?.left).toHaveLength(100);
    expect(found?.notRemoved).toMatchObject({
      description: `2 members who are not in the list may not have left. ${description}`,
      uuids: [uuidOf(101), uuidOf(102)],
    });
    expect(outcome.isRemovalStopped).toBe(isStopped);
    expect(outcome.wrote).toBe(100);
  });

  test('an error that is none of ours ends it', async () => {
    await expect(removal({ answer: () => new RangeError('own') })).rejects.toThrow('own');
  });
});

test('without the option, nothing is read', async () => {
  const parts = { options: {} } as unknown as SyncParts;
  await expect(new Missing(parts, {} as Matches).remove()).resolves.toBeUndefined();
});

test('a long list is not gone through once more for each member', async () => {
  // RapidPro may write such numbers in another way: in Ivory Coast, a zero follows the calling code.
  const abidjan = (n: number) => `tel:+2250${700_000_000 + n}`;
  const list = Array.from({ length: 100_000 }, (_, n) => ({ urns: [abidjan(n)] }));
  const members = Array.from({ length: 4000 }, (_, n) =>
    member(n, { urns: [abidjan(200_000 + 1000 * n)] }),
  );
  const ends = (outcome: BulkOutcome, index: number) =>
    outcome.complete('unchanged', { index, uuid: uuidOf(10_000 + index) });
  const started = cpuTime();
  const { removal: found } = await removal({ list, members: [members], ends });
  expect(found?.left).toHaveLength(4000);
  expect(cpuTime() - started).toBeLessThan(5000);
});

test('a dry run does not count those who were passed over as people who enter the group', async () => {
  const list = Array.from({ length: 300 }, (_, n) => ({
    urns: [urn(n < 249 ? n : 0)],
    groups: [GROUP],
  }));
  const { cost, removal: found } = await removal({
    list,
    members: [Array.from({ length: 249 }, (_, n) => member(n))],
    options: { dryRun: true, duplicates: 'first' },
    ends: (outcome, index) =>
      index < 249
        ? outcome.complete('unchanged', { index, uuid: uuidOf(index) })
        : outcome.passOver({ index, duplicateOf: 0 }),
  });
  expect(found).toEqual({ left: [] });
  expect(cost).toBe(0);
});
