import { resultKey } from '../engine/results.js';
import type { FlowResult } from '../state/model.js';

interface Node {
  uuid?: string;
  actions?: { type: string; result_name?: string }[];
  router?: { result_name?: string; categories?: { name: string }[] };
}

const OUTCOMES = [{ name: 'Success' }, { name: 'Failure' }];

/** The results that a flow's routers and calls save, as the flows endpoint lists them. */
export function resultsOf(definition: Record<string, unknown>): FlowResult[] {
  const found = new Map<string, FlowResult>();
  const add = (node: string, name: string, categories: { name: string }[]) => {
    const key = resultKey(name);
    const result = found.get(key) ?? { key, name, categories: [], nodes: [] };
    for (const category of categories) {
      if (!result.categories.includes(category.name)) result.categories.push(category.name);
    }
    result.nodes.push(node);
    found.set(key, result);
  };
  for (const { uuid = '', actions, router } of (definition.nodes as Node[] | undefined) ?? []) {
    for (const { type, result_name } of actions ?? []) {
      if (result_name) add(uuid, result_name, type.startsWith('call_') ? OUTCOMES : []);
    }
    if (router?.result_name) add(uuid, router.result_name, router.categories ?? []);
  }
  return [...found.values()];
}
