import { beforeAll, expect, test } from 'vitest';
import { execute, fn, type RapidProError, util } from '../../src/index.js';
import { built, ROOT } from '../packaging/project.js';
import { runApart } from '../scripts/run-child.js';
import { thrownBy } from './thrown.js';

const MISTAKES: [name: string, make: () => unknown][] = [
  ['phoneUrn', () => util.phoneUrn('12', 'RW')],
  ['phoneUrns', () => util.phoneUrns('12', 'RW')],
  ['dateTime', () => util.dateTime('31/02/2027', 'dd/MM/yyyy', 'Africa/Kigali')],
  ['dayRange', () => util.dayRange('tomorrow', 'Africa/Kigali')],
  ['parseCsv', () => util.parseCsv(5 as never)],
  ['chunk', () => util.chunk([1], 0)],
];

test.each(MISTAKES)('before the job runs, the message of util.%s says what to do', (_, make) => {
  const { message, code, description, fix } = thrownBy(make);
  expect(fix).toMatch(/./);
  expect(message).toBe(`${code}: ${description} ${fix}`);
});

test.each(MISTAKES)('within an operation, the fix of util.%s stands apart', async (_, make) => {
  const error: RapidProError = await execute(fn(state => ({ ...state, made: make() })))({}).then(
    () => expect.fail('Nothing was thrown.'),
    error => error,
  );
  expect(error.message).toBe(`${error.code}: ${error.description}`);
  expect(error.fix).toMatch(/./);
});

beforeAll(built);

test('the runtime of the platform shows what to do about a value at the top level of a job', async () => {
  const adaptor = { name: '@openfn/language-rapidpro', path: ROOT };
  const { code, stderr } = await runApart(`upsertContact({ urns: [util.phoneUrn('12', 'RW')] });`, [
    adaptor,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('too few digits for RW. Digits are missing.');
});
