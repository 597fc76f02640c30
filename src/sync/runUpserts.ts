import { AbortedError } from '../client/limiter.js';
import { shortHash } from '../client/seenIds.js';
import {
  changed,
  type ErrorCode,
  hasErrorCode,
  RapidProError,
  type Reason,
} from '../errors/errors.js';
import type { Body } from '../input/body.js';
import { isPlainUrn, sameUrn, urnIdentity, urnTail } from '../input/sameUrn.js';
import { storedField } from '../input/stored.js';
import { inTurns } from '../input/turns.js';
import {
  isBehind,
  refuseDuplicateNumbers,
  severalAnswer,
  urnsOf,
} from '../operations/contact/contactUrns.js';
import { misreadFields } from '../operations/contact/misread.js';
import { inactiveStatus } from '../operations/contact/status.js';
import {
  findTarget,
  isByOneUrn,
  listFor,
  modeOf,
  newUrns,
  type UrnMode,
  upsert,
} from '../operations/contact/writeContact.js';
import type { BulkResult } from '../types/bulk.js';
import type { Dictionary } from '../types/json.js';
import { type BulkCall, type BulkRun, bulkRun } from './bulkRun.js';
import { INACTIVE, isKnownLanguage, predictMisread, reportOf } from './compare.js';
import {
  type Forms,
  failDuplicates,
  failHomeNumbers,
  type Input,
  readForms,
  readInputs,
  urnNames,
  uuidName,
  wouldRefuse,
} from './inputs.js';
import type { BulkOutcome } from './report/bulkOutcome.js';
import { completeDates, readFacts, resolveNames } from './syncFacts.js';

const NAMELESS: Reason = {
  code: 'INVALID_INPUT',
  description: 'The contact has no URN and no uuid. Nothing was sent.',
  fix: 'An upsert needs one of them. Check the data that "urns" or "uuid" comes from.',
};

function bodyOf({ index: _, others, ...body }: Input): Body & Pick<Input, 'uuid' | 'urns'> {
  return { ...others, ...(body as Body) };
}

export async function runUpserts(call: BulkCall): Promise<BulkResult> {
  const { dryRun, urns, literal = false } = call.options;
  const mode = modeOf(urns);
  const plan = { name: 'upsertContacts', verb: 'Upserted' } as const;
  return bulkRun(call, plan, async run => {
    const { list, client, outcome, progress, workspace } = run;
    const { limiter } = client;
    const inputs = await readInputs(list, outcome, {
      replacesUrns: mode === 'replace',
      isLiteral: literal,
    });
    await failHomeNumbers(workspace, inputs, outcome);
    for (const { index, uuid, urns = [] } of inputs) {
      if (uuid === undefined && urns.length === 0) outcome.fail({ index }, NAMELESS);
    }
    const forms = await readForms(workspace, inputs);
    const namesOf = (input: Input) => [...uuidName(input), ...urnNames(input, forms)];
    await failDuplicates(inputs, namesOf, outcome);
    await completeDates(workspace, inputs, outcome);
    const counted = inputs.filter(({ index }) => !outcome.isPassedOver(index));
    // Adding URNs takes none away. What one contact is named by then shows after it was written.
    const claims = mode === 'replace' ? await Claims.of(counted, forms) : undefined;
    const hidden = new HiddenUrns(outcome, inputs);
    /** Which entry each contact was, also in earlier runs. A hash is a quarter of a uuid's size in the checkpoint. */
    const owners = new Map((run.earlier?.found ?? []).map(([index, hash]) => [hash, index]));
    /** Only RapidPro knows that two names, such as a uuid and a URN, are one contact. */
    const own = (index: number, uuid: string) => {
      const hash = shortHash(uuid);
      const owner = owners.get(hash);
      if (owner === undefined) owners.set(hash, index);
      else outcome.clash([owner, index]);
    };
    /** Whether other entries name the contact that was found for one. Then all of them fail. */
    const isShared = (index: number, contact: Dictionary): boolean => {
      const others = claims?.besides(index, contact) ?? [];
      if (others.length > 0) outcome.clash([index, ...others]);
      return others.length > 0;
    };
    if (dryRun) {
      await rehearseUpserts(run, inputs, { mode, hidden, own, isShared });
      return { found: [] };
    }
    const shared = new SharedRefusals(run, inputs);
    await limiter.each(inputs, async input => {
      const { index } = input;
      if (!(await shared.admits(input))) return;
      const error = await hidden.attempt(input, async () => {
        const body = bodyOf(input);
        const look = (found: Dictionary) => {
          // Ends the work on the entry. The outcome says which entries are the same contact.
          if (isShared(index, found)) throw new RapidProError(severalAnswer('Two'));
        };
        const work = () => upsert({ client, facts: workspace }, body, mode, look);
        const { contact, isNew } = await outcome.languages
          .write(input.language, work)
          .catch(error => {
            throw asPredicted(error);
          });
        const uuid = String(contact.uuid);
        const report = reportOf(misreadFields(body, contact));
        const isAdded = input.uuid !== undefined && mode === 'add';
        if (isAdded && isBehind(input.urns ?? [], contact)) outcome.behind.add(index);
        outcome.complete(isNew ? 'created' : 'updated', { index, uuid, ...report });
        own(index, uuid);
      });
      await shared.note(error);
      progress.log();
    });
    return { found: [...owners].map(([hash, index]) => [index, hash]) };
  });
}

/**
 * Which entries of a list name a contact. Writing the URNs of one of them would take the contact's other URNs away, and
 * they may be how another entry names the same contact.
 */
class Claims {
  readonly #byUuid = new Map<string, number>();
  /** Of entries without a uuid, by what all forms of a URN have in common. */
  readonly #byTail = new Map<string, { urn: string; index: number }[]>();

  readonly #forms: Forms;

  constructor(forms: Forms) {
    this.#forms = forms;
  }

  /** @param inputs - the entries that count */
  static async of(inputs: Iterable<Input>, forms: Forms): Promise<Claims> {
    const claims = new Claims(forms);
    await inTurns(inputs, input => claims.#add(input));
    return claims;
  }

  #add({ index, uuid, urns = [] }: Input): void {
    if (uuid !== undefined) {
      this.#byUuid.set(uuid, index);
      return;
    }
    for (const urn of urns) {
      const tail = urnTail(urn);
      const claim = { urn: urnIdentity(urn), index };
      const others = this.#byTail.get(tail);
      if (others) others.push(claim);
      else this.#byTail.set(tail, [claim]);
    }
  }

  /** The entries that name a contact besides one of them. */
  besides(index: number, contact: Dictionary): number[] {
    const found = new Set<number>();
    const byUuid = this.#byUuid.get(String(contact.uuid));
    if (byUuid !== undefined) found.add(byUuid);
    for (const held of urnsOf(contact).map(urnIdentity)) {
      for (const { urn, index: other } of this.#byTail.get(urnTail(held)) ?? []) {
        const whole = this.#forms.get(urn);
        if (whole === undefined ? sameUrn(urn, held) : whole === held) found.add(other);
      }
    }
    found.delete(index);
    return [...found];
  }
}

/**
 * A group that RapidPro does not accept has the code of a dry run, also if it is a smart group, or the server translates
 * its texts.
 */
function asPredicted(error: unknown): unknown {
  if (!hasErrorCode(error, 'VALIDATION_FAILED') || error.outcome === 'unknown') return error;
  const { errors = [] } = error;
  const isOfGroup = errors.length > 0 && errors.every(text => /^groups\[\d+\]/.test(text));
  return isOfGroup ? changed(error, { code: 'UNKNOWN_REFERENCE' }) : error;
}

/** Refusals that other contacts may share, because they have the same missing field or group. */
const SHARED = new Set<ErrorCode>(['UNKNOWN_FIELD', 'UNKNOWN_REFERENCE']);

/**
 * Contacts that are sent one by one, without a look at the workspace. After one is refused because of a missing name, the
 * names of all others are looked up, so that none of those is sent.
 */
class SharedRefusals {
  readonly #run: BulkRun;
  readonly #inputs: readonly Input[];
  readonly #begun = new Set<number>();
  #looking: Promise<void> | undefined;

  constructor(run: BulkRun, inputs: readonly Input[]) {
    this.#run = run;
    this.#inputs = inputs;
  }

  /** Lets a contact be sent, unless RapidPro would refuse it. */
  async admits({ index }: Input): Promise<boolean> {
    await this.#looking;
    this.#begun.add(index);
    return this.#run.outcome.isOpen(index);
  }

  async note(error: unknown): Promise<void> {
    if (!(error instanceof RapidProError)) return;
    // For a smart group, RapidPro says that the value is not valid.
    const isOfGroup = error.errors?.some(text => text.startsWith('groups')) ?? false;
    if (!SHARED.has(error.code) && !isOfGroup) return;
    this.#looking ??= this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { client, workspace, outcome, options } = this.#run;
    const others = this.#inputs.filter(
      ({ index }) => !this.#begun.has(index) && outcome.isOpen(index),
    );
    try {
      const facts = await readFacts(client, others, options, workspace);
      await resolveNames(others, facts, outcome);
    } catch (error) {
      if (!(error instanceof RapidProError || error instanceof AbortedError)) throw error;
      // The names cannot be read: the others are sent, and RapidPro judges each of them.
    }
  }
}

/** Why an entry with URNs fails in a workspace that hides them. */
const UNUSABLE_URNS: Reason = {
  code: 'ANONYMOUS_WORKSPACE',
  description:
    'The workspace hides URNs, so RapidPro neither finds a contact by one nor adds one to it. Nothing was changed.',
  fix: 'Name the contact by its uuid, and leave "urns" out. To create contacts, use addContact(), or syncContacts() with a field as the key.',
};

/**
 * In a workspace that hides URNs, RapidPro refuses every entry with a URN. If the list has others, those go on; a list of
 * URNs alone ends with the first refusal.
 */
class HiddenUrns {
  readonly #outcome: BulkOutcome;
  readonly #hasOthers: boolean;
  #areHidden = false;

  constructor(outcome: BulkOutcome, inputs: readonly Input[]) {
    this.#outcome = outcome;
    this.#hasOthers = inputs.some(
      input => !hasUrns(input) && (outcome.isOpen(input.index) || outcome.isDone(input.index)),
    );
  }

  /** Does something for one contact: see {@link BulkOutcome.attempt}. After the first refusal, nobody is asked again. */
  attempt(input: Input, work: () => Promise<unknown>): Promise<unknown> {
    const { index } = input;
    const failIt = () => this.#outcome.fail({ index }, UNUSABLE_URNS);
    return this.#outcome.attempt({ index }, async () => {
      if (this.#areHidden && hasUrns(input)) return failIt();
      try {
        return await work();
      } catch (error) {
        if (!this.#hasOthers || !hasErrorCode(error, 'ANONYMOUS_WORKSPACE')) throw error;
        this.#areHidden = true;
        return failIt();
      }
    });
  }
}

const hasUrns = ({ urns = [] }: Input) => urns.length > 0;

interface Rehearsal {
  mode: UrnMode;
  hidden: HiddenUrns;
  own: (index: number, uuid: string) => void;
  isShared: (index: number, contact: Dictionary) => boolean;
}

/** What the dry run of `upsertContacts` does with its contacts: looks each up, and writes nothing. */
async function rehearseUpserts(
  { client, outcome, progress, workspace, options, cost }: BulkRun,
  inputs: readonly Input[],
  { mode, hidden, own, isShared }: Rehearsal,
): Promise<void> {
  const facts = await readFacts(client, inputs, options, workspace);
  await resolveNames(inputs, facts, outcome);
  const isUnpredicted = ({ fields }: Input) =>
    Object.entries(fields ?? {}).some(
      ([key, value]) => storedField(facts.types.get(key) ?? '', value) === undefined,
    );

  const look = async (input: Input) => {
    const { index, uuid: named, urns = [], groups = [], note } = input;
    const refusal = wouldRefuse(input);
    if (refusal) return outcome.fail({ index }, refusal);
    const { contact, ...target } = await findTarget(client, named, urns).catch(error => {
      // A uuid alone is not looked up by the real run.
      if (hasErrorCode(error, 'NOT_FOUND') && urns.length === 0) cost.add(1);
      throw error;
    });
    const isSure =
      !isUnpredicted(input) &&
      isKnownLanguage(input.language) &&
      (named !== undefined || urns.every(isPlainUrn));
    const misread = predictMisread(input.fields, facts.types);
    const item = { index, ...reportOf(misread, isSure) };
    if (!contact) {
      refuseDuplicateNumbers(urns);
      // The note takes a request of its own, where there are notes.
      cost.add(note === undefined || client.dialect === 'v9' ? 1 : 2);
      return outcome.complete('created', item);
    }
    const uuid = String(contact.uuid);
    // The real run finds that out by writing.
    const isRefused = inactiveStatus(contact) !== undefined && groups.length > 0;
    // Nor does it look at a uuid alone: the other entry shows that they are one contact.
    const isLooked = !isRefused && urns.length > 0;
    if (isLooked && isShared(index, contact)) return;
    const isByOne = isByOneUrn(named, urns, mode);
    const list =
      isByOne || !input.urns ? undefined : listFor(client, contact, { urns, mode, ...target });
    // Whom URNs found, or who gets a new list of them, is looked at before.
    cost.add(!isByOne && (list || named === undefined) ? 2 : 1);
    if (list) cost.add((await newUrns(workspace, contact, list)).length);
    if (isRefused) return outcome.fail({ index, uuid }, INACTIVE);
    outcome.complete('updated', { ...item, uuid });
    own(index, uuid);
  };
  await client.limiter.each(inputs, async input => {
    const { index } = input;
    if (!outcome.isOpen(index)) return;
    await hidden.attempt(input, () => look(input));
    progress.log();
  });
}
