import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { failureIn, runJob } from '../../../scripts/run-job.mjs';
import { built, ROOT } from '../../packaging/project.js';
import { type Postgres, postgresFolder, startPostgres } from './cluster.mjs';

/** The example that exports runs, against a Postgres that is really there. */

const folder = postgresFolder();
if (!folder) console.warn('Postgres is not installed: the example that exports to it is not run.');

const EXAMPLE = join(ROOT, 'examples/runs-to-postgres');
const read = (name: string) => readFileSync(join(EXAMPLE, name), 'utf8');
const POSTGRES = {
  name: '@openfn/language-postgresql',
  path: join(ROOT, 'test/examples/postgres/adaptor'),
};
const silent = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
const AMINA = 'tel:+250788000001';
const FLOW = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';

let postgres: Postgres;
beforeAll(async () => {
  if (!folder) return;
  await built();
  postgres = startPostgres(folder);
});
afterAll(() => postgres?.stop());

const runAt = (index: number, at: string) => ({
  uuid: `0000dcba-0000-4000-8000-${String(index).padStart(12, '0')}`,
  flow: FLOW,
  contact: 'Amina',
  responded: true,
  values: { name: { name: 'Name', value: `O'Hara "${index}"; --`, category: 'All Responses' } },
  created_on: at,
  modified_on: at,
  exited_on: at,
  exit_type: 'completed' as const,
});

test.skipIf(!folder).each(['v9', 'textit'] as const)(
  '%s: each run is in the table once, and the next one reads only what is new',
  async dialect => {
    await postgres.query('DROP TABLE IF EXISTS rapidpro_runs');
    await postgres.query(read('table.sql'));
    const sandbox = await createSandbox({
      dialect,
      seed: {
        contacts: [{ name: 'Amina', urns: [AMINA] }],
        flows: [{ uuid: FLOW, name: 'Registration' }],
        runs: Array.from({ length: 600 }, (_, index) =>
          runAt(index, new Date(Date.parse('2026-01-02') + index * 60_000).toISOString()),
        ),
      } as never,
    });
    onTestFinished(() => sandbox.close());
    const configuration = { host: sandbox.host, token: sandbox.token };

    /** Both steps, as a cron trigger starts them; where the second one fails, the state of before stays. */
    const cron = async (state: object, second = read('2-write-postgres.js')) => {
      const first = await runJob(read('1-read-runs.js'), {
        state: { ...state, configuration },
        console: silent,
      });
      expect(failureIn(first)).toBeUndefined();
      const final = await runJob(second, {
        state: { ...first, configuration: postgres.configuration },
        adaptors: [POSTGRES],
        console: silent,
      });
      return failureIn(final)
        ? { state, written: undefined }
        : { state: final, written: final.data };
    };
    const count = async () =>
      Number((await postgres.query('SELECT count(*) FROM rapidpro_runs'))[0]?.count);

    const once = await cron({});
    expect(once.written).toEqual({ written: 600 });
    expect(await count()).toBe(600);
    const [one] = await postgres.query(
      "SELECT answers->'name'->>'value' AS name, flow FROM rapidpro_runs WHERE uuid::text LIKE '%000007'",
    );
    expect(one).toEqual({ name: 'O\'Hara "7"; --', flow: 'Registration' });

    const before = sandbox.requests().length;
    const again = await cron(once.state);
    expect(again.written).toEqual({ written: 0 });
    expect(sandbox.requests().length - before).toBeLessThan(3);

    // What fails is read again, and is in the table once all the same.
    const broken = await cron({}, "upsertMany('no_such_table', 'uuid', state => state.rows);");
    expect(broken.written).toBeUndefined();
    await cron(broken.state);
    expect(await count()).toBe(600);
  },
);
