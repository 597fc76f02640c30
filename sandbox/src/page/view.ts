import type { Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import { chosenContact, contactList, isThere } from './contacts.js';
import { broadcastLine, messageLine, runLine, startLine } from './lines.js';
import { newest } from './newest.js';
import type { RecentRequests } from './recent.js';
import type { View } from './types.js';
import { usageOf } from './usage.js';

/** What the page shows. */
export interface PageSource {
  server: Server;
  workspace: Workspace;
  recent: RecentRequests;
  /** The address of the sandbox, `http://127.0.0.1:5000/`. */
  host: () => string;
  token: string;
}

/** The page's selection. */
export interface Looking {
  search: string;
  /** The uuid of the contact whose conversation is open. */
  contact: string | null;
  /** The number of contacts to list. */
  most: number;
}

/** Changes with everything that the page shows: the state gives each change its own timestamp. */
export function revisionOf({ server, workspace, recent }: PageSource): string {
  const used = usageOf(server, workspace).map(({ used, limit }) => `${used}/${limit}`);
  return [server.ticker.last, recent.total, workspace.unknown.size, ...used].join(' ');
}

const MOST = 50;

export function viewOf(source: PageSource, { search, contact, most }: Looking): View {
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
    requests: recent.newest(),
    contacts: contactList(workspace, search, most),
    chosen: chosenContact(workspace, contact),
    messages: newest(workspace.messages.by('created').walk(true), {
      most: MOST,
      total: workspace.messages.size,
      holds: isThere,
      show: messageLine,
    }),
    runs: runsOf(workspace),
    sends: sendsOf(workspace),
    unknown: unknownOf(workspace),
  };
}

function runsOf(workspace: Workspace): View['runs'] {
  let waiting = 0;
  for (const { state } of workspace.runs) if (state === 'waiting') waiting++;
  const rows = workspace.runs.by('modified').walk(true);
  const total = workspace.runs.size;
  return { waiting, ...newest(rows, { most: MOST, total, show: runLine }) };
}

function unknownOf({ unknown }: Workspace): View['unknown'] {
  const lines = unknown.all().map((one, index) => ({ number: index + 1, ...one }));
  return { total: lines.length, items: lines.reverse().slice(0, MOST) };
}

/** Broadcasts and flow starts together, newest first. */
function sendsOf({ broadcasts, starts }: Workspace): View['sends'] {
  const sends = [
    ...newest(broadcasts.by('created').walk(true), {
      most: MOST,
      total: broadcasts.size,
      show: broadcastLine,
    }).items,
    ...newest(starts.by('modified').walk(true), {
      most: MOST,
      total: starts.size,
      show: startLine,
    }).items,
  ];
  sends.sort((a, b) => (a.on < b.on ? 1 : -1));
  return { total: broadcasts.size + starts.size, items: sends.slice(0, MOST) };
}
