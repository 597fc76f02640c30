import { engineTime } from '../state/clock.js';
import type { Channel, Message, Run, Subscriber } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { localPhone } from '../values/phone.js';
import type { Definition } from './definition.js';
import { type Answered, deliver, succeeded } from './deliver.js';
import { HIDDEN, pathOf, schemeOf, seenUrn } from './urns.js';

const channelData = (channel: Channel | null) =>
  channel && { uuid: channel.uuid, name: channel.name, address: channel.address ?? '' };

function urnData(workspace: Workspace, urn: string | null) {
  if (urn === null) return null;
  const scheme = schemeOf(urn);
  const path = pathOf(seenUrn(workspace, urn));
  if (path === HIDDEN) return { scheme, path, display: HIDDEN };
  const display = scheme === 'tel' ? localPhone(path) : '';
  return { scheme, path, display };
}

/** Splits `image/jpeg:https://…` into its two parts. */
function attachmentData(attachment: string) {
  const colon = attachment.indexOf(':');
  return { content_type: attachment.slice(0, colon), url: attachment.slice(colon + 1) };
}

/** The payload that is sent to subscribers and kept in the list of events. */
export function resthookPayload(workspace: Workspace, run: Run, input: Message | null): unknown {
  const { contact, flow } = run;
  const [first] = contact.urns;
  const channel = channelData(input?.channel ?? null);
  const results = [...run.values].map(([key, one]) => [
    key,
    {
      name: one.name,
      value: one.value,
      category: one.category ?? '',
      category_localized: one.category ?? '',
      input: one.input ?? '',
      node_uuid: one.node,
      created_on: engineTime(one.time),
    },
  ]);
  return {
    channel,
    contact: {
      uuid: contact.uuid,
      name: contact.name ?? '',
      urn: first ? seenUrn(workspace, first.identity) : null,
      language: contact.language ?? '',
    },
    flow: {
      uuid: flow.uuid,
      name: flow.name,
      revision: (flow.definition as Definition).revision ?? 1,
    },
    input: input && {
      type: 'msg',
      uuid: input.uuid,
      created_on: engineTime(input.createdOn),
      text: input.text,
      attachments: input.attachments.map(attachmentData),
      channel,
      urn: urnData(workspace, input.urn),
    },
    path: pathValue(workspace, run),
    results: Object.fromEntries(results),
    run: { uuid: run.uuid, created_on: engineTime(run.createdOn) },
  };
}

interface HookResult {
  value: string;
  category: 'Success' | 'Failure';
  input: string | null;
}

/**
 * Calls all subscribers of a hook in order of their URLs. One that answers 410 is unsubscribed. The outcome is the last
 * failure other than 410, else the last success, else the last 410.
 */
export async function callResthook(
  workspace: Workspace,
  slug: string,
  payload: unknown,
  place: string,
): Promise<HookResult | undefined> {
  const subscribers = subscribersOf(workspace, slug);
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify(payload);
  const answers: [Subscriber, Answered][] = [];
  for (const subscriber of subscribers) {
    const url = subscriber.targetUrl;
    const answered = await deliver(workspace, { method: 'POST', url, headers, body }, place);
    if (answered.status === 410) workspace.subscribers.remove(subscriber);
    answers.push([subscriber, answered]);
  }
  const last = (test: (answered: Answered) => boolean) => answers.findLast(([, one]) => test(one));
  const decisive =
    last(one => !succeeded(one) && one.status !== 410) ?? last(succeeded) ?? answers.at(-1);
  if (!decisive) return undefined;
  const [subscriber, answered] = decisive;
  return {
    value: String(answered.status),
    category: succeeded(answered) ? 'Success' : 'Failure',
    input: `POST ${subscriber.targetUrl}`,
  };
}

function subscribersOf(workspace: Workspace, slug: string): Subscriber[] {
  return [...workspace.subscribers]
    .filter(subscriber => subscriber.resthook.slug === slug)
    .sort((a, b) => (a.targetUrl < b.targetUrl ? -1 : 1));
}

/** Adds the call to the list of events, even if there are no subscribers. */
export function recordEvent(workspace: Workspace, slug: string, data: unknown): void {
  const resthook = [...workspace.resthooks].find(one => one.slug === slug);
  if (!resthook) return;
  workspace.resthookEvents.add({
    id: workspace.nextId('resthook event'),
    resthook,
    data,
    createdOn: workspace.tick(),
  });
}

/** The nodes that a contact visited, as resthooks and `@run.path` show them. */
function pathValue({ dialect }: Workspace, { path }: Run): { [key: string]: string }[] {
  return path.map(step => {
    const both = { node_uuid: step.node, arrived_on: engineTime(step.time) };
    return dialect === 'v9' ? { ...both, uuid: step.uuid, exit_uuid: step.exit ?? '' } : both;
  });
}
