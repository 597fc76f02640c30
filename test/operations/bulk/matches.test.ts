import { describe, expect, test } from 'vitest';
import { Limiter } from '../../../src/client/limiter.js';
import type { Settings } from '../../../src/input/options.js';
import type { Input } from '../../../src/sync/inputs.js';
import { Matcher, Matches, type SyncParts } from '../../../src/sync/match/matches.js';
import { BulkOutcome } from '../../../src/sync/report/bulkOutcome.js';
import { cpuTime } from '../../support/cpuTime.js';
import { fakeClock } from '../../support/fakeClock.js';

/** Which contact in RapidPro each entry of a list is, without a server. */

const A = 'tel:+250788000001';
const B = 'tel:+250788000002';
const [U1, U2] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const TYPES = new Map([
  ['id', 'text'],
  ['no', 'number'],
  ['due', 'datetime'],
  ['long', 'text'],
]);

type Entry = Omit<Input, 'index'>;

function matching(entries: Entry[], options: Settings = {}, leave: { uuid: string }[] = []) {
  const inputs = entries.map((entry, index): Input => ({ index, ...entry }));
  const matcher = new Matcher(options.key, TYPES);
  for (const input of inputs) matcher.expect(input);
  const outcome = new BulkOutcome(inputs.length, new Limiter({ clock: fakeClock() }), options);
  const facts = {
    types: TYPES,
    manual: new Set(),
    exact: new Set(),
    groups: [],
    scope: undefined,
    leave,
  };
  const parts = { inputs, all: inputs, options, matcher, outcome, facts } as unknown as SyncParts;
  return { matches: new Matches(parts), outcome, inputs, matcher };
}

const contact = (uuid: string, more: object = {}) => ({
  ...{ uuid, name: 'Amina', language: null, urns: [], groups: [], fields: {}, status: 'active' },
  ...more,
});
const at = (inputs: Input[], index: number) => inputs[index] ?? expect.unreachable();

describe('an entry is recognized', () => {
  const names = (entry: Entry, key?: Settings['key']) =>
    new Matcher(key, TYPES).namesOf({ index: 0, ...entry }).map(({ token }) => token);

  test.each<[string, Entry, Settings['key'] | undefined, string[]]>([
    ['by its URNs', { urns: [A, B] }, undefined, [A, B]],
    ['by its uuid, if it has one', { uuid: U1, urns: [A] }, undefined, [U1]],
    ['by URNs in spite of its uuid', { uuid: U1, urns: [A] }, 'urn', [A]],
    ['by its uuid alone', { uuid: U1, urns: [A] }, 'uuid', [U1]],
    ['not by URNs', { urns: [A] }, 'uuid', []],
    ['not by its uuid', { uuid: U1 }, 'urn', []],
    ['by a field', { uuid: U1, urns: [A], fields: { id: ' x ' } }, 'fields.id', ['=x']],
    ['by a number', { fields: { no: '007.0' } }, 'fields.no', ['=7']],
    ['not by an empty field', { urns: [A], fields: { id: ' ' } }, 'fields.id', []],
    ['not by a field that is null', { urns: [A], fields: { id: null } }, 'fields.id', []],
    ['not by another field', { urns: [A], fields: { no: '1' } }, 'fields.id', []],
    ['not by no fields', { urns: [A] }, 'fields.id', []],
    ['not by a time that only RapidPro can read', { fields: { due: '5/1' } }, 'fields.due', []],
  ])('%s', (_, entry, key, tokens) => {
    expect(names(entry, key)).toEqual(tokens);
    const matcher = new Matcher(key, TYPES);
    const refusal = matcher.refusal({ index: 0, ...entry });
    if (tokens.length > 0) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each<[Settings['key'] | undefined, string]>([
    [undefined, 'URN or uuid'],
    ['urn', 'URN'],
    ['uuid', 'uuid'],
    ['fields.id', 'fields.id'],
  ])('with the key %s, the refusal says what is missing', (key, wanted) => {
    expect(new Matcher(key, TYPES).refusal({ index: 0 })?.description).toBe(
      `The contact has no ${wanted} to recognize it by. Nothing was sent.`,
    );
  });

  test.each<[Entry, Settings['key'] | undefined, urns: boolean, uuid: boolean]>([
    [{ urns: [A] }, undefined, true, false],
    [{ uuid: U1 }, undefined, false, true],
    [{ uuid: U1 }, 'urn', true, false],
    [{ urns: [A] }, 'uuid', false, true],
    [{ urns: [A] }, 'fields.id', false, false],
  ])('%j with the key %s: by URNs %s, by the uuid %s', (entry, key, urns, uuid) => {
    const matcher = new Matcher(key, TYPES);
    expect(matcher.usesUrns({ index: 0, ...entry })).toBe(urns);
    expect(matcher.usesUuid({ index: 0, ...entry })).toBe(uuid);
  });

  test.each<[string, Settings['key'] & string, string | number, what: string | undefined]>([
    ['an exponent', 'fields.id', '2.48712E+16', 'has an exponent'],
    ['an exponent in a number', 'fields.no', '2,48712E+16', 'has an exponent'],
    ['decimals', 'fields.id', '1234567.0', 'ends with ".0"'],
    ['more digits than a number keeps', 'fields.no', '2487123456789012.0', 'ends with ".0"'],
    ['an error', 'fields.id', '#REF!', 'is an error value'],
    ['a word', 'fields.id', 'None', 'is a word for missing data'],
    ['an invisible character', 'fields.no', '123.0\ufeff', 'contains an invisible'],
    // A field of numbers stores the same without the decimals.
    ['no harm', 'fields.no', ' 248712345678901.0 ', undefined],
    ['no harm', 'fields.no', '248712345678901.00', undefined],
    ['no harm', 'fields.no', 7, undefined],
  ])('by a key with %s: %s %j', (_, key, value, what) => {
    const input = { index: 0, fields: { [key.slice('fields.'.length)]: value } };
    const matcher = new Matcher(key, TYPES);
    expect(matcher.namesOf(input)).toHaveLength(what ? 0 : 1);
    const refusal = matcher.refusal(input);
    if (what === undefined) expect(refusal).toBeUndefined();
    else {
      expect(refusal).toMatchObject({
        code: 'INVALID_INPUT',
        description: expect.stringContaining(`contact.${key} ${what}`),
      });
      expect(JSON.stringify(refusal)).not.toContain(String(value));
    }
  });

  test('by a key that is a word, if the job says so, but never by a damaged one', () => {
    const named = (id: string) =>
      new Matcher('fields.id', TYPES, true).namesOf({ index: 0, fields: { id } });
    expect(named('None')).toEqual([{ token: '=None', what: 'id' }]);
    expect(named('R-1\u200b')).toEqual([{ token: '=R-1\u200b', what: 'id' }]);
    for (const id of ['#N/A', '2.48712E+16', '1234567.0']) expect(named(id)).toEqual([]);
  });

  test('in a contact of RapidPro, however that writes its URNs', () => {
    const { matcher, inputs } = matching([{ urns: [A] }, { uuid: U2 }, { urns: [B] }]);
    const found = (uuid: string, more?: object) =>
      [...matcher.of(contact(uuid, more))].map(input => input.index);
    expect(found(U1)).toEqual([]);
    expect(found(U1, { urns: ['tel:+250 788 000 001#Amina'] })).toEqual([0]);
    expect(found(U2)).toEqual([1]);
    expect(found(U2, { urns: [B, A] })).toEqual([1, 2, 0]);
    expect(inputs).toHaveLength(3);
  });

  test('with a field as key, by nothing else', () => {
    const { matcher } = matching([{ urns: [A], uuid: U1, fields: { no: '7' } }], {
      key: 'fields.no',
    });
    const found = (more: object) => matcher.of(contact(U1, { urns: [A], ...more })).size;
    expect(found({ fields: { no: '7' } })).toBe(1);
    expect(found({ fields: { no: 7 } })).toBe(1);
    expect(found({ fields: { no: null } })).toBe(0);
    expect(found({ fields: {} })).toBe(0);
    expect(found({ fields: undefined })).toBe(0);
    // Who has no value is not the one whose value is this word.
    const literal = new Matcher('fields.id', TYPES, true);
    literal.expect({ index: 0, fields: { id: 'null' } });
    expect(literal.of(contact(U1, { fields: { id: 'null' } })).size).toBe(1);
    expect(literal.of(contact(U1, { fields: { id: null } })).size).toBe(0);
  });
});

describe('a contact is seen', () => {
  test('and is unchanged, or returns its change', () => {
    const { matches, outcome } = matching([
      { urns: [A], name: 'Amina' },
      { urns: [B], name: 'Bea' },
    ]);
    expect(matches.isMissing(0)).toBe(true);
    expect(matches.see(contact(U1, { urns: [A] }))).toEqual([]);
    expect(matches.isMissing(0)).toBe(false);
    expect(matches.uuidOf(0)).toBe(U1);
    const [change] = matches.see(contact(U2, { urns: [B] }));
    expect(change).toMatchObject({ uuid: U2, changed: ['name'], byUrns: true, isShown: true });
    expect(matches).toMatchObject({ found: 2, waits: false });
    expect(outcome.result()).toMatchObject({
      unchanged: [{ index: 0, uuid: U1 }],
      notAttempted: [{ index: 1 }],
    });
    expect(outcome.result()).not.toHaveProperty('inactive');
    // Once more, in the same read.
    expect(matches.see(contact(U2, { urns: [B] }))).toHaveLength(1);
    expect(matches.found).toBe(2);
    // Done, so it is not compared again.
    expect(matches.see(contact(U1, { urns: [A], name: 'Other' }))).toEqual([]);
  });

  test('and is nobody of the list', () => {
    const { matches, outcome } = matching([{ urns: [A] }]);
    expect(matches.see(contact(U2, { urns: [B] }))).toEqual([]);
    expect(matches.found).toBe(0);
    expect(outcome.done).toBe(0);
  });

  test('which RapidPro named for an entry, though it does not show the URN', () => {
    const { matches, inputs } = matching([{ urns: ['tel:0788000001'], name: 'Bea' }]);
    const asked = { input: at(inputs, 0), urns: ['tel:0788000001'] };
    const [change] = matches.see(contact(U1, { urns: [A] }), asked);
    expect(change).toMatchObject({ changed: ['name'], byUrns: true, isShown: false });
    expect(matches.uuidOf(0)).toBe(U1);
  });

  test('stopped, which is noted', () => {
    const { matches, outcome } = matching([{ urns: [A] }]);
    matches.see(contact(U1, { urns: [A], status: 'stopped' }));
    expect(outcome.result().inactive).toEqual([{ index: 0, uuid: U1, status: 'stopped' }]);
  });

  const LEAVE = [{ uuid: 'g1' }, { uuid: 'g2' }];

  test.each<[string, groups: unknown, leave: { uuid: string }[], isOutsider: boolean]>([
    ['a member', [{ uuid: 'g3' }, { uuid: 'g2' }], LEAVE, false],
    ['no member', [{ uuid: 'g3' }], LEAVE, true],
    ['in no group', [], LEAVE, true],
    ['of unknown groups', undefined, LEAVE, true],
    ['of groups without uuids', [null, 'g1'], LEAVE, true],
    ['no member, where nobody leaves', [], [], false],
  ])('%s, of the groups that others leave', (_, groups, leave, isOutsider) => {
    const { matches, outcome } = matching([{ urns: [B] }, { urns: [A] }], {}, leave);
    matches.see(contact(U1, { urns: [A], groups }));
    expect([...outcome.outsiders]).toEqual(isOutsider ? [1] : []);
  });

  test.each([
    [LEAVE, [1]],
    [[], []],
  ])('who was made, was no member of them: %j', (leave, outsiders) => {
    const { matches, outcome, inputs } = matching([{ urns: [B] }, { urns: [A] }], {}, leave);
    matches.made(at(inputs, 1), contact(U1, { urns: [A], groups: [{ uuid: 'g1' }] }));
    expect([...outcome.outsiders]).toEqual(outsiders);
  });

  test.each<[string, Entry, Parameters<typeof matching>[1], isBehind: boolean]>([
    ['another, by its uuid', { uuid: U1, urns: [B] }, {}, true],
    ['another, by a field', { urns: [B], fields: { id: 'x' } }, { key: 'fields.id' }, true],
    // It is how the contact is named.
    ['another, by its URN', { urns: [B] }, {}, false],
    ['none', { uuid: U1, urns: [A] }, {}, false],
    ['another that goes', { uuid: U1, urns: [B] }, { urns: 'exact' }, false],
    ['all, as the entry has none', { uuid: U1 }, {}, false],
  ])('whose number in the list comes behind %s', (_, entry, options, isBehind) => {
    const { matches, outcome } = matching([{ urns: ['ext:a'], uuid: U2 }, entry], options);
    matches.see(contact(U1, { urns: [A, B], fields: { id: 'x' } }));
    expect([...outcome.behind]).toEqual(isBehind ? [1] : []);
  });

  test.each<[string, Entry, urns: string[], isHidden: boolean]>([
    ['hidden', { uuid: U1, urns: [B] }, ['tel:********'], true],
    ['hidden, of an entry that has none', { uuid: U1 }, ['tel:********'], false],
    ['hidden, of an entry with none in its list', { uuid: U1, urns: [] }, ['tel:********'], false],
    ['shown', { uuid: U1, urns: [A] }, [A], false],
  ])('whose URNs are %s: whether the log says so', (_, entry, urns, isHidden) => {
    const { matches, outcome } = matching([{ uuid: U2 }, entry]);
    matches.see(contact(U1, { urns }));
    expect([...outcome.hidden]).toEqual(isHidden ? [1] : []);
  });

  test('with a value that RapidPro cannot read', () => {
    const entry = { urns: [A], fields: { no: 'many' } };
    const { matches, outcome } = matching([entry]);
    expect(matches.see(contact(U1, { urns: [A], fields: { no: null } }))).toEqual([]);
    expect(outcome.result().unchanged).toEqual([{ index: 0, uuid: U1, unread: ['fields.no'] }]);
  });

  test('which does not show by what RapidPro found it', () => {
    const local = 'tel:0788000001';
    const { matches, outcome, inputs } = matching([
      { urns: [B] },
      { urns: [local] },
      { urns: ['ext:c'] },
      { urns: ['facebook:c'] },
    ]);
    const see = (uuid: string, urn: string, index: number) =>
      matches.see(contact(uuid, { urns: [urn] }), { input: at(inputs, index), urns: [urn] });
    see(U1, A, 1);
    see(U2, B, 0);
    expect([...outcome.unshown]).toEqual([1]);
    matches.made(at(inputs, 2), contact('u3', { urns: ['ext:c'] }));
    matches.made(at(inputs, 3), contact('u4', { urns: ['facebook:C'] }));
    expect([...outcome.unshown]).toEqual([1, 3]);
  });

  test('with hidden URNs, which identify nobody', () => {
    const hidden = contact(U2, { urns: ['tel:********'] });
    const byUrn = matching([{ uuid: U1 }, { urns: [A] }]);
    expect(() => byUrn.matches.see(hidden)).toThrow(
      expect.objectContaining({ code: 'ANONYMOUS_WORKSPACE' }),
    );
    expect(matching([{ uuid: U1 }]).matches.see(hidden)).toEqual([]);
    expect(matching([{ urns: [A], uuid: U1 }], { key: 'uuid' }).matches.see(hidden)).toEqual([]);
    expect(byUrn.matches.see(contact(U1, { urns: ['tel:********'] }))).toEqual([]);
  });
});

describe('what is in doubt is not written', () => {
  test('two contacts match an entry', () => {
    const { matches, outcome } = matching([{ urns: [A, B], name: 'Bea' }]);
    expect(matches.see(contact(U1, { urns: [A] }))).toHaveLength(1);
    expect(matches.see(contact(U2, { urns: [B] }))).toEqual([]);
    expect(outcome.result().failed).toMatchObject([
      { index: 0, code: 'CONTACT_CLASH', description: expect.stringContaining('Two contacts') },
    ]);
  });

  test('a contact that matches has another uuid than the entry', () => {
    const entry = { urns: [A], uuid: U1, name: 'Bea' };
    const other = matching([entry], { key: 'urn' });
    expect(other.matches.see(contact(U2, { urns: [A] }))).toEqual([]);
    expect(other.outcome.result().failed).toMatchObject([
      { index: 0, description: expect.stringContaining('has another uuid') },
    ]);
    const same = matching([entry], { key: 'urn' });
    expect(same.matches.see(contact(U1, { urns: [A] }))).toHaveLength(1);
    expect(same.outcome.result().failed).toEqual([]);
  });

  test('two entries are one contact', () => {
    const { matches, outcome } = matching([
      { urns: [A], name: 'Bea' },
      { urns: [B], name: 'Cleo' },
    ]);
    expect(matches.see(contact(U1, { urns: [A, B] }))).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0, 1]);
  });

  test('two entries turn out to be one contact, one after the other', () => {
    const { matches, outcome } = matching([
      { urns: [A], name: 'Bea' },
      { urns: [B], name: 'Cleo' },
    ]);
    expect(matches.see(contact(U1, { urns: [A] }))).toHaveLength(1);
    expect(matches.see(contact(U1, { urns: [B] }))).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0, 1]);
  });

  test('an entry was created as the contact that another one is', () => {
    const { matches, outcome, inputs } = matching([{ urns: [A] }, { urns: ['tel:0788000001'] }]);
    matches.made(at(inputs, 0), contact(U1, { urns: [A] }));
    expect(matches.uuidOf(0)).toBe(U1);
    expect(outcome.done).toBe(0);
    matches.made(at(inputs, 1), contact(U1, { urns: [A] }));
    expect(matches.uuidOf(1)).toBeUndefined();
    expect(outcome.indexes('failed')).toEqual([0, 1]);
  });
});

describe('of several entries for one contact, one counts if the job says which', () => {
  const entries = [
    { urns: [A], name: 'Bea' },
    { urns: [B], name: 'Cleo' },
  ];

  test.each([
    ['first', 'Bea', 0, 1],
    ['last', 'Cleo', 1, 0],
  ] as const)('the %s', (duplicates, name, taken, index) => {
    const { matches, outcome } = matching(entries, { duplicates });
    const [change] = matches.see(contact(U1, { urns: [A, B] }));
    expect(change?.body).toEqual({ name });
    expect(matches.uuidOf(taken)).toBe(U1);
    expect(matches.uuidOf(index)).toBeUndefined();
    expect(outcome.passedOver).toEqual([{ index, duplicateOf: taken, uuid: U1 }]);
    // What was passed over stays so.
    expect(matches.see(contact(U1, { urns: [A, B] }))).toHaveLength(1);
    expect(outcome.indexes('failed')).toEqual([]);
  });

  test('not if another one was begun: then both fail', () => {
    const { matches, outcome } = matching(entries, { duplicates: 'first' });
    outcome.begin({ index: 1, uuid: U1 });
    expect(matches.see(contact(U1, { urns: [A, B] }))).toEqual([]);
    expect(outcome.passedOver).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0, 1]);
  });

  test('not if one of the others was begun', () => {
    const { matches, outcome } = matching([...entries, { urns: ['ext:c'] }], {
      duplicates: 'first',
    });
    outcome.begin({ index: 2, uuid: U1 });
    expect(matches.see(contact(U1, { urns: [A, B, 'ext:c'] }))).toEqual([]);
    expect(outcome.passedOver).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0, 1, 2]);
  });

  test('not if another one was found before: it may be written by now', () => {
    const { matches, outcome } = matching(entries, { duplicates: 'last' });
    expect(matches.see(contact(U1, { urns: [A] }))).toHaveLength(1);
    expect(matches.see(contact(U1, { urns: [B] }))).toEqual([]);
    expect(outcome.passedOver).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0, 1]);
  });

  test('the one that was found before counts, if it is to', () => {
    const { matches, outcome } = matching(entries, { duplicates: 'first' });
    matches.see(contact(U1, { urns: [A] }));
    expect(matches.see(contact(U1, { urns: [B] }))).toEqual([]);
    expect(outcome.passedOver).toEqual([{ index: 1, duplicateOf: 0, uuid: U1 }]);
    expect(matches.uuidOf(0)).toBe(U1);
  });

  test('and still counts when a third one turns out to be the contact', () => {
    const third = { urns: ['ext:c'], name: 'Dina' };
    const { matches, outcome } = matching([...entries, third], { duplicates: 'first' });
    matches.see(contact(U1, { urns: [A] }));
    matches.see(contact(U1, { urns: [B] }));
    expect(matches.see(contact(U1, { urns: ['ext:c'] }))).toEqual([]);
    expect(outcome.passedOver).toEqual([1, 2].map(index => ({ index, duplicateOf: 0, uuid: U1 })));
  });
});

describe('with a field as key, changes wait until all has been read', () => {
  const key = 'fields.id';
  const entries: Entry[] = [
    { fields: { id: 'x' }, name: 'Bea' },
    { fields: { id: 'y' }, name: 'Amina' },
  ];
  const shows = (uuid: string, id: string | null) => contact(uuid, { fields: { id } });

  test('then they are returned, and what does not differ is unchanged', () => {
    const { matches, outcome } = matching(entries, { key });
    expect(matches.waits).toBe(true);
    expect(matches.see(shows(U1, 'x'))).toEqual([]);
    expect(matches.see(shows(U2, 'y'))).toEqual([]);
    expect(outcome.done).toBe(0);
    expect(matches.takeWaiting()).toMatchObject([{ uuid: U1, changed: ['name'], byUrns: false }]);
    expect(outcome.result().unchanged).toEqual([{ index: 1, uuid: U2 }]);
    expect(matches.takeWaiting()).toEqual([]);
  });

  test('what RapidPro cannot read of those is said, once', () => {
    const long = 'x'.repeat(641);
    const list = entries.map((entry, n) => ({
      ...entry,
      fields: { ...entry.fields, no: n === 0 ? 'many' : '1' },
    }));
    const third = { fields: { id: 'z', long }, name: 'Dina' };
    const { matches, outcome } = matching([...list, third], { key });
    const same = (uuid: string, id: string, no: string | null, name: string) =>
      contact(uuid, { fields: { id, no }, name });
    const cut = { id: 'z', long: long.slice(1) };
    matches.see(contact('u3', { fields: cut, name: 'Dina' }));
    matches.see(same(U1, 'x', null, 'Bea'));
    matches.see(same(U2, 'y', '1', 'Amina'));
    // Who had the value first is somebody else by now.
    const moved = matching(list, { key });
    moved.matches.see(same(U1, 'x', null, 'Bea'));
    moved.matches.see(same(U1, 'z', null, 'Bea'));
    moved.matches.see(same(U1, 'y', '1', 'Amina'));
    for (const one of [matches, moved.matches]) expect(one.takeWaiting()).toEqual([]);
    expect(outcome.result().unchanged).toEqual([
      { index: 0, uuid: U1, unread: ['fields.no'] },
      { index: 1, uuid: U2 },
      { index: 2, uuid: 'u3', altered: ['fields.long'] },
    ]);
    expect(moved.outcome.result().unchanged).toEqual([{ index: 1, uuid: U1 }]);
  });

  test('who turns out not to be the contact is not reported as stopped', () => {
    const { matches, outcome } = matching(entries, { key });
    matches.see({ ...shows(U1, 'x'), status: 'stopped' });
    expect(outcome.result().inactive).toEqual([{ index: 0, uuid: U1, status: 'stopped' }]);
    matches.see({ ...shows(U1, 'z'), status: 'stopped' });
    expect(outcome.result()).not.toHaveProperty('inactive');
  });

  test('two contacts with one value: neither is changed', () => {
    const { matches, outcome } = matching(entries, { key });
    matches.see(shows(U1, 'x'));
    matches.see(shows(U2, 'x'));
    expect(matches.takeWaiting()).toEqual([]);
    expect(outcome.indexes('failed')).toEqual([0]);
    expect(outcome.done).toBe(1);
  });

  test('a contact that has another value by now is not the entry any more', () => {
    const { matches, outcome } = matching(entries, { key });
    matches.see(shows(U1, 'x'));
    matches.see(shows(U2, 'y'));
    matches.see(shows(U1, 'z'));
    expect(matches.uuidOf(0)).toBeUndefined();
    expect(matches.isMissing(0)).toBe(true);
    // The other one still waits, and another contact can be this one.
    matches.see(shows('u3', 'x'));
    expect(matches.takeWaiting()).toMatchObject([{ uuid: 'u3' }]);
    expect(outcome.result()).toMatchObject({ failed: [], unchanged: [{ index: 1 }] });
  });

  test('a contact that comes again with the same value is the entry still', () => {
    const { matches } = matching(entries, { key });
    matches.see(shows(U1, 'x'));
    matches.see(contact(U1, { fields: { id: 'x' }, name: 'Cleo' }));
    expect(matches.found).toBe(1);
    expect(matches.takeWaiting()).toMatchObject([{ uuid: U1 }]);
  });

  const other = (inputs: Input[]) => ({ input: at(inputs, 1), urns: [] });

  test('two entries turn out to be one contact: both fail, and only others wait', () => {
    const third = { fields: { id: 'z' }, name: 'Dina' };
    const { matches, outcome, inputs } = matching([...entries, third], { key });
    matches.see(shows(U2, 'z'));
    matches.see(shows(U1, 'x'));
    matches.see(shows(U1, 'x'), other(inputs));
    expect(outcome.indexes('failed')).toEqual([0, 1]);
    expect(matches.takeWaiting()).toMatchObject([{ uuid: U2, body: { name: 'Dina' } }]);
  });

  test('one of them counts, and what waits for the other is not written', () => {
    const last = matching(entries, { key, duplicates: 'last' });
    last.matches.see(shows(U1, 'x'));
    last.matches.see(contact(U1, { fields: { id: 'x' }, name: 'Cleo' }), other(last.inputs));
    expect(last.outcome.passedOver).toEqual([{ index: 0, duplicateOf: 1, uuid: U1 }]);
    expect(last.matches.uuidOf(0)).toBeUndefined();
    expect(last.matches.uuidOf(1)).toBe(U1);
    expect(last.matches.takeWaiting()).toMatchObject([
      { input: { index: 1 }, body: { name: 'Amina' } },
    ]);
    // Neither is what is the same.
    const same = matching(entries, { key, duplicates: 'last' });
    for (const asked of [undefined, other(same.inputs)]) {
      same.matches.see(contact(U1, { fields: { id: 'x' }, name: 'Bea' }), asked);
    }
    expect(same.outcome.passedOver).toEqual([{ index: 0, duplicateOf: 1, uuid: U1 }]);
    expect(same.matches.takeWaiting()).toMatchObject([{ input: { index: 1 } }]);
    expect(same.outcome.result().unchanged).toEqual([]);
    const first = matching(entries, { key, duplicates: 'first' });
    first.matches.see(shows(U1, 'x'));
    first.matches.see(shows(U1, 'x'), other(first.inputs));
    expect(first.outcome.passedOver).toEqual([{ index: 1, duplicateOf: 0, uuid: U1 }]);
    expect(first.matches.takeWaiting()).toMatchObject([
      { input: { index: 0 }, body: { name: 'Bea' } },
    ]);
  });

  test('a contact that moves from one entry to another is that one', () => {
    const { matches, outcome } = matching(entries, { key });
    matches.see(shows(U1, 'x'));
    matches.see(shows(U1, 'y'));
    expect(matches.uuidOf(0)).toBeUndefined();
    expect(matches.uuidOf(1)).toBe(U1);
    expect(matches.takeWaiting()).toEqual([]);
    expect(outcome.result()).toMatchObject({ failed: [], unchanged: [{ index: 1, uuid: U1 }] });
  });
});

test('without a field as key, a contact that no longer shows its URN keeps its entry', () => {
  const { matches } = matching([{ urns: [A], name: 'Bea' }]);
  matches.see(contact(U1, { urns: [A] }));
  matches.see(contact(U1, { urns: [B] }));
  expect(matches.uuidOf(0)).toBe(U1);
});

test('an entry is missing while it is open and nobody was found', () => {
  const { matches, outcome } = matching([{ urns: [A] }, { urns: [B] }, { urns: ['ext:c'] }]);
  outcome.fail({ index: 0 }, { code: 'INVALID_URN', description: 'No.', fix: 'Yes.' });
  matches.claim(1, U1);
  expect([0, 1, 2].map(index => matches.isMissing(index))).toEqual([false, false, true]);
});

test('an entry can be released, and found again', () => {
  const { matches, inputs, outcome } = matching([{ urns: [A], name: 'Bea' }, { urns: [B] }]);
  matches.see(contact(U1, { urns: [A] }));
  matches.release(at(inputs, 0));
  matches.release(at(inputs, 1));
  expect(matches).toMatchObject({ found: 0 });
  expect(matches.uuidOf(0)).toBeUndefined();
  // The contact is free for another entry, and the entry for another contact.
  matches.see(contact(U1, { urns: [B] }));
  expect(matches.see(contact(U2, { urns: [A] }))).toHaveLength(1);
  expect(outcome.indexes('failed')).toEqual([]);
  expect(matches.found).toBe(2);
});

test('a contact that was found by a URN is still the one if it has that', () => {
  const { matches, inputs } = matching([{ urns: [A] }, { uuid: U2 }]);
  expect(matches.isStill(at(inputs, 0), contact(U1, { urns: [A] }))).toBe(true);
  expect(matches.isStill(at(inputs, 0), contact(U1, { urns: [B] }))).toBe(false);
  expect(matches.isStill(at(inputs, 1), contact(U2))).toBe(true);
});

test('contacts that hide their URNs are not compared with the whole list, one by one', () => {
  const uuidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const list = Array.from({ length: 30_000 }, (_, index) => ({ uuid: uuidOf(index) }));
  const { matches } = matching(list);
  const started = cpuTime();
  for (let n = 0; n < 30_000; n++) {
    matches.see(contact(uuidOf(100_000 + n), { urns: ['tel:********'] }));
  }
  expect(cpuTime() - started).toBeLessThan(2000);
});
