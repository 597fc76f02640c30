/** Cells that fail today. Each is looked at again in every run: one that is mended must be taken out. */
export interface Known {
  /** Case of the issue, or `new`. */
  of: string;
  why: string;
  operations: readonly string[];
  columns: readonly string[];
}

const WHY = {
  C3: 'a passing failure ends the operation, or is told as a refusal',
  C4: 'made, then refused because it is there',
  deleted: 'of those whom a lost attempt deleted, only the first is told as perhaps done',
  refusal:
    'a refusal after a lost answer whose own text is lost too is told as if nothing had been done',
} as const;

export const KNOWN: readonly Known[] = [
  {
    of: 'C3',
    why: WHY.C3,
    operations: [
      'syncContacts by URN',
      'syncContacts with a group',
      'upsertContacts',
      'syncContacts by a field, nothing new',
      'deleteContacts of 110',
      'labelMessages of 250',
      'eachPage',
      'eachPage that deletes',
      'eachPage that changes',
      'eachChange of contacts',
      'eachChange of runs',
      'eachMissedPush',
      'getContacts',
      'getMessages',
      'getFlowRuns',
      'getContacts, limit',
      'getContacts, concurrency',
      'getContact',
      'addContact with a URN',
      'updateContact by uuid',
      'updateContact by URN',
      'upsertContact, one URN',
      'upsertContact, two URNs',
      'upsertContact with a group',
      'deleteContact',
      'addGroup',
      'ensureGroup',
      'deleteGroup',
      'addField',
      'ensureField',
      'setGlobal',
      'http.get',
      'eachPage that takes out of the group',
    ],
    columns: [
      '408 after',
      '408 before',
      '500 after',
      '500 before',
      '520-530 after',
      '520-530 before',
    ],
  },
  {
    of: 'C3',
    why: WHY.C3,
    operations: ['syncContacts by a field'],
    columns: ['408 after', '408 before', '500 before', '520-530 after', '520-530 before'],
  },
  {
    of: 'C3',
    why: WHY.C3,
    operations: ['syncContacts by a field, without URNs'],
    columns: ['408 after', '408 before'],
  },
  {
    of: 'C3',
    why: WHY.C3,
    operations: ['addToGroup of 250', 'addContact with a URN and a group'],
    columns: ['408 after', '408 before', '520-530 after', '520-530 before'],
  },
  {
    of: 'C4',
    why: WHY.C4,
    operations: ['syncContacts by a field', 'addContact with a URN and a group'],
    columns: ['500 after'],
  },
  {
    of: 'new',
    why: WHY.deleted,
    operations: ['deleteContacts of 110'],
    columns: ['502-504 after', 'cut after', 'reset after', 'stall after'],
  },
  {
    of: 'new',
    why: WHY.refusal,
    operations: ['eachPage that deletes'],
    columns: ['cut after'],
  },
  {
    of: 'new',
    why: WHY.refusal,
    operations: ['ensureField', 'addGroup', 'ensureGroup', 'addField'],
    columns: ['cut after', 'garbled after'],
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
