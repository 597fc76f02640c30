import type { Dialect } from '../../../src/resources.js';
import { NumberingPlan, type PlanSource } from './numbering-plan.js';
import {
  INTERNATIONAL_PREFIXES,
  INTERNATIONAL_PREFIXES_OF_2024,
  PLANS,
  PLANS_OF_2024,
  TRUNK_PREFIXES,
  TRUNK_PREFIXES_OF_2024,
} from './numbering-plans.js';

export interface Directory {
  byRegion: Map<string, NumberingPlan>;
  /** The plan that speaks for a calling code. */
  byCode: Map<string, NumberingPlan>;
}

const directories = new Map<Dialect, Directory>();

/** The plans that a line of servers has built in, read from the table when first asked for. */
export function directoryOf(dialect: Dialect): Directory {
  const known = directories.get(dialect);
  if (known) return known;
  const directory: Directory = { byRegion: new Map(), byCode: new Map() };
  for (const source of dialect === 'v9' ? plansOf2024() : plans()) {
    const plan = new NumberingPlan(source);
    directory.byRegion.set(source.region, plan);
    if (!directory.byCode.has(source.code)) directory.byCode.set(source.code, plan);
  }
  directories.set(dialect, directory);
  return directory;
}

function plans(): PlanSource[] {
  return rowsOf(PLANS).map(([region = '', code = '', digit = '-', ...entries]) => ({
    region,
    code,
    trunk: TRUNK_PREFIXES[region] ?? digit,
    internationalPrefix: INTERNATIONAL_PREFIXES[region] ?? (code === '1' ? '011' : '00'),
    entries,
  }));
}

function plansOf2024(): PlanSource[] {
  const older = new Map(rowsOf(PLANS_OF_2024).map(([region = '', ...rest]) => [region, rest]));
  return plans().map(plan => ({
    ...plan,
    trunk: TRUNK_PREFIXES_OF_2024[plan.region] ?? plan.trunk,
    internationalPrefix: INTERNATIONAL_PREFIXES_OF_2024[plan.region] ?? plan.internationalPrefix,
    entries: older.get(plan.region) ?? plan.entries,
  }));
}

function rowsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map(line => line.split(' '));
}
