import { describe, expect, test } from 'vitest';
import { fail } from '../../../src/errors/errors.js';
import type { Change } from '../../../src/sync/compare.js';
import { changeOf, uuidOf } from './change.js';
import { home, LIMIT, members, type Person, person, refused, tel } from './fakeRapidPro.js';
import { type Entry, endsOf, syncing } from './syncing.js';
import { upTo } from './workspace.js';

/** What is written of a list, and how that ends for each entry: without a server. */

type Plan = Parameters<typeof syncing>[1];

/** The entries, with what differs of each. A contact with the number of the entry is there. */
function writing(entries: Entry[], differs: Partial<Change>[] = [], plan: Plan = {}) {
  const people = entries.map((_, n) => person(n));
  const all = syncing(entries, { people, ...plan });
  const changes = all.inputs.map((input, n) => changeOf(n, { input, ...differs[n] }));
  const change = (n: number) => changes[n] ?? expect.unreachable();
  return { ...all, changes, change, lines: all.server.lines };
}

const named = (n: number): Entry => ({ urns: [tel(n)], name: 'New' });
const NAME: Partial<Change> = { changed: ['name'], body: { name: 'New' } };
const joins = (...join: string[]): Partial<Change> => ({ changed: ['groups'], join });
const BROKEN = fail('CONNECTION_LOST', 'It was lost.', 'Again.', { outcome: 'none' });

describe('a change', () => {
  test('is written, and its entry is updated', async () => {
    const { writer, change, lines, server, outcome, logged } = writing([named(0)], [NAME]);
    await writer.change(change(0));
    expect(lines).toEqual(['write #0']);
    expect(server.bodies).toEqual([{ name: 'New' }]);
    expect(outcome.result().updated).toEqual([{ index: 0, uuid: uuidOf(0), changed: ['name'] }]);
    expect(logged).toEqual([1]);
  });

  test('of an entry that has ended is not written', async () => {
    const { writer, change, lines, outcome } = writing([named(0)], [{ ...NAME, ...joins('g1') }]);
    outcome.complete('unchanged', { index: 0 });
    await writer.change(change(0));
    await writer.groups({ atEnd: true });
    expect(lines).toEqual([]);
  });

  test('that is none leaves its entry unchanged', async () => {
    const { writer, change, outcome, logged } = writing([named(0)], [{}]);
    await writer.change(change(0));
    expect(outcome.result().unchanged).toEqual([{ index: 0, uuid: uuidOf(0) }]);
    expect(logged).toEqual([1]);
  });

  test('says what RapidPro could not read, and what it stored differently', async () => {
    const { writer, change, outcome } = writing(
      [named(0)],
      [{ ...NAME, unread: ['fields.age'], altered: ['fields.due'] }],
    );
    await writer.change(change(0));
    expect(outcome.result().updated).toMatchObject([
      { unread: ['fields.age'], altered: ['fields.due'] },
    ]);
  });

  test('that fails is the failure of its entry, with its contact', async () => {
    const { writer, change, outcome } = writing([named(0)], [{ ...NAME, ...joins('g1') }], {
      before: line => (line === 'write #0' ? refused('VALIDATION_FAILED') : undefined),
    });
    await writer.change(change(0));
    await writer.groups({ atEnd: true });
    expect(outcome.result().failed).toMatchObject([
      { index: 0, uuid: uuidOf(0), code: 'VALIDATION_FAILED' },
    ]);
    expect(outcome.result().failed[0]).not.toHaveProperty('changed');
  });

  test('of several are written side by side, as many as the job says', async () => {
    let most = 0;
    let now = 0;
    const { writer, changes, server, outcome } = writing(upTo(9).map(named), Array(9).fill(NAME), {
      concurrency: 3,
    });
    const { request } = server.client;
    server.client.request = async one => {
      most = Math.max(most, ++now);
      const answer = await request(one);
      now--;
      return answer;
    };
    await writer.changes(changes);
    expect(most).toBe(3);
    expect(outcome.done).toBe(9);
  });

  test('with URNs: added, or exactly those', async () => {
    for (const [urns, sent] of [
      [undefined, [tel(0), tel(5)]],
      ['exact', [tel(5)]],
    ] as const) {
      const { writer, change, server } = writing(
        [{ urns: [tel(5)] }],
        [{ changed: ['urns'], urns: true }],
        { options: urns ? { urns } : {} },
      );
      await writer.change(change(0));
      expect(server.bodies).toEqual([{}, { contacts: [tel(5)] }, { urns: sent }]);
    }
  });

  test('with URNs, of a contact whose URNs are hidden, is not written', async () => {
    const { writer, change, outcome, lines } = writing(
      [{ uuid: uuidOf(0), urns: [tel(5)], name: 'New' }],
      [{ ...NAME, urns: true, isAnonymous: true }],
    );
    await writer.change(change(0));
    expect(lines).toEqual([]);
    expect(outcome.result().failed).toMatchObject([
      { index: 0, uuid: uuidOf(0), code: 'ANONYMOUS_WORKSPACE' },
    ]);
  });

  test('that RapidPro refuses since it hides URNs fails alone, in words for that', async () => {
    const { writer, changes, outcome } = writing(
      [named(0), named(1)],
      [
        { ...NAME, ...joins('g1') },
        { ...NAME, isAnonymous: true },
      ],
      { before: line => (line === 'write #0' ? refused('ANONYMOUS_WORKSPACE') : undefined) },
    );
    await writer.changes(changes);
    await writer.groups({ atEnd: true });
    const { failed, updated } = outcome.result();
    expect(failed).toMatchObject([
      {
        index: 0,
        uuid: uuidOf(0),
        code: 'ANONYMOUS_WORKSPACE',
        description: expect.stringContaining('does not let a job add one'),
      },
    ]);
    expect(updated).toMatchObject([{ index: 1 }]);
  });

  test('whose URNs turn out to be there is reported without them', async () => {
    const { writer, change, outcome, server } = writing(
      [{ urns: [tel(0)], name: 'New' }],
      [{ changed: ['name', 'urns'], body: { name: 'New' }, urns: true }],
    );
    await writer.change(change(0));
    expect(outcome.result().updated).toMatchObject([{ changed: ['name'] }]);
    expect(server.bodies).toEqual([{ name: 'New' }]);
  });
});

describe('what only RapidPro can compare', () => {
  test.each<[string, Partial<Change>, says: boolean, keys: string[]]>([
    ['is said', { changed: ['name'], unpredicted: ['name'] }, true, ['name']],
    [
      'one of several',
      { changed: ['name'], unpredicted: ['urns', 'name'] },
      true,
      ['urns', 'name'],
    ],
    ['not if it was not written', { changed: ['name'], unpredicted: ['urns'] }, false, []],
    ['not if all is known', { changed: ['name'] }, false, []],
  ])('%s', async (_, more, says, keys) => {
    const { writer, change, outcome } = writing([named(0)], [{ ...NAME, ...more }]);
    await writer.change(change(0));
    const [item] = outcome.result().updated;
    if (says) expect(item).toMatchObject({ predicted: false });
    else expect(item).not.toHaveProperty('predicted');
    expect([...outcome.unpredicted]).toEqual(keys);
  });

  test('and turned out to be the same is unchanged, and would be written again', async () => {
    const people = [person(0, { modified_on: '2026-01-01T00:00:00.000000Z' })];
    const { writer, change, outcome, server } = writing(
      [named(0)],
      [{ ...NAME, unpredicted: ['name'], modified: '2026-01-01T00:00:00.000000Z' }],
      { people },
    );
    const { request } = server.client;
    server.client.request = async one => {
      const answer = await request(one);
      return {
        ...answer,
        body: {
          ...(answer.body as object),
          modified_on: people[0] && '2026-01-01T00:00:00.000000Z',
        },
      };
    };
    await writer.change(change(0));
    expect(outcome.result().unchanged).toEqual([{ index: 0, uuid: uuidOf(0), predicted: false }]);
    expect([...outcome.unpredicted]).toEqual(['name']);
  });
});

describe('who lost meanwhile what it was recognized by', () => {
  const lost = async (
    entry: Entry,
    more: Partial<Change>,
    options = {},
    kept?: Partial<Person>,
  ) => {
    const both = { ...NAME, changed: ['name', 'groups'], join: ['g1'] };
    const all = writing([entry], [{ ...both, isShown: true, ...more }], {
      options,
      people: [person(0, { urns: [tel(50)], ...kept })],
    });
    await all.writer.change(all.change(0));
    await all.writer.groups({ atEnd: true });
    return { ...all, failed: all.outcome.result().failed };
  };

  test('is perhaps somebody else, and joins no group', async () => {
    const { failed, lines } = await lost(named(0), {});
    expect(lines).toEqual(['write #0']);
    expect(failed).toMatchObject([
      {
        code: 'NOT_FOUND',
        changed: ['name'],
        description: expect.stringContaining('lost its phone number or address'),
      },
    ]);
  });

  test.each([{}, { urns: [] }])('by a number in local form too: %j', async kept => {
    const foundBy = [tel(0)];
    const { failed, lines } = await lost(
      { ...named(0), urns: [home(0)] },
      { isShown: false, foundBy },
      {},
      kept,
    );
    expect(lines).toEqual(['write #0']);
    expect(failed[0]?.description).toContain('lost its phone number or address');
  });

  test('by a field too', async () => {
    const entry = { fields: { id: 'x' }, name: 'New' };
    const { failed, lines } = await lost(entry, {}, { key: 'fields.id' });
    expect(lines).toEqual(['write #0']);
    expect(failed[0]?.description).toContain('lost its value of "id"');
  });

  test.each<[string, Entry, Partial<Change>, Partial<Person>]>([
    ['it still has it', named(0), {}, { urns: [tel(0)] }],
    ['it never showed it, as a number in local form', { urns: [home(0)] }, { isShown: false }, {}],
    [
      'it still shows it in full',
      { urns: [home(0)] },
      { isShown: false, foundBy: [tel(0)] },
      { urns: [tel(7), tel(0)] },
    ],
    [
      'its URNs are hidden',
      { urns: [home(0)] },
      { isShown: false, foundBy: [tel(0)] },
      { urns: ['tel:********'] },
    ],
    ['it was recognized by its uuid', { uuid: uuidOf(0), name: 'New' }, {}, {}],
    // Servers write it in another way, so nobody knows whether it is there.
    ['what it does not show is in local form', { urns: [tel(0), home(5)] }, {}, { urns: [tel(0)] }],
  ])('joins if %s', async (_, entry, more, kept) => {
    const { failed, lines } = await lost(entry, more, {}, kept);
    expect(failed).toEqual([]);
    expect(lines).toEqual(['write #0', 'add 1 g1']);
  });

  test.each<[string, Entry]>([
    ['one of its URNs', { urns: [tel(0), tel(5)], name: 'New' }],
    ['its URN, as the job names its uuid', { uuid: uuidOf(0), urns: [tel(5)], name: 'New' }],
    ['its number in another form', { urns: [tel(0), 'tel:+250 788 010 005', tel(5)], name: 'New' }],
  ])('joins no group either if it lost %s', async (_, entry) => {
    const { failed, lines } = await lost(entry, {}, {}, { urns: [tel(0)] });
    expect(lines).toEqual(['write #0']);
    expect(failed).toMatchObject([
      {
        index: 0,
        uuid: uuidOf(0),
        code: 'URN_TAKEN',
        changed: ['name'],
        description: expect.stringContaining('lost a phone number or address of this entry'),
      },
    ]);
  });

  test('of several URNs by which it was found, one is enough', async () => {
    const found = { isShown: false, foundBy: [tel(0), tel(5)] };
    const entry = { urns: [home(0), home(5)], name: 'New' };
    expect((await lost(entry, found, {}, { urns: [tel(5)] })).failed).toEqual([]);
    expect((await lost(entry, found, {}, { urns: [tel(7)] })).failed).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  test('is not known where nothing was written', async () => {
    const { failed, lines } = await lost(named(0), { body: {}, changed: ['groups'] });
    expect(failed).toEqual([]);
    expect(lines).toEqual(['add 1 g1']);
  });
});

describe('groups', () => {
  test('are changed a hundred contacts at a time; until then their entries are open', async () => {
    const { writer, changes, lines, outcome } = writing(
      upTo(130).map(named),
      Array(130).fill(joins('g1')),
    );
    await writer.changes(changes);
    expect(lines).toEqual(['add 100 g1']);
    expect(outcome.done).toBe(100);
    expect([99, 100].map(index => outcome.isOpen(index))).toEqual([false, true]);
    // Only their groups are missing.
    expect([99, 100].map(index => writer.isLeft(index))).toEqual([false, false]);
    await writer.groups({ atEnd: true });
    expect(lines).toEqual(['add 100 g1', 'add 30 g1']);
    expect(outcome.result().updated).toHaveLength(130);
  });

  test('one that was not written yet is left', () => {
    expect(writing([named(0)]).writer.isLeft(0)).toBe(true);
  });

  test('are left and entered; the entry ends when both are done', async () => {
    const { writer, change, lines, outcome, logged } = writing(
      [named(0)],
      [{ changed: ['groups'], join: ['g1'], leave: ['g2'] }],
      { people: [person(0, { groups: members('g2') })] },
    );
    await writer.change(change(0));
    expect(logged).toEqual([]);
    await writer.groups({ atEnd: true });
    expect(lines).toEqual(['add 1 g1', 'remove 1 g2']);
    expect(outcome.result().updated).toMatchObject([{ changed: ['groups'] }]);
    expect(logged).toEqual([1]);
  });

  test('a stop before them: what was written is said', async () => {
    const { writer, changes, limiter, outcome } = writing(
      [named(0), named(1)],
      [{ ...NAME, changed: ['name', 'groups'], join: ['g1'] }, joins('g1')],
    );
    await writer.changes(changes);
    limiter.stop(LIMIT);
    await writer.groups({ atEnd: true });
    expect(outcome.result().notAttempted).toEqual([
      { index: 0, uuid: uuidOf(0), changed: ['name'] },
      { index: 1 },
    ]);
  });

  test('that RapidPro refuses are the failure of each entry', async () => {
    const { writer, changes, outcome } = writing([named(0), named(1)], [joins('g1'), joins('g2')], {
      before: line => (line === 'add 1 g1' ? refused('UNKNOWN_REFERENCE') : undefined),
    });
    await writer.changes(changes);
    await writer.groups({ atEnd: true });
    expect(endsOf(outcome)).toEqual(['UNKNOWN_REFERENCE', 'updated']);
    expect(outcome.result().failed).toMatchObject([{ index: 0, uuid: uuidOf(0) }]);
  });

  test.each(['g1', 'g2'])(
    'of two, %s is refused: that the other one was entered is said',
    async no => {
      const { writer, change, outcome } = writing([named(0)], [joins('g1', 'g2')], {
        before: line => (line === `add 1 ${no}` ? refused('UNKNOWN_REFERENCE') : undefined),
      });
      await writer.change(change(0));
      await writer.groups({ atEnd: true });
      expect(outcome.result().failed).toMatchObject([
        { index: 0, uuid: uuidOf(0), code: 'UNKNOWN_REFERENCE', changed: ['groups'] },
      ]);
      expect(outcome.wrote).toBe(1);
    },
  );

  test('of who has failed since are not changed', async () => {
    const { writer, changes, lines, outcome } = writing(
      [named(0), named(1)],
      [joins('g1'), joins('g1')],
    );
    await writer.changes(changes);
    outcome.clash([0]);
    await writer.groups({ atEnd: true });
    expect(lines).toEqual(['add 1 g1']);
    expect(endsOf(outcome)).toEqual(['CONTACT_CLASH', 'updated']);
  });

  test('a run that goes on sends those of its first step at once', async () => {
    const { writer, changes, lines } = writing(upTo(3).map(named), Array(3).fill(joins('g1')), {
      earlier: {},
    });
    await writer.changes(changes.slice(0, 2));
    expect(lines).toEqual(['add 2 g1']);
    await writer.changes(changes.slice(2));
    expect(lines).toEqual(['add 2 g1']);
  });

  test('a run from the start waits for a hundred, also before its first write', async () => {
    const { writer, changes, lines } = writing([named(0)], [joins('g1')]);
    await writer.changes(changes);
    expect(lines).toEqual([]);
  });

  test.each<[string, Partial<Change>, end: string, lines: string[]]>([
    ['does not enter one', joins('g1'), 'VALIDATION_FAILED', []],
    ['leaves one', { changed: ['groups'], leave: ['g1'] }, 'updated', ['remove 1 g1']],
    ['gets its other keys', NAME, 'updated', ['write #0']],
    [
      'gets them before it fails',
      { ...NAME, changed: ['name', 'groups'], join: ['g1'] },
      'VALIDATION_FAILED',
      ['write #0'],
    ],
  ])('a contact that is blocked %s', async (_, more, end, sent) => {
    const { writer, change, lines, outcome } = writing([named(0)], [{ ...more, inactive: true }]);
    await writer.change(change(0));
    await writer.groups({ atEnd: true });
    expect(lines).toEqual(sent);
    expect(endsOf(outcome)).toEqual([end]);
    const [failed] = outcome.result().failed;
    if (failed)
      expect(failed).toMatchObject({ uuid: uuidOf(0), fix: expect.stringMatching(/unblock/) });
  });
});

describe('what goes wrong', () => {
  const attempts = async (errors: (Error | undefined)[]) => {
    const all = writing(errors.map((_, n) => named(n)));
    for (const [index, error] of errors.entries()) {
      await all.outcome.attempt({ index }, async () => {
        if (error) throw error;
      });
    }
    return all;
  };

  test('many failures of the connection in a row stop the run', async () => {
    expect((await attempts(Array(5).fill(BROKEN))).limiter.stopped).toBe(BROKEN);
  });

  test('but not with one success between them', async () => {
    const errors = [...Array(4).fill(BROKEN), undefined, ...Array(4).fill(BROKEN)];
    const { limiter, outcome } = await attempts(errors);
    expect(limiter.stopped).toBeUndefined();
    expect(outcome.result().failed[0]).toStrictEqual({
      index: 0,
      code: 'CONNECTION_LOST',
      description: 'It was lost.',
      fix: 'Again.',
    });
  });

  test('a failure of one entry names its contact, if that is known', async () => {
    const { outcome } = writing([named(0)]);
    await outcome.attempt({ index: 0, uuid: uuidOf(0) }, () =>
      Promise.reject(refused('NOT_FOUND')),
    );
    expect(outcome.result().failed).toMatchObject([{ uuid: uuidOf(0) }]);
  });

  test('a mistake of the program is thrown', async () => {
    const { outcome } = writing([named(0)]);
    const mistake = new TypeError('of ours');
    await expect(outcome.attempt({ index: 0 }, () => Promise.reject(mistake))).rejects.toBe(
      mistake,
    );
  });
});

describe('a new contact', () => {
  const making = async (entry: Entry, plan: Plan = {}) => {
    const all = syncing([entry], plan);
    const [input] = all.inputs;
    const contact = await all.writer.create(input ?? expect.unreachable());
    return { ...all, contact, created: all.outcome.result().created };
  };

  test('is made, and its entry is created', async () => {
    const { contact, created, server, logged } = await making({ ...named(0), groups: ['g1'] });
    expect(server.bodies).toEqual([{ name: 'New', urns: [tel(0)], groups: ['g1'] }]);
    expect(created).toEqual([{ index: 0, uuid: contact?.uuid }]);
    expect(logged).toEqual([1]);
  });

  test('says what RapidPro could not read', async () => {
    const { created } = await making(
      { fields: { age: 'many', id: 'x' } },
      {
        after: (_, { people: [one] }) => {
          if (one) one.fields.age = null;
          return undefined;
        },
      },
    );
    expect(created).toMatchObject([{ unread: ['fields.age'] }]);
  });

  const TAKEN = { people: [person(0)] };

  test('whose URN is taken: by a field, what to do is said', async () => {
    const error = await making(named(0), { ...TAKEN, options: { key: 'fields.id' } }).catch(e => e);
    expect(error).toMatchObject({
      code: 'URN_TAKEN',
      fix: expect.stringContaining('this value of "id"'),
    });
    const byUrn = await making(named(0), TAKEN).catch(e => e);
    expect(byUrn).toMatchObject({ code: 'URN_TAKEN', fix: 'Do something else.' });
  });

  test('that is refused for another reason: RapidPro says why', async () => {
    const error = await making(named(0), {
      options: { key: 'fields.id' },
      before: () => refused('VALIDATION_FAILED'),
    }).catch(e => e);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', fix: 'Do something else.' });
  });

  const dryRun = true;

  test('in a dry run is counted, and not made', async () => {
    const { contact, created, server, parts } = await making(named(0), { options: { dryRun } });
    expect(contact).toBeUndefined();
    expect(created).toEqual([{ index: 0 }]);
    expect(server.lines).toEqual([]);
    expect(parts.cost).toMatchObject({ requests: 1, isAtMost: false });
  });

  test('in a dry run: what cannot be read is known', async () => {
    const entry = { ...named(0), fields: { age: 'many' } };
    const { created } = await making(entry, { options: { dryRun } });
    expect(created).toEqual([{ index: 0, unread: ['fields.age'] }]);
  });

  test('in a dry run: one number in two forms is refused, as in the real one', async () => {
    const error = await making({ urns: [home(0), tel(0)] }, { options: { dryRun } }).catch(e => e);
    expect(error).toMatchObject({ code: 'INVALID_URN' });
  });

  test.each<[string, Entry, key: 'fields.id' | undefined, sure: boolean]>([
    ['a plain URN', named(0), undefined, true],
    ['no URN', { name: 'New' }, undefined, true],
    ['a number in local form', { urns: [home(0)] }, undefined, false],
    ['one of two in local form', { urns: [tel(1), home(0)] }, undefined, false],
    ['a URN that nobody was looked up by', named(0), 'fields.id', false],
    ['a field as key and no URN', { fields: { id: 'x' } }, 'fields.id', true],
    ['a language that is known', { ...named(0), language: 'eng' }, undefined, true],
    ['a language that may be none', { ...named(0), language: 'qqq' }, undefined, false],
  ])('in a dry run: whether that is sure, with %s', async (_, entry, key, sure) => {
    const { created } = await making(entry, { options: { dryRun, ...(key ? { key } : {}) } });
    expect(created).toEqual([sure ? { index: 0 } : { index: 0, predicted: false }]);
  });
});

describe('a dry run', () => {
  const options = { dryRun: true } as const;

  test('counts what each change takes, and writes nothing', async () => {
    const { writer, changes, lines, outcome, parts } = writing(
      [named(0), named(1), named(2)],
      [
        NAME,
        { ...NAME, changed: ['name', 'groups'], join: ['g1'] },
        { changed: ['groups'], join: ['g1'] },
      ],
      { options },
    );
    await writer.changes(changes);
    expect(parts.cost.requests).toBe(2);
    await writer.groups({ atEnd: false });
    expect(parts.cost.requests).toBe(2);
    await writer.groups({ atEnd: true });
    expect(parts.cost.requests).toBe(3);
    expect(lines).toEqual([]);
    // Nobody waits for its groups.
    expect(outcome.result().updated).toEqual([
      { index: 0, uuid: uuidOf(0), changed: ['name'] },
      { index: 1, uuid: uuidOf(1), changed: ['name', 'groups'] },
      { index: 2, uuid: uuidOf(2), changed: ['groups'] },
    ]);
  });

  test('cannot know who holds a URN', async () => {
    const { writer, change, outcome, parts } = writing(
      [named(0)],
      [{ changed: ['urns'], urns: true, missing: 1 }],
      { options },
    );
    await writer.change(change(0));
    expect(outcome.result().updated).toMatchObject([{ predicted: false }]);
    expect(outcome.perhapsTaken).toBe(1);
    expect(parts.cost).toMatchObject({ requests: 5, isAtMost: true });
    const plain = writing([named(0)], [NAME], { options });
    await plain.writer.change(plain.change(0));
    expect(plain.outcome.result().updated[0]).not.toHaveProperty('predicted');
    const strange = { ...NAME, unpredicted: ['name'] };
    const other = writing([named(0)], [strange], { options });
    await other.writer.change(other.change(0));
    expect([...other.outcome.unpredicted]).toEqual(['name']);
  });

  test('says what RapidPro would refuse, and of which contact', async () => {
    const entry = { urns: [tel(5)], name: 'x'.repeat(65) };
    const differs = { ...NAME, changed: ['name', 'urns'], urns: true, missing: 1 };
    const { writer, change, outcome, parts } = writing([entry], [differs], { options });
    await writer.change(change(0));
    const reason = {
      code: 'VALIDATION_FAILED',
      description: expect.any(String),
      fix: 'Shorten the name.',
    };
    expect(outcome.result().failed).toStrictEqual([{ index: 0, uuid: uuidOf(0), ...reason }]);
    expect(outcome.perhapsTaken).toBe(0);
    // The real run finds it out by then.
    expect(parts.cost.requests).toBe(5);
    const other = syncing([entry], { options });
    await other.writer.create(other.inputs[0] ?? expect.unreachable());
    expect(other.outcome.result().failed).toStrictEqual([{ index: 0, ...reason }]);
    expect(other.parts.cost.requests).toBe(1);
  });

  test('says who cannot enter a group', async () => {
    const { writer, change, outcome } = writing([named(0)], [{ ...joins('g1'), inactive: true }], {
      options,
    });
    await writer.change(change(0));
    expect(endsOf(outcome)).toEqual(['VALIDATION_FAILED']);
  });
});

describe('places that RapidPro does not find', () => {
  const AT = JSON.stringify([]);
  const place = (value: unknown, more: Partial<Change> = {}): Partial<Change> => ({
    changed: ['fields.home'],
    body: { fields: { home: value as string } },
    blank: new Map([['home', AT]]),
    ...more,
  });
  /** RapidPro shows no place that it does not find. */
  const after: NonNullable<Plan>['after'] = (_, { people: [one] }) => {
    if (one && 'home' in one.fields) one.fields.home = null;
    return undefined;
  };
  const run = async (differs: Partial<Change>[]) => {
    const all = writing(
      differs.map((_, n) => named(n)),
      differs,
      { after },
    );
    for (const change of all.changes) await all.writer.change(change);
    return { ...all, result: all.outcome.result() };
  };

  test('are written once, and then known', async () => {
    const { lines, result } = await run([place('Nowhere'), place(' Nowhere '), place('Elsewhere')]);
    expect(lines).toEqual(['write #0', 'write #2']);
    expect(result.updated).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(result.unchanged).toEqual([{ index: 1, uuid: uuidOf(1), unread: ['fields.home'] }]);
  });

  test('what else differs is written without them', async () => {
    const { server, result } = await run([
      place('Nowhere'),
      place('Nowhere', {
        changed: ['name', 'fields.age', 'fields.home'],
        body: { name: 'New', fields: { age: '3', home: 'Nowhere' } },
        unread: ['fields.home'],
      }),
      place('Nowhere', {
        changed: ['name', 'fields.home'],
        body: { name: 'New', fields: { home: 'Nowhere' } },
      }),
    ]);
    expect(server.bodies.slice(1)).toEqual([
      { name: 'New', fields: { age: '3' } },
      { name: 'New' },
    ]);
    expect(result.updated).toMatchObject([
      { index: 0 },
      { index: 1, changed: ['name', 'fields.age'], unread: ['fields.home'] },
      { index: 2, changed: ['name'] },
    ]);
  });

  test.each<[string, Partial<Change>]>([
    ['in another place above', { blank: new Map([['home', '[["Rwanda",null]]']]) }],
    ['where the contact shows one', { blank: new Map() }],
    [
      'in another field',
      {
        changed: ['fields.work'],
        body: { fields: { work: 'Nowhere' } },
        blank: new Map([['work', AT]]),
      },
    ],
  ])('the same name is written %s', async (_, more) => {
    const { lines } = await run([place('Nowhere'), place('Nowhere', more)]);
    expect(lines).toEqual(['write #0', 'write #1']);
  });

  test('is not learned of a field where the contact showed another place', async () => {
    const { lines } = await run([place('Nowhere', { blank: new Map() }), place('Nowhere')]);
    expect(lines).toEqual(['write #0', 'write #1']);
  });

  test('a place that is found is written for each', async () => {
    const all = writing([named(0), named(1)], [place('Kigali'), place('Kigali')]);
    for (const change of all.changes) await all.writer.change(change);
    expect(all.lines).toEqual(['write #0', 'write #1']);
  });

  test('other fields that it cannot read are written each time', async () => {
    const age = { changed: ['fields.age'], body: { fields: { age: 'many' } } };
    const all = writing([named(0), named(1)], [age, age], {
      after: (_, { people: [one] }) => {
        if (one) one.fields.age = null;
        return undefined;
      },
    });
    for (const change of all.changes) await all.writer.change(change);
    expect(all.lines).toEqual(['write #0', 'write #1']);
    expect(all.outcome.result().updated).toMatchObject([
      { unread: ['fields.age'] },
      { unread: ['fields.age'] },
    ]);
  });
});
