import type { Channel, Contact, Urn } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

/** The channel that can send to a URN, if any. The one added first wins. */
export function sendable(workspace: Workspace, identity: string): Channel | null {
  const scheme = identity.slice(0, identity.indexOf(':'));
  for (const channel of workspace.channels) if (channel.schemes.includes(scheme)) return channel;
  return null;
}

/** Where a message to a contact goes: the first of its URNs that a channel can reach. */
export function destination(
  workspace: Workspace,
  contact: Contact,
): { urn: Urn; channel: Channel } | null {
  for (const urn of contact.urns) {
    const channel = sendable(workspace, urn.identity);
    if (channel) return { urn, channel };
  }
  return null;
}
