import { attachments as attachmentsRule, attachmentText } from '../body/media.js';
import { quickReplies as quickRepliesRule } from '../body/quick-replies.js';
import { byUuidOrName, contact as contactRule, ticket as ticketRule } from '../body/references.js';
import { readShape, required, text } from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { emptyList, type Listing, listPage } from '../core/list.js';
import { invalidAsAWhole, ServerError } from '../core/reply.js';
import { sendMessage } from '../engine/messages.js';
import { isoTime } from '../state/clock.js';
import { canonicalUuid } from '../state/ids.js';
import type { Contact, Message } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { findByUuid, idFilter, uuidFilter, wholeNumber } from './filters.js';
import { ref, refOrNull } from './shown.js';

/** The longest text of one message. */
export const mostLetters = ({ workspace }: Call): number =>
  workspace.dialect === 'v9' ? 640 : 4096;

const shape = {
  contact: required(contactRule),
  text: text({ most: mostLetters }),
  attachments: attachmentsRule,
};
/** The ticket of a message is checked, and shown nowhere. */
const withTicket = { ...shape, ticket: ticketRule };
const withReplies = { ...shape, quick_replies: quickRepliesRule };

export const messages = endpoint<Message>({
  get(call) {
    const listing = listingOf(call);
    return listing ? listPage(call, listing) : emptyList();
  },

  find: (call, lookup) => findByUuid(lookup, 'Msg', uuid => call.workspace.messages.find(uuid)),

  post(call, body, known) {
    const { workspace } = call;
    const kept =
      workspace.dialect === 'v9'
        ? { ...readShape(withTicket, body, call), quick_replies: undefined }
        : readShape(withReplies, body, call);
    if (!kept.text && !kept.attachments?.length) {
      throw invalidAsAWhole('Must provide either text or attachments.');
    }
    call.engine.require(workspace);
    const message = sendMessage(workspace, kept.contact, {
      text: kept.text ?? '',
      attachments: (kept.attachments ?? []).map(attachmentText),
      quickReplies: kept.quick_replies ?? [],
    });
    workspace.outbox.add({
      kind: 'message',
      uuid: message.uuid,
      id: message.id,
      contacts: [kept.contact.uuid],
      groups: [],
      urns: [],
      text: message.text,
      on: isoTime(message.createdOn),
    });
    // The query's message is looked up, but a new one is sent anyway.
    const data = { ...showMessage(message, call), contact: engineRef(kept.contact) };
    return { status: known ? 200 : 201, data };
  },
});

/** The answer to a message is the engine's, which writes a missing name as an empty one. */
const engineRef = ({ uuid, name }: Contact) => ref({ uuid, name: name ?? '' });

type Folder = {
  order: 'created' | 'sent' | 'modified';
  holds: (message: Message) => boolean;
  deletedToo?: true;
  /** In `v9` it has no calls. */
  textInV9?: true;
};

const incoming = ({ direction, status }: Message): boolean =>
  direction === 'in' && status !== 'pending';

const outgoing =
  (...statuses: Message['status'][]) =>
  ({ direction, status }: Message): boolean =>
    direction === 'out' && statuses.includes(status);

const FOLDERS: Record<string, Folder> = {
  inbox: {
    order: 'created',
    holds: one => incoming(one) && one.visibility === 'visible' && !one.flow,
    textInV9: true,
  },
  flows: {
    order: 'created',
    holds: one => incoming(one) && one.visibility === 'visible' && one.flow !== null,
    textInV9: true,
  },
  archived: {
    order: 'created',
    holds: one => incoming(one) && one.visibility === 'archived',
    textInV9: true,
  },
  outbox: { order: 'created', holds: outgoing('queued', 'errored') },
  sent: { order: 'sent', holds: outgoing('wired', 'sent', 'delivered', 'read') },
  failed: { order: 'created', holds: outgoing('failed') },
};

/** Only `v9` has this folder. Its name is lowercase, and it includes deleted messages. */
const INCOMING: Folder = { order: 'modified', holds: incoming, deletedToo: true };

function folderOf(name: string, { dialect }: Workspace): Folder | undefined {
  if (name === 'incoming' && dialect === 'v9') return INCOMING;
  return FOLDERS[name.toLowerCase()];
}

/** Undefined if a filter refers to something that does not exist: the list is empty then. */
function listingOf(call: Call): Listing<Message> | undefined {
  const { workspace, incoming: request } = call;
  const param = (name: string) => last(request.query, name) || undefined;
  const id = idFilter(call, 'id');
  const uuid = workspace.dialect === 'textit' ? uuidFilter(call, 'nothing') : undefined;
  const broadcast = broadcastFilter(call);
  const [contact, label, folderName] = [param('contact'), param('label'), param('folder')];
  const folder = folderName === undefined ? undefined : folderOf(folderName, workspace);
  if (folderName !== undefined && !folder) return undefined;
  const found = label === undefined ? undefined : labelOf(label, call);
  if (label !== undefined && !found) return undefined;
  const order = folder?.order ?? 'created';
  const textOnly = folder?.textInV9 && workspace.dialect === 'v9';
  const holds = (one: Message): boolean =>
    (one.visibility !== 'deleted' || folder?.deletedToo === true) &&
    (one.direction === 'out' || one.status !== 'pending') &&
    (uuid === undefined || one.uuid === uuid) &&
    (!contact || one.contact.uuid === contact) &&
    (!found || one.labels.includes(found)) &&
    (broadcast === undefined || one.broadcast?.id === broadcast) &&
    (!folder || folder.holds(one)) &&
    (!textOnly || one.type === 'text');
  return {
    rows: workspace.messages.by(order),
    timeOf:
      order === 'modified' ? workspace.messages.orders.modified : workspace.messages.orders.created,
    among:
      id !== undefined
        ? [workspace.messages.get(id)]
        : uuid
          ? [workspace.messages.find(uuid)]
          : undefined,
    holds,
    show: one => showMessage(one, call),
  };
}

function broadcastFilter(call: Call): number | undefined {
  const text = last(call.incoming.query, 'broadcast');
  if (!text) return undefined;
  const id = wholeNumber(text);
  if (id === undefined) throw new ServerError('a broadcast that is not a number');
  return id;
}

/** Finds a label by uuid or exact name. */
function labelOf(given: string, call: Call) {
  const label = byUuidOrName(call.workspace.labels, given, 'uuids');
  return label && (label.name === given || label.uuid === canonicalUuid(given)) ? label : undefined;
}

function showAttachment(text: string) {
  const colon = text.indexOf(':');
  return { content_type: text.slice(0, colon), url: text.slice(colon + 1) };
}

function showMessage(message: Message, { workspace }: Call): Record<string, unknown> {
  const attachments = message.attachments.map(showAttachment);
  const first = attachments[0];
  const visible = message.visibility === 'deleted' ? null : message.visibility;
  const numbers = { id: message.id, broadcast: message.broadcast?.id ?? null };
  const shown = {
    contact: ref({ uuid: message.contact.uuid, name: message.contact.name }),
    urn: workspace.anonymous ? null : message.urn,
    channel: refOrNull(message.channel),
    direction: message.direction,
    type: message.type,
    status: message.status,
    archived: message.visibility === 'archived',
    visibility: visible,
    text: message.text,
    labels: message.labels.map(ref),
    flow: refOrNull(message.flow),
    attachments,
    ...(workspace.dialect === 'textit' ? { quick_replies: message.quickReplies } : {}),
    created_on: isoTime(message.createdOn),
    sent_on: message.sentOn === null ? null : isoTime(message.sentOn),
    modified_on: isoTime(message.modifiedOn),
    media: first ? `${first.content_type}:${first.url}` : null,
  };
  return workspace.dialect === 'v9'
    ? { ...numbers, ...shown }
    : { uuid: message.uuid, ...shown, ...numbers };
}
