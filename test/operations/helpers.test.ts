import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import * as Adaptor from '../../src/Adaptor.js';
import { execute, fn, getContacts, upsertContact } from '../../src/index.js';
import type { Operation, State, Step } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';

/** The helpers of language-common, with whatever a job may give them. */
type Helpers = Record<keyof typeof Adaptor, (...args: unknown[]) => Operation>;
const helpers = Adaptor as unknown as Helpers;
const { alterState, as, combine, cursor, each, fnIf, group, log, map, merge, parseCsv } = helpers;
const { dataPath, dataValue, lastReferenceValue, sourceValue } = helpers;

const state: State = {
  configuration: { host: 'https://rapidpro.example', token: 'x' },
  data: [1, 2],
  references: [],
};
const keep: Step = given => given;
const loses = [
  ['nothing', () => undefined],
  ['nothing, after a wait', async () => wait(1, undefined)],
  ['an empty state, as the platform makes of none', () => ({})],
  ['null', () => null],
  ['text', () => 'done'],
] as unknown as [string, Step][];

/** What a job fails with. */
async function failureOf(...steps: Step[]) {
  const error = await execute(...steps)(state).then(
    () => undefined,
    reason => reason,
  );
  expect(error?.name).toBe('RapidProError');
  return error as { code: string; description: string; fix: string };
}

describe.each(loses)('a step that returned %s', (what, lose) => {
  const lost = what === 'text' ? 'a text instead of the state' : 'no state';
  const LOST = `An earlier fn() returned ${lost}.`;

  test.each<[string, Operation]>([
    ['each', each([1], keep)],
    ['as', as('kept', keep)],
    ['combine', combine(keep)],
    ['map', map([1], keep)],
    ['group', group([{}], 'a')],
    ['fnIf', fnIf(true, keep)],
    ['cursor', cursor('today')],
    ['parseCsv', parseCsv('a\n1')],
    ['fn that reads it', fn(({ data }) => ({ first: (data as number[])[0] }))],
    ['the same, after a wait', fn(async given => ({ first: (given.data as number[])[0] }))],
    ['alterState', alterState((given: State) => (given.data as number[])[0])],
  ])('is told by the one behind it: %s', async (_name, operation) => {
    expect(await failureOf(fn(lose), operation)).toMatchObject({
      code: 'INVALID_INPUT',
      description: LOST,
      fix: expect.stringContaining('return state'),
    });
  });

  test('is told within combine(), each() and as()', async () => {
    for (const operation of [
      combine(fn(lose), keep),
      combine(combine(fn(lose)), keep),
      each([1, 2], fn(lose)),
      each([1], combine(fn(lose), keep)),
      as('kept', fn(lose)),
    ]) {
      expect((await failureOf(operation)).description).toBe(LOST);
    }
  });

  test('does no harm where nothing reads it', async () => {
    await execute(
      fn(lose),
      fn(() => state),
    )(state);
    await execute(fn(lose), log('done'))(state);
    await execute(each([1], fn(lose)))(state);
  });
});

test('an error of a function of the job comes out as it is where the state is there', async () => {
  const broken = fn(() => (undefined as unknown as { x: State }).x);
  await expect(execute(broken)(state)).rejects.toThrow(TypeError);
});

describe('what a helper is given', () => {
  const op = (name: keyof Helpers, ...args: unknown[]) => helpers[name](...args);
  const nowhere = (given: { data: { none: { list: unknown } } }) => given.data.none.list;

  test.each<[string, () => Operation, string]>([
    ['each: no list', () => op('each', undefined, keep), 'each(): its list is missing.'],
    ['each: null', () => op('each', () => null, keep), 'each(): its list is missing.'],
    ['each: a number', () => op('each', 5, keep), 'each(): its list is a number.'],
    ['each: an object', () => op('each', { a: 1 }, keep), 'each(): its list is an object.'],
    ['each: an object of state', () => op('each', () => ({ a: 1 }), keep), 'is an object.'],
    ['each: nowhere', () => op('each', nowhere, keep), 'each(): its list refers to missing data'],
    ['each: an operation', () => op('each', getContacts(), keep), 'each(): its list is an operat'],
    ['each: a promise', () => op('each', Promise.resolve([]), keep), 'its list is a promise.'],
    ['each: an empty path', () => op('each', '', keep), 'each(): its list is missing.'],
    ['each: no operation', () => op('each', [1]), 'each(): its operation is missing.'],
    ['each: a list of them', () => op('each', [1], [keep]), 'each(): its operation is a list.'],
    ['each: a promise of one', () => op('each', [1], Promise.resolve()), 'operation is a promise.'],
    ['fnIf: no operation', () => op('fnIf', true), 'fnIf(): its operation is missing.'],
    ['fnIf: a result', () => op('fnIf', true, {}), 'fnIf(): its operation is an object.'],
    [
      'fnIf: nowhere',
      () => op('fnIf', nowhere, keep),
      'fnIf(): its condition refers to missing data',
    ],
    ['fnIf: an operation', () => op('fnIf', getContacts(), keep), 'its condition is an operation.'],
    ['as: no operation', () => op('as', 'kept'), 'as(): its operation is missing.'],
    ['as: no key', () => op('as', undefined, keep), 'as(): its key is missing.'],
    ['combine: none', () => op('combine', keep, undefined), 'combine(): its operation is missing.'],
    ['combine: a list', () => op('combine', [keep]), 'combine(): its operation is a list.'],
    ['fn: none', () => op('fn'), 'fn(): its function is missing.'],
    ['alterState: a number', () => op('alterState', 1), 'alterState(): its function is a number.'],
    ['map: no list', () => op('map', () => undefined, keep), 'map(): its list is missing.'],
    ['map: no function', () => op('map', [1]), 'map(): its function is missing.'],
    ['group: text', () => op('group', 'Mothers', 'a'), 'group(): its list is a text.'],
    ['parseCsv: nothing', () => op('parseCsv', undefined), 'parseCsv(): its text is missing.'],
    ['parseCsv: a number', () => op('parseCsv', 5), 'parseCsv(): its text is a number.'],
    ['parseCsv: rows', () => op('parseCsv', [{ a: 1 }]), 'parseCsv(): its text is a list.'],
    ['parseCsv: no options', () => op('parseCsv', 'a', null), 'its options are missing.'],
    ['parseCsv: a delimiter', () => op('parseCsv', 'a', ';'), 'its options are a text.'],
    ['parseCsv: no function', () => op('parseCsv', 'a', {}, 5), 'its function is a number.'],
    ['cursor: no options', () => op('cursor', 'today', null), 'its options are missing.'],
    ['cursor: a key', () => op('cursor', 'today', 'key'), 'its options are a text.'],
    [
      'cursor: a pattern',
      () => op('cursor', 'today', { format: 'yyyy' }),
      'cursor(): its function is a text.',
    ],
  ])('is checked when it runs: %s', async (_, make, description) => {
    const operation = make();
    const error = await failureOf(operation);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toContain(description);
    expect(error.fix).not.toBe('');
  });

  test.each<[string, Operation, fix: string]>([
    ['cursor', cursor('today', { keys: 'since' } as never), 'Did you mean "key"?'],
    ['cursor', cursor(undefined, { defaultvalue: 1 } as never), 'Did you mean "defaultValue"?'],
    ['cursor', cursor('today', { ttl: 5 } as never), 'Possible here: key, defaultValue, format.'],
    ['parseCsv', parseCsv('a;b', { delimeter: ';' }), 'Did you mean "delimiter"?'],
    ['parseCsv', parseCsv('a', { chunksize: 2 }, keep), 'Did you mean "chunkSize"?'],
    ['parseCsv', parseCsv('a', { skipEmptyLine: true }), 'Did you mean "skip_empty_lines"?'],
    ['parseCsv', parseCsv('a', { relax_quotes: true }), 'Possible here: delimiter, quote, escape'],
    ['parseCsv', parseCsv('a', { required: ['a'] }), 'Possible here: delimiter, quote, escape'],
  ])('an option that nothing reads is refused: %s %#', async (_, operation, fix) => {
    const error = await failureOf(operation);
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.fix).toContain(fix);
  });

  test('those of parseCsv are taken', async () => {
    const options = {
      delimiter: ';',
      quote: "'",
      escape: "'",
      columns: ['x', 'y'],
      bom: true,
      trim: false,
      ltrim: false,
      rtrim: false,
      skip_empty_lines: false,
      chunkSize: 5,
    };
    const { data } = await parseCsv("\ufeff a;'b;''c'\n", options)(state);
    expect(data).toEqual([{ x: ' a', y: "b;'c" }]);
  });

  test.each([5, undefined, null, ''])('a path that is none: %s', async path => {
    for (const [name, read] of Object.entries({ dataValue, lastReferenceValue, sourceValue })) {
      await expect(failureOf(fn(given => read(path)(given)))).resolves.toMatchObject({
        description: expect.stringContaining(`${name}(): its path is`),
      });
    }
    expect(() => dataPath(path)).toThrow('dataPath(): its path is');
    expect(() => merge(path, {})(state)).toThrow('merge(): its path is');
  });

  test('is a path that cannot be read: nobody sees what was there', async () => {
    const given: State = { ...state, data: [{ name: 'Amina' }] };
    for (const path of ['$..[?(', '$.data[?(@.name.first.last)]']) {
      for (const run of [
        () => sourceValue(path)(given),
        () => merge(path, {})(given),
        () => each(path, keep)(given),
        () => map(path, keep)(given),
      ]) {
        await expect(async () => run()).rejects.toMatchObject({
          code: 'INVALID_INPUT',
          description: expect.stringMatching(/^\w+\(\): its path cannot be read\.$/),
        });
      }
    }
  });

  test('is an operation without its brackets, or in a function that does not call it', async () => {
    const list = [{ urns: ['tel:+250788123123'] }];
    for (const operation of [
      op('each', list, upsertContact),
      op('each', list, () => upsertContact({ name: 'A' })),
      op('combine', getContacts, keep),
      op('as', 'kept', getContacts),
      op('fnIf', true, getContacts),
      op('map', list, () => upsertContact({ name: 'A' })),
      op('map', list, async () => upsertContact({ name: 'A' })),
    ]) {
      const error = await failureOf(operation);
      expect(error.description).toMatch(
        /^\w+\(\) got (?:upsertContact|getContacts) without .+ did not run\.$/,
      );
      expect(error.fix).toContain('parentheses');
    }
  });
});

describe('a table without rows, or in parts', () => {
  const given: State = { ...state, data: [{ name: 'Amina' }] };

  test('does not leave the rows of the table before', async () => {
    for (const text of ['', 'name,phone', 'name,phone\n']) {
      const next = await parseCsv(text)(given);
      expect(next).toMatchObject({ data: [], references: [given.data] });
    }
  });

  test('leaves all rows where no function takes the parts', async () => {
    const next = await parseCsv('a\n1\n2\n3', { chunkSize: 2 })(given);
    expect(next.data).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
    const sizes: number[] = [];
    const take = (next: State, rows: unknown[]) => {
      sizes.push(rows.length);
      return next;
    };
    expect(await parseCsv('a\n1\n2\n3', { chunkSize: 2 }, take)(given)).toBe(given);
    expect(sizes).toEqual([2, 1]);
  });
});

test('what group() leaves out is said', async () => {
  const lines = captureConsole();
  const list = [{ a: 1 }, { b: 2 }, null];
  expect(await group(list, 'a')(state)).toMatchObject({ data: { 1: [{ a: 1 }] } });
  expect(lines).toEqual([
    'RapidPro: warning: group() left out 2 of 3 items, because they have no such key. Check its second argument, and the list.',
  ]);
  lines.length = 0;
  await group([{ a: 1 }, { a: 2 }], 'a')(state);
  expect(lines).toEqual([]);
});

describe('what language-common does', () => {
  test('stays as it is', async () => {
    const add: Step = ({ data, index, sum = 0 }) => ({
      index,
      sum: (sum as number) + (data as number),
    });
    const last = { ...state, data: { list: [1, 2] } };
    const run = (operation: Operation) => operation(last);
    expect(run(each('$.data.list[*]', add))).toEqual({ index: 1, sum: 3 });
    expect(await run(each([1, 2], async (given: State) => add(given)))).toEqual({
      index: 1,
      sum: 3,
    });
    expect(run(each((given: State) => (given.data as { list: number[] }).list, add))).toEqual({
      index: 1,
      sum: 3,
    });
    expect(run(each([], add))).toBe(last);
    expect(run(combine(keep, keep))).toEqual(last);
    expect(run(combine())).toBe(last);
    expect(run(fnIf(false, add))).toBe(last);
    expect(run(fnIf((given: State) => given.data, keep))).toBe(last);
    expect(
      await run(
        as(
          'kept',
          fn(() => ({ data: 1 })),
        ),
      ),
    ).toMatchObject({ kept: 1 });
    expect(await run(map('$.data.list[*]', (item: number) => item * 2))).toMatchObject({
      data: [2, 4],
    });
    const doubled = map((given: State) => (given as { data: { list: number[] } }).data.list, keep);
    expect(await run(doubled)).toMatchObject({ data: [1, 2] });
  });
});

test.each([null, undefined, 'name', ['name'], ['name', 1, 2], { name: 1 }])(
  'fields() of %j is refused',
  one => {
    expect(() => helpers.fields(helpers.field('age', 28), one as never)).toThrow(
      'fields(): its pair is',
    );
    expect(helpers.fields(helpers.field('age', 28), ['name', null])).toEqual({
      age: 28,
      name: null,
    });
  },
);
