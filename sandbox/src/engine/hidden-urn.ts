import type { Workspace } from '../state/workspace.js';

/** What stands in the place of an address where a workspace hides them. */
export const HIDDEN = '********';

/** A URN as flows and listeners see it: in an anonymous workspace no more than its kind. */
export function seenUrn({ anonymous }: Workspace, urn: string | null): string | null {
  return urn !== null && anonymous ? `${urn.slice(0, urn.indexOf(':'))}:${HIDDEN}` : urn;
}
