import { readdirSync, readFileSync } from 'node:fs';
import { createSandbox, type Sandbox } from '@openfn/rapidpro-sandbox';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { failureIn, runJob } from '../../scripts/run-job.mjs';
import { execute, updateContact } from '../../src/index.js';
import { built } from '../packaging/project.js';

vi.setConfig({ testTimeout: 60_000 });

beforeAll(built);

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };
const DAY = 24 * 60 * 60 * 1000;

const SHORT = ['nightly-register.js', 'due-this-week.js', 'runs-to-csv.js', 'what-changed.js'];

test('each example is listed, and says at its top what it does', () => {
  const jobs = readdirSync('examples').filter(name => name.endsWith('.js'));
  const page = readFileSync('examples/README.md', 'utf8');
  expect(jobs.filter(name => !page.includes(`](${name})`))).toEqual([]);
  const source = (name: string) => readFileSync(`examples/${name}`, 'utf8');
  expect(jobs.filter(name => !source(name).startsWith('// '))).toEqual([]);
  expect(SHORT.filter(name => source(name).trim().split('\n').length >= 30)).toEqual([]);
  expect(SHORT.filter(name => !source(name).includes('Change: '))).toEqual([]);
});

describe.each(['v9', 'textit'] as const)('examples (%s)', dialect => {
  async function workspace() {
    const sandbox = await createSandbox({ dialect, seed: 'maternal-health' });
    onTestFinished(() => sandbox.close());
    const configuration = { host: sandbox.host, token: sandbox.token };
    /** Runs an example with a state; what it leaves is what the next run begins with. */
    const run = async (name: string, state: object = {}) => {
      const job = readFileSync(`examples/${name}`, 'utf8');
      const final = await runJob(job, { state: { ...state, configuration }, console: silent });
      expect(failureIn(final)).toBeUndefined();
      return final;
    };
    return { sandbox, configuration, run };
  }
  const writes = ({ requests }: Sandbox) =>
    requests().filter(({ method, status }) => method !== 'GET' && status < 400);
  const inGroup = (sandbox: Sandbox, group: string) =>
    sandbox.contacts().filter(({ groups }) => groups.some(({ name }) => name === group));

  test('read-only-job.js reads, and leaves numbers', async () => {
    const { sandbox, run } = await workspace();
    const { data } = await run('read-only-job.js');
    expect(data).toMatchObject({ groups: 6, contacts: 500 });
    expect(writes(sandbox)).toEqual([]);
  });

  test('main-job.js sends to five and counts', async () => {
    const { sandbox, run } = await workspace();
    expect((await run('main-job.js')).data).toMatchObject({ reminded: 5 });
    expect(sandbox.sent()).toHaveLength(1);
  });

  test('nightly-register.js writes a person once, and lists who fails', async () => {
    const { sandbox, run } = await workspace();
    const data = [
      { id: 'r1', name: 'Amina', phone: '+250788123123', village: 'Gisozi' },
      { id: 'r2', name: 'Keza', phone: '12', village: 'Remera' },
    ];
    const first = await run('nightly-register.js', { data });
    expect(first.data).toEqual({ created: 1, updated: 0, left: 0 });
    expect(first.problems).toEqual([
      ['r2', expect.stringContaining('phone number'), expect.stringContaining('number')],
    ]);
    const [amina, ...others] = inGroup(sandbox, 'Register');
    expect(others).toEqual([]);
    expect(amina).toMatchObject({
      name: 'Amina',
      fields: { register_id: 'r1', village: 'Gisozi' },
    });
    const before = writes(sandbox).length;
    const second = await run('nightly-register.js', { ...first, data });
    expect(second.data).toEqual({ created: 0, updated: 0, left: 0 });
    expect(writes(sandbox)).toHaveLength(before);
    const moved = data.map(person => ({ ...person, village: 'Kageyo' }));
    expect((await run('nightly-register.js', { ...second, data: moved })).data).toEqual({
      created: 0,
      updated: 1,
      left: 0,
    });
    const newcomers = [{ id: 'r3', name: 'Bea', phone: '+250788123125', village: 'Gisozi' }];
    const last = await run('nightly-register.js', { ...second, data: newcomers });
    expect(last.data).toMatchObject({ left: 0 });
    expect(last.problems).toEqual([
      [null, expect.stringMatching(/more than atMost/), expect.stringMatching(/atMost/)],
    ]);
  });

  test('due-this-week.js writes to who is due, once', async () => {
    const { sandbox, configuration, run } = await workspace();
    const day = (ahead: number) => new Date(Date.now() + ahead * DAY).toISOString();
    const mothers = inGroup(sandbox, 'Mothers').slice(0, 3);
    for (const [index, ahead] of [3, 9, -1].entries()) {
      const fields = { due_date: day(ahead) };
      await execute(updateContact(mothers[index]?.uuid ?? '', { fields }))({ configuration });
    }
    const due = inGroup(sandbox, 'Mothers').filter(({ fields }) => {
      const at = Date.parse(fields.due_date ?? '');
      return at >= Date.now() && at < Date.now() + 7 * DAY;
    });
    expect(due.map(({ uuid }) => uuid)).toContain(mothers[0]?.uuid);
    const first = await run('due-this-week.js');
    expect(first.data).toEqual({ told: due.length });
    expect(sandbox.sent()).toMatchObject([
      { kind: 'broadcast', contacts: expect.arrayContaining(due.map(({ uuid }) => uuid)) },
    ]);
    expect((await run('due-this-week.js', first)).data).toEqual({ told: 0 });
    expect(sandbox.sent()).toHaveLength(1);
  });

  test('runs-to-csv.js has a line for each completed run', async () => {
    const { run } = await workspace();
    const { csv, data } = await run('runs-to-csv.js');
    const [head, ...lines] = String(csv).split('\r\n');
    expect(head).toBe('"contact","completed","attending"');
    expect(lines.length).toBeGreaterThan(5);
    expect(data).toEqual({ runs: lines.length });
    for (const line of lines) expect(line).toMatch(/^"[0-9a-f-]{36}","20\d\d-[^"]*","[^"]*"$/);
    expect(lines.some(line => !line.endsWith('""'))).toBe(true);
  });

  test('what-changed.js reads what changed after the run before', async () => {
    const { sandbox, configuration, run } = await workspace();
    const first = await run('what-changed.js');
    expect(first.changed).toBe(inGroup(sandbox, 'Mothers').length);
    const mother = inGroup(sandbox, 'Mothers')[0]?.uuid ?? '';
    await execute(updateContact(mother, { name: 'Another name' }))({ configuration });
    expect((await run('what-changed.js', { ...first, changed: 0 })).changed).toBe(1);
  });
});
