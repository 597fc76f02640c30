import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { pageUrl, queryTime } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import type { Archive } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { readInteger } from '../values/python.js';

const MOST_BY_DEFAULT = 250;

export const archives = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const limit = positive(last(incoming.query, 'limit')) || MOST_BY_DEFAULT;
    const offset = positive(last(incoming.query, 'offset')) ?? 0;
    const rows = [...workspace.archives].filter(matcherOf(call)).sort(newestFirst);
    const to = (start: number, exists: boolean) =>
      exists
        ? pageUrl(call, { limit: String(limit), offset: start > 0 ? String(start) : null })
        : null;
    return {
      status: 200,
      data: {
        count: rows.length,
        next: to(offset + limit, offset + limit < rows.length),
        previous: to(offset - limit, offset > 0),
        results: rows.slice(offset, offset + limit).map(one => showArchive(one, call)),
      },
    };
  },
});

/** Archives of the same day keep the order of creation. */
const newestFirst = (a: Archive, b: Archive): number =>
  a.startDate < b.startDate ? 1 : a.startDate > b.startDate ? -1 : 0;

function positive(text: string | null): number | undefined {
  const number = text === null ? undefined : readInteger(text);
  return number !== undefined && number >= 0 ? number : undefined;
}

function matcherOf({ workspace, incoming }: Call): (one: Archive) => boolean {
  const param = (name: string) => last(incoming.query, name) || undefined;
  const newer = workspace.dialect === 'textit' ? param('type') : undefined;
  const type = newer ?? param('archive_type');
  const period = param('period');
  const [before, after] = [dayOf(param('before')), dayOf(param('after'))];
  return one =>
    (type === undefined || one.type === type) &&
    (period === undefined || !['daily', 'monthly'].includes(period) || one.period === period) &&
    (before === undefined || (before !== null && one.startDate <= before)) &&
    (after === undefined || (after !== null && one.startDate >= after));
}

/** The day of a time in Greenwich. Null for a text that is not a time, which matches nothing. */
function dayOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  const time = queryTime(text);
  return time === undefined ? null : isoTime(time).slice(0, 10);
}

/** Where the sandbox serves an archive's file. As a link of a real server's file store, it asks for no token. */
const FILES = '/media/archives/';

/** The file at a path; undefined if there is none. */
export function archiveFile(workspaces: readonly Workspace[], path: string): Response | undefined {
  if (!path.startsWith(FILES)) return undefined;
  for (const { archives: all } of workspaces) {
    for (const one of all) {
      if (one.file && path === fileOf(one)) {
        return new Response(Buffer.from(one.file), {
          headers: { 'content-type': 'application/gzip' },
        });
      }
    }
  }
  return undefined;
}

const fileOf = ({ type, period, startDate, hash }: Archive): string =>
  `${FILES}${type}_${period === 'daily' ? 'D' : 'M'}${startDate.replaceAll('-', '')}_${hash}.jsonl.gz`;

function showArchive(archive: Archive, { workspace, incoming }: Call): unknown {
  const v9 = workspace.dialect === 'v9';
  const own = archive.file && `${incoming.origin}${fileOf(archive)}`;
  const rest = {
    start_date: archive.startDate,
    period: archive.period,
    record_count: archive.recordCount,
    size: archive.size,
    hash: archive.hash,
    download_url: archive.downloadUrl ?? own ?? (v9 ? '' : null),
  };
  return v9
    ? { archive_type: archive.type, ...rest }
    : { type: archive.type, ...rest, archive_type: archive.type };
}
