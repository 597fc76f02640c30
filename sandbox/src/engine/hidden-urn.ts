import type { Workspace } from '../state/workspace.js';

/** Replaces the path of a URN in an anonymous workspace. */
export const HIDDEN = '********';

/** A URN as flows and listeners see it: only its scheme in an anonymous workspace. */
export function seenUrn({ anonymous }: Workspace, urn: string | null): string | null {
  return urn !== null && anonymous ? `${urn.slice(0, urn.indexOf(':'))}:${HIDDEN}` : urn;
}
