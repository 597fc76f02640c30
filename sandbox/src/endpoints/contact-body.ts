import { type GivenUrn, manualGroups, urns as urnsRule } from '../body/references.js';
import { also, mapOf, type Rule, readShape, text, value } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { invalid, ServerError } from '../core/reply.js';
import type { ContactChanges } from '../engine/contacts.js';
import type { Contact, Field, Urn } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import {
  fieldErrors,
  JsonNumber,
  rawFieldText,
  storeLanguage,
  storeName,
} from '../values/index.js';

const MOST_FIELDS = 100;

const name: Rule<string | null> = {
  takesNull: true,
  read(input) {
    const stored = storeName(input);
    return 'errors' in stored ? { issue: stored.errors } : value(stored.value);
  },
};

const language = (mode: 'create' | 'update'): Rule<string | null> => ({
  takesNull: true,
  read(input, { workspace }) {
    const stored = storeLanguage(input, mode, workspace.dialect);
    return 'errors' in stored ? { issue: stored.errors } : value(stored.value);
  },
});

const fieldText: Rule<string | null> = {
  takesNull: true,
  read(input) {
    const errors = fieldErrors(input);
    if (errors.length > 0) return { issue: errors };
    const isText = typeof input === 'string' || input instanceof JsonNumber;
    return value(rawFieldText(isText ? input : null));
  },
};

const fields = also(mapOf(fieldText, { most: MOST_FIELDS }), (kept, { workspace }) => {
  for (const key of kept.keys()) {
    if (!workspace.fieldsByKey.has(key)) return [`Invalid contact field key: ${key}`];
  }
  return undefined;
});

function contactShape(found: Contact | undefined, byUrn: boolean) {
  return {
    name,
    language: language(found ? 'update' : 'create'),
    urns: also(urnsRule, (kept, { workspace }) => {
      if (byUrn) return ['Field not allowed when using URN in URL'];
      if (found && workspace.anonymous) {
        return ['Updating URNs not allowed for anonymous organizations'];
      }
      // `textit` leaves it to the engine, after all else.
      const taken =
        workspace.dialect === 'v9' && !found && kept.find(({ urn }) => workspace.urns.has(urn));
      return taken ? [`URN belongs to another contact: ${taken.urn}`] : undefined;
    }),
    groups: also(manualGroups, kept =>
      found && found.status !== 'active' && kept.length > 0
        ? ["Non-active contacts can't be added to groups"]
        : undefined,
    ),
    fields,
  };
}

const note = text({ most: 10_000, blank: true });

/** The changes that a body requests, checked against the contact. */
export function readChanges(
  call: Call,
  body: Record<string, unknown>,
  found: Contact | undefined,
  byUrn: boolean,
): ContactChanges & { note?: string | undefined } {
  const shape = contactShape(found, byUrn);
  const withNote = call.workspace.dialect === 'textit' ? { ...shape, note } : shape;
  const kept = readShape(withNote, body, call) as ReturnType<typeof readShape<typeof shape>> & {
    note?: string;
  };
  return {
    name: kept.name,
    language: kept.language,
    urns: kept.urns && enginesUrns(kept.urns),
    groups: kept.groups,
    fields: kept.fields && fieldValues(call.workspace, kept.fields),
    note: kept.note,
  };
}

/** URNs that the API accepts and the engine refuses. */
function enginesUrns(given: readonly GivenUrn[]): Urn[] {
  if (given.some(({ engine }) => engine === 'server-error')) {
    throw new ServerError('a URN that breaks the engine');
  }
  const refused = given.findIndex(({ engine }) => engine === 'not-valid');
  if (refused >= 0) throw invalid({ urns: { [refused]: ['URN is not valid.'] } });
  return given.map(({ urn, display }) => ({ identity: urn, display }));
}

function fieldValues(
  workspace: Workspace,
  given: Map<string, string | null>,
): Map<Field, string | null> {
  const values = new Map<Field, string | null>();
  for (const [key, raw] of given) {
    const field = workspace.fieldsByKey.get(key);
    if (field) values.set(field, raw);
  }
  return values;
}
