import type { Micros } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { Contact, ContactStatus, Field, Group, Run, Urn, User } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { type PlaceContext, readFieldValue } from '../values/index.js';
import { planForContact } from './campaigns.js';
import { join, leave, reviewSmartGroups } from './membership.js';

/** The changes of a write to a contact. Undefined keeps the current value. */
export interface ContactChanges {
  name?: string | null | undefined;
  language?: string | null | undefined;
  urns?: Urn[] | undefined;
  /** The manual groups that the contact will be in. */
  groups?: Group[] | undefined;
  /** Raw texts; null clears a value. */
  fields?: Map<Field, string | null> | undefined;
}

/** Updates a contact's `modified_on`, after any change to it. */
export function bump(workspace: Workspace, contact: Contact, at: Micros = workspace.tick()): void {
  contact.modifiedOn = at;
  workspace.contacts.moved(contact);
  planForContact(workspace, contact);
}

export function addContact(workspace: Workspace, changes: ContactChanges): Contact {
  const at = workspace.tick();
  const contact: Contact = {
    id: workspace.nextId('contact'),
    uuid: newUuid(),
    name: changes.name ?? null,
    status: 'active',
    language: changes.language ?? null,
    urns: [],
    groups: new Set(),
    notes: [],
    fields: new Map(),
    waiting: null,
    createdOn: at,
    modifiedOn: at,
    lastSeenOn: null,
    deleted: false,
  };
  for (const urn of changes.urns ?? []) takeUrn(workspace, contact, urn);
  workspace.contacts.add(contact);
  const fields = setFields(workspace, contact, changes.fields);
  // The engine evaluates smart groups after the fields change, and again after the groups change.
  const smart = reviewSmartGroups(workspace, contact);
  const groups = setGroups(contact, changes.groups);
  const again = reviewSmartGroups(workspace, contact);
  if (fields || groups || smart || again) bump(workspace, contact);
  else planForContact(workspace, contact);
  return contact;
}

/** Applies changes. `modified_on` is updated once, and only if something changed. */
export function changeContact(
  workspace: Workspace,
  contact: Contact,
  changes: ContactChanges,
): void {
  if (apply(workspace, contact, changes)) bump(workspace, contact);
}

/** Applies changes inside a flow, which updates `modified_on` when it pauses or ends. */
export function changeQuietly(
  workspace: Workspace,
  contact: Contact,
  changes: ContactChanges,
): void {
  apply(workspace, contact, changes);
}

function apply(workspace: Workspace, contact: Contact, changes: ContactChanges): boolean {
  const changed = [
    changes.urns !== undefined && setUrns(workspace, contact, changes.urns),
    set(contact, 'name', changes.name),
    set(contact, 'language', changes.language),
    setFields(workspace, contact, changes.fields),
    setGroups(contact, changes.groups),
    reviewSmartGroups(workspace, contact),
  ];
  return changed.includes(true);
}

function set<K extends 'name' | 'language'>(
  contact: Contact,
  key: K,
  to: Contact[K] | undefined,
): boolean {
  if (to === undefined || contact[key] === to) return false;
  contact[key] = to;
  return true;
}

function takeUrn(workspace: Workspace, contact: Contact, urn: Urn): void {
  workspace.urns.set(urn.identity, contact);
  contact.urns.push(urn);
}

const sameUrns = (a: readonly Urn[], b: readonly Urn[]): boolean =>
  a.length === b.length && a.every((urn, i) => urn.identity === b[i]?.identity);

/**
 * Sets the list of URNs. If another contact has one of them, `v9` moves it to this contact and `textit` drops it from
 * the list. `v9` counts an identical list as a change, and silently ignores a list with duplicates.
 */
function setUrns(workspace: Workspace, contact: Contact, given: Urn[]): boolean {
  const identities = new Set(given.map(urn => urn.identity));
  if (given.length === 0 && contact.urns.length === 0) return false;
  if (workspace.dialect === 'v9') {
    if (identities.size < given.length) return false;
    for (const urn of given) takeFromOwner(workspace, contact, urn);
    replaceUrns(workspace, contact, given);
    return true;
  }
  const once = given.filter(
    (urn, i) => given.findIndex(other => other.identity === urn.identity) === i,
  );
  const free = once.filter(urn => (workspace.urns.get(urn.identity) ?? contact) === contact);
  if (sameUrns(free, contact.urns)) return false;
  replaceUrns(workspace, contact, free);
  return true;
}

function takeFromOwner(workspace: Workspace, contact: Contact, urn: Urn): void {
  const owner = workspace.urns.get(urn.identity);
  if (!owner || owner === contact) return;
  owner.urns = owner.urns.filter(one => one.identity !== urn.identity);
  bump(workspace, owner);
}

function replaceUrns(workspace: Workspace, contact: Contact, urns: Urn[]): void {
  freeUrns(workspace, contact);
  for (const urn of urns) takeUrn(workspace, contact, urn);
}

function freeUrns(workspace: Workspace, contact: Contact): void {
  for (const { identity } of contact.urns) {
    if (workspace.urns.get(identity) === contact) workspace.urns.delete(identity);
  }
  contact.urns = [];
}

/** Replaces the manual groups. */
function setGroups(contact: Contact, groups: Group[] | undefined): boolean {
  if (!groups) return false;
  const wanted = new Set(groups);
  let changed = false;
  for (const group of [...contact.groups]) {
    if (group.query === null && !wanted.has(group)) changed = leave(contact, group) || changed;
  }
  for (const group of wanted) changed = join(contact, group) || changed;
  return changed;
}

/**
 * The state and district in which locations are looked up by name. If several fields have the same type, only the first
 * by key counts, even if it is empty.
 */
function placesOf(workspace: Workspace, contact: Contact): PlaceContext {
  const shown = (type: 'state' | 'district'): string | null => {
    const field = workspace.firstOfType(type);
    return (field && contact.fields.get(field)?.[type]) ?? null;
  };
  return { state: shown('state'), district: shown('district') };
}

const isPlace = ({ type }: Field): boolean => ['state', 'district', 'ward'].includes(type);

/** Fields are compared by raw text, so a value may count as changed though it looks the same. */
export function setFields(
  workspace: Workspace,
  contact: Contact,
  values: Map<Field, string | null> | undefined,
): boolean {
  let changed = false;
  for (const [field, raw] of values ?? []) {
    const before = contact.fields.get(field)?.text ?? null;
    if (raw === before) continue;
    changed = true;
    if (raw === null) contact.fields.delete(field);
    else {
      const context = isPlace(field) ? placesOf(workspace, contact) : {};
      contact.fields.set(field, readFieldValue(raw, field.type, workspace.locale, context));
    }
  }
  return changed;
}

/** Blocking removes a contact from all groups. Unblocking restores only the smart ones. */
export function setStatus(workspace: Workspace, contact: Contact, status: ContactStatus): boolean {
  if (contact.status === status) return false;
  contact.status = status;
  if (status !== 'active') for (const group of [...contact.groups]) leave(contact, group);
  reviewSmartGroups(workspace, contact);
  return true;
}

/** Keeps the newest five notes. A note does not change `modified_on`. */
export function addNote(workspace: Workspace, contact: Contact, text: string, author: User): void {
  contact.notes.push({ text, createdOn: workspace.tick(), author });
  contact.notes = contact.notes.slice(-5);
}

/** A deleted contact stays as a tombstone: it keeps its uuid and its times, and releases its URNs. */
export function deleteContact(
  workspace: Workspace,
  contact: Contact,
  at: Micros = workspace.tick(),
): void {
  freeUrns(workspace, contact);
  for (const group of [...contact.groups]) leave(contact, group);
  contact.fields.clear();
  contact.notes = [];
  contact.waiting = null;
  contact.deleted = true;
  bump(workspace, contact, at);
  for (const message of [...workspace.messages]) {
    if (message.contact === contact) workspace.messages.remove(message);
  }
  for (const ticket of [...workspace.tickets]) {
    if (ticket.contact === contact) workspace.tickets.remove(ticket);
  }
  workspace.openTickets.delete(contact);
  for (const event of [...workspace.channelEvents]) {
    if (event.contact === contact) workspace.channelEvents.remove(event);
  }
  for (const broadcast of workspace.broadcasts) {
    broadcast.contacts = broadcast.contacts.filter(one => one !== contact);
  }
  for (const run of [...workspace.runs]) {
    if (run.contact === contact) dropRun(workspace, run);
  }
}

/** Removes a run. `textit` has interrupted one that waited, and counts them on. */
function dropRun(workspace: Workspace, run: Run): void {
  workspace.runs.remove(run);
  if (workspace.dialect === 'v9') return;
  const state = run.exitedOn === null ? 'interrupted' : run.state;
  run.flow.pastRuns[state] = (run.flow.pastRuns[state] ?? 0) + 1;
}
