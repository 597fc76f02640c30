import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_MAX_WAIT } from '../../../src/input/options.js';
import type { Dialect } from '../../../src/resources.js';
import { captureConsole } from '../../support/captureConsole.js';
import { patientTimeouts } from '../../support/patientTimeouts.js';
import { goOn } from './again.js';
import { type Baseline, plain, undisturbed } from './baseline.js';
import { wrongBulk } from './bulk.js';
import { CASES, type Case } from './cases.js';
import { type Outcome, toDocument } from './document.js';
import { FAULTS, TIMEOUT } from './faults.js';
import { type Expected, expected } from './rules.js';
import { virtualTime } from './time.js';
import { type FaultPoint, type Trial, tryOut } from './trial.js';
import { inWords } from './words.js';
import { amiss } from './world.js';

const DOCUMENT = fileURLToPath(new URL('../../../docs/evidence/faults.md', import.meta.url));

/** Trials side by side: most of the time they wait for a server that does not answer. */
const SIDE_BY_SIDE = 24;

/** The first request, one in the middle and the last. */
function positions(requests: number): number[] {
  return [...new Set([0, Math.floor(requests / 2), requests - 1])];
}

function faultPointsAt(requests: number): FaultPoint[] {
  return positions(requests).flatMap(position =>
    [false, true].flatMap(forever => FAULTS.map(fault => ({ fault, position, forever }))),
  );
}

function nameOf({ fault: { kind, strikes }, position, forever }: FaultPoint): string {
  return `${kind} ${strikes} the work at request ${position + 1}${forever ? ' and after' : ''}`;
}

function placeName(position: number, requests: number): string {
  if (position === 0) return 'first request';
  return position === requests - 1 ? 'last request' : 'a middle request';
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const run = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, run));
}

/** What an error says of a part: the new ids are counted. */
function partsIn({ error }: Trial, { kind }: Case): object | undefined {
  if (!error?.details) return undefined;
  const { ids = [], failures: _, list, ...parts } = error.details as Record<string, unknown[]>;
  return kind === 'send' ? { ...parts, list, ids: ids.length } : parts;
}

const NOTHING = { code: undefined, cause: undefined, details: undefined };

/** What came of a trial, in the terms of the rules. */
function cameOf(trial: Trial, one: Case): Omit<Expected, 'world' | 'isPartial'> {
  const { error, requests, waits } = trial;
  const { code: cause } = (error?.cause ?? {}) as { code?: string };
  return {
    code: error?.code,
    cause: error?.code === 'OUTCOME_UNKNOWN' ? cause : undefined,
    details: partsIn(trial, one),
    requests: requests.length,
    waits,
  };
}

/** What is wrong with the end of an operation: nothing where all is well. */
async function wrongIn(
  one: Case,
  baseline: Baseline,
  trial: Trial,
  point: FaultPoint,
): Promise<string[]> {
  if (one.kind === 'bulk') return wrongBulk(one, baseline, trial, point);
  const { world, isPartial, ...end } = expected(one, baseline, trial.initial, point);
  const came = cameOf(trial, one);
  const { state, waited, requests } = trial;
  const isWhole = state !== undefined && !isPartial;
  const reported = state?.response?.requests ?? requests.length;
  return [
    ...(isDeepStrictEqual(came, { ...NOTHING, ...end })
      ? []
      : [`${JSON.stringify(came)} in place of ${JSON.stringify(end)}`]),
    ...amiss(trial.world, world),
    ...(isWhole && plain(state.data) !== baseline.data ? ['another result'] : []),
    ...(isPartial === (state?.rapidpro !== undefined) || isWhole ? [] : ['no place to go on']),
    ...(waited > DEFAULT_MAX_WAIT ? [`waited for ${waited} seconds`] : []),
    ...(reported === requests.length ? [] : [`it reports ${reported} requests`]),
    ...(point.forever ? await goOn(one, baseline, trial, point) : []),
  ];
}

const DIALECTS: readonly Dialect[] = ['v9', 'textit'];

/**
 * Every operation against every fault. The two lines of servers take turns: each meets every fault, and both
 * make the same document.
 */
export function testMatrix(): void {
  const outcomes: Outcome[] = [];

  beforeEach(() => {
    captureConsole();
    virtualTime();
    patientTimeouts(TIMEOUT * 1000);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each(CASES)(
    '$name',
    async one => {
      const baselines = await Promise.all(DIALECTS.map(dialect => undisturbed(one, dialect)));
      const [{ requests }] = baselines as [Baseline];
      const wrong: Record<string, unknown> = {};
      await inTurn([...faultPointsAt(requests.length).entries()], async ([turn, point]) => {
        const isOther = (turn + point.position + Number(point.forever)) % 2 === 1;
        const dialect: Dialect = isOther ? 'textit' : 'v9';
        const baseline = baselines[Number(isOther)] as Baseline;
        expect(baseline.requests).toHaveLength(requests.length);
        const trial = await tryOut(one, dialect, point, baseline.initial);
        const found = await wrongIn(one, baseline, trial, point);
        if (found.length > 0) wrong[`${dialect}: ${nameOf(point)}`] = found;
        await trial.sandbox.close();
        outcomes.push({
          row: one.name,
          column: point.fault.kind,
          forever: point.forever,
          words: inWords(one, baseline, trial, point),
          by: {
            strikes: `${point.fault.strikes} it was done`,
            position: placeName(point.position, baseline.requests.length),
          },
        });
      });
      expect(wrong).toEqual({});
    },
    180_000,
  );

  test('docs/evidence/faults.md says what came of it', () => {
    const fresh = toDocument(outcomes);
    if (process.env.UPDATE_DOCS) writeFileSync(DOCUMENT, fresh);
    expect(fresh).toBe(readFileSync(DOCUMENT, 'utf8'));
  });
}
