import type { Client } from '../../client/client.js';
import { pages, readPage } from '../../client/pages.js';
import { type ErrorCode, fail, hasErrorCode } from '../../errors/errors.js';
import { type Fault, unsent } from '../../errors/fault.js';
import { isObject } from '../../input/check.js';
import { log } from '../../input/log.js';
import { inTurns, Turn } from '../../input/turns.js';
import {
  dependsOnCountry,
  digitsTakenWhole,
  foreignFault,
  unsureFault,
  whatsappDoubt,
  wholeNumber,
} from '../../input/urns.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import type { State } from '../../types/state.js';
import { asObject } from './asObject.js';

export interface Placed {
  urn: string;
  where: string;
}

/** A URN at a place of a list: `contacts[1]`. */
export const placedAt = (urn: string, where: string, index: number): Placed => ({
  urn,
  where: `${where}[${index}]`,
});

/** The URNs of a list, with their places. */
export function* placed(urns: readonly string[] = [], where: string): Generator<Placed> {
  for (const [index, urn] of urns.entries()) yield placedAt(urn, where, index);
}

interface SharedRead {
  value: Promise<unknown>;
  /** Whose deadline and limits it has. */
  client: Client;
}

/** What was read for one credential. */
interface Kept {
  /** Promises, so that parallel operations read it once. */
  readings: Map<string, SharedRead>;
  /** What was logged of reads that were refused, each once. */
  refused: Set<string>;
  /** True once a WhatsApp number without a country code was logged. */
  hasDoubt?: boolean;
}

/** Kept as long as the state with the credential: one step. By host and token, because a job may change them in place. */
const keptOf = new WeakMap<object, Map<string, Kept>>();

function keptFor(credential: object, { account }: Client): Kept {
  const all = keptOf.get(credential) ?? new Map<string, Kept>();
  const kept = all.get(account) ?? { readings: new Map(), refused: new Set() };
  keptOf.set(credential, all.set(account, kept));
  return kept;
}

/**
 * What the rules need to know about the workspace before something is sent, and the rules that only need it. Each fact is
 * read when first needed, once for each credential object, host and token.
 */
export class WorkspaceFacts {
  readonly #client: Client;
  readonly #kept: Kept;

  constructor({ configuration }: State, client: Client) {
    this.#client = client;
    this.#kept = keptFor(configuration as object, client);
  }

  /** Two letters, in capitals; undefined if the workspace has no country. */
  async #country(): Promise<string | undefined> {
    const { country } = await this.#workspace();
    return typeof country === 'string' && /^[A-Za-z]{2}$/.test(country)
      ? country.toUpperCase()
      : undefined;
  }

  /** An IANA name; undefined if RapidPro gives none. */
  async timezone(): Promise<string | undefined> {
    const { timezone } = await this.#workspace();
    return typeof timezone === 'string' && timezone !== '' ? timezone : undefined;
  }

  /** `day_first`, `month_first` or `year_first`. */
  async dateStyle(): Promise<unknown> {
    return (await this.#workspace()).date_style;
  }

  /**
   * The types of the contact fields, by key.
   *
   * @param wanted - keys that should be among them: they may have been created since the last read
   */
  async fieldTypes(wanted: Iterable<string> = []): Promise<ReadonlyMap<string, string>> {
    const read = () => this.#once('types', () => this.#readTypes());
    const again = () => {
      this.forgetFields();
      return read();
    };
    const keys = [...wanted];
    const areShown = (types: ReadonlyMap<string, string>) => keys.every(key => types.has(key));
    const isFirst = !this.#kept.readings.has('types');
    const types = await read();
    if (areShown(types)) return types;
    return this.#client.limiter.untilShown(isFirst ? types : await again(), again, areShown);
  }

  /** Call it when a field was created or changed. */
  forgetFields(): void {
    this.#kept.readings.delete('types');
  }

  /**
   * The result of a read; undefined if the token is not allowed to read it. That is logged once, and not tried again.
   *
   * @param unchecked - what is not certain without it, as the rest of a sentence
   */
  async unlessForbidden<T>(
    what: string,
    read: () => Promise<T>,
    unchecked = 'the data is not checked against it',
  ): Promise<T | undefined> {
    const { refused } = this.#kept;
    const line = `This token cannot read the ${what} of the workspace, so ${unchecked}.`;
    if (refused.has(line)) return undefined;
    try {
      return await read();
    } catch (error) {
      if (!mayNotRead(error)) throw error;
      if (!refused.has(line)) log.warn(line);
      refused.add(line);
      return undefined;
    }
  }

  /**
   * RapidPro accepts a start of an archived flow, which then fails in the background. A campaign event with one does
   * nothing.
   *
   * @returns whether the flow is there; undefined if that is not known
   * @throws RapidProError `INVALID_INPUT`
   */
  async refuseArchived(flow: unknown, where: string): Promise<boolean | undefined> {
    if (typeof flow !== 'string') return undefined;
    const read = () => this.#once(`flow ${flow}`, () => this.#readFlow(flow));
    const found = await this.unlessForbidden('flows', read);
    if (found?.archived !== true) return found === undefined ? undefined : found !== null;
    throw fail(
      'INVALID_INPUT',
      `${where} is archived: RapidPro would accept it and start nobody.`,
      'Nothing was sent. Restore the flow in RapidPro, or use another one: getFlows({ archived: false }) lists them.',
    );
  }

  /**
   * What is wrong with a phone number without plus that RapidPro would read as somebody else's abroad. The country of the
   * workspace is read for the first such number. A doubtful WhatsApp number is only logged, once.
   *
   * @param isContactWrite - a token that is not allowed to read the workspace may still write contacts
   */
  async homeNumberFault(urn: string, isContactWrite: boolean): Promise<Fault | undefined> {
    if (!dependsOnCountry(urn)) return undefined;
    const read = () => this.#country();
    // Nearly everywhere, 00 means what it seems to mean.
    const mayGoOn = isContactWrite || digitsTakenWhole(urn) === undefined;
    const country = mayGoOn ? await this.unlessForbidden('country', read) : await read();
    if (country === undefined) return unsureFault(urn, country);
    // Of a hundred thousand, one is enough.
    const doubt = this.#kept.hasDoubt ? undefined : whatsappDoubt(urn, country);
    if (doubt !== undefined) {
      this.#kept.hasDoubt = true;
      log.warn(doubt);
    }
    return foreignFault(urn, country);
  }

  /** A phone number with its country code, as servers store it; undefined if that is not known. */
  async wholeNumber(urn: string): Promise<string | undefined> {
    const country = await this.unlessForbidden('country', () => this.#country());
    return country === undefined ? undefined : wholeNumber(urn, country);
  }

  /**
   * Refuses numbers that RapidPro would read as ones abroad, before anything is sent.
   *
   * @throws RapidProError `INVALID_URN`, or the code given; what the reading of the workspace throws
   */
  async refuseHomeNumbers(
    urns: Iterable<Placed>,
    { isContactWrite = false, code = 'INVALID_URN' as ErrorCode } = {},
  ): Promise<void> {
    const suspects: Placed[] = [];
    await inTurns(urns, one => {
      if (dependsOnCountry(one.urn)) suspects.push(one);
    });
    const turn = new Turn();
    for (const { urn, where } of suspects) {
      const fault = await this.homeNumberFault(urn, isContactWrite);
      if (turn.isOver) await turn.give();
      if (fault) throw unsent(code, where, fault);
    }
  }

  /** Refuses such a number in the filters of a list. */
  async refuseHomeFilter({ urn }: Query): Promise<void> {
    if (typeof urn !== 'string') return;
    await this.refuseHomeNumbers([{ urn, where: 'filters.urn' }], { code: 'INVALID_FILTER' });
  }

  #workspace(): Promise<Dictionary> {
    return this.#once('workspace', async () => {
      const { body } = await this.#client.request({ method: 'GET', path: 'workspace' });
      // Older servers return the workspace without a uuid.
      return isObject(body) && 'timezone' in body ? body : asObject(body);
    });
  }

  async #readTypes(): Promise<ReadonlyMap<string, string>> {
    const types = new Map<string, string>();
    for await (const { records } of pages(this.#client, 'fields')) {
      for (const { key, type } of records) types.set(String(key), String(type));
    }
    return types;
  }

  async #readFlow(uuid: string): Promise<Dictionary | null> {
    const { body } = await this.#client.request({ method: 'GET', path: 'flows', query: { uuid } });
    return readPage(body).records.find(flow => flow.uuid === uuid) ?? null;
  }

  /** A failed read is tried again when it is needed next: by those who waited for that of another operation, too. */
  async #once<T>(what: string, read: () => Promise<T>): Promise<T> {
    const { readings } = this.#kept;
    const known = readings.get(what);
    if (known?.client === this.#client) return known.value as Promise<T>;
    if (known) {
      const shared = await known.value.then(
        value => ({ value }),
        () => undefined,
      );
      return shared ? (shared.value as T) : this.#once(what, read);
    }
    const reading = { value: read(), client: this.#client };
    readings.set(what, reading);
    reading.value.catch(() => {
      if (readings.get(what) === reading) readings.delete(what);
    });
    return reading.value;
  }
}

/**
 * Whether RapidPro itself said that the token may not read this, so that a check has to be left out. The status alone does
 * not say so: a firewall answers 403 as well, to a request that RapidPro never saw, and the next one may pass.
 */
export function mayNotRead(error: unknown): boolean {
  return hasErrorCode(error, 'PERMISSION_DENIED', 'METHOD_NOT_ALLOWED');
}
