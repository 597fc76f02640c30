import { attachments as attachmentsRule, attachmentText } from '../body/media.js';
import { quickReplies as quickRepliesRule } from '../body/quick-replies.js';
import { contacts as contactsRule, groups as groupsRule, urns } from '../body/references.js';
import { readShape, text } from '../body/rules.js';
import { language, translated } from '../body/translated.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { listPage } from '../core/list.js';
import { invalidAsAWhole, ServerError } from '../core/reply.js';
import { sendBroadcast } from '../engine/messages.js';
import { isoTime } from '../state/clock.js';
import { newUuid, timedUuid } from '../state/ids.js';
import type { Broadcast } from '../state/model.js';
import { findByUuid, idFilter, uuidFilter } from './filters.js';
import { mostLetters } from './messages.js';
import { contactRefs, groupRefs } from './shown.js';

const isText = (input: unknown): boolean => typeof input === 'string';

const shape = {
  urns,
  contacts: contactsRule,
  groups: groupsRule,
  text: translated(text({ most: mostLetters }), isText),
  attachments: translated(attachmentsRule, Array.isArray),
  base_language: language,
};
const withReplies = { ...shape, quick_replies: translated(quickRepliesRule, Array.isArray) };

export const broadcasts = endpoint<Broadcast>({
  get(call) {
    const { workspace } = call;
    const id = idFilter(call, 'id');
    const uuid = workspace.dialect === 'textit' ? uuidFilter(call, 'nothing') : undefined;
    return listPage(call, {
      rows: workspace.broadcasts.by('created'),
      timeOf: workspace.broadcasts.orders.created,
      holds: one => (id === undefined || one.id === id) && (!uuid || one.uuid === uuid),
      show: one => showBroadcast(one, call),
    });
  },

  find(call, lookup) {
    if (call.workspace.dialect === 'v9') throw new ServerError('broadcasts without a uuid');
    return findByUuid(lookup, 'Broadcast', uuid => call.workspace.broadcasts.find(uuid));
  },

  post(call, body, known) {
    const broadcast = addBroadcast(call, body);
    const data = showBroadcast(broadcast, call);
    call.workspace.outbox.add({
      kind: 'broadcast',
      uuid: broadcast.uuid,
      id: broadcast.id,
      contacts: broadcast.contacts.map(({ uuid }) => uuid),
      groups: broadcast.groups.map(({ uuid }) => uuid),
      urns: broadcast.urns,
      text: broadcast.text,
      on: isoTime(broadcast.createdOn),
    });
    call.engine.queued(call.workspace, () => sendBroadcast(call.workspace, broadcast));
    // The query's object is looked up, but a new broadcast is created anyway.
    return { status: known ? 200 : 201, data };
  },
});

function addBroadcast(call: Call, body: Record<string, unknown>): Broadcast {
  const { workspace } = call;
  const v9 = workspace.dialect === 'v9';
  const kept = v9
    ? { ...readShape(shape, body, call), quick_replies: undefined }
    : readShape(withReplies, body, call);
  const { text: texts, attachments } = kept;
  if (!texts && !attachments) throw invalidAsAWhole('Must provide either text or attachments.');
  if (!kept.urns?.length && !kept.contacts?.length && !kept.groups?.length) {
    throw invalidAsAWhole('Must provide either urns, contacts or groups.');
  }
  const base = kept.base_language;
  if (base !== undefined && !texts) throw new ServerError('a base language without a text');
  if (base !== undefined && !texts?.has(base)) {
    throw invalidAsAWhole('No text translation provided in base language.');
  }
  if (base !== undefined && attachments && !attachments.has(base)) {
    throw invalidAsAWhole('No attachment translations provided in base language.');
  }
  if (base !== undefined && kept.quick_replies && !kept.quick_replies.has(base)) {
    throw invalidAsAWhole('No quick_replies translations provided in base language.');
  }
  call.engine.requireInTextit(workspace);
  const [contacts, groups] = [recipients(call, kept.contacts), recipients(call, kept.groups)];
  const parts = [texts, attachments, kept.quick_replies];
  const given = [...new Set(parts.flatMap(part => [...(part?.keys() ?? [])]))];
  // The engine of `textit` sorts them.
  const languages = v9 ? given : given.toSorted();
  const each = <T>(value: (language: string) => T) =>
    Object.fromEntries(languages.map(language => [language, value(language)]));
  const createdOn = workspace.tick();
  return workspace.broadcasts.add({
    id: workspace.nextId('broadcast'),
    uuid: v9 ? newUuid() : timedUuid(createdOn),
    status: 'pending',
    total: -1,
    started: 0,
    urns: (kept.urns ?? []).map(({ whole }) => whole),
    contacts,
    groups,
    text: each(language => texts?.get(language) ?? (v9 ? null : '')),
    attachments: each(language => (attachments?.get(language) ?? []).map(attachmentText)),
    quickReplies: each(language => kept.quick_replies?.get(language) ?? []),
    baseLanguage: base ?? given[0] ?? 'und',
    createdOn,
  });
}

const V9_STATUS: Record<Broadcast['status'], string> = {
  pending: 'queued',
  started: 'queued',
  completed: 'sent',
  failed: 'failed',
};

function showBroadcast(broadcast: Broadcast, { workspace }: Call): unknown {
  const sent = {
    urns: workspace.anonymous ? null : broadcast.urns,
    contacts: contactRefs(broadcast.contacts),
    groups: groupRefs(broadcast.groups),
    text: broadcast.text,
    attachments: broadcast.attachments,
  };
  if (workspace.dialect === 'v9') {
    return {
      id: broadcast.id,
      ...sent,
      base_language: broadcast.baseLanguage,
      status: V9_STATUS[broadcast.status],
      created_on: isoTime(broadcast.createdOn),
    };
  }
  return {
    uuid: broadcast.uuid,
    status: broadcast.status,
    progress: { total: broadcast.total, started: broadcast.started },
    ...sent,
    quick_replies: broadcast.quickReplies,
    base_language: broadcast.baseLanguage,
    created_on: isoTime(broadcast.createdOn),
    id: broadcast.id,
  };
}

/**
 * The contacts or groups of a broadcast or a start. One that is named twice, however it is named, breaks the engine of
 * `textit`; `v9` keeps it once.
 */
export function recipients<T>({ workspace }: Call, named: readonly T[] = []): T[] {
  const once = [...new Set(named)];
  if (once.length < named.length && workspace.dialect === 'textit') {
    throw new ServerError('a recipient that is named twice');
  }
  return once;
}
