import type { Sandbox } from '@openfn/rapidpro-sandbox';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addGroup, execute, removeFromGroup, syncContacts, util } from '../../../src/index.js';
import type { BulkResult, SyncContact, SyncOptions } from '../../../src/types/bulk.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { run } from '../run.js';
import { bulk, upTo, workspace, writes } from './workspace.js';

const urn = (n: number) => `tel:+2507880${10_000 + n}`;
const local = (n: number) => urn(n).replace('+250', '0');
const REMOVE = { groups: ['Mothers'], atMost: '100%' };

const person = (n: number, more: object = {}) => ({
  urns: [urn(n)],
  name: `Person ${n}`,
  groups: ['Mothers', 'Partners'],
  ...more,
});

const membersOf = (sandbox: Sandbox, group = 'Mothers') =>
  sandbox
    .contacts()
    .filter(({ groups }) => groups.some(({ name }) => name === group))
    .map(({ name }) => name);

const uuidOf = (sandbox: Sandbox, n: number) =>
  String(sandbox.contacts().find(({ name }) => name === `Person ${n}`)?.uuid);

async function sync(sandbox: Sandbox, list: SyncContact[], options: SyncOptions = {}) {
  const { result } = await bulk(syncContacts(list, { removeMissing: REMOVE, ...options }), sandbox);
  return result;
}

describe.each(['v9', 'textit'] as const)('members whom the list does not name, on %s', dialect => {
  const start = (count: number, options = {}) => {
    captureConsole();
    noSleep();
    return workspace({ dialect, contacts: upTo(count).map(n => person(n)), ...options });
  };
  const listed = (...places: number[]): SyncContact[] =>
    places.map(n => ({ urns: [urn(n)], name: `Person ${n}` }));

  test('leave that group, and no other; nobody is deleted', async () => {
    const sandbox = await start(4);
    const gone = uuidOf(sandbox, 3);
    const result = await sync(sandbox, listed(0, 1, 2));
    expect(result.left).toEqual([gone]);
    expect(result.notRemoved).toBeUndefined();
    expect(membersOf(sandbox)).toEqual(['Person 0', 'Person 1', 'Person 2']);
    expect(membersOf(sandbox, 'Partners')).toHaveLength(4);
    expect(writes(sandbox)).toEqual(['POST contact_actions']);
  });

  test('a bad phone number keeps nobody in the group where a key names the contact', async () => {
    const people = upTo(3).map(n => person(n, { fields: { tei_id: `t${n}` } }));
    const sandbox = await start(0, { contacts: people });
    const gone = uuidOf(sandbox, 2);
    const list = [
      { urns: [urn(0)], fields: { tei_id: 't0' } },
      { urns: [() => util.phoneUrn('none', 'RW')], fields: { tei_id: 't1' } },
    ] as never;
    const result = await sync(sandbox, list, { key: 'fields.tei_id' });
    expect(result.failed).toMatchObject([{ index: 1, code: 'INVALID_URN' }]);
    expect(result.left).toEqual([gone]);
    expect(membersOf(sandbox)).toEqual(['Person 0', 'Person 1']);
    // By its number alone nobody knows who it is.
    const byUrn = await sync(sandbox, [{ urns: [urn(0)] }, { urns: ['tel:none'] }]);
    expect(byUrn).toMatchObject({ left: [], notRemoved: { indexes: [[1, 1]] } });
    expect(membersOf(sandbox)).toHaveLength(2);
  });

  test('nobody leaves if a key is a damaged cell: whose it was is unknown', async () => {
    const people = upTo(3).map(n => person(n, { fields: { tei_id: `1234567${n}` } }));
    const sandbox = await start(0, { contacts: people });
    const list = [
      ...upTo(2).map(n => ({ fields: { tei_id: `1234567${n}` } })),
      { urns: ['tel:none'], fields: { tei_id: '12345672.0' } },
    ];
    const result = await sync(sandbox, list, { key: 'fields.tei_id' });
    expect(result).toMatchObject({ left: [], notRemoved: { indexes: [[2, 2]] } });
    expect(membersOf(sandbox)).toHaveLength(3);
  });

  test.each<[key: unknown]>([
    [2 ** 54],
    ['[object Object]'],
    ['Invalid Date'],
    [Number.NEGATIVE_INFINITY],
    ['-Infinity'],
    ['$.data.id'],
    ['undefined undefined'],
    [new Date(0)],
    [['t2']],
    [() => '[object Object]'],
    [null],
    ['#N/A'],
    ['null'],
    ['t2\u200b'],
    ['\ufefft2'],
  ])('nor if it is what may not be sent: %j', async key => {
    const people = upTo(3).map(n => person(n, { fields: { tei_id: `t${n}` } }));
    const sandbox = await start(0, { contacts: people });
    const list = [
      ...upTo(2).map(n => ({ fields: { tei_id: `t${n}` } })),
      { name: 'Person 2', fields: { tei_id: key } },
    ] as SyncContact[];
    const result = await sync(sandbox, list, { key: 'fields.tei_id' });
    expect(result.failed).toMatchObject([{ index: 2, code: 'INVALID_INPUT' }]);
    expect(result).toMatchObject({ left: [], notRemoved: { indexes: [[2, 2]] } });
    expect(membersOf(sandbox)).toHaveLength(3);
  });

  test('a key or URN with accents in another form is told, and its contact stays', async () => {
    const people = [person(0, { fields: { tei_id: '\u00c9-1' } }), person(1)];
    const sandbox = await start(0, { contacts: [...people, { urns: ['ext:\u00c9-2'] }] });
    const lines = captureConsole();
    const list = [{ urns: [urn(0)], fields: { tei_id: 'E\u0301-1' } }, { fields: { tei_id: 'x' } }];
    const result = await sync(sandbox, list, { key: 'fields.tei_id', dryRun: true });
    expect(result).toMatchObject({ left: [], unmatched: [uuidOf(sandbox, 1)] });
    expect(lines.filter(line => line.includes('NFC'))).toEqual([
      expect.stringContaining('warning: Ids in contacts[0] have accents'),
    ]);
    lines.length = 0;
    await bulk(syncContacts([{ urns: ['ext:E\u0301-2'] }, { urns: ['ext:\u00c9-2'] }]), sandbox);
    await bulk(syncContacts([{ name: 'Zoe\u0308', urns: ['ext:\u00c9-2'] }]), sandbox);
    expect(lines.filter(line => line.includes('NFC'))).toHaveLength(1);
  });

  test('a uuid in another form names its contact, whatever else is wrong with the entry', async () => {
    const sandbox = await start(3);
    const [kept, gone] = [1, 2].map(n => uuidOf(sandbox, n)) as [string, string];
    const list = [{ uuid: uuidOf(sandbox, 0) }, { uuid: kept.toUpperCase(), name: ' ' }];
    const result = await sync(sandbox, list);
    expect(result.failed).toMatchObject([{ index: 1 }]);
    expect(result.left).toEqual([gone]);
    expect(membersOf(sandbox)).toEqual(['Person 0', 'Person 1']);
  });

  test('two people with one number but different keys are named as such, and both stay', async () => {
    const people = upTo(3).map(n => person(n, { fields: { tei_id: `t${n}` } }));
    const sandbox = await start(0, { contacts: people });
    const gone = uuidOf(sandbox, 2);
    const list = [
      { urns: [urn(0)], fields: { tei_id: 't0' } },
      { urns: [urn(0)], fields: { tei_id: 't1' } },
    ];
    const result = await sync(sandbox, list, { key: 'fields.tei_id' });
    const reason = {
      code: 'CONTACT_CLASH',
      description:
        'contacts[0], contacts[1] share a phone number or address, but differ in tei_id.',
      fix: expect.not.stringContaining('duplicates'),
    };
    expect(result.failed).toMatchObject([reason, reason]);
    expect(result.left).toEqual([gone]);
    expect(result.notRemoved).toBeUndefined();
    expect(membersOf(sandbox)).toEqual(['Person 0', 'Person 1']);
    // Nobody in the group has this key.
    const newcomer = { urns: [urn(0)], fields: { tei_id: 't9' } };
    const other = { urns: [urn(1)], fields: { tei_id: 't1' } };
    const second = await sync(sandbox, [list[0], newcomer, other] as never, {
      key: 'fields.tei_id',
    });
    expect(second).toMatchObject({ left: [], notRemoved: { indexes: [[1, 1]] } });
    expect(membersOf(sandbox)).toHaveLength(2);
    // As the fix says.
    const mended = await sync(sandbox, [{ fields: { tei_id: 't9' } }, list[0], other] as never, {
      key: 'fields.tei_id',
    });
    expect(mended).toMatchObject({ failed: [], created: [{ index: 0 }], left: [] });
  });

  test.each([
    [false, 3, 'Not in the list: 1 member was removed from the groups. See data.left'],
    [true, 3, 'Not in the list: 1 member would be removed from the groups. See data.left'],
    [false, 4, 'Nobody was removed from the groups'],
  ])('the log says who was removed: dry run %s, %i listed', async (dryRun, count, said) => {
    const sandbox = await start(4);
    const lines = captureConsole();
    await sync(sandbox, listed(...upTo(count)), { dryRun });
    expect(lines.join('\n')).toContain(said);
  });

  test('where nobody may leave, one line of the log says so', async () => {
    const sandbox = await start(4);
    const lines = captureConsole();
    await sync(sandbox, listed(0), { removeMissing: { ...REMOVE, atMost: 1 } });
    const said = lines
      .join('\n')
      .split('\n')
      .filter(line => /nobody/i.test(line));
    expect(said).toEqual([expect.stringContaining('Nobody left a group: 3 of 4 members')]);
  });

  test('a dry run finds who leaves, and another operation removes them: nothing else is written', async () => {
    const sandbox = await start(11);
    const before = sandbox.contacts().map(({ name }) => name);
    const list = [...upTo(10), 77].map(n => ({ urns: [n === 3 ? local(n) : urn(n)] }));
    const options: SyncOptions = { removeMissing: { groups: ['Mothers'] }, dryRun: true };
    const left = (state: State) => (state.data as BulkResult).left ?? [];
    await run(execute(syncContacts(list, options), removeFromGroup(left, 'Mothers')), sandbox);
    expect(membersOf(sandbox)).toEqual(upTo(10).map(n => `Person ${n}`));
    expect(writes(sandbox)).toEqual(['POST contact_actions']);
    expect(
      sandbox
        .contacts()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(before.sort());
    // Of a list that was cut off, nobody leaves.
    await run(
      execute(syncContacts(list.slice(5), options), removeFromGroup(left, 'Mothers')),
      sandbox,
    );
    expect(membersOf(sandbox)).toHaveLength(10);
  });

  test('people who share a phone keep everybody, until the job chooses as the log says', async () => {
    const sandbox = await start(4);
    const lines = captureConsole();
    const list = [...listed(0, 1, 2), { urns: [urn(1)], name: 'Partner' }];
    const kept = await sync(sandbox, list);
    expect(kept).toMatchObject({
      left: [],
      notRemoved: {
        indexes: [
          [1, 1],
          [3, 3],
        ],
      },
    });
    const said = lines
      .join('\n')
      .split('\n')
      .find(line => /nobody/i.test(line));
    expect(said).toContain('contacts[1], contacts[3]');
    expect(said).toContain('{ duplicates: "first" }');
    expect(kept.failed[0]?.fix).toContain('{ duplicates: "first" }');
    const gone = uuidOf(sandbox, 3);
    expect(await sync(sandbox, list, { duplicates: 'first' })).toMatchObject({ left: [gone] });
  });

  test('with a key, they do when the number is in one of the entries only', async () => {
    const people = upTo(3).map(n => person(n, { fields: { tei_id: `t${n}` } }));
    const sandbox = await start(0, { contacts: people });
    const gone = uuidOf(sandbox, 2);
    const named = (tei_id: string, urns?: string[]) => ({
      ...(urns && { urns }),
      fields: { tei_id },
    });
    const first = [named('t0', [urn(0)]), named('t1', [urn(1)])];
    const key = 'fields.tei_id';
    const kept = await sync(sandbox, [...first, named('t8', [urn(1)])], { key });
    expect(kept.notRemoved?.fix).toContain('name its number only in one of the entries');
    const passed = await sync(sandbox, [...first, named('t8', [urn(1)])], {
      key,
      duplicates: 'first',
    });
    expect(passed.notRemoved?.fix).toContain(
      'name the shared number only in the entry that counts',
    );
    expect(await sync(sandbox, [...first, named('t8')], { key })).toMatchObject({ left: [gone] });
  });

  test('a hundred a request, from several groups, after all else', async () => {
    const sandbox = await start(253);
    const list = [{ urns: [urn(0)], name: 'Renamed' }];
    const removeMissing = { groups: ['Mothers', 'Partners'], atMost: 252 };
    const result = await sync(sandbox, list, { removeMissing });
    expect(result.left).toHaveLength(252);
    expect(writes(sandbox)).toHaveLength(1 + 6);
    expect(writes(sandbox)[0]).toContain('POST contacts');
    expect(membersOf(sandbox, 'Partners')).toEqual(['Renamed']);
  });

  test('a dry run names them, and counts the requests', async () => {
    const sandbox = await start(4);
    const result = await sync(sandbox, listed(0, 1), { dryRun: true });
    expect(result.left?.toSorted()).toEqual([uuidOf(sandbox, 2), uuidOf(sandbox, 3)].toSorted());
    expect(result.requests).toBe(1);
    expect(membersOf(sandbox)).toHaveLength(4);
    expect(writes(sandbox)).toEqual([]);
  });

  test.each([
    ['by default more than a tenth', { groups: ['Mothers'] }, 2, false],
    ['by default a tenth', { groups: ['Mothers'] }, 1, true],
    ['more than so many people', { groups: ['Mothers'], atMost: 1 }, 2, false],
    ['so many people', { groups: ['Mothers'], atMost: 2 }, 2, true],
    ['more than a share', { groups: ['Mothers'], atMost: '15 %' }, 2, false],
    ['a share', { groups: ['Mothers'], atMost: '20%' }, 2, true],
  ])('%s', async (_, removeMissing, missing, goes) => {
    const sandbox = await start(10);
    const list = listed(...upTo(10 - missing));
    const result = await sync(sandbox, list, { removeMissing });
    expect(result.left).toHaveLength(goes ? missing : 0);
    expect(membersOf(sandbox)).toHaveLength(goes ? 10 - missing : 10);
    expect(result.notRemoved?.uuids?.length).toBe(goes ? undefined : missing);
  });

  describe('the share is of those who were members before the run', () => {
    const others = (count: number): SyncContact[] =>
      upTo(count).map(n => ({ urns: [urn(500 + n)], name: `Other ${n}`, groups: ['Mothers'] }));
    const known = (count: number) => others(count).map(({ groups: _, ...other }) => other);

    test.each([
      ['new people', '10%', 40, false],
      ['known people', '50%', 40, true],
    ])('and not of %s whom it lets in', async (_, atMost, count, areKnown) => {
      const sandbox = await start(4, {
        contacts: [...upTo(4).map(n => person(n)), ...(areKnown ? known(count) : [])],
      });
      const removeMissing = { groups: ['Mothers'], atMost };
      const dry = await sync(sandbox, others(count), { removeMissing, dryRun: true });
      const real = await sync(sandbox, others(count), { removeMissing });
      for (const { left, notRemoved } of [dry, real]) {
        expect(left).toEqual([]);
        expect(notRemoved?.description).toContain('4 of 4 members are not in the list');
      }
      expect(membersOf(sandbox)).toHaveLength(4 + count);
    });

    test('in a run that goes on, before the first of its runs', async () => {
      const sandbox = await start(4, {
        contacts: [...upTo(4).map(n => person(n)), ...known(10)],
      });
      const list = others(40);
      const options = { removeMissing: { groups: ['Mothers'] }, resume: true, concurrency: 1 };
      // It stops when some are in the group, and again before the group is read.
      sandbox.fault({ kind: 'throttle', when: { path: 'contacts', nth: 20 }, retryAfter: 4000 });
      const first = await bulk(syncContacts(list, options), sandbox);
      expect(first.result.notAttempted.length).toBeGreaterThan(0);
      expect(membersOf(sandbox).length).toBeGreaterThan(4);
      const kept = JSON.parse(JSON.stringify({ rapidpro: first.state.rapidpro }));
      const { result } = await bulk(syncContacts(list, options), sandbox, kept);
      expect(result).toMatchObject({ left: [], notAttempted: [] });
      expect(result.notRemoved?.description).toContain('4 of 4 members are not in the list');
      expect(membersOf(sandbox)).toHaveLength(44);
    });

    test('those who were members and enter another group count', async () => {
      const sandbox = await start(10);
      await run(addGroup({ name: 'Others' }), sandbox);
      const list = listed(...upTo(9)).map(one => ({ ...one, groups: ['Mothers', 'Others'] }));
      const result = await sync(sandbox, list, { removeMissing: { groups: ['Mothers'] } });
      expect(result.left).toHaveLength(1);
    });

    test('a dry run counts the pages of those who enter', async () => {
      const sandbox = await start(200);
      const list = [...listed(...upTo(200)), ...others(80)];
      const dry = await sync(sandbox, list, { dryRun: true });
      const between = sandbox.requests().length;
      const reads = between - writes(sandbox).length;
      await sync(sandbox, list);
      expect(sandbox.requests().length - between).toBe((dry.requests ?? 0) + reads);
    });
  });

  test.each<[string, object]>([
    ['a name of 65 characters', { name: 'n'.repeat(65) }],
    ['a language of another length', { language: 'english' }],
  ])('%s is refused after the contact was found, in a dry run as well', async (_, wrong) => {
    const sandbox = await start(3);
    const list = [...listed(0), { urns: [urn(1)], ...wrong }];
    const gone = uuidOf(sandbox, 2);
    const dry = await sync(sandbox, list, { dryRun: true });
    const between = sandbox.requests().length;
    const real = await sync(sandbox, list);
    for (const { left, failed, notRemoved } of [dry, real]) {
      expect({ left, notRemoved }).toEqual({ left: [gone] });
      expect(failed).toMatchObject([{ index: 1, uuid: uuidOf(sandbox, 1) }]);
    }
    // The refused write, and the one that takes the third out.
    expect(dry.requests).toBe(2);
    expect(sandbox.requests().length - between).toBe(between + 2);
  });

  test('an empty list takes nobody out', async () => {
    const sandbox = await start(3);
    const result = await sync(sandbox, []);
    expect(result).toMatchObject({
      left: [],
      notRemoved: { description: expect.stringMatching(/empty/) },
    });
    expect(membersOf(sandbox)).toHaveLength(3);
  });

  test('an entry that failed before it was matched keeps all, and is told', async () => {
    const sandbox = await start(4);
    for (const wrong of [
      { urns: ['tel:+250788'], name: 'x' },
      { urns: [urn(3)], fields: { nosuch: 1 } },
      { urns: [urn(3)], name: '' },
      { name: 'Nobody' },
    ]) {
      const result = await sync(sandbox, [...listed(0, 1), wrong]);
      expect(result.notRemoved?.indexes).toEqual([[2, 2]]);
      expect(result.left).toEqual([]);
    }
    const twice = await sync(sandbox, [...listed(0, 1), { urns: [urn(1)], name: 'Twice' }]);
    expect(twice.notRemoved?.indexes).toEqual([[1, 2]]);
    expect(membersOf(sandbox)).toHaveLength(4);
  });

  test('an entry that failed after it was matched is in the list all the same', async () => {
    const sandbox = await start(4, {
      contacts: [...upTo(4).map(n => person(n)), { urns: [urn(9)], name: 'Holder' }],
    });
    const taken = { urns: [urn(1), urn(9)] };
    const result = await sync(sandbox, [...listed(0), taken], { key: 'urn' });
    expect(result.failed).toHaveLength(1);
    expect(membersOf(sandbox)).toContain('Person 1');
    expect(membersOf(sandbox)).toContain('Person 0');
  });

  test.each([
    ['a number as it is dialed at home', (n: number) => ({ urns: [local(n)] })],
    ['spaces', (n: number) => ({ urns: [urn(n).replace('+250', '+250 ')] })],
    ['WhatsApp', (n: number) => ({ urns: [`ext:${n}`, urn(n).replace('tel:+', 'whatsapp:')] })],
    ['a second URN', (n: number) => ({ urns: [urn(500 + n), urn(n)] })],
  ])('who is named by %s stays', async (_, names) => {
    const sandbox = await start(3);
    const result = await sync(sandbox, [...listed(0), names(1)]);
    expect(membersOf(sandbox)).toContain('Person 1');
    expect(membersOf(sandbox)).toContain('Person 0');
    expect(result.left ?? []).not.toContain(uuidOf(sandbox, 1));
  });

  test('with a key, who has none stays and is told; who is named by a URN or a uuid stays', async () => {
    const withId = (n: number) => person(n, { fields: { tei_id: `M${n}` } });
    const sandbox = await start(0, {
      contacts: [withId(0), withId(1), withId(2), withId(4), person(3)],
    });
    const gone = uuidOf(sandbox, 4);
    const list = [
      { fields: { tei_id: 'M0' } },
      { fields: { tei_id: 'm1' }, name: 'New' },
      { fields: { tei_id: 'M9' }, urns: [urn(77), local(2)] },
    ];
    const result = await sync(sandbox, list, { key: 'fields.tei_id' });
    const [, , third] = upTo(3).map(place => result.failed.find(({ index }) => index === place));
    if (third) expect(result.left).toEqual([]);
    else expect(result.left).toEqual([gone]);
    expect(membersOf(sandbox)).toEqual(
      expect.arrayContaining(['Person 0', 'Person 1', 'Person 2', 'Person 3']),
    );
    if (!third) expect(result.unmatched).toEqual([uuidOf(sandbox, 3)]);
  });

  test('with duplicates: only where who was passed over is known', async () => {
    const sandbox = await start(4);
    const twice = { urns: [urn(0)], name: 'Twice' };
    const result = await sync(sandbox, [...listed(0, 1, 2), twice], { duplicates: 'first' });
    expect(result.passedOver).toEqual([{ index: 3, duplicateOf: 0 }]);
    expect(result.left).toEqual([uuidOf(sandbox, 3)]);
    const other = await start(0, {
      contacts: upTo(3).map(n => person(n, { fields: { tei_id: `M${n}` } })),
    });
    const unsure = [
      { urns: [urn(0)], fields: { tei_id: 'M0' } },
      { urns: [urn(0)], fields: { tei_id: 'M8' } },
    ];
    const options = { duplicates: 'first', key: 'fields.tei_id' } as const;
    const kept = await sync(other, unsure, options);
    expect(kept).toMatchObject({ left: [], notRemoved: { indexes: [[1, 1]] } });
    expect(membersOf(other)).toHaveLength(3);
  });

  test('smart and unknown groups are refused before anything is sent', async () => {
    const sandbox = await start(2);
    for (const [group, code] of [
      ['Old', 'INVALID_OPTION'],
      ['Mohters', 'UNKNOWN_GROUP'],
    ]) {
      const removeMissing = { groups: ['Mothers', String(group)] };
      const list = [{ urns: [urn(0)], name: 'Changed' }];
      await expect(sync(sandbox, list, { removeMissing })).rejects.toMatchObject({ code });
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test.each([
    [{}],
    [{ groups: [] }],
    [{ groups: [''] }],
    [{ groups: 'Mothers' }],
    [{ groups: ['Mothers'], atmost: 5 }],
    [{ groups: ['Mothers'], atMost: -1 }],
    [{ groups: ['Mothers'], atMost: 0.1 }],
    [{ groups: ['Mothers'], atMost: '110%' }],
    [{ groups: ['Mothers'], atMost: '10' }],
    [null],
  ])('%j is refused', async removeMissing => {
    const sandbox = await start(1);
    const wrong = sync(sandbox, listed(0), { removeMissing: removeMissing as never });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  test('a run that goes on from an earlier one knows whom that one met, under another number too', async () => {
    const sandbox = await start(5);
    const list = upTo(4).map(n => ({ urns: [urn(n)], name: `New ${n}` }));
    const options = { removeMissing: REMOVE, resume: true, concurrency: 1 };
    // Enough for the groups, the reading and some of the writing.
    sandbox.configure({ throttle: { v2: '3/hour', 'v2.contacts': '3/hour' } });
    const { result, state } = await bulk(syncContacts(list, options), sandbox);
    expect(result.notAttempted.length).toBeGreaterThan(0);
    expect(result).toMatchObject({
      left: [],
      notRemoved: { description: expect.stringMatching(/stopped|worked/) },
    });
    expect(membersOf(sandbox)).toHaveLength(5);
    sandbox.configure({ throttle: false });
    const [first] = [...result.updated, ...result.unchanged];
    const headers = { Authorization: `Token ${sandbox.token}`, 'Content-Type': 'application/json' };
    if (first) {
      await fetch(`${sandbox.host}/api/v2/contacts.json?uuid=${first.uuid}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ urns: ['tel:+250788999999'] }),
      });
    }
    const rapidpro = JSON.parse(JSON.stringify(state.rapidpro));
    const next = await bulk(syncContacts(list, options), sandbox, { rapidpro });
    expect(next.result.notAttempted).toEqual([]);
    expect(next.result.left).toEqual([uuidOf(sandbox, 4)]);
    expect(membersOf(sandbox)).toHaveLength(4);
  });
});

/** Any fault at any request: whoever leaves is missing in the list, and only if all else went well. */
test('whatever fails, nobody leaves who should not', async () => {
  captureConsole();
  noSleep();
  const fault = fc.record({
    kind: fc.constantFrom('reset', 'bad-gateway', 'throttle', 'garbled') as fc.Arbitrary<'reset'>,
    strikes: fc.constantFrom('before', 'after') as fc.Arbitrary<'before'>,
    times: fc.integer({ min: 1, max: 6 }),
    nth: fc.integer({ min: 1, max: 20 }),
    retryAfter: fc.constantFrom(3, 4000),
  });
  const cases = fc.record({
    dialect: fc.constantFrom('v9' as const, 'textit' as const),
    known: fc.subarray(upTo(14), { minLength: 1 }),
    asLocal: fc.subarray(upTo(10), { maxLength: 4 }),
    faults: fc.array(fault, { minLength: 1, maxLength: 3 }),
    hour: fc.option(fc.integer({ min: 3, max: 20 }), { nil: undefined }),
    wrong: fc.boolean(),
    concurrency: fc.constantFrom(1, 4),
  });
  await fc.assert(
    fc.asyncProperty(cases, async one => {
      const sandbox = await workspace({
        dialect: one.dialect,
        contacts: one.known.map(n => person(n)),
      });
      try {
        const list: SyncContact[] = upTo(10).map(n => ({
          urns: [one.asLocal.includes(n) ? local(n) : urn(n)],
          name: n % 2 ? `Person ${n}` : `New ${n}`,
          groups: ['Mothers'],
        }));
        if (one.wrong) list.push({ urns: ['tel:+250788'] });
        for (const { nth, ...order } of one.faults) {
          const strikes = (order.kind as string) === 'throttle' ? 'before' : order.strikes;
          sandbox.fault({ ...order, strikes, when: { nth } });
        }
        if (one.hour !== undefined) {
          const limit = `${one.hour}/hour`;
          sandbox.configure({ throttle: { v2: limit, 'v2.contacts': limit } });
        }
        const options = { removeMissing: REMOVE, concurrency: one.concurrency };
        const ids = new Map(sandbox.contacts().map(({ uuid, urns }) => [uuid, String(urns[0])]));
        const missing = one.known.filter(n => n >= 10).map(urn);
        const { result } = await bulk(syncContacts(list, options), sandbox).catch(() => ({
          result: undefined,
        }));
        const members = new Set(
          sandbox
            .contacts()
            .filter(({ groups }) => groups.some(({ name }) => name === 'Mothers'))
            .map(({ uuid }) => uuid),
        );
        const gone = [...ids].filter(([uuid]) => !members.has(uuid)).map(([, held]) => held);
        expect(missing).toEqual(expect.arrayContaining(gone));
        if (!result) expect(gone).toEqual([]);
        else {
          const isSound = result.failed.length + result.notAttempted.length === 0;
          if (!isSound && one.wrong) expect(gone).toEqual([]);
          if (result.notAttempted.length > 0) expect(gone).toEqual([]);
          for (const uuid of result.left ?? []) expect(gone).toContain(ids.get(uuid));
          if (gone.length < missing.length) expect(result.notRemoved).toBeDefined();
        }
      } finally {
        await sandbox.close();
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
