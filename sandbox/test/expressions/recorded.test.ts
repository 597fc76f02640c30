import { describe, expect, it } from 'vitest';
import { fillIn } from '../../src/expressions/template.js';
import { isListed } from '../differences.js';
import { environmentOf, expected, type Given, recorded, rootsOf } from './recorded.js';

const LINES = [
  ['rapidpro-9.0.0', 'v9'],
  ['rapidpro-26.3.54', 'textit'],
] as const;

describe.each(LINES)('%s', (server, dialect) => {
  it.each(['flow', 'broadcast'] as const)('evaluates the recorded templates in a %s', place => {
    const roots = rootsOf(dialect, place);
    const environment = environmentOf(dialect, place);
    const given = (template: string): Given => {
      const { text: value, errors, panic } = fillIn(template, roots, environment);
      return { value, ...(errors.length > 0 ? { errors } : {}), ...(panic ? { panic } : {}) };
    };
    const [known, others] = [true, false].map(listed =>
      recorded.rows.filter(({ template }) => isListed(server, 'expression', template) === listed),
    );
    const wanted = others?.map(row => ({ ...row, gives: expected(row, dialect, place) }));
    const got = others?.map(row => ({ ...row, gives: given(row.template) }));
    expect(got).toEqual(wanted);
    expect(others?.length).toBeGreaterThan(0.97 * recorded.rows.length);
    // One that holds must not be listed.
    for (const row of known ?? []) {
      expect(given(row.template)).not.toEqual(expected(row, dialect, place));
    }
  });

  it('has the functions of its engine', () => {
    const { v9, only_newer } = recorded.environment.functions;
    const names = dialect === 'v9' ? v9 : [...v9, ...only_newer];
    const roots = { names: () => names };
    const filled = fillIn(
      names.map(name => `@(${name})`).join(' '),
      roots,
      environmentOf(dialect, 'flow'),
    );
    expect(filled.text).toBe(names.join(' '));
  });
});
