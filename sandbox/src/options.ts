import type { Dialect, Scope } from '../../src/resources.js';
import type { DeliveryOptions } from './engine/deliver.js';
import { checkKeys } from './known-keys.js';
import type { LoggedRequest } from './request-log.js';
import type { ContactSeed, Seed } from './seeds/types.js';
import type { Clock } from './state/clock.js';
import type { UnknownConstruct } from './state/unknown.js';
import type { Limited } from './state/workspace.js';

/** How a sandbox is set up. Everything is optional. */
export interface SandboxOptions {
  /** The line of servers: RapidPro 9 (`v9`) or the newer one that TextIt runs (`textit`). Default: `v9`. */
  dialect?: Dialect;
  /** What it contains: your own seed, or `maternal-health`, 600 contacts of a made-up program. Default: nothing. */
  seed?: Seed | 'maternal-health';
  /** The contents of the second workspace, which the token `other_workspace` opens. Default: nothing. */
  otherSeed?: Seed;
  /**
   * Contacts in addition to the seed's: a list, or how many to generate. With `maternal-health` a number replaces the
   * 600.
   */
  contacts?: ContactSeed[] | number;
  /** Hides URNs, as in an anonymous workspace. Default: `false`. */
  anonymous?: boolean;
  /** The two-letter country in which local phone numbers are read. Default: `RW`. */
  country?: string;
  /** The IANA time zone in which times without a zone are read. Default: `Africa/Kigali`. */
  timezone?: string;
  /** Three-letter codes; the first is the primary language. Default: `['eng', 'fra']`. */
  languages?: string[];
  /** How dates that are not ISO are read. Default: `day_first`. */
  dateStyle?: 'day_first' | 'month_first' | 'year_first';
  /**
   * Requests per hour in each scope: a number for all, or by scope a number or a text such as `4/minute`.
   * `false` turns throttling off. Default: as the real server (2,500 or 3,600).
   */
  throttle?: number | false | Partial<Record<Scope, number | string>>;
  /** The most objects of each kind. Default: 250; for `textit` 50 topics. */
  limits?: Partial<Record<Limited, number>>;
  /** The source of time, in milliseconds. Default: the computer's clock. */
  clock?: Clock;
  /** Seconds for which the flow engine does not see a new group or field (5 on a real server). Default: `0`. */
  engineCache?: number;
  /**
   * Seconds for which a campaign event is being scheduled after it was created or rescheduled. `textit` refuses to
   * change it in the meantime. Default: `0`.
   */
  scheduling?: number;
  /** How the flow engine calls webhooks and resthook subscribers. */
  deliveries?: DeliveryOptions;
  /** The port on loopback. Default: any free port. */
  port?: number;
  /** The administrator's token. Default: a random one. */
  token?: string;
  /** Whether the empty responses of actions have two stray bytes in `v9`, as on a real server. Default: `true`. */
  rawNoContent?: boolean;
  /** The host names that the site accepts; others get a 400. Default: any. */
  hosts?: string[];
  /**
   * Whether it also serves a page under `/sandbox/`, where you see what happens and reply as a contact.
   * Default: `false`.
   */
  page?: boolean;
  /** The largest body that is read, in bytes; a larger one gets a 413. Default: 32 MB. */
  bodyLimit?: number;
  /** Called with each request after its response. */
  onRequest?: (request: LoggedRequest) => void;
  /** Called with each thing of `sandbox.unknown()`, once. */
  onUnknown?: (unknown: UnknownConstruct) => void;
}

const KEYS: Record<keyof SandboxOptions, true> = {
  dialect: true,
  seed: true,
  otherSeed: true,
  contacts: true,
  anonymous: true,
  country: true,
  timezone: true,
  languages: true,
  dateStyle: true,
  throttle: true,
  limits: true,
  clock: true,
  engineCache: true,
  scheduling: true,
  deliveries: true,
  port: true,
  token: true,
  rawNoContent: true,
  hosts: true,
  page: true,
  bodyLimit: true,
  onRequest: true,
  onUnknown: true,
};

const LIMITED: Record<Limited, true> = {
  fields: true,
  globals: true,
  groups: true,
  labels: true,
  topics: true,
};

const DELIVERIES: Record<keyof DeliveryOptions, true> = { timeout: true, refusePrivate: true };

const SCOPES: Record<Scope, true> = {
  v2: true,
  'v2.contacts': true,
  'v2.messages': true,
  'v2.broadcasts': true,
  'v2.runs': true,
};

const DIALECTS: readonly unknown[] = ['v9', 'textit'];
const DATE_STYLES: readonly unknown[] = ['day_first', 'month_first', 'year_first'];

const isCount = (given: unknown): boolean => typeof given === 'number' && given >= 0;

function isZone(given: unknown): boolean {
  try {
    return typeof given === 'string' && Boolean(new Intl.DateTimeFormat('en', { timeZone: given }));
  } catch {
    return false;
  }
}

type Rule = readonly [fits: (given: unknown) => boolean, what: string];

const FLAG: Rule = [given => typeof given === 'boolean', 'true or false'];
const COUNT: Rule = [isCount, 'a number of 0 or more'];
const FUNCTION: Rule = [given => typeof given === 'function', 'a function'];

/** What a setting has to be, and what says so. An empty country is none. */
const VALUES: Record<string, Rule> = {
  seed: [
    given => given === 'maternal-health' || (typeof given === 'object' && !Array.isArray(given)),
    '"maternal-health" or an object with lists of rows',
  ],
  contacts: [given => Array.isArray(given) || isCount(given), 'a list of contacts, or how many'],
  dialect: [given => DIALECTS.includes(given), '"v9" or "textit"'],
  country: [
    given => typeof given === 'string' && /^([A-Z]{2})?$/.test(given),
    'a country of two capital letters, such as "RW"',
  ],
  timezone: [isZone, 'an IANA time zone, such as "Africa/Kigali"'],
  languages: [
    given => Array.isArray(given) && given.every(one => /^[a-z]{3}$/.test(String(one))),
    'a list of three-letter languages, such as ["eng"]',
  ],
  dateStyle: [given => DATE_STYLES.includes(given), DATE_STYLES.map(one => `"${one}"`).join(', ')],
  date_style: [given => DATE_STYLES.includes(given), DATE_STYLES.map(one => `"${one}"`).join(', ')],
  throttle: [
    given => given === false || isCount(given) || typeof given === 'object',
    'false, a number of requests per hour, or a rate for each scope',
  ],
  limits: [
    given => typeof given === 'object' && Object.values(given ?? {}).every(isCount),
    'a number for each kind of object',
  ],
  otherSeed: [
    given => typeof given === 'object' && !Array.isArray(given),
    'an object with lists of rows',
  ],
  anonymous: FLAG,
  anon: FLAG,
  rawNoContent: FLAG,
  page: FLAG,
  refusePrivate: FLAG,
  engineCache: COUNT,
  scheduling: COUNT,
  bodyLimit: COUNT,
  port: COUNT,
  timeout: COUNT,
  clock: [
    given => typeof (given as Partial<Clock> | null)?.now === 'function',
    'an object with a function now() that returns milliseconds',
  ],
  token: [given => typeof given === 'string' && given !== '', 'a text'],
  hosts: [
    given => Array.isArray(given) && given.every(one => typeof one === 'string'),
    'a list of host names',
  ],
  onRequest: FUNCTION,
  onUnknown: FUNCTION,
};

/**
 * Refuses a value that a setting cannot have: where nobody checks it, a test would run with another one.
 *
 * @param what - What the settings belong to, as the subject of a sentence: `createSandbox()`.
 */
export function checkValues(what: string, given: object): void {
  for (const [key, value] of Object.entries(given)) {
    const [fits, needed] = (Object.hasOwn(VALUES, key) && VALUES[key]) || [];
    if (value === undefined || !fits || fits(value)) continue;
    throw new TypeError(`${what}: "${key}" must be ${needed}.`);
  }
}

/** Refuses an option that nothing reads, or that has a value that it cannot have. */
export function checkOptions(options: SandboxOptions): void {
  checkKeys('createSandbox()', options, Object.keys(KEYS));
  checkValues('createSandbox()', options);
  checkKeys('The option limits', options.limits ?? {}, Object.keys(LIMITED));
  const { throttle, deliveries = {} } = options;
  checkKeys('The option deliveries', deliveries, Object.keys(DELIVERIES));
  checkValues('The option deliveries', deliveries);
  if (typeof throttle === 'object') checkKeys('The option throttle', throttle, Object.keys(SCOPES));
}
