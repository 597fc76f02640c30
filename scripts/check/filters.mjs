import ts from 'typescript';
import adaptor from '../../src/index.ts';
import { checkFilters } from '../../src/input/filters.ts';
import { argumentsOf, planOf } from '../../src/operations/lists/list.ts';
import { resources } from '../../src/resources.ts';
import { keyOf, STATE, UNKNOWN } from './statics.mjs';

/**
 * What a list is read by, where an operation reads one.
 *
 * @param {string} name - of the operation
 * @param {string[]} params - the names of its parameters
 */
export function listOf(name, params) {
  return params[0] === 'filters' ? planOf(adaptor[name]?.({})) : undefined;
}

/** The options that a list takes besides those of every operation. */
export const optionsOfList = plan => [...argumentsOf(plan).knownOptions, 'timeout', 'maxWait'];

/**
 * Filters that a list does not have, and what is no filter. Their values are looked at when the job runs.
 *
 * @param {ts.Node} node - the argument
 * @param {unknown} value - what its text says, see `staticValue`
 */
export function checkFilterNames(plan, node, value, report) {
  if (!plan || value === UNKNOWN || value === STATE || typeof value === 'function') return;
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  const known = resources[plan.resource].filters;
  const wrong = isObject ? Object.keys(value).filter(key => !Object.hasOwn(known, key)) : [value];
  const properties = ts.isObjectLiteralExpression(node) ? node.properties : [];
  for (const one of wrong) {
    try {
      checkFilters(plan.resource, isObject ? { [one]: 'x' } : one);
    } catch (error) {
      const property = properties.find(({ name }) => name && keyOf(name) === one);
      report.refused(property ?? node, error.description, error.fix);
    }
  }
}
