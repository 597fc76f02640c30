import type { Call } from './call.js';
import type { Endpoint } from './endpoint.js';
import { conflict } from './reply.js';

/** Refuses to create more objects than a workspace may have. System objects do not count. */
export function checkLimit({ workspace }: Call, kind: NonNullable<Endpoint['limited']>): void {
  const most = workspace.settings.limits[kind];
  const count = [...workspace[kind]].filter(row => !('deleted' in row && row.deleted)).length;
  const system = kind === 'groups' || kind === 'topics' ? systemRows(workspace[kind]) : 0;
  if (count - system < most) return;
  const number = workspace.dialect === 'v9' ? ` of ${most}` : '';
  throw conflict(`Cannot create object because workspace has reached limit${number}.`);
}

const systemRows = (rows: Iterable<{ system: boolean }>): number =>
  [...rows].filter(row => row.system).length;
