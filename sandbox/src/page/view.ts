import type { Faults } from '../faults.js';
import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import { chosenContact, contactList, isThere } from './contacts.js';
import { broadcastLine, messageLine, newest, runLine, startLine } from './lines.js';
import type { RecentRequests } from './recent.js';
import type { View } from './types.js';
import { usageOf } from './usage.js';

/** What the page shows. */
export interface PageSource {
  server: Server;
  workspace: Workspace;
  recent: RecentRequests;
  faults: Faults;
  /** The address of the sandbox, `http://127.0.0.1:5000/`. */
  host: () => string;
  token: string;
}

/** The page's selection. */
interface Looking {
  search: string;
  /** The uuid of the contact whose conversation is open. */
  contact: string | null;
  /** The number of contacts to list. */
  most: number;
  /** The number of requests, messages, runs and sends to list. */
  lines: number;
}

/** Changes with everything that the page shows: the state gives each change its own timestamp. */
export function revisionOf({ server, workspace, recent, faults }: PageSource): string {
  const used = usageOf(server, workspace).map(({ used, limit }) => `${used}/${limit}`);
  const waiting = faults.waiting().map(({ kind, times }) => `${kind}/${times}`);
  return [server.ticker.last, recent.total, workspace.unknown.size, ...used, ...waiting].join(' ');
}

export function viewOf(source: PageSource, { search, contact, most, lines }: Looking): View {
  const { server, workspace, recent, host, token } = source;
  return {
    revision: revisionOf(source),
    server: {
      dialect: server.dialect,
      host: host(),
      token,
      workspace: workspace.settings.name,
    },
    flows: [...workspace.flows]
      .filter(({ archived }) => !archived)
      .map(({ uuid, name }) => ({ uuid, name })),
    throttle: usageOf(server, workspace),
    faults: source.faults.waiting().map(({ kind, times = 1, when }) => ({
      kind,
      times,
      path: typeof when?.path === 'string' ? when.path : null,
    })),
    requests: recent.newest(lines),
    contacts: contactList(workspace, search, most),
    chosen: chosenContact(workspace, contact),
    messages: newest(workspace.messages.by('created').walk(true), {
      most: lines,
      total: workspace.messages.size,
      holds: isThere,
      show: messageLine,
    }),
    runs: runsOf(workspace, lines),
    sends: sendsOf(workspace, lines),
    unknown: unknownOf(workspace, lines),
  };
}

function runsOf(workspace: Workspace, most: number): View['runs'] {
  let waiting = 0;
  for (const { state } of workspace.runs) if (state === 'waiting') waiting++;
  const rows = workspace.runs.by('modified').walk(true);
  const total = workspace.runs.size;
  return { waiting, ...newest(rows, { most, total, show: runLine }) };
}

function unknownOf({ unknown }: Workspace, most: number): View['unknown'] {
  const lines = unknown.all().map((one, index) => ({ number: index + 1, ...one }));
  return { total: lines.length, items: lines.reverse().slice(0, most) };
}

/** Broadcasts and flow starts together, newest first. */
function sendsOf({ broadcasts, starts }: Workspace, most: number): View['sends'] {
  const sends = [
    ...newest(broadcasts.by('created').walk(true), {
      most,
      total: broadcasts.size,
      show: broadcastLine,
    }).items,
    ...newest(starts.by('modified').walk(true), {
      most,
      total: starts.size,
      show: startLine,
    }).items,
  ];
  sends.sort((a, b) => (a.on < b.on ? 1 : -1));
  return { total: broadcasts.size + starts.size, items: sends.slice(0, most) };
}
