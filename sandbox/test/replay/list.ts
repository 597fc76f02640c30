import { Bindings, differences, isObject } from './match.js';
import { nameOf, type Row } from './recorded-workspace.js';

/**
 * Compares lists by the rows in both: same order, same contents. The workspace is reconstructed from all recordings, so
 * a list may have rows that were created later.
 */
export function listDifferences(
  endpoint: string,
  wanted: Row,
  found: Row,
  { cut }: { cut: boolean },
): string[] {
  const [recorded, answered] = [rowsOf(endpoint, wanted), rowsOf(endpoint, found)];
  const common = [...recorded.keys()].filter(name => answered.has(name));
  const missing = cut ? [] : [...recorded.keys()].filter(name => !answered.has(name));
  const inOrder = [...answered.keys()].filter(name => recorded.has(name));
  return [
    ...missing.map(name => `${name} is missing`),
    ...(common.join() === inOrder.join() ? [] : [`the order ${common} is ${inOrder}`]),
    ...common.flatMap(name =>
      rowDifferences(endpoint, recorded.get(name) ?? {}, answered.get(name) ?? {}),
    ),
  ];
}

const rowsOf = (endpoint: string, { results }: Row): Map<string, Row> =>
  new Map((results as Row[]).map(row => [nameOf(endpoint, row), row]));

/** Values that depend on other objects, which were recorded at another time. */
const OF_OTHERS: Record<string, string[]> = {
  contacts: ['groups', 'flow', 'urns'],
  fields: ['usages'],
  flows: ['runs'],
  flow_starts: ['flow', 'groups', 'contacts'],
  groups: ['count'],
  labels: ['count'],
  runs: ['start'],
  statistics: ['channels'],
};

function rowDifferences(endpoint: string, wanted: Row, found: Row): string[] {
  const left = (row: Row, other: Row): Row => {
    const entries = Object.entries(row).filter(([key]) => !OF_OTHERS[endpoint]?.includes(key));
    // A contact's fields change with the workspace's.
    return Object.fromEntries(
      entries.map(([key, value]) => [key, key === 'fields' ? shared(value, other[key]) : value]),
    );
  };
  const at = nameOf(endpoint, wanted);
  return differences(left(wanted, found), left(found, wanted), new Bindings(), at);
}

function shared(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return one;
  return Object.fromEntries(Object.entries(one).filter(([key]) => Object.hasOwn(other, key)));
}
