import type { Scope } from '../../../src/resources.js';
import type { Rate } from '../core/throttle.js';
import { isoTime } from '../state/clock.js';
import { counterOf, type Server } from '../state/server.js';
import type { Workspace } from '../state/workspace.js';
import type { Usage } from './types.js';

const ratesOf = ({ settings }: Workspace) => Object.entries(settings.rates) as [Scope, Rate][];

/** The use of a workspace's rate limits. */
export function usageOf({ throttle, settings }: Server, workspace: Workspace): Usage[] {
  const now = settings.clock.now();
  return ratesOf(workspace).map(([scope, rate]) => {
    const [oldest, ...others] = throttle.counted(counterOf(workspace, scope), rate, now);
    const { requests: limit, seconds } = rate;
    if (oldest === undefined) return { scope, used: 0, limit, seconds, freesOn: null };
    const freesOn = isoTime(Math.round((oldest + seconds * 1000) * 1000));
    return { scope, used: others.length + 1, limit, seconds, freesOn };
  });
}

/** Uses up all rate limits of a workspace, or resets them. */
export function setUsed({ throttle, settings }: Server, workspace: Workspace, all: boolean): void {
  const now = settings.clock.now();
  for (const [scope, { requests }] of ratesOf(workspace)) {
    throttle.set(counterOf(workspace, scope), all ? requests : 0, now);
  }
}
