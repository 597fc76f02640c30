/** Cells that fail today. Each is looked at again in every run: one that is mended must be taken out. */
export interface Known {
  /** Case of the issue. */
  of: string;
  why: string;
  operations: readonly string[];
  columns: readonly string[];
}

const WHY = {
  B1: 'a page that takes its records out of the list, or moves them to its front, moves the offset of the next',
  B2: 'a page that deletes its records moves the offset of the next',
  B3: 'others change records of the instant that is being read',
  B4: 'a contact that is missed while the list is read is taken for new',
  B5: 'others change records of the instant that is being read',
  B5b: 'others change records between two pages or two runs',
  B6: 'without a Date the end of what is read is told by the client, whose clock is behind',
  B7: 'a time that is not a time is taken for one',
} as const;

export const KNOWN: readonly Known[] = [
  {
    of: 'B1',
    why: WHY.B1,
    operations: ['eachPage that takes out of the group'],
    columns: [
      'add, instants of 1,000',
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'leave, instants of 1,000',
      'leave, instants of 100',
      'quiet, instants of 1,000',
      'quiet, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B1',
    why: WHY.B1,
    operations: ['eachPage that changes'],
    columns: [
      'add, instants of 1,000',
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'quiet, instants of 1,000',
      'quiet, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B2',
    why: WHY.B2,
    operations: ['eachPage that deletes'],
    columns: [
      'add, instants of 1,000',
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'mixed',
      'quiet, instants of 1,000',
      'quiet, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B3',
    why: WHY.B3,
    operations: ['eachChange of contacts', 'eachChange of runs'],
    columns: [
      'delete, instants of 1,000',
      'delete, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B4',
    why: WHY.B4,
    operations: ['syncContacts by a field, nothing new'],
    columns: [
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B5',
    why: WHY.B5,
    operations: ['eachPage', 'getContacts'],
    columns: [
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B5',
    why: WHY.B5,
    operations: ['getMessages'],
    columns: ['add, instants of 100', 'delete, instants of 1,000', 'delete, instants of 100'],
  },
  {
    of: 'B5',
    why: WHY.B5,
    operations: ['getContacts, limit'],
    columns: ['add, instants of 100', 'touch many, instants of 100', 'touch, instants of 100'],
  },
  {
    of: 'B5',
    why: WHY.B5,
    operations: ['getContacts, concurrency'],
    columns: [
      'delete, instants of 1,000',
      'delete, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B5b',
    why: WHY.B5b,
    operations: ['eachPage that changes'],
    columns: ['reset after, then 429 huge'],
  },
  {
    of: 'B5b',
    why: WHY.B5b,
    operations: ['eachMissedPush'],
    columns: [
      'delete, instants of 1,000',
      'touch many, instants of 1,000',
      'touch, instants of 1,000',
    ],
  },
  {
    of: 'B5b',
    why: WHY.B5b,
    operations: ['getFlowRuns'],
    columns: [
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
    ],
  },
  {
    of: 'B5b',
    why: WHY.B5b,
    operations: ['getContacts, deadline and resume'],
    columns: [
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'odd time',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
      'touch, unique times',
    ],
  },
  {
    of: 'B5b',
    why: WHY.B5b,
    operations: ['getContacts, deadline, resume, concurrency'],
    columns: [
      'add, instants of 100',
      'delete, instants of 1,000',
      'delete, instants of 100',
      'touch many, instants of 1,000',
      'touch many, instants of 100',
      'touch many, unique times',
      'touch, instants of 1,000',
      'touch, instants of 100',
      'touch, unique times',
    ],
  },
  {
    of: 'B6',
    why: WHY.B6,
    operations: ['eachChange of contacts', 'eachChange of runs'],
    columns: ['clock ahead, no Date'],
  },
  {
    of: 'B7',
    why: WHY.B7,
    operations: ['eachChange of contacts', 'eachChange of runs'],
    columns: ['odd time'],
  },
];

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
