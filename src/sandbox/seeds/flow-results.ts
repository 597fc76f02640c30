import type { FlowResult } from '../state/model.js';

interface Node {
  uuid?: string;
  router?: { result_name?: string; categories?: { name: string }[] };
}

/** The results that a flow's routers save, as the flows endpoint lists them. */
export function resultsOf(definition: Record<string, unknown>): FlowResult[] {
  const found = new Map<string, FlowResult>();
  for (const { uuid = '', router } of (definition.nodes as Node[] | undefined) ?? []) {
    const name = router?.result_name;
    if (!name) continue;
    const key = resultKey(name);
    const result = found.get(key) ?? { key, name, categories: [], nodes: [] };
    for (const category of router.categories ?? []) {
      if (!result.categories.includes(category.name)) result.categories.push(category.name);
    }
    result.nodes.push(uuid);
    found.set(key, result);
  }
  return [...found.values()];
}

/** `Cases Seen` has the key `cases_seen`. */
export function resultKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
