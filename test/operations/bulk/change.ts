import type { Change } from '../../../src/sync/compare.js';

export const uuidOf = (index: number) =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** What differs of one contact: nothing, unless it is said. */
export function changeOf(index: number, more: Partial<Change> = {}): Change {
  return {
    input: { index },
    uuid: uuidOf(index),
    changed: [],
    unpredicted: [],
    unread: [],
    altered: [],
    body: {},
    blank: new Map(),
    modified: undefined,
    hadNoEffect: false,
    urns: false,
    missing: 0,
    byUrns: false,
    isShown: false,
    foundBy: [],
    join: [],
    leave: [],
    inactive: false,
    isAnonymous: false,
    ...more,
  };
}
