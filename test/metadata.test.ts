import { readdirSync, readFileSync } from 'node:fs';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { JSONPath } from 'jsonpath-plus';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { recording, replay, servers } from '../recordings/read.js';
import { RapidProError } from '../src/errors/errors.js';
import { metadata } from '../src/metadata.js';
import { credential } from './support/credential.js';
import { rapidPro204, reset } from './support/faults.js';
import { noSleep } from './support/noSleep.js';
import { rawServer } from './support/rawServer.js';
import { serve } from './support/serve.js';

const LISTS = [
  'groups',
  'fields',
  'flows',
  'labels',
  'channels',
  'topics',
  'users',
  'campaigns',
  'globals',
];

const page = (results: unknown[], next: string | null = null) =>
  HttpResponse.json({ next, previous: null, results });

/** One of everything. */
const records: Record<string, unknown> = {
  groups: { uuid: 'g1', name: 'Mothers', query: null, count: 5 },
  fields: { key: 'next_visit', name: 'Next visit', type: 'datetime' },
  flows: { uuid: 'f1', name: 'Registration', type: 'message' },
  labels: { uuid: 'l1', name: 'Urgent' },
  channels: { uuid: 'c1', name: 'Airtel', address: '+250788000000' },
  topics: { uuid: 't1', name: 'General' },
  users: { email: 'amina@example.org', first_name: 'Amina', role: 'editor' },
  campaigns: { uuid: 'p1', name: 'Visits' },
  globals: { key: 'clinic_phone', name: 'Clinic phone', value: 'S3CR3T-VALUE' },
};

/** Answers every list, some of them otherwise. */
const lists = (others: Record<string, () => Response | Promise<Response>> = {}) =>
  msw.get('*/api/v2/:list', ({ params }) => {
    const name = String(params.list).replace('.json', '');
    return others[name]?.() ?? page([records[name]]);
  });

type MetadataEntity = Awaited<ReturnType<typeof metadata>>;

const names = ({ children = [] }: MetadataEntity) => children.map(({ name }) => name);
const folder = (tree: MetadataEntity, name: string) =>
  tree.children?.find(child => child.name === name) as MetadataEntity;

describe('the tree', () => {
  test('has what operations take, and what people read', async () => {
    const server = await serve(lists());
    const tree = await metadata(credential(server));
    expect(names(tree)).toEqual(LISTS);
    const first = LISTS.map(name => folder(tree, name).children?.[0]);
    expect(first.map(entity => [entity?.name, entity?.label])).toEqual([
      ['Mothers', 'Mothers'],
      ['next_visit', 'Next visit'],
      ['f1', 'Registration'],
      ['Urgent', 'Urgent'],
      ['c1', 'Airtel'],
      ['t1', 'General'],
      ['amina@example.org', 'amina@example.org'],
      ['p1', 'Visits'],
      ['clinic_phone', 'Clinic phone'],
    ]);
    expect(JSON.stringify(tree)).not.toContain('S3CR3T-VALUE');
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });

  test('asks for flows in use only, and for each list once', async () => {
    const server = await serve(lists());
    await metadata(credential(server));
    expect(server.requests).toHaveLength(LISTS.length);
    expect(server.requests.find(({ path }) => path.endsWith('flows.json'))?.url).toContain(
      '?archived=false',
    );
  });

  test.each(servers)('is made of what %s answered', async name => {
    const server = await serve(
      ...LISTS.map(list =>
        msw.get(
          `*/api/v2/${list}.json`,
          list === 'topics' ? () => page([]) : replay(recording(name, list, 'get_list')),
        ),
      ),
    );
    const tree = await metadata(credential(server));
    for (const list of LISTS.filter(list => list !== 'topics')) {
      const { results } = recording(name, list, 'get_list').response.body as { results: object[] };
      expect([list, folder(tree, list).children?.length]).toEqual([list, results.length]);
    }
    expect(JSON.stringify(tree)).not.toContain('undefined');
  });

  test.each(['v9', 'textit'] as const)('comes from a sandbox, %s', async dialect => {
    const sandbox = await createSandbox({ seed: 'maternal-health', dialect });
    const tree = await metadata(sandbox);
    await sandbox.close();
    expect(names(tree)).toEqual(LISTS);
    expect(folder(tree, 'groups').children?.length).toBeGreaterThan(0);
  });
});

describe('every @magic path', () => {
  /** Every source that a job author's editor reads, with its text. */
  const sources = ['src/operations', 'src/types'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file => [file, readFileSync(`${folder}/${file}`, 'utf8')] as const),
  );
  const paths = sources.flatMap(([file, text]) => {
    const found = text.matchAll(/@magic (?:\w+ )?(\$\S+?)(?: \*\/)?$/gm);
    return [...found].map(match => [file, String(match[1])]);
  });

  test('is looked at', () => {
    const all = sources.map(([, text]) => text).join('');
    expect(paths.length).toBe(all.match(/@magic/g)?.length);
    expect(paths.length).toBeGreaterThan(10);
  });

  test.each(paths)('%s: %s selects what can be chosen', async (_, path) => {
    const server = await serve(lists());
    const json = (await metadata(credential(server))) as object;
    const found = JSONPath({ path: path as string, json }) as MetadataEntity[];
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ name: expect.any(String), datatype: 'string' });
  });
});

describe('what goes wrong', () => {
  const forbidden = () =>
    HttpResponse.json(
      { detail: 'You do not have permission to perform this action.' },
      { status: 403 },
    );

  test.each([
    ['a permission that lacks', forbidden],
    ['a list that fails', () => new Response('Server Error', { status: 500 })],
    ['a list that is not there', () => new Response('<html>', { status: 404 })],
    ['a list that is no JSON', () => new Response('{{{')],
    ['a list that is a web page', () => new Response('<html></html>')],
  ])('%s leaves the others', async (_, answer) => {
    noSleep();
    const server = await serve(lists({ users: answer, globals: answer }));
    const tree = await metadata(credential(server));
    expect(names(tree)).toEqual(LISTS.filter(name => name !== 'users' && name !== 'globals'));
  });

  test('records that are none are left out', async () => {
    const broken = () => page([{}, { name: '' }, { name: 7 }, { name: null }, records.groups]);
    const server = await serve(lists({ groups: broken }));
    const tree = await metadata(credential(server));
    expect(names(folder(tree, 'groups'))).toEqual(['Mothers']);
  });

  test('a token that is not known is reported', async () => {
    const refusal = () => HttpResponse.json({ detail: 'Invalid token' }, { status: 403 });
    const server = await serve(msw.get('*', refusal));
    await expect(metadata(credential(server))).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
  });

  test.each([undefined, null, 5, {}, { host: 'x' }, { host: 'http://127.0.0.1:1/', token: '' }])(
    'the configuration %j',
    async configuration => {
      const error = await metadata(configuration).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RapidProError);
      expect(error).toMatchObject({ code: 'INVALID_CONFIGURATION' });
    },
  );

  test.each([
    ['resets', reset],
    ['answers with nothing', rapidPro204],
  ])('a server that %s', async (_, behavior) => {
    noSleep();
    const error = await metadata(credential(await rawServer(behavior))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RapidProError);
  });
});

describe('it is quick', () => {
  test('the lists are read side by side', async () => {
    let waiting = 0;
    let answer = () => {};
    const allAsked = new Promise<void>(resolve => {
      answer = resolve;
    });
    // Nobody is answered before all have asked.
    const slow = async () => {
      if (++waiting === LISTS.length) answer();
      await allAsked;
      return page([]);
    };
    const server = await serve(msw.get('*', slow));
    await metadata(credential(server));
    expect(waiting).toBe(LISTS.length);
  });

  test('a workspace at its rate limit is not waited for', async () => {
    const sleeps = noSleep();
    const limited = () => HttpResponse.json({}, { status: 429, headers: { 'Retry-After': '600' } });
    const server = await serve(lists({ flows: limited }));
    const tree = await metadata(credential(server));
    expect(sleeps).toEqual([]);
    expect(names(tree)).not.toContain('flows');
  });

  test('a list that is very long is cut', async () => {
    const many = vi.fn(() =>
      page(
        Array.from({ length: 250 }, () => records.flows),
        `http://x/?cursor=${many.mock.calls.length}`,
      ),
    );
    const server = await serve(lists({ flows: many }));
    const tree = await metadata(credential(server));
    expect(folder(tree, 'flows').children).toHaveLength(1000);
    expect(many).toHaveBeenCalledTimes(4);
  });
});
