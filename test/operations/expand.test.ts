import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { expand, expandArgument } from '../../src/input/expand.js';
import { cpuTime } from '../support/cpuTime.js';

const state = { data: { name: 'Amina', ages: [1, 2] }, deep: () => 'deep' };

/** A value as a job makes it: in another realm, where every class is another one. */
function fromJob(code: string): unknown {
  return vm.runInNewContext(code);
}

function refusal(value: unknown, where = 'contact') {
  try {
    expand(state, value, where);
  } catch (error) {
    return error as { code: string; description: string; fix: string };
  }
  return expect.fail('it should have thrown');
}

describe('references', () => {
  test('functions of state at any depth give their values', () => {
    const value = {
      name: (given: typeof state) => given.data.name,
      fields: { ages: [(given: typeof state) => given.data.ages[1], 3] },
      nested: () => ({ again: () => [() => 'deep'] }),
    };
    expect(expand(state, value, 'contact')).toEqual({
      name: 'Amina',
      fields: { ages: [2, 3] },
      nested: { again: ['deep'] },
    });
  });

  test('a function of another realm is a function too', () => {
    const value = fromJob('({ a: state => state.data.name, b: [1, null, false, ""] })');
    expect(expand(state, value, 'contact')).toEqual({ a: 'Amina', b: [1, null, false, ''] });
  });

  test.each([undefined, null, 0, -0, '', false, 1.5, 'text'])('%j stays', value => {
    expect(expand(state, value, 'contact')).toBe(value);
  });

  test('neither the value nor the state is changed, and nothing of them is shared', () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ a: 1 })]) });
    const expanded = expand(state, value, 'contact') as typeof value;
    expect(expanded).toEqual(value);
    expect(expanded.list[0]).not.toBe(value.list[0]);
    expect(expand(state, (given: typeof state) => given.data, 'contact')).not.toBe(state.data);
  });

  test('what a function throws comes out as it is', () => {
    const broken = () => {
      throw new TypeError('data is undefined');
    };
    expect(() => expand(state, { name: broken }, 'contact')).toThrow(TypeError);
  });
});

describe('what cannot travel as JSON', () => {
  test.each([
    ['new Date(0)', 'is a Date object'],
    ['10n', 'is a BigInt'],
    ['NaN', 'is not a valid number'],
    ['-Infinity', 'is not a valid number'],
    ['Promise.resolve(1)', 'is a promise'],
    ['(async () => 1)()', 'is a promise'],
    ['({ then() {} })', 'is a promise'],
    ['new Map([[1, 2]])', 'is a Map'],
    ['new Set([1])', 'is a Set'],
    ['new Uint8Array(2)', 'is a Uint8Array'],
    ['/x/', 'is a RegExp'],
    ['new Error("x")', 'is a Error'],
    ['Symbol("x")', 'is a symbol'],
    ['({ toJSON() { return 1 } })', 'is an object from a library'],
    ['JSON.parse(\'{ "__proto__": { "admin": true } }\')', 'has a key that cannot be sent'],
  ])('%s', (code, what) => {
    const value = fromJob(code);
    expect(refusal(value)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refusal(value).description).toContain(`contact ${what}`);
    expect(refusal({ fields: { list: ['a', value] } }).description).toContain(
      `contact.fields.list[1] ${what}`,
    );
    expect(refusal({ name: () => value }).description).toContain(`contact.name ${what}`);
    expect(refusal(value, 'filters').code).toBe('INVALID_FILTER');
    expect(refusal({ query: { a: value } }, 'options').code).toBe('INVALID_FILTER');
    expect(refusal({ timeout: value }, 'options').code).toBe('INVALID_OPTION');
    expect(refusal({ body: { a: value } }, 'options').code).toBe('INVALID_INPUT');
  });

  test.each([
    '24871234567890123',
    '9007199254740992',
    '-9007199254740992',
    '2 ** 53 + 2',
    '1e16',
    '1e21',
    '-1e300',
    'Number.MAX_VALUE',
    'Number("8925004000000000001")',
    '[250788123123250788123123]',
  ])('a whole number that JavaScript rounds: %s', code => {
    const value = fromJob(code);
    for (const given of [value, { fields: { nid: value } }, () => [value], [{ a: () => value }]]) {
      const { code, description, fix } = refusal(given);
      expect(code).toBe('INVALID_INPUT');
      expect(description).toMatch(
        /^contact\S* is a number with more digits than JavaScript can store/,
      );
      expect(description).not.toMatch(/\d{5}/);
      expect(fix).toContain('Write it as text');
    }
    expect(refusal(value, 'filters').code).toBe('INVALID_FILTER');
    expect(refusal({ limit: value }, 'options').code).toBe('INVALID_OPTION');
  });

  test.each([
    0,
    -0,
    1,
    -1,
    0.1 + 0.2,
    1.5e-7,
    250788123123,
    24871234567890.5,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    '24871234567890123',
  ])('but %s is as it was written', value => {
    expect(expand(state, { a: [value] }, 'contact')).toEqual({ a: [value] });
  });

  test('a circle, made beforehand or by a function', () => {
    const circle: { own?: unknown; list: unknown[] } = { list: [] };
    circle.own = circle;
    circle.list.push(circle, circle);
    expect(refusal(circle).description).toContain('is nested too deeply, or contains itself');
    expect(refusal(() => circle).description).toContain('is nested too deeply, or contains itself');
    const endless = (): unknown => endless;
    expect(refusal(endless).description).toContain('is nested too deeply, or contains itself');
  });

  test('no prototype is changed on the way', () => {
    refusal(JSON.parse('{ "fields": { "__proto__": { "polluted": true } } }'));
    expect({}).not.toHaveProperty('polluted');
    expect(expand(state, { constructor: 'x', toString: 'y' }, 'contact')).toEqual({
      constructor: 'x',
      toString: 'y',
    });
  });
});

test('ten thousand items take no time to speak of', () => {
  const value = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1]));
  const started = cpuTime();
  expand(state, value, 'contact');
  expect(cpuTime() - started).toBeLessThan(1000);
});

describe('filters and queries that a reference names', () => {
  test.each(['filters', 'query'])('%s may be left out, but not be empty', name => {
    expect(expandArgument(state, undefined, name)).toBeUndefined();
    expect(expandArgument(state, null, name)).toBeNull();
    expect(() => expandArgument(state, () => undefined, name)).toThrow('INVALID_FILTER');
    expect(() => expandArgument(state, () => null, name)).toThrow('INVALID_FILTER');
  });

  test('other arguments are held to their own checks', () => {
    expect(expandArgument(state, () => undefined, 'contact')).toBeUndefined();
  });
});
