import { LONGEST_TEXT, receive, TOO_LONG } from '../engine/incoming.js';
import { enterFlow } from '../engine/runner.js';
import { perform } from '../engine/work.js';
import type { FaultKind, Faults } from '../faults.js';
import type { Contact } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { setUsed } from './usage.js';
import type { PageSource } from './view.js';

/** A page request that cannot be fulfilled, with the reason. */
export class Unmet extends Error {}

type Body = Record<string, unknown>;
type Act = (source: PageSource, faults: Faults, body: Body) => unknown;

const ACTIONS = new Map<string, Act>([
  ['reply', ({ workspace }, _, body) => reply(workspace, body)],
  ['start', ({ workspace }, _, body) => start(workspace, body)],
  ['fault', (_, faults, { kind }) => faults.order({ kind: faultKind(kind) })],
  ['throttle', ({ server, workspace }, _, { used }) => setUsed(server, workspace, isAll(used))],
]);

/** The action with this name. Undefined if unknown. */
export const actionOf = (name: string): Act | undefined => ACTIONS.get(name);

function textIn(body: Body, key: string): string {
  const text = body[key];
  if (typeof text !== 'string' || text.trim() === '') throw new Unmet(`There is no ${key}.`);
  return text;
}

function replyIn(body: Body): string {
  const text = textIn(body, 'text');
  if (text.length > LONGEST_TEXT) throw new Unmet(TOO_LONG);
  return text;
}

function isAll(used: unknown): boolean {
  if (used === 'all' || used === 'none') return used === 'all';
  throw new Unmet('`used` must be "all" or "none".');
}

function faultKind(kind: unknown): FaultKind {
  if (kind === 'bad-gateway' || kind === 'reset') return kind;
  throw new Unmet('The page cannot order this fault.');
}

function contactIn(workspace: Workspace, body: Body): Contact {
  const contact = workspace.contacts.find(textIn(body, 'contact'));
  if (contact && !contact.deleted) return contact;
  throw new Unmet('This contact is no longer there.');
}

const reply = (workspace: Workspace, body: Body): unknown =>
  perform(receive(workspace, contactIn(workspace, body), replyIn(body)));

function start(workspace: Workspace, body: Body): unknown {
  const contact = contactIn(workspace, body);
  const flow = workspace.flows.find(textIn(body, 'flow'));
  if (!flow || flow.archived) throw new Unmet('This flow is no longer there.');
  return perform(enterFlow(workspace, contact, flow));
}
