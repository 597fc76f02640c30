import type { Contact, Group } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { compileQuery, type Matcher } from './query.js';

const compiled = new WeakMap<Group, Matcher>();

function matcherOf(group: Group, query: string): Matcher {
  const known = compiled.get(group);
  if (known) return known;
  const matcher = compileQuery(query);
  compiled.set(group, matcher);
  return matcher;
}

export function join(contact: Contact, group: Group): boolean {
  if (contact.groups.has(group)) return false;
  contact.groups.add(group);
  group.members.add(contact);
  return true;
}

export function leave(contact: Contact, group: Group): boolean {
  group.members.delete(contact);
  return contact.groups.delete(group);
}

/** Adds a contact to the smart groups that it now matches and removes it from the others. */
export function reviewSmartGroups(workspace: Workspace, contact: Contact): boolean {
  let changed = false;
  for (const group of workspace.smartGroups()) {
    const belongs =
      contact.status === 'active' && matcherOf(group, group.query ?? '')(contact, workspace);
    changed = (belongs ? join(contact, group) : leave(contact, group)) || changed;
  }
  return changed;
}

/** Fills a smart group with the contacts that match. */
export function fillSmartGroup(workspace: Workspace, group: Group): void {
  const matches = matcherOf(group, group.query ?? '');
  for (const contact of workspace.contacts) {
    if (!contact.deleted && contact.status === 'active' && matches(contact, workspace)) {
      join(contact, group);
    }
  }
}
