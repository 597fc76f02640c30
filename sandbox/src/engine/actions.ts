import type { Contact, ContactStatus, Field, Group, Label, Topic } from '../state/model.js';
import { normalizeUrn, rawFieldText, storeName } from '../values/index.js';
import { callWebhook } from './call-webhook.js';
import { changeQuietly, setStatus } from './contacts.js';
import { type Action, type FlowNode, localizedList, replyText } from './definition.js';
import { join, leave } from './membership.js';
import { sendMessage } from './messages.js';
import { callResthook, recordEvent, resthookPayload } from './resthooks.js';
import { type Sprint, saveResult } from './sprint.js';
import { filled as fill, whole } from './templates.js';
import { addTicket } from './tickets.js';
import { type Work, waitFor } from './work.js';

/** Actions that are left out, and told. */
const LEFT_OUT: Record<string, string> = {
  call_classifier: 'a call of a classifier',
  call_llm: 'a call of a language model',
  enter_flow: 'a flow that another one starts',
  play_audio: 'a recording that is played',
  request_optin: 'a request for an opt-in',
  say_msg: 'a text that is spoken',
  send_broadcast: 'a broadcast from a flow',
  send_email: 'an e-mail',
  set_contact_channel: 'a channel that a contact prefers',
  set_contact_timezone: 'the time zone of a contact',
  set_run_local: 'a local value of a run',
  start_session: 'a flow that is started for others',
  transfer_airtime: 'a transfer of airtime',
};

/** The actions of a flow's node. What cannot be carried out here is left out, and told. */
export function* act(sprint: Sprint, node: FlowNode, action: Action): Work<void> {
  const { workspace, contact } = sprint;
  const place = placeOf(sprint, action);
  const filled = (text: string | undefined): string => fill(sprint, text ?? '', place);
  const tell = (what: string) => workspace.unknown.tell({ what, expression: '', place });
  if (action.groups?.some(one => one.name_match !== undefined))
    tell('a group named by an expression');
  switch (action.type) {
    case 'send_msg':
      return say(sprint, action);
    case 'set_run_result':
      saveResult(
        sprint,
        action.name ?? '',
        filled(action.value),
        action.category ?? null,
        node.uuid,
        sprint.input?.text ?? null,
      );
      return;
    case 'set_contact_name': {
      const stored = storeName(filled(action.name) || null);
      if ('value' in stored) changeQuietly(workspace, contact, { name: stored.value });
      return;
    }
    case 'set_contact_language':
      return changeQuietly(workspace, contact, { language: filled(action.language) || null });
    case 'set_contact_field': {
      const field = workspace.fieldsByKey.get(action.field?.key ?? '');
      const raw = rawFieldText(filled(action.value));
      const fields = new Map<Field, string | null>(field ? [[field, raw]] : []);
      return changeQuietly(workspace, contact, { fields });
    }
    case 'add_contact_groups':
      for (const group of namedGroups(sprint, action)) join(contact, group);
      return;
    case 'remove_contact_groups':
      for (const group of action.all_groups ? manualGroups(contact) : namedGroups(sprint, action)) {
        leave(contact, group);
      }
      return;
    case 'set_contact_status':
      if (STATUSES.some(status => status === action.status)) {
        setStatus(workspace, contact, action.status as ContactStatus);
      }
      return;
    case 'add_contact_urn': {
      const urn = normalizeUrn(`${action.scheme}:${filled(action.path)}`, workspace.locale, 'body');
      if ('urn' in urn && !workspace.urns.has(urn.urn)) {
        const added = { identity: urn.urn, display: urn.display };
        changeQuietly(workspace, contact, { urns: [...contact.urns, added] });
      }
      return;
    }
    case 'add_input_labels':
      for (const label of namedLabels(sprint, action)) sprint.input?.labels.push(label);
      return;
    case 'open_ticket':
      // In `v9` a start of several contacts opens no tickets.
      if (workspace.dialect === 'v9' && sprint.amongOthers) return;
      addTicket(workspace, contact, {
        body: filled(action.body) || null,
        openedIn: sprint.flow,
        ...topicOf(sprint, action),
      });
      return;
    case 'call_webhook':
      return yield* callWebhook(sprint, node, action, {
        filled,
        place,
        whole: text => whole(sprint, text ?? '', place),
      });
    case 'call_resthook':
      return yield* callHook(sprint, node, action);
    default:
      tell(LEFT_OUT[action.type] ?? `the action ${action.type}`);
  }
}

/** Where a template stands, for whoever looks for it. */
export const placeOf = ({ flow }: Sprint, { type }: { type: string }): string =>
  `${type} in the flow "${flow.name}"`;

const STATUSES: readonly ContactStatus[] = ['active', 'blocked', 'stopped', 'archived'];

const manualGroups = ({ groups }: Contact): Group[] =>
  [...groups].filter(({ query }) => query === null);

/** A topic that is not there is that of the workspace. */
function topicOf({ workspace }: Sprint, { topic }: Action): { topic?: Topic } {
  const [found] = named(workspace.topics, topic ? [topic] : []);
  return found ? { topic: found } : {};
}

function say(sprint: Sprint, action: Action): void {
  const { workspace, contact, definition, flow } = sprint;
  const inLanguage = (key: string, base: readonly string[]): readonly string[] =>
    localizedList(definition, contact.language, action.uuid, key) ?? base;
  const filledAll = (texts: readonly string[]) =>
    texts.map(text => fill(sprint, text, placeOf(sprint, action))).filter(Boolean);
  const [text = ''] = inLanguage('text', [action.text ?? '']);
  const replies = inLanguage('quick_replies', (action.quick_replies ?? []).map(replyText));
  const content = {
    text: fill(sprint, text, placeOf(sprint, action)),
    attachments: filledAll(inLanguage('attachments', action.attachments ?? [])),
    quickReplies: filledAll(replies).map(reply => ({ type: 'text', text: reply })),
  };
  const at = workspace.tick();
  sprint.sent.push(sendMessage(workspace, contact, content, { flow, at, modifiedOn: at }));
}

function named<T extends { uuid: string; name: string }>(
  rows: Iterable<T>,
  wanted: readonly { uuid?: string; name?: string }[] | undefined,
): T[] {
  return [...rows].filter(row =>
    wanted?.some(({ uuid, name }) => row.uuid === uuid || row.name === name),
  );
}

const namedGroups = ({ workspace }: Sprint, { groups }: Action): Group[] =>
  named(workspace.groups, groups).filter(group => !group.deleted && group.query === null);

const namedLabels = ({ workspace }: Sprint, { labels }: Action): Label[] =>
  named(workspace.labels, labels).filter(label => !label.deleted);

function* callHook(sprint: Sprint, node: FlowNode, action: Action): Work<void> {
  const { workspace, run } = sprint;
  const slug = action.resthook ?? '';
  const payload = resthookPayload(workspace, run, sprint.input);
  recordEvent(workspace, slug, payload);
  const result = hasSubscribers(workspace, slug)
    ? yield* waitFor(callResthook(workspace, slug, payload, placeOf(sprint, action)))
    : noSubscribers(workspace);
  if (!result || !action.result_name) return;
  saveResult(sprint, action.result_name, result.value, result.category, node.uuid, result.input);
}

const hasSubscribers = (workspace: Sprint['workspace'], slug: string): boolean =>
  [...workspace.subscribers].some(one => one.resthook.slug === slug);

/** `v9` saves a result when a resthook has no subscribers; `textit` does not. */
const noSubscribers = ({ dialect }: Sprint['workspace']) =>
  dialect === 'v9'
    ? { value: 'no subscribers', category: 'Failure' as const, input: null }
    : undefined;
