import { isTaken } from '../body/names.js';
import { also, choice, readShape, text } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { listPage } from '../core/list.js';
import { invalidAsAWhole, ServerError } from '../core/reply.js';
import type { Field } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { FIELD_TYPES } from '../values/types.js';
import { missing } from './filters.js';

const MOST_LETTERS = 36;

const URN_SCHEMES =
  'bsuid discord ext facebook fcm freshchat instagram jiochat line mailto rocketchat slack tel telegram twitter twitterid viber vk webchat wechat whatsapp';

const RESERVED: Record<Workspace['dialect'], readonly string[]> = {
  v9: `has is created_on flow group history id language last_seen_on name status ticket urn uuid channel fields first_name groups tickets timezone urns ${URN_SCHEMES}`.split(
    ' ',
  ),
  textit: 'has is fields urns created_on last_seen_on'.split(' '),
};

/** Fields that every workspace has and that are never listed. */
const SYSTEM_NAMES: Record<Workspace['dialect'], readonly { name: string }[]> = {
  v9: ['ID', 'Name', 'Created On', 'Language', 'Last Seen On'].map(name => ({ name })),
  textit: ['Created On', 'Last Seen On'].map(name => ({ name })),
};

const LEGACY_TYPE: Record<string, string> = { number: 'numeric' };

export const fields = endpoint<Field>({
  limited: 'fields',

  get(call) {
    const { workspace } = call;
    const key = last(call.incoming.query, 'key');
    return listPage(call, {
      rows: workspace.fields.by('created'),
      among: key ? [workspace.fieldsByKey.get(key)] : undefined,
      show: field => showField(field, workspace),
    });
  },

  find(call, { value }) {
    const field = call.workspace.fieldsByKey.get(value);
    if (!field) throw missing('ContactField');
    return field;
  },

  post(call, body, field) {
    const { workspace } = call;
    const { name, type } = readField(call, body, field);
    if (field) {
      field.name = name;
      field.type = type;
      return { status: 200, data: showField(field, workspace, true) };
    }
    const key = keyOf(name);
    if (workspace.fieldsByKey.has(key)) throw new ServerError('duplicate field keys');
    const made: Field = {
      id: workspace.nextId('field'),
      key,
      name,
      type,
      featured: false,
      priority: 0,
      agentAccess: 'view',
      createdOn: workspace.tick(),
      madeOn: workspace.ticker.now(),
    };
    workspace.fields.add(made);
    workspace.fieldsByKey.set(key, made);
    return { status: 201, data: showField(made, workspace, true) };
  },
});

/** `Weight (kg)` is not allowed, `Weight kg` has the key `weight_kg`. */
export function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(/ /g, '_');
}

function isUsableKey(key: string, { dialect }: Workspace): boolean {
  return /^[a-z][a-z0-9_]*$/.test(key) && !RESERVED[dialect].includes(key);
}

function nameRule(field: Field | undefined) {
  const plain = text({
    most: MOST_LETTERS,
    checks: (given, { workspace }) =>
      isTaken([...SYSTEM_NAMES[workspace.dialect], ...workspace.fields], given, field)
        ? ['This field must be unique.']
        : [],
  });
  return also(plain, (name, { workspace }) => {
    if (!/^[A-Za-z0-9\- ]+$/.test(name)) {
      return ['Can only contain letters, numbers and hypens.'];
    }
    const key = keyOf(name);
    if (!isUsableKey(key, workspace)) {
      return [`Generated key "${key}" is invalid or a reserved name.`];
    }
    return undefined;
  });
}

/** What they were called before. */
const LEGACY_TYPES = FIELD_TYPES.map(type => (type === 'number' ? 'numeric' : type));

const typeRule = <T extends string>(types: readonly T[], field: Field | undefined) =>
  also(choice(...types), (type, { workspace }) =>
    field && type !== 'datetime' && usesOf(field, workspace).campaign_events > 0
      ? ["Can't change type of date field being used by campaign events."]
      : undefined,
  );

function readField(
  call: Call,
  body: Record<string, unknown>,
  field: Field | undefined,
): { name: string; type: Field['type'] } {
  const kept = readShape(
    {
      name: nameRule(field),
      type: typeRule(FIELD_TYPES, field),
      label: nameRule(field),
      value_type: typeRule(LEGACY_TYPES, field),
    },
    body,
    call,
  );
  const name = kept.name ?? kept.label;
  const legacy = kept.value_type === 'numeric' ? 'number' : kept.value_type;
  const type = kept.type ?? legacy;
  if (name === undefined) throw invalidAsAWhole("Field 'name' is required.");
  if (type === undefined) throw invalidAsAWhole("Field 'type' is required.");
  return { name, type };
}

function usesOf(field: Field, workspace: Workspace) {
  const mentions = new RegExp(`(^|[\\s(])(fields\\.)?${field.key}\\b`, 'i');
  return {
    flows: 0,
    groups: workspace.smartGroups().filter(({ query }) => mentions.test(query ?? '')).length,
    campaign_events: [...workspace.campaignEvents].filter(
      event => event.relativeTo.key === field.key,
    ).length,
  };
}

function showField(field: Field, workspace: Workspace, justWritten = false): unknown {
  const none = { flows: 0, groups: 0, campaign_events: 0 };
  return {
    key: field.key,
    name: field.name,
    type: field.type,
    featured: field.featured,
    priority: field.priority,
    usages: justWritten ? none : usesOf(field, workspace),
    agent_access: field.agentAccess,
    label: field.name,
    value_type: LEGACY_TYPE[field.type] ?? field.type,
  };
}
