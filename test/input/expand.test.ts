// biome-ignore-all lint/suspicious/noThenProperty: a job may pass such values
import vm from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { fail } from '../../src/errors/errors.js';
import {
  askFor,
  expand,
  expandArgument,
  expandEach,
  ignoreFailures,
  inOperation,
  isThenable,
  resolveValue,
  Unsendable,
} from '../../src/input/expand.js';
import { library } from '../../src/input/libraries.js';
import {
  askForValue,
  holdsOperation,
  isOperation,
  makeOperation,
  named,
  OPERATION_TEXT,
} from '../../src/input/run.js';
import { SECRET_FIX, type SecretGuard } from '../../src/input/secrets.js';
import { inTurns } from '../../src/input/turns.js';
import type { State } from '../../src/types/state.js';
import { refusalOf } from './refusal.js';

/** What a job writes where a value is expected. */

const TOKEN = '0123456789abcdef';
const configuration = { host: 'https://rapidpro.example.org', token: TOKEN };
const state = { configuration, data: { name: 'Amina' }, references: [] } as unknown as State;

/** Finds two secrets in texts. */
const secrets = {
  secretIn: (text: string) =>
    text.includes(TOKEN) ? 'token' : text.includes('hook') ? 'webhook secret' : undefined,
} as SecretGuard;

const said = (value: unknown, where = 'contact', guard?: SecretGuard) =>
  refusalOf(() => expand(state, value, where, guard));

const OPERATION_FIX =
  'Operations run one after the other. Write this one first, and use its result: $.data';
const PROMISE_FIX = 'Wait for it in a separate operation: fn(async state => …).';
const STATE_FIX =
  'Nothing was sent. Take only what you need from the state: state => state.data, or $.data.name';
const PLAIN_FIX = 'Use only plain objects, lists, text and numbers, as in JSON.';
const DATE_FIX =
  'Write dates as ISO text with a time zone: date.toISOString() or "2026-01-31T00:00:00Z".';

const operation = makeOperation(async given => given);
const stream = Object.create({ on() {} });

describe('what is no value', () => {
  test.each<[name: string, value: unknown, what: string, fix: string]>([
    ['an operation', operation, 'is an operation', OPERATION_FIX],
    [
      'an async function',
      async () => 1,
      'is an async function, which returns a promise',
      PROMISE_FIX,
    ],
    [
      'a generator',
      function* () {},
      'is a GeneratorFunction',
      'Write a plain function of state: state => state.data',
    ],
    [
      'a spread operation',
      { ...operation },
      'was made by spreading an operation, which has no keys',
      OPERATION_FIX,
    ],
    ['the credential', configuration, 'is the credential', STATE_FIX],
    ['a copy of the credential', { ...configuration }, 'is the credential', STATE_FIX],
    ['the state', state, 'is the state, or a copy of it', STATE_FIX],
    ['a copy of it', { ...state }, 'is the state, or a copy of it', STATE_FIX],
    [
      'one without the credential',
      { data: 1, references: [] },
      'is the state, or a copy of it',
      STATE_FIX,
    ],
    [
      'one with another credential',
      { configuration: { ...configuration } },
      'is the state, or a copy of it',
      STATE_FIX,
    ],
    ['a promise', Promise.resolve(1), 'is a promise', PROMISE_FIX],
    [
      'a stream',
      stream,
      'is a stream',
      'Read it in a separate operation, fn(async state => …), and pass on its contents.',
    ],
    ['a symbol', Symbol('x'), 'is a symbol', PLAIN_FIX],
    ['a Map', new Map(), 'is a Map', PLAIN_FIX],
    ['a Date', new Date(0), 'is a Date object', DATE_FIX],
    ['a BigInt', 1n, 'is a BigInt', 'Write it as text: String(value).'],
    ['a calculation', Number.NaN, 'is not a valid number', 'Check the calculation.'],
    [
      'an object with toJSON',
      { toJSON: () => 1 },
      'is an object from a library',
      `Write it as text. ${DATE_FIX}`,
    ],
    [
      'a call of an operation',
      (given: State) => [operation(given)],
      'calls an operation',
      OPERATION_FIX,
    ],
  ])('%s', (_, value, what, fix) => {
    expect(said(value)).toMatchObject({
      code: 'INVALID_INPUT',
      description: `contact ${what}.`,
      fix,
    });
    expect(said({ a: [() => value] })?.description).toBe(`contact.a[0] ${what}.`);
  });

  test.each<[name: string, value: unknown]>([
    ['references alone', { references: [] }],
    ['data alone', { data: 1 }],
    ['references that are no list', { data: 1, references: 'x' }],
    ['other configurations', { configuration: { url: 'x' } }],
    ['another token', { token: 'x' }],
    ['a field called "on"', { on: 'x', then: 'y' }],
    ['an empty object', {}],
    ['a list', [[], {}]],
    ['true and false', [true, false, null, 0, 0.5, -1, '']],
  ])('but %s is', (_, value) => {
    expect(expand(state, value, 'contact')).toEqual(value);
  });

  test('a function called "on" is no stream', () => {
    expect(said({ on: (given: State) => given.data })).toBeUndefined();
  });

  test('without a token, nothing is taken for the credential', () => {
    for (const credential of [undefined, null, {}, { token: '' }, { token: 7 }]) {
      const given = { configuration: credential, data: {} } as unknown as State;
      for (const value of [{ token: '' }, { token: 7 }, { token: undefined }, { name: 'A' }]) {
        expect(expand(given, value, 'contact')).toEqual(value);
      }
    }
  });

  test('the code depends on the argument', () => {
    const code = (where: string) => said(Symbol('x'), where)?.code;
    expect([
      code('filters'),
      code('filters.group'),
      code('query'),
      code('options.query.x'),
    ]).toEqual(Array(4).fill('INVALID_FILTER'));
    expect([code('options'), code('options.timeout'), code('options.bodyx')]).toEqual(
      Array(3).fill('INVALID_OPTION'),
    );
    expect([code('options.body'), code('options.body.x'), code('contact.options')]).toEqual(
      Array(3).fill('INVALID_INPUT'),
    );
    expect(code('filtersx')).toBe('INVALID_INPUT');
  });

  test('what is nested too deeply', () => {
    const nest = (depth: number): unknown => (depth === 0 ? { end: [] } : [nest(depth - 1)]);
    expect(said(nest(18))).toBeUndefined();
    expect(said(nest(20))).toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringMatching(
        /^contact(\[0\])+\.end is nested too deeply, or contains itself\.$/,
      ),
      fix: 'Send a simpler value.',
    });
    const ask = (depth: number): unknown => (depth === 0 ? 'x' : () => ask(depth - 1));
    expect(resolveValue(state, ask(20), 'x')).toBe('x');
    expect(refusalOf(() => resolveValue(state, ask(21), 'x'))?.description).toContain('too deeply');
  });
});

describe('secrets of the credential', () => {
  test.each<[value: unknown, said: string]>([
    [TOKEN, 'contact contains the token of the credential. Nothing was sent.'],
    [{ a: TOKEN }, 'contact.a contains the token of the credential. Nothing was sent.'],
    [['x', `x${TOKEN}`], 'contact[1] contains the token of the credential. Nothing was sent.'],
    [{ a: () => TOKEN }, 'contact.a contains the token of the credential. Nothing was sent.'],
    [
      { [TOKEN]: 1 },
      'contact has a key that contains the token of the credential. Nothing was sent.',
    ],
    [
      { url: 'hook' },
      'contact.url contains the webhook secret of the credential. Nothing was sent.',
    ],
    [
      { target_url: TOKEN },
      'contact.target_url contains the token of the credential. Nothing was sent.',
    ],
  ])('%j', (value, description) => {
    expect(said(value, 'contact', secrets)).toMatchObject({
      code: 'INVALID_INPUT',
      description,
      fix: SECRET_FIX,
    });
    expect(said(value)).toBeUndefined();
  });

  test('are an input in filters too', () => {
    expect(said({ group: TOKEN }, 'filters', secrets)?.code).toBe('INVALID_INPUT');
  });

  test('the webhook secret belongs into the address of pushes', () => {
    for (const key of ['target_url', 'targetUrl', 'TARGET_URL']) {
      expect(said({ [key]: 'hook' }, 'subscriber', secrets)).toBeUndefined();
    }
    expect(said('hook', 'targetUrl', secrets)).toBeUndefined();
    expect(said({ my_target_url: 'hook' }, 'subscriber', secrets)).toBeDefined();
    expect(said({ target_urls: 'hook' }, 'subscriber', secrets)).toBeDefined();
  });

  test('a key that would change the prototype is refused', () => {
    expect(said(JSON.parse('{ "__proto__": 1 }'))).toMatchObject({
      description: 'contact has a key that cannot be sent: "__proto__".',
      fix: PLAIN_FIX,
    });
  });
});

describe('a function of state that finds no data', () => {
  const empty = { data: null, list: undefined, text: 'x' } as unknown as State;
  const asked = (give: (given: never) => unknown, where = 'contact') =>
    refusalOf(() => askFor(give as (given: State) => unknown, empty, where));
  /** An error as JavaScript makes it, also where this version makes none. */
  const throwing = (name: string, message: string, code = '') => {
    const give = () => {
      throw Object.assign(new Error(message), { name });
    };
    return Object.defineProperty(give, 'toString', { value: () => code });
  };

  test.each<[name: string, give: (given: never) => unknown, said: string]>([
    [
      'reads',
      (given: { data: { uuid: string } }) => given.data.uuid,
      'missing data: there is nothing to read "uuid" from',
    ],
    [
      'takes apart',
      ({ data: { uuid } }: { data: { uuid: string } }) => uuid,
      'missing data: there is nothing to read "uuid" from',
    ],
    [
      'sets',
      (given: { data: { uuid: number } }) => {
        given.data.uuid = 1;
      },
      'missing data: there is nothing to read "uuid" from',
    ],
    ['lists keys', (given: { data: object }) => Object.keys(given.data), 'missing data'],
    ['spreads', (given: { list: unknown[] }) => [...given.list], 'missing data'],
    ['looks for a key', (given: { data: object }) => 'a' in given.data, 'missing data'],
    [
      'calls',
      (given: { text: { trim2(): string } }) => given.text.trim2(),
      'a different kind of data, which has no trim2()',
    ],
  ])('%s', (_, give, description) => {
    expect(asked(give)).toMatchObject({
      code: 'INVALID_INPUT',
      description: `contact refers to ${description}.`,
      fix: 'Nothing was sent. Check the name after $ or state, and the result of the previous operation.',
    });
    expect(asked(give, 'filters')?.code).toBe('INVALID_FILTER');
  });

  test.each<[name: string, message: string, code: string, said: string]>([
    [
      'TypeError',
      "Cannot read properties of undefined (reading 'uuid')",
      'x.uuid',
      ': there is nothing to read "uuid" from',
    ],
    // Names come from the job, not from data.
    ['TypeError', "Cannot read properties of undefined (reading 'Amina')", 'x.uuid', ''],
    ['TypeError', "Cannot read properties of undefined (reading '0')", 'x[0]', ''],
    ['TypeError', "Cannot read properties of null (reading 'a b')", 'x["a b"]', ''],
    [
      'TypeError',
      `Cannot read properties of null (reading '${'a'.repeat(70)}')`,
      `x.${'a'.repeat(70)}`,
      '',
    ],
    [
      'TypeError',
      "Cannot set properties of undefined (setting 'uuid')",
      'x.uuid',
      ': there is nothing to read "uuid" from',
    ],
    ['TypeError', 'Cannot convert undefined or null to object', '', ''],
    ['TypeError', 'undefined is not iterable', '', ''],
    ['TypeError', 'Spread syntax requires ...iterable[Symbol.iterator] to be a function', '', ''],
    ['SyntaxError', '"undefined" is not valid JSON', '', ''],
  ])('a %s: %s', (name, message, code, more) => {
    expect(asked(throwing(name, message, code))?.description).toBe(
      `contact refers to missing data${more}.`,
    );
  });

  test.each<[name: string, message: string, code: string]>([
    ['TypeError', 'something else', ''],
    ['Error', "Cannot read properties of undefined (reading 'uuid')", 'x.uuid'],
    ['RangeError', '"undefined" is not valid JSON', ''],
    ['TypeError', 'state.data.name.trim2 is not a function', 'no such word'],
    ['TypeError', 'util.trim2 is not a function', 'util.trim2'],
  ])('another %s stays as it is: %s', (name, message, code) => {
    const give = throwing(name, message, code);
    expect(() => askFor(give, state, 'contact')).toThrow(message);
  });

  test('what is thrown need not be an error', () => {
    for (const thrown of [null, undefined, 'x']) {
      const give = () => {
        throw thrown;
      };
      let caught: unknown = 'nothing';
      try {
        askFor(give, state, 'contact');
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    }
  });

  test('the operation adds its name, to these errors alone', () => {
    const error = asked((given: { data: { uuid: string } }) => given.data.uuid);
    expect(inOperation(error, 'getContact')).toMatchObject({
      code: 'INVALID_INPUT',
      description:
        'getContact(): contact refers to missing data: there is nothing to read "uuid" from.',
    });
    expect(inOperation(error, '')).toBe(error);
    const other = fail('INVALID_INPUT', 'contact is empty.', 'Fix it.');
    expect(inOperation(other, 'getContact')).toBe(other);
    expect(inOperation(other, 'getContact', 'filters')).toBe(other);
    expect(inOperation(other, 'getContact', 'empty.')).toBe(other);
    expect(inOperation(other, 'getContact', 'contact')).toMatchObject({
      description: 'getContact(): contact is empty.',
    });
    const own = new Error('x');
    expect(inOperation(own, 'getContact', 'x')).toBe(own);
  });
});

describe('filters from missing data', () => {
  test('are refused, other arguments are not', () => {
    const missing = () => undefined;
    for (const name of ['filters', 'query', 'options.query']) {
      expect(refusalOf(() => expandArgument(state, missing, name))).toMatchObject({
        code: 'INVALID_FILTER',
        description: `${name} is empty.`,
        fix: 'It refers to missing data. Nothing was sent. Check the name after $ or state.',
      });
      expect(expandArgument(state, undefined, name)).toBeUndefined();
      expect(expandArgument(state, () => ({}), name)).toEqual({});
      expect(expandArgument(state, () => null, 'contact')).toBeNull();
    }
    expect(refusalOf(() => expandArgument(state, TOKEN, 'contact', secrets))).toBeDefined();
  });
});

describe('a list of independent items', () => {
  test('a mistake inside one does not affect the others', async () => {
    const bad = { name: new Date(0) };
    const list = [{ name: () => 'A' }, bad, 'x', { name: TOKEN }];
    const expanded = (await expandEach(state, list, 'contacts', secrets)) as unknown[];
    expect(expanded[0]).toEqual({ name: 'A' });
    expect(expanded[1]).toBeInstanceOf(Unsendable);
    expect((expanded[1] as Unsendable).item).toBe(bad);
    expect((expanded[1] as Unsendable).reason.description).toBe(
      'contacts[1].name is a Date object.',
    );
    expect(expanded[2]).toBe('x');
    expect((expanded[3] as Unsendable).reason.description).toContain('contacts[3].name contains');
    expect(expanded).toHaveLength(4);
  });

  test('nor does one in a function that makes one', async () => {
    const reason = fail('INVALID_URN', 'Wrong.', 'Correct it.');
    const failing = () => {
      throw reason;
    };
    const list = [() => ({ name: new Date(0) }), failing, { name: () => 'A' }];
    const expanded = (await expandEach(state, list, 'contacts')) as Unsendable[];
    expect(expanded[0]?.reason.description).toBe('contacts[0].name is a Date object.');
    expect(expanded[0]?.item).toEqual({ name: new Date(0) });
    expect(expanded[1]).toMatchObject({ reason, item: undefined });
    expect(expanded[2]).toEqual({ name: 'A' });
    const nowhere = [() => (undefined as never as { id: string }).id];
    const [lost] = (await expandEach(state, nowhere, 'contacts')) as Unsendable[];
    expect(lost?.reason.description).toContain('contacts[0] refers to missing data');
  });

  test('what is left of one may be sent, part by part', async () => {
    const list = [{ id: () => 7, name: new Date(0), note: TOKEN }];
    const [item] = (await expandEach(state, list, 'contacts', secrets)) as Unsendable[];
    const { id, name, note } = (item?.item ?? {}) as (typeof list)[0];
    expect(item?.expand({ id })).toEqual({ id: 7 });
    for (const part of [{ name }, { note }, 2 ** 60]) {
      expect(refusalOf(() => item?.expand(part))?.code).toBe('INVALID_INPUT');
    }
  });

  test('an item that is a secret itself fails alone', async () => {
    const [item] = (await expandEach(state, [TOKEN], 'contacts', secrets)) as Unsendable[];
    expect(item?.reason.description).toContain('contacts[0] contains the token');
  });

  test.each<[name: string, list: unknown, said: string]>([
    ['a promise', [1, Promise.resolve(1)], 'contacts[1] is a promise.'],
    ['the whole list', Promise.resolve([]), 'contacts is a promise.'],
    ['an operation', [operation], 'contacts[0] is an operation.'],
    [
      'an async function',
      [async () => 1],
      'contacts[0] is an async function, which returns a promise.',
    ],
  ])('%s in its place is a mistake in the job', async (_, list, description) => {
    await expect(expandEach(state, list, 'contacts')).rejects.toMatchObject({ description });
  });

  test('what is no list is expanded as it is', async () => {
    expect(await expandEach(state, () => ({ a: () => 1 }), 'contacts')).toEqual({ a: 1 });
    expect(await expandEach(state, () => [() => 1], 'contacts')).toEqual([1]);
    await expect(expandEach(state, { a: TOKEN }, 'contacts', secrets)).rejects.toMatchObject({
      description: expect.stringContaining('contacts.a contains the token'),
    });
  });

  test("an error of the job's own ends it", async () => {
    const own = new RangeError('x');
    const throwing = () => {
      throw own;
    };
    await expect(expandEach(state, [{ a: throwing }], 'contacts')).rejects.toBe(own);
    await expect(expandEach(state, throwing, 'contacts')).rejects.toBe(own);
  });
});

describe('failures of what is refused', () => {
  /** Counts who looks at a promise, at any depth. */
  const thenable = () => ({ then: vi.fn() });

  test('nobody waits for promises, so their failures are looked at', () => {
    const [one, two, three] = [thenable(), thenable(), thenable()];
    ignoreFailures({ a: one, b: [two, { c: three }] });
    for (const { then } of [one, two, three]) expect(then).toHaveBeenCalledOnce();
    const [, onError] = one.then.mock.calls[0] ?? [];
    expect(onError?.(new Error('x'))).toBeUndefined();
  });

  test('so are those that a promise gives', () => {
    const [one, two] = [thenable(), thenable()];
    ignoreFailures(one);
    one.then.mock.calls[0]?.[0]([two]);
    expect(two.then).toHaveBeenCalledOnce();
  });

  test('a stream reports its own', () => {
    const on = vi.fn();
    const then = vi.fn();
    const value = Object.create({ on });
    value.then = then;
    ignoreFailures([value]);
    expect(on).toHaveBeenCalledExactlyOnceWith('error', expect.any(Function));
    expect(then).not.toHaveBeenCalled();
  });

  test('a key called "on" makes no stream', () => {
    const on = vi.fn();
    const one = thenable();
    ignoreFailures({ on, one });
    expect(on).not.toHaveBeenCalled();
    expect(one.then).toHaveBeenCalledOnce();
  });

  test('circles, bytes, plain values and objects that throw come to an end', () => {
    const circle: unknown[] = [];
    const one = thenable();
    circle.push(circle, one, one);
    ignoreFailures(circle);
    expect(one.then).toHaveBeenCalledOnce();
    const broken = {
      get then() {
        throw new Error('x');
      },
    };
    for (const value of [undefined, null, 7, 'x', broken, [broken]]) ignoreFailures(value);
    const bytes = Object.assign(new Uint8Array(1), { x: thenable() });
    ignoreFailures(bytes);
    expect(bytes.x.then).not.toHaveBeenCalled();
  });

  test.each<[name: string, refuse: (value: unknown) => unknown]>([
    ['in a value', value => expand(state, value, 'contact')],
    ['what a function gives', value => expand(state, () => value, 'contact')],
  ])('%s', (_, refuse) => {
    const later = thenable();
    refusalOf(() => refuse([Symbol('x'), { later }]));
    expect(later.then).toHaveBeenCalledOnce();
  });

  test('also within what JSON has no word for', () => {
    const inside = thenable();
    const map = Object.assign(new Map(), { inside });
    expect(said(map)?.description).toBe('contact is a Map.');
    expect(inside.then).toHaveBeenCalledOnce();
  });

  /** Whether a promise in an item is looked at before the turn of that item comes. */
  async function isLookedAt(itemWith: (one: object) => unknown): Promise<boolean> {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 100;
      return now;
    });
    const one = thenable();
    const work = expandEach(state, [...Array(16).fill(0), itemWith(one)], 'contacts');
    const isLooked = one.then.mock.calls.length > 0;
    await work.catch(() => {});
    expect(one.then).toHaveBeenCalled();
    return isLooked;
  }
  const nest = (depth: number, end: unknown): unknown =>
    depth === 0 ? end : [nest(depth - 1, end)];
  const nestObjects = (depth: number, end: unknown): unknown =>
    depth === 0 ? end : { a: 1, b: null, c: nestObjects(depth - 1, end) };
  const among = (amount: number, end: unknown) => [
    ...Array.from({ length: amount }, () => ({})),
    ...Array(200).fill(null),
    end,
  ];

  test.each<[where: string, itemWith: (one: object) => unknown, isLooked: boolean]>([
    ['itself', one => one, true],
    ['as deep as jobs nest lists', one => nest(4, one), true],
    ['deeper', one => nest(5, one), false],
    ['as deep as jobs nest objects', one => nestObjects(4, one), true],
    ['deeper than that', one => nestObjects(5, one), false],
    ['among many values', one => among(98, one), true],
    ['among too many', one => among(99, one), false],
  ])(
    'in a list that takes several turns, before its turn comes: %s',
    async (_, itemWith, isLooked) => {
      expect(await isLookedAt(itemWith)).toBe(isLooked);
    },
  );

  test('a stream in such a list is looked at too', async () => {
    const on = vi.fn();
    expect(await isLookedAt(one => [Object.create({ on }), one])).toBe(true);
    expect(on).toHaveBeenCalledWith('error', expect.any(Function));
  });

  test('if the list is refused before, all of it is looked at', async () => {
    const one = thenable();
    const list = [operation, nest(9, one)];
    await expect(expandEach(state, list, 'contacts')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(one.then).toHaveBeenCalled();
  });

  test('an item that throws when it is read does not end the others', async () => {
    const broken = {
      get name() {
        throw new RangeError('own');
      },
    };
    await expect(expandEach(state, [broken], 'contacts')).rejects.toThrow('own');
    const on = vi.fn();
    const flow = Object.create({ on });
    const expanded = (await expandEach(state, [{ flow }], 'contacts')) as Unsendable[];
    expect(expanded[0]?.reason.description).toBe('contacts[0].flow is a stream.');
    expect(on).toHaveBeenCalledWith('error', expect.any(Function));
  });

  test('a promise has a function called "then"', () => {
    expect(
      [Promise.resolve(), thenable(), Object.assign(() => {}, thenable())].map(isThenable),
    ).toEqual([true, true, true]);
    expect([undefined, null, 7, {}, { then: 'x' }].map(isThenable)).toEqual(Array(5).fill(false));
  });
});

describe('operations', () => {
  const make = () => makeOperation(async given => given);

  test('are recognized, whichever copy of the package made them', () => {
    const MARK = Symbol.for('@openfn/language-rapidpro.operation');
    const operation = make();
    expect(isOperation(operation)).toBe(true);
    expect(isOperation(Object.assign(() => {}, { [MARK]: true }))).toBe(true);
    expect([() => {}, {}, null, undefined, { ...operation }].map(isOperation)).toEqual(
      Array(5).fill(false),
    );
    expect(holdsOperation({ ...operation })).toBe(true);
    expect([{}, [], operation].map(holdsOperation)).toEqual([false, false, false]);
  });

  test('become a text that is never sent', () => {
    const operation = make();
    expect(String(operation)).toBe(OPERATION_TEXT);
    expect(Object.keys(operation)).toEqual([]);
  });

  test('have the name that jobs use', () => {
    const made = makeOperation(async given => given);
    expect(named('getContacts', made)).toBe(made);
    expect(made.name).toBe('getContacts');
  });

  test('do what they do, but nothing in place of a value', async () => {
    const does = vi.fn(async (given: State) => ({ ...given, data: 1 }));
    const made = makeOperation(does);
    expect(await made(state)).toMatchObject({ data: 1 });
    expect(does).toHaveBeenCalledExactlyOnceWith(state);
    const { value, hasCalled } = askForValue(given => made(given), state);
    expect(hasCalled).toBe(true);
    expect(does).toHaveBeenCalledOnce();
    // What comes after it must not run either.
    const first = await Promise.race([value, new Promise(done => setImmediate(done, 'open'))]);
    expect(first).toBe('open');
  });

  test('are called again after a value was asked for, also if that failed', async () => {
    const does = vi.fn(async (given: State) => given);
    const made = makeOperation(does);
    expect(askForValue(() => 7, state)).toEqual({ value: 7, hasCalled: false });
    expect(() =>
      askForValue(() => {
        throw new Error('x');
      }, state),
    ).toThrow('x');
    await made(state);
    expect(does).toHaveBeenCalledOnce();
  });

  test('one that asks within another one does not end the first', () => {
    const made = makeOperation(async given => given);
    const { value, hasCalled } = askForValue(given => {
      const inner = askForValue(() => 1, given);
      return [inner.hasCalled, askForValue(() => made(given), given).hasCalled];
    }, state);
    expect(value).toEqual([false, true]);
    expect(hasCalled).toBe(true);
  });
});

describe('long lists', () => {
  test('are gone through in order, with the place of each item', async () => {
    const seen: [string, number][] = [];
    await inTurns(['a', 'b', 'c'], (item, index) => seen.push([item, index]));
    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  /** How many items are done in each turn, if each takes some time by the clock. */
  async function turnsOf(amount: number, milliseconds: number): Promise<number[]> {
    let now = 1_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const turns: number[] = [];
    let done = 0;
    let isOver = false;
    const watch = () => {
      if (done > 0) turns.push(done);
      done = 0;
      if (!isOver) setImmediate(watch);
    };
    setImmediate(watch);
    await inTurns(Array(amount).fill(0), () => {
      done++;
      now += milliseconds;
    });
    isOver = true;
    if (done > 0) turns.push(done);
    return turns;
  }

  test('others get their turn after 40 ms, looked at every 16 items', async () => {
    expect(await turnsOf(64, 2)).toEqual([32, 32]);
    expect(await turnsOf(40, 100)).toEqual([16, 16, 8]);
    expect(await turnsOf(48, 2.5)).toEqual([16, 16, 16]);
    expect(await turnsOf(200, 0)).toEqual([200]);
  });

  test('what the work throws ends it', async () => {
    const throwing = () => {
      throw new RangeError('x');
    };
    await expect(inTurns([1], throwing)).rejects.toThrow('x');
  });
});

test('a large library is loaded once', () => {
  expect(library('luxon').DateTime).toBeTypeOf('function');
  expect(library('luxon')).toBe(library('luxon'));
});

test('a value of another realm is looked at by its kind', () => {
  const made = vm.runInNewContext('({ a: async () => 1, c: new Date(0) })');
  expect(said(made.a)?.description).toBe('contact is an async function, which returns a promise.');
  expect(said(made.c)?.description).toBe('contact is a Date object.');
});
