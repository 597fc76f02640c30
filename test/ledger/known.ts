/** Cells that fail today. Each is looked at again in every run: one that is mended must be taken out. */
export interface Known {
  /** Case of the issue, or `new`. */
  of: string;
  why: string;
  operations: readonly string[];
  columns: readonly string[];
}

/** None today. */
export const KNOWN: readonly Known[] = [];

const cells = new Map(
  KNOWN.flatMap(known =>
    known.operations.flatMap(operation =>
      known.columns.map((column): [string, Known] => [`${operation} | ${column}`, known]),
    ),
  ),
);

export function knownOf(operation: string, column: string): Known | undefined {
  return cells.get(`${operation} | ${column}`);
}

export const isKnown = (operation: string, column: string) =>
  knownOf(operation, column) !== undefined;
