import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createSandbox, maternalHealth, type Sandbox } from '@openfn/rapidpro-sandbox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { installedCopy } from '../../scripts/installed-copy.mjs';
import { failureIn, runJob, thisPackage } from '../../scripts/run-job.mjs';
import {
  addToGroup,
  ensureField,
  ensureGroup,
  execute,
  startFlow,
  updateContact,
  upsertContacts,
} from '../../src/index.js';
import { built } from '../packaging/project.js';
import { listen } from '../support/closing.js';
import { fences } from './collect.js';

const PAGE = 'docs/guides/everyday-jobs.md';
const DAY = 24 * 60 * 60 * 1000;

vi.setConfig({ hookTimeout: 300_000 });

/** This package, copied once for all jobs. */
let copy: ReturnType<typeof installedCopy>;
const { name: NAME, path: ROOT } = thisPackage();
beforeAll(async () => {
  await built();
  copy = installedCopy(NAME, ROOT);
});
afterAll(() => copy.remove());

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };

interface Item {
  key?: string;
  id?: string;
}

/** The other system: keeps what it is sent, by its key. */
async function otherSystem() {
  const kept = new Map<string, unknown>();
  let writes = 0;
  const server = createServer(async (request, response) => {
    const [, , name] = (request.url ?? '').split('/');
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      if (name === undefined) return answer(200, [...kept.values()]);
      return kept.has(name) ? answer(200, kept.get(name)) : answer(404, {});
    }
    writes++;
    const body = (await json(request)) as Item & { people?: Item[] };
    const items = body.people ?? [body];
    for (const item of items) kept.set(item.key ?? item.id ?? '', item);
    return answer(201, {});
  });
  const { port } = await listen(server);
  return { address: `http://127.0.0.1:${port}`, kept, writes: () => writes };
}

interface Place {
  sandbox: Sandbox;
  other: Awaited<ReturnType<typeof otherSystem>>;
  inGroup(name: string): string[];
}

interface Job {
  title: string;
  /** What the step before leaves, or a push. */
  given?: object;
  prepare?(place: Place): Promise<unknown>;
  /** What the first run is to do. */
  expected(state: { [key: string]: unknown }, place: Place): void;
}

const tomorrow = () =>
  new Date(Date.now() + DAY).toLocaleDateString('sv', { timeZone: 'Africa/Kigali' });
/** A program in which two of the open tickets are older than a month. */
function program() {
  const seed = maternalHealth({ contacts: 80, now: Date.now() });
  const opened_on = new Date(Date.now() - 40 * DAY).toISOString();
  const open = (seed.tickets ?? []).filter(({ status }) => status !== 'closed').slice(0, 2);
  for (const ticket of open) ticket.opened_on = opened_on;
  return seed;
}

const writesTo = (sandbox: Sandbox, path = '') =>
  sandbox.requests().filter(one => one.method !== 'GET' && one.path.includes(path));
const configurationOf = ({ host, token }: Sandbox) => ({ configuration: { host, token } });

const JOBS: Job[] = [
  {
    title: 'Import a spreadsheet',
    given: {
      csv: 'id;name;phone\nM-1;Amina Diallo;0788 123 123\nM-2;Keza Uwase;+250 788-123-124\nM-3;No Number;none\n',
    },
    expected({ data, wrong }, { inGroup }) {
      expect(data).toEqual({ created: 2, updated: 0 });
      expect(wrong).toEqual([
        { row: 4, id: 'M-3', description: expect.any(String), fix: expect.any(String) },
      ]);
      expect(inGroup('Imported')).toEqual(['tel:+250788123123', 'tel:+250788123124']);
    },
  },
  {
    title: 'A nightly register',
    given: {
      people: [
        { id: 'R-1', name: 'Amina', phone: '0788 123 123' },
        { id: 'R-2', name: 'Keza', phone: '0788 123 124' },
        { id: 'R-2', name: 'Keza Uwase', phone: '0788 123 124' },
      ],
    },
    async prepare({ sandbox }) {
      // Somebody who was in the register once.
      await execute(
        ensureGroup('Register'),
        ensureField({ name: 'Register id', type: 'text' }),
        updateContact('tel:+250780000001', { fields: { register_id: 'R-0' } }),
        addToGroup(['tel:+250780000001'], 'Register'),
      )(configurationOf(sandbox));
    },
    expected({ data, kept, failed }, { sandbox, inGroup }) {
      expect({ data, kept, failed }).toEqual({ data: [2, 0, 1], kept: undefined, failed: [] });
      expect(inGroup('Register')).toEqual(['tel:+250788123123', 'tel:+250788123124']);
      expect(sandbox.contacts().map(({ name }) => name)).toContain('Keza Uwase');
    },
  },
  {
    title: 'Remind who is due tomorrow',
    async prepare({ sandbox, inGroup }) {
      const [due = '', later = ''] = inGroup('Mothers');
      for (const [urn, days] of [
        [due, 0],
        [later, 1],
      ] as const) {
        const day = new Date(Date.parse(`${tomorrow()}T10:00:00+02:00`) + days * DAY);
        const fields = { due_date: day.toISOString() };
        await execute(updateContact(urn, { fields }))(configurationOf(sandbox));
      }
    },
    expected({ remind }, { sandbox }) {
      const due = sandbox
        .contacts()
        .filter(
          ({ status, groups }) =>
            status === 'active' && groups.some(({ name }) => name === 'Mothers'),
        )
        .filter(({ fields }) => fields.due_date?.startsWith(tomorrow()))
        .map(({ uuid }) => uuid);
      expect(due.length).toBeGreaterThan(0);
      expect([...(remind as string[])].sort()).toEqual(due.sort());
      expect(sandbox.sent()).toMatchObject([{ kind: 'broadcast' }]);
    },
  },
  {
    title: 'Rows for a sheet',
    expected({ data }) {
      const { people, runs } = data as { people: object[]; runs: object[] };
      expect(people[0]).toMatchObject({
        phone: expect.stringMatching(/^tel:/),
        stage: expect.anything(),
      });
      expect(runs).toContainEqual(
        expect.objectContaining({ attending: 'Yes', ended: 'completed' }),
      );
      for (const row of [...people, ...runs]) {
        expect(
          Object.values(row).filter(cell => cell !== null && typeof cell === 'object'),
        ).toEqual([]);
      }
    },
  },
  {
    title: 'Follow-ups',
    async prepare({ sandbox, inGroup }) {
      const urns = inGroup('Mothers').slice(0, 4);
      const start = startFlow({ flow: 'Danger Signs', urns }, { onlyActive: true });
      await execute(start)(configurationOf(sandbox));
      await sandbox.settled();
      await sandbox.reply(urns[0] ?? '', 'bleeding');
      await sandbox.reply(urns[1] ?? '', 'none');
    },
    expected(_, { inGroup }) {
      const [bleeding, well, ...silentOnes] = inGroup('Mothers').slice(0, 4);
      expect(inGroup('To call')).toEqual(expect.arrayContaining([bleeding, ...silentOnes]));
      expect(inGroup('To call')).not.toContain(well);
    },
  },
  {
    title: 'Pushes to another system',
    given: {
      data: {
        contact: {
          uuid: '7a3c1d52-5a0e-4c0b-9a53-0d8a5e3f7c11',
          name: 'Amina',
          urn: 'tel:+250788123123',
        },
        flow: { uuid: 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02', name: 'Malaria Report' },
        results: { cases: { value: '4', category: 'Has Number' } },
      },
      request: { headers: {} },
    },
    expected(_, { other }) {
      expect([...other.kept.values()]).toEqual([
        expect.objectContaining({ flow: 'Malaria Report', values: { cases: '4' } }),
      ]);
    },
  },
  {
    title: 'Old tickets',
    expected({ old }, { sandbox }) {
      expect(old).toHaveLength(2);
      expect(writesTo(sandbox, 'ticket_actions')).toHaveLength(2);
    },
  },
  {
    title: 'People who stopped writing',
    expected({ silent: found }, { inGroup }) {
      expect((found as string[]).length).toBeGreaterThan(0);
      expect(inGroup('Silent')).toHaveLength((found as string[]).length);
    },
  },
  {
    title: 'To another system and back',
    async prepare({ sandbox, other, inGroup }) {
      const [urn] = inGroup('Mothers');
      const { uuid = '' } = sandbox.contacts().find(({ urns }) => urns[0] === urn) ?? {};
      other.kept.set(uuid, { id: uuid, village: 'Gisozi' });
    },
    expected({ failed }, { sandbox, other }) {
      expect(failed).toEqual([]);
      expect(sandbox.contacts().filter(({ fields }) => fields.village === 'Gisozi')).toHaveLength(
        1,
      );
      expect(other.kept.size).toBe(
        sandbox.contacts().filter(({ groups }) => groups.some(({ name }) => name === 'Mothers'))
          .length,
      );
    },
  },
];

const jobs = new Map(
  fences(PAGE).map(({ line, code }) => {
    const before = fences(PAGE).filter(sample => sample.line < line).length;
    return [JOBS[before]?.title ?? '', code] as const;
  }),
);

/** Lines of the author's own. */
function linesOf(code: string): number {
  return code.split('\n').filter(line => line.trim() !== '' && !/^\s*\/\//.test(line)).length;
}

test('the page has just these jobs, each under its heading', async () => {
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(PAGE, 'utf8');
  expect([...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(
    JOBS.map(({ title }) => title),
  );
  expect(fences(PAGE)).toHaveLength(JOBS.length);
});

/** A program of its own, and the other system. */
async function placeOf(): Promise<Place> {
  const sandbox = await createSandbox({ seed: program() });
  onTestFinished(() => sandbox.close());
  const other = await otherSystem();
  const inGroup = (wanted: string) =>
    sandbox
      .contacts()
      .filter(
        ({ groups, status }) => status === 'active' && groups.some(({ name }) => name === wanted),
      )
      .map(({ urns }) => String(urns[0]));
  return { sandbox, other, inGroup };
}

async function runIn({ sandbox, other }: Place, job: string, before: object) {
  const source = job.replaceAll('https://register.example.org', other.address);
  const state = { ...before, ...configurationOf(sandbox) };
  const adaptors = [{ name: NAME, path: copy.path }];
  const final = await runJob(source, { state, adaptors, console: silent });
  return final as { [key: string]: unknown };
}

describe.each(JOBS)('$title', ({ title, given = {}, prepare, expected }) => {
  const job = jobs.get(title) ?? '';

  test('has fewer than 25 lines', () => {
    expect(linesOf(job)).toBeGreaterThan(3);
    expect(linesOf(job)).toBeLessThan(25);
  });

  test('does its work, and nothing when it runs again', async () => {
    const place = await placeOf();
    const { sandbox, other } = place;
    await prepare?.(place);
    const run = async (before: object) => {
      const final = await runIn(place, job, { ...before, ...given });
      expect(failureIn(final)).toBeUndefined();
      await sandbox.settled();
      return final;
    };
    const writes = () => writesTo(sandbox).length;
    const first = await run({ data: {} });
    expected(first, place);
    const before = [
      writes(),
      other.writes(),
      sandbox.sent().length,
      JSON.stringify(sandbox.contacts()),
    ];
    await run(first);
    expect([
      writes(),
      other.writes(),
      sandbox.sent().length,
      JSON.stringify(sandbox.contacts()),
    ]).toEqual(before);
  });
});

describe('who is to be called', () => {
  const job = jobs.get('Follow-ups') ?? '';

  /** One person is in the group, and has finished the flow since. */
  async function withOneDone() {
    const place = await placeOf();
    const { sandbox, inGroup } = place;
    const urns = inGroup('Mothers').slice(0, 1);
    await execute(
      ensureGroup('To call'),
      addToGroup(urns, 'To call'),
      startFlow({ flow: 'Danger Signs', urns }, { onlyActive: true }),
    )(configurationOf(sandbox));
    await sandbox.settled();
    await sandbox.reply(urns[0] ?? '', 'none');
    return { place, urns };
  }

  test('the last one leaves the group, too', async () => {
    const { place, urns } = await withOneDone();
    expect(place.inGroup('To call')).toEqual(urns);
    expect(failureIn(await runIn(place, job, { data: {} }))).toBeUndefined();
    expect(place.inGroup('To call')).not.toContain(urns[0]);
  });

  test('nobody joins or leaves if a list was cut off', async () => {
    const { place, urns } = await withOneDone();
    const { sandbox } = place;
    // More members than a page has.
    const more = Array.from({ length: 260 }, (_, index) => ({
      urns: [`tel:+2507888${10_000 + index}`],
      groups: ['To call'],
    }));
    await execute(upsertContacts(more))(configurationOf(sandbox));
    const before = place.inGroup('To call');
    sandbox.fault({ kind: 'throttle', retryAfter: 3000, when: { path: 'contacts', nth: 2 } });
    expect(failureIn(await runIn(place, job, { data: {} }))).toBeDefined();
    expect(place.inGroup('To call')).toEqual(before);
    expect(before).toContain(urns[0]);
  });
});
