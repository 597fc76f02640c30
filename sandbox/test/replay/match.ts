/** Compares a response with a recorded one whose names and times are placeholders. */

/** Microseconds by which two times may differ and still share a placeholder. */
const SAME_INSTANT = 2;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const PLACEHOLDER = /\{\{([^}]+)\}\}/g;
const TIME = /^t(\d+)$/;
const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;

/** Microseconds since 1970 of a time in the server's format. */
export function microsOf(text: string): number {
  const [, seconds, fraction = ''] = ISO.exec(text) ?? [];
  if (!seconds) throw new TypeError(`no time: ${text}`);
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

export function isoOf(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The value of each placeholder: bound when first seen, then fixed. */
export class Bindings {
  readonly values = new Map<string, unknown>();

  /** The value of a placeholder in a request; undefined if not bound. */
  render(name: string): unknown {
    const [, base = name, shift, zone] = /^(t\d+)([+-]\d+)?(?:us)?(?:@(.+))?$/.exec(name) ?? [];
    if (!TIME.test(base)) return this.values.get(name.replace(/ as string$/, ''));
    const time = this.values.get(base);
    if (typeof time !== 'string') return undefined;
    const text = shift ? isoOf(microsOf(time) + Number(shift)) : time;
    return zone ? inZone(text, zone) : text;
  }

  /** A value with its placeholders replaced. A value that is only a placeholder gets the type of its replacement. */
  fill(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value);
    if (Array.isArray(value)) return value.map(one => this.fill(one));
    if (!isObject(value)) return value;
    if ('$repeat' in value) return String(value.$repeat).repeat(Number(value.times));
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [this.#fillText(key), this.fill(one)]),
    );
  }

  #fillText(text: string): unknown {
    const whole = /^\{\{([^}]+)\}\}$/.exec(text)?.[1];
    if (whole !== undefined) {
      const found = this.render(whole);
      if (found === undefined) return text;
      return whole.endsWith(' as string') ? String(found) : found;
    }
    return text.replace(PLACEHOLDER, (all, name: string) => String(this.render(name) ?? all));
  }

  /** Binds a placeholder, or describes how it differs from its value. */
  meet(name: string, given: unknown): string | undefined {
    const plain = name.replace(/ as string$/, '');
    const value = name === plain ? given : Number(given);
    if (!this.values.has(plain)) {
      this.values.set(plain, value);
      return undefined;
    }
    const known = this.values.get(plain);
    if (TIME.test(plain) && typeof known === 'string' && typeof value === 'string') {
      const apart = Math.abs(microsOf(known) - microsOf(value));
      return apart <= SAME_INSTANT ? undefined : `{{${name}}} was ${known}, is ${value}`;
    }
    return known === value ? undefined : `{{${name}}} was ${String(known)}, is ${String(value)}`;
  }

  /** Whether the times are in the order of their numbers. */
  disorder(): string[] {
    const times = [...this.values]
      .flatMap(([name, value]) => {
        const number = TIME.exec(name)?.[1];
        return number && typeof value === 'string'
          ? [[Number(number), microsOf(value)] as const]
          : [];
      })
      .sort(([a], [b]) => a - b);
    return times.flatMap(([number, micros], i) => {
      const next = times[i + 1];
      return next && micros > next[1] + SAME_INSTANT
        ? [`{{t${number}}} is later than {{t${next[0]}}}`]
        : [];
    });
  }
}

function inZone(text: string, zone: string): string {
  if (zone === 'nozone') return text.replace(/Z$/, '');
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return isoOf(microsOf(text) + offset * 60_000_000).replace('Z', zone);
}

/** The differences between a response and the recorded one, by path. */
export function differences(
  expected: unknown,
  actual: unknown,
  bindings: Bindings,
  at = '',
): string[] {
  if (typeof expected === 'string') return textDifferences(expected, actual, bindings, at);
  if (Array.isArray(expected)) return listDifferences(expected, actual, bindings, at);
  if (isObject(expected)) return objectDifferences(expected, actual, bindings, at);
  return Object.is(expected, actual) ? [] : [`${at}: ${show(expected)} is ${show(actual)}`];
}

const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 200) ?? 'nothing';

function textDifferences(
  expected: string,
  actual: unknown,
  bindings: Bindings,
  at: string,
): string[] {
  const whole = /^\{\{([^}]+)\}\}$/.exec(expected)?.[1];
  if (whole !== undefined) {
    const wrong = bindings.meet(whole, actual);
    return wrong ? [`${at}: ${wrong}`] : [];
  }
  const items = /^(\d+) items$/.exec(expected)?.[1];
  if (items && Array.isArray(actual)) {
    return actual.length === Number(items) ? [] : [`${at}: ${expected} are ${actual.length}`];
  }
  if (typeof actual !== 'string') return [`${at}: ${show(expected)} is ${show(actual)}`];
  if (isAddress(actual)) return addressDifferences(expected, actual, bindings, at);
  if (expected.endsWith('…')) {
    return actual.startsWith(expected.slice(0, -1)) ? [] : [`${at}: the text begins otherwise`];
  }
  const caught = capture(expected, actual, bindings);
  const filled = String(bindings.fill(expected));
  if (caught.length > 0) return caught.map(one => `${at}: ${one}`);
  return sameText(filled, actual) ? [] : [`${at}: ${show(filled)} is ${show(actual)}`];
}

const isAddress = (text: string): boolean => /^https?:.*\?/.test(text);

/** URLs are compared by meaning, not by how their parts are escaped. */
function addressDifferences(
  expected: string,
  actual: string,
  bindings: Bindings,
  at: string,
): string[] {
  const plain = decodeURIComponent(actual.replaceAll('+', ' '));
  const caught = capture(expected, plain, bindings);
  const filled = decodeURIComponent(String(bindings.fill(expected)));
  if (caught.length > 0) return caught.map(one => `${at}: ${one}`);
  return filled === plain ? [] : [`${at}: ${show(filled)} is ${show(plain)}`];
}

/** Binds new placeholders inside a text. */
function capture(expected: string, actual: string, bindings: Bindings): string[] {
  const names = [...expected.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unbound = names.filter(name => bindings.render(name) === undefined);
  if (unbound.length === 0) return [];
  const pattern = expected
    .split(PLACEHOLDER)
    .map((part, i) => (i % 2 === 0 ? escaped(part) : (bound(part, bindings) ?? '([^&,"]+)')))
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(actual);
  if (!found) return [`${show(expected)} is ${show(actual)}`];
  return unbound.flatMap((name, i) => bindings.meet(name, found[i + 1]) ?? []);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function bound(name: string, bindings: Bindings): string | undefined {
  const value = bindings.render(name);
  return value === undefined ? undefined : escaped(String(value));
}

/** Lists of uuids inside a text have no order. */
function sameText(expected: string, actual: string): boolean {
  const parts = (text: string) => text.split(/(?<=: )|, /);
  return expected === actual || parts(expected).sort().join() === parts(actual).sort().join();
}

function listDifferences(
  expected: unknown[],
  actual: unknown,
  bindings: Bindings,
  at: string,
): string[] {
  if (!Array.isArray(actual)) return [`${at}: a list is ${show(actual)}`];
  const [only] = expected;
  if (expected.length === 1 && isObject(only) && '$keys' in only) {
    if (actual.length === 0) return [`${at}: there is nothing`];
    return actual.flatMap((one, i) => keyDifferences(only.$keys as string[], one, `${at}[${i}]`));
  }
  if (expected.length !== actual.length) {
    return [`${at}: ${expected.length} items are ${actual.length}`];
  }
  const rows = at.endsWith('groups') ? inOrderOf(expected, actual, bindings) : actual;
  return expected.flatMap((one, i) => differences(one, rows[i], bindings, `${at}[${i}]`));
}

/** A contact's groups have no order. */
function inOrderOf(expected: unknown[], actual: unknown[], bindings: Bindings): unknown[] {
  const left = [...actual];
  return expected.map(one => {
    const index = left.findIndex(
      other => isObject(one) && isObject(other) && bindings.fill(one.name) === other.name,
    );
    return left.splice(Math.max(0, index), 1)[0];
  });
}

function keyDifferences(keys: string[], actual: unknown, at: string): string[] {
  const found = isObject(actual) ? Object.keys(actual).sort() : [];
  return found.join() === [...keys].sort().join() ? [] : [`${at}: keys ${keys} are ${found}`];
}

function objectDifferences(
  expected: Record<string, unknown>,
  actual: unknown,
  bindings: Bindings,
  at: string,
): string[] {
  if ('$repeat' in expected) return differences(bindings.fill(expected), actual, bindings, at);
  if ('$count' in expected) return trimmedDifferences(expected, actual, bindings, at);
  if (!isObject(actual)) return [`${at}: an object is ${show(actual)}`];
  const isPartial = at.endsWith('.fields') || at.endsWith('$first') || at.endsWith('$last');
  const keys = Object.keys(expected).map(key => String(bindings.fill(key)));
  const extra = isPartial ? [] : Object.keys(actual).filter(key => !keys.includes(key));
  return [
    ...extra.map(key => `${at}.${key}: not recorded, is ${show(actual[key])}`),
    ...Object.entries(expected).flatMap(([key, value]) => {
      const name = String(bindings.fill(key));
      if (!Object.hasOwn(actual, name)) return [`${at}.${name}: ${show(value)} is missing`];
      return differences(value, actual[name], bindings, `${at}.${name}`);
    }),
  ];
}

/** A page that was shortened to its ends. */
function trimmedDifferences(
  expected: Record<string, unknown>,
  actual: unknown,
  bindings: Bindings,
  at: string,
): string[] {
  if (!Array.isArray(actual)) return [`${at}: a list is ${show(actual)}`];
  if (actual.length !== expected.$count) {
    return [`${at}: ${String(expected.$count)} items are ${actual.length}`];
  }
  const names = actual.map(one => (isObject(one) ? one.name : undefined));
  return [
    ...differences(expected.$first, actual[0] ?? null, bindings, `${at}.$first`),
    ...differences(expected.$last, actual.at(-1) ?? null, bindings, `${at}.$last`),
    ...('$names' in expected ? differences(expected.$names, names, bindings, `${at}.$names`) : []),
  ];
}
