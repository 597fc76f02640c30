import type { Workspace } from '../state/workspace.js';

/** Replaces the path of a URN in an anonymous workspace. */
export const HIDDEN = '********';

export const schemeOf = (urn: string): string => urn.slice(0, urn.indexOf(':'));
export const pathOf = (urn: string): string => urn.slice(urn.indexOf(':') + 1);

/** A URN as flows, listeners and the API show it: only its scheme in an anonymous workspace. */
export function seenUrn({ anonymous }: Workspace, urn: string): string {
  return anonymous ? `${schemeOf(urn)}:${HIDDEN}` : urn;
}
