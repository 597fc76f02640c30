import { isoTime } from '../state/clock.js';
import type { Contact, Message } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { contactLine, messageLine, newest, runLine, urnsOf } from './lines.js';
import type { ChosenContact, View } from './types.js';

/** The contacts that match the search, most recently changed first. */
export function contactList(workspace: Workspace, search: string, most: number): View['contacts'] {
  let all = 0;
  for (const { deleted } of workspace.contacts) if (!deleted) all++;
  const rows = workspace.contacts.by('modified').walk(true);
  const fits = fitting(workspace, search);
  const holds = (contact: Contact) => !contact.deleted && fits(contact);
  const total = search.trim() === '' ? all : undefined;
  return { all, ...newest(rows, { most, total, holds, show: one => contactLine(one, workspace) }) };
}

/** Each word is searched for in a contact's name, URNs (unless hidden) and groups. */
function fitting({ anonymous }: Workspace, search: string): (contact: Contact) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ name, urns, groups }) => {
    const small = name?.toLowerCase() ?? '';
    for (const word of words) {
      if (small.includes(word)) continue;
      if (!anonymous && urns.some(({ identity }) => identity.includes(word))) continue;
      if ([...groups].some(group => group.name.toLowerCase().includes(word))) continue;
      return false;
    }
    return true;
  };
}

const MOST_MESSAGES = 200;
const MOST_RUNS = 20;

/** The details of the selected contact. */
export function chosenContact(workspace: Workspace, uuid: string | null): ChosenContact | null {
  const contact = workspace.contacts.find(uuid ?? '');
  if (!contact || contact.deleted) return null;
  const isOf = (row: { contact: Contact }) => row.contact === contact;
  const messages = newest(workspace.messages.by('created').walk(true), {
    most: MOST_MESSAGES,
    holds: message => isOf(message) && isThere(message),
    show: messageLine,
  });
  return {
    ...contactLine(contact, workspace),
    language: contact.language,
    urns: urnsOf(contact, workspace),
    fields: [...workspace.fields].map(field => ({
      name: field.name,
      value: contact.fields.get(field)?.[field.type] ?? null,
    })),
    messages: { ...messages, items: messages.items.reverse() },
    runs: newest(workspace.runs.by('modified').walk(true), {
      most: MOST_RUNS,
      holds: isOf,
      show: runLine,
    }),
    on: isoTime(contact.modifiedOn),
  };
}

export const isThere = ({ visibility }: Message): boolean => visibility !== 'deleted';
