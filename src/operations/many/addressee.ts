import type { Client } from '../../client/client.js';
import { isUuid } from '../../input/identifiers.js';
import type { LeftOut } from '../../types/actions.js';
import { lookUpIfPossible } from './lookUp.js';
import { inactiveStatus } from './recipients.js';
import { isLocalNumber } from './send.js';

/** The one whom a message goes to, by uuid where that was looked up; in `leftOut` who is not active. */
export async function addressee(
  client: Client,
  name: string,
  onlyActive: boolean,
): Promise<{ contact: string; leftOut: LeftOut[] }> {
  if (!onlyActive && (isUuid(name) || !isLocalNumber(name))) return { contact: name, leftOut: [] };
  const found = await lookUpIfPossible(client, [name], { mustKnow: onlyActive });
  const contact = found.get(name);
  if (!contact) return { contact: name, leftOut: [] };
  const uuid = String(contact.uuid);
  const status = onlyActive ? inactiveStatus(contact) : undefined;
  return {
    contact: uuid,
    leftOut: status === undefined ? [] : [{ list: 'contact', index: 0, uuid, status }],
  };
}
