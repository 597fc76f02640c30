import type { Contact, Group } from '../state/model.js';

/** `{ uuid, name }`, as objects refer to each other. */
export const ref = ({ uuid, name }: { uuid: string; name: string | null }) => ({ uuid, name });

export const refOrNull = (row: { uuid: string; name: string | null } | null) => row && ref(row);

export const contactRefs = (contacts: readonly Contact[]) =>
  contacts.map(({ uuid, name, deleted }) => ({ uuid, name: deleted ? null : name }));

export const groupRefs = (groups: Iterable<Group>) => [...groups].map(ref);
