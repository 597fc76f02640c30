import type { Dialect, Scope } from '../../src/resources.js';
import type { DeliveryOptions } from './engine/deliver.js';
import type { LoggedRequest } from './request-log.js';
import type { ContactSeed, Seed } from './seeds/types.js';
import type { Clock } from './state/clock.js';
import type { Limited } from './state/workspace.js';

/** What a sandbox is made with. Everything may be left out. */
export interface SandboxOptions {
  /** Which line of servers it is like: RapidPro 9 (`v9`) or the newer one that TextIt runs. Default `v9`. */
  dialect?: Dialect;
  /** What it holds at first: a seed of one's own, or `maternal-health`, 600 contacts of a made-up program. */
  seed?: Seed | 'maternal-health';
  /** What the second workspace holds, which the token `other_workspace` opens. Default nothing. */
  otherSeed?: Seed;
  /** Contacts besides the seed's: a list, or how many to make up. With `maternal-health` a number replaces the 600. */
  contacts?: ContactSeed[] | number;
  /** Shows contacts without their URNs, as some workspaces are set. Default false. */
  anonymous?: boolean;
  /** Two letters; local telephone numbers are read in it. Default `RW`. */
  country?: string;
  /** IANA name of the zone in which times without one are read. Default `Africa/Kigali`. */
  timezone?: string;
  /** Codes of three letters; the first is the primary one. Default `['eng', 'fra']`. */
  languages?: string[];
  /** How dates that are not ISO are read. Default `day_first`. */
  dateStyle?: 'day_first' | 'month_first' | 'year_first';
  /**
   * Requests an hour in each scope: one number for all, or by scope a number or a text such as `4/minute`.
   * False counts nothing. Default: what the line of servers allows (2,500 or 3,600).
   */
  throttle?: number | false | Partial<Record<Scope, number | string>>;
  /** The most objects of a kind. Default 250 each; 50 topics on the newer line. */
  limits?: Partial<Record<Limited, number>>;
  /** The time, in milliseconds. Default the computer's. */
  clock?: Clock;
  /** Seconds for which the flow engine does not see a group or a field that was just made (5 on a real server). Default 0. */
  engineCache?: number;
  /**
   * Seconds for which a campaign event is being scheduled after it was made or moved; the newer line refuses to change it
   * meanwhile. Default 0.
   */
  scheduling?: number;
  /** How the flow engine calls the listeners of webhooks and resthooks. */
  deliveries?: DeliveryOptions;
  /** The port on loopback. Default any that is free. */
  port?: number;
  /** The administrator's token. Default a random one. */
  token?: string;
  /** Whether a `v9` server's empty answers to actions carry two stray bytes, as the real one's do. Default true. */
  rawNoContent?: boolean;
  /** Host names that the site answers to; others get a 400. Default any. */
  hosts?: string[];
  /**
   * Whether it also serves a page under `/sandbox/`, where a person sees what happens and answers as a contact would.
   * Default false: a real server has none.
   */
  page?: boolean;
  /** Called with each request right after it was answered. */
  onRequest?: (request: LoggedRequest) => void;
}
