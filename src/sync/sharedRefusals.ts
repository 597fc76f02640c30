import type { Client } from '../client/client.js';
import { AbortedError } from '../client/limiter.js';
import { type ErrorCode, RapidProError } from '../errors/errors.js';
import type { WorkspaceFacts } from '../operations/base/workspaceFacts.js';
import type { Input } from './inputs.js';
import type { SyncSettings } from './options.js';
import { readFacts, resolveNames } from './predict/facts.js';
import type { Outcome } from './report/outcome.js';

/** Refusals of one contact that others of the list may share: they name a field or group that is not there. */
const SHARED = new Set<ErrorCode>(['UNKNOWN_FIELD', 'UNKNOWN_REFERENCE']);

interface Parts {
  inputs: readonly Input[];
  client: Client;
  workspace: WorkspaceFacts;
  outcome: Outcome;
  settings: SyncSettings;
}

/**
 * Contacts that go out one by one, without a look at the workspace. Once one is refused for a name that
 * the workspace does not have, the names of all others are looked up, so that none of those is sent.
 */
export class SharedRefusals {
  readonly #parts: Parts;
  readonly #begun = new Set<number>();
  #looking: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Lets a contact go out, unless it turns out that RapidPro would refuse it. */
  async admits({ index }: Input): Promise<boolean> {
    await this.#looking;
    const isOpen = this.#parts.outcome.isOpen(index);
    if (isOpen) this.#begun.add(index);
    return isOpen;
  }

  /** Takes note of what went wrong with one. */
  async note(error: unknown): Promise<void> {
    if (!(error instanceof RapidProError) || !SHARED.has(error.code)) return;
    this.#looking ??= this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { inputs, client, workspace, outcome, settings } = this.#parts;
    const others = inputs.filter(({ index }) => !this.#begun.has(index) && outcome.isOpen(index));
    if (others.length === 0) return;
    try {
      const facts = await readFacts(client, others, settings, workspace);
      await resolveNames(others, facts, outcome);
    } catch (error) {
      if (!(error instanceof RapidProError || error instanceof AbortedError)) throw error;
      // The names cannot be read: the others go out as they are, and RapidPro says what it thinks of each.
    }
  }
}
