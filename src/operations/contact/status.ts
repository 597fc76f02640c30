import type { Dictionary } from '../../types/json.js';

/** `blocked`, `stopped` or `archived`; undefined for contacts that can be reached. */
export function inactiveStatus({ status, blocked, stopped }: Dictionary): string | undefined {
  if (typeof status === 'string') return status === 'active' ? undefined : status;
  return blocked === true ? 'blocked' : stopped === true ? 'stopped' : undefined;
}
