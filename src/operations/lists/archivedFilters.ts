import { fail } from '../../errors/errors.js';
import { toMicros } from '../../input/times.js';
import type { ResourceName } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import type { Query } from '../../types/request.js';
import { KINDS, type Kind } from './archiveFiles.js';

/** What RapidPro's filters mean for records of archives, which it does not filter. */

/** Folders that cannot be recognized in archives, and why. */
const FOLDERS: { [folder: string]: string } = {
  sent: 'is sorted by a different time than the archives',
  incoming: 'contains deleted messages, which archives do not have',
};

/**
 * Call it before anything is sent.
 *
 * @throws RapidProError `INVALID_FILTER`
 */
export function refuseUnarchived(name: ResourceName, filters: unknown): void {
  const { folder } = (filters ?? {}) as { folder?: unknown };
  const why = name === 'messages' ? FOLDERS[String(folder).toLowerCase()] : undefined;
  if (why === undefined) return;
  throw fail(
    'INVALID_FILTER',
    `The folder "${String(folder).toLowerCase()}" ${why}: it cannot be read with options.archived.`,
    'Nothing was read. Leave the folder out, and filter each page with fn(), by message.direction and message.status.',
  );
}

type Matches = (record: Dictionary, wanted: string) => boolean;

const refersTo = (value: unknown, wanted: string) =>
  String((value as Dictionary | null | undefined)?.uuid).toLowerCase() === wanted.toLowerCase();

const isIncoming = ({ direction }: Dictionary) => direction === 'in';
/** In old archives, the type says it. */
const isOfFlow = ({ flow, type }: Dictionary) => Boolean(flow) || type === 'flow';

const FOLDER: { [folder: string]: (message: Dictionary) => boolean } = {
  inbox: message => isIncoming(message) && !message.archived && !isOfFlow(message),
  flows: message => isIncoming(message) && !message.archived && isOfFlow(message),
  archived: message => isIncoming(message) && message.archived === true,
  outbox: message =>
    !isIncoming(message) &&
    /^(?:queued|errored|initializing|pending)$/.test(String(message.status)),
  failed: message => !isIncoming(message) && message.status === 'failed',
};

/** The filters of both lists. Others do not select records. */
const FILTERS: { [filter: string]: Matches } = {
  id: ({ id }, wanted) => String(id) === wanted,
  uuid: ({ uuid }, wanted) => String(uuid).toLowerCase() === wanted.toLowerCase(),
  flow: ({ flow }, wanted) => refersTo(flow, wanted),
  contact: ({ contact }, wanted) => refersTo(contact, wanted),
  broadcast: ({ broadcast }, wanted) => String(broadcast) === wanted,
  responded: ({ responded }) => responded === true,
  folder: (message, wanted) => FOLDER[wanted]?.(message) === true,
  label: ({ labels }, wanted) =>
    Array.isArray(labels) &&
    labels.some(label => refersTo(label, wanted) || (label as Dictionary | null)?.name === wanted),
};

/**
 * Selects the records of archives that match a query.
 *
 * @returns the record as the list would have it, or undefined
 */
export function matcherOf(
  kind: Kind,
  query: Query,
): (record: Dictionary) => Dictionary | undefined {
  const [after, before] = [toMicros(query.after), toMicros(query.before)];
  const { time, toLive } = KINDS[kind];
  const filters = Object.entries(query).flatMap(([name, value]) => {
    const matches = FILTERS[name];
    return matches ? [{ matches, wanted: String(value) }] : [];
  });
  return archived => {
    const at = toMicros(archived[time]) ?? Number.NaN;
    if (!(at >= (after ?? -Infinity) && at <= (before ?? Infinity))) return undefined;
    const record = toLive(archived);
    if (!filters.every(({ matches, wanted }) => matches(record, wanted))) return undefined;
    return query.paths === false ? { ...record, path: null } : record;
  };
}
