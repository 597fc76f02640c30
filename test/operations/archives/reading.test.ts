import { describe, expect, test } from 'vitest';
import { eachArchivedMessages, eachArchivedRuns, fn, getArchives } from '../../../src/index.js';
import type { State } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { failure, refused, run, stateFor, UUID } from '../run.js';
import { type Archive, archiveServer, message } from './archiveServer.js';

type Row = { id: number; [key: string]: unknown };

/** Keeps what it is handed. */
const keep = fn((state: State) => ({
  ...state,
  pages: [...((state.pages as Row[][]) ?? []), state.data],
}));

async function read(archives: Archive[], filters: object) {
  const server = await archiveServer(archives);
  const { data, pages = [] } = await run(eachArchivedMessages(filters as never, keep), server);
  return { server, data, rows: (pages as Row[][]).flat(), pages: pages as Row[][] };
}

const at = (id: number, time: string) => message(id, time);

describe('records of a period', () => {
  const archives: Archive[] = [
    { start: '2026-03-02', records: [at(5, '2026-03-02T01:00:00+00:00')] },
    {
      start: '2026-02-01',
      period: 'monthly',
      records: [at(3, '2026-02-03T10:00:00.5+00:00'), at(4, '2026-02-28T23:59:59.999999+00:00')],
    },
    {
      start: '2026-01-01',
      period: 'monthly',
      records: [at(1, '2026-01-01T00:00:00+00:00'), at(2, '2026-01-31T23:59:59.999999+00:00')],
    },
    { start: '2026-01-01', type: 'run', period: 'monthly', records: [at(9, '2026-01-05')] },
  ];

  test.each([
    [{ after: '2026-01-01', before: '2026-03-02' }, [1, 2, 3, 4, 5]],
    [{ after: '2026-01-31', before: '2026-02-28' }, [2, 3, 4]],
    [{ before: '2026-01-31' }, [1, 2]],
    [{ before: '2026-01-31T23:59:59.999998Z' }, [1]],
    [{ before: '2026-01-31T23:59:59.999999Z' }, [1, 2]],
    [{ after: '2026-02-03T10:00:00.500000Z' }, [3, 4, 5]],
    [{ after: '2026-02-03T10:00:00.500001Z' }, [4, 5]],
    [{ after: '2026-02-03T12:00:00.5+02:00', before: '2026-02-03T10:00:00.5' }, [3]],
    [{ after: '2026-02-03T12:00:00.5+0200', before: '2026-02-03 10:00:00.5Z' }, [3]],
    [{ after: '2026-03-03' }, []],
  ])('%j', async (filters, ids) => {
    const { rows, data } = await read(archives, filters);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(data).toEqual({ pages: ids.length > 0 ? 1 : 0, records: ids.length });
  });

  describe('come once', () => {
    const [a, b, c] = [1, 2, 3].map(id => at(id, `2026-03-05T08:00:0${id}+00:00`));
    const first = at(4, '2026-03-02T08:00:00+00:00');
    const april = at(5, '2026-04-01T08:00:00+00:00');
    const day: Archive = { start: '2026-03-05', records: [a, b, c] };
    const month: Archive = { start: '2026-03-01', period: 'monthly', records: [first, a, b, c] };
    const firstDay: Archive = { start: '2026-03-01', records: [a] };
    const { uuid: _, ...old } = at(6, '2026-03-06T08:00:00+00:00');

    test.each<[string, Archive[], number[]]>([
      ['in the files of a day and its month', [day, month], [4, 1, 2, 3]],
      ['in the files of the first day and its month', [firstDay, month], [4, 1, 2, 3]],
      ['twice in a file', [{ ...day, records: [a, b, a, c, c] }], [1, 2, 3]],
      ['in two files of one day', [day, day], [1, 2, 3]],
      ['without a uuid, as in old files', [{ ...day, records: [old, old] }], [6]],
      // The file of a month may have been made before all of its days were.
      ['also what only the day has', [day, { ...month, records: [first, a] }], [4, 1, 2, 3]],
      [
        'and so do those of the next month',
        [{ start: '2026-04-01', records: [april] }, month, day],
        [4, 1, 2, 3, 5],
      ],
    ])('%s', async (_, files, ids) => {
      const { rows, data } = await read(files, { after: '2026-03-01' });
      expect(rows.map(({ id }) => id)).toEqual(ids);
      expect(data).toEqual({ pages: 1, records: ids.length });
    });

    test('runs do, too', async () => {
      const twice = { id: 1, uuid: UUID, created_on: '2026-03-05', modified_on: '2026-03-05' };
      const file: Archive = { start: '2026-03-05', type: 'run', records: [twice] };
      const server = await archiveServer([
        file,
        { ...file, start: '2026-03-01', period: 'monthly' },
      ]);
      const { data } = await run(eachArchivedRuns({ after: '2026-03-01' }, keep), server);
      expect(data).toEqual({ pages: 1, records: 1 });
    });
  });

  test('only the archives that can hold them are read', async () => {
    const { server } = await read(archives, { after: '2026-03-10', before: '2026-03-20' });
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/v2/archives.json?archive_type=message&after=2026-02-07&before=2026-03-20',
      '/files/0?Signature=s3cr3t',
    ]);
  });

  test('come in pages of at most 250, whatever archive they are from', async () => {
    const day = (date: string, from: number, amount: number): Archive => ({
      start: date,
      records: Array.from({ length: amount }, (_, index) => at(from + index, `${date}T00:00:00Z`)),
    });
    const { pages, rows, data } = await read(
      [day('2026-01-01', 0, 260), day('2026-01-02', 260, 240), day('2026-01-03', 500, 1)],
      { after: '2026-01-01' },
    );
    expect(pages.map(({ length }) => length)).toEqual([250, 250, 1]);
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 501 }, (_, index) => index));
    expect(data).toEqual({ pages: 3, records: 501 });
  });

  test('their link gets no token', async () => {
    const { server } = await read(archives, { before: '2026-01-31' });
    expect(server.requests.map(({ token }) => token?.split(' ')[0])).toEqual(['Token', undefined]);
  });

  test('an archive that cannot be downloaded is reported', async () => {
    const lines = captureConsole();
    const { rows } = await read(
      [
        { start: '2026-01-01', records: [at(1, '2026-01-01T00:00:00Z')] },
        { start: '2026-01-02', url: null, count: 7 },
        { start: '2026-01-03', url: '', count: 7 },
        { start: '2026-01-04', url: '', count: 0 },
      ],
      { after: '2026-01-01' },
    );
    expect(rows).toHaveLength(1);
    expect(lines.join('\n')).toContain('2 archives cannot be downloaded');
  });
});

describe('the operations', () => {
  const two = [
    {
      start: '2026-01-01',
      records: Array.from({ length: 300 }, (_, id) => at(id, '2026-01-01T00:00:00Z')),
    },
  ];
  const period = { after: '2026-01-01' };

  test('run one after the other for each page; references do not grow', async () => {
    const server = await archiveServer(two);
    const references: number[] = [];
    const next = await run(
      eachArchivedMessages(
        period,
        fn((state: State) => ({ ...state, seen: ((state.seen as number) ?? 0) + 1 })),
        fn((state: State) => {
          references.push(state.references?.length ?? -1);
          return { ...state, data: 'of the page', references: [...(state.references ?? []), 1] };
        }),
      ),
      server,
    );
    expect(references).toEqual([1, 1]);
    expect(next).toMatchObject({
      seen: 2,
      data: { pages: 2, records: 300 },
      references: ['earlier', 'before'],
    });
  });

  test('that return nothing are warned about', async () => {
    const server = await archiveServer(two);
    const error = await failure(eachArchivedMessages(period, fn((() => {}) as never)), server);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.fix).toContain('return state');
  });

  test('that are none are refused', async () => {
    const server = await archiveServer(two);
    expect((await failure(eachArchivedMessages(period, [keep] as never), server)).code).toBe(
      'INVALID_INPUT',
    );
  });

  test('throw what they throw, and the download ends', async () => {
    const server = await archiveServer(two);
    const boom = new Error('boom');
    const operation = eachArchivedMessages(
      period,
      fn(() => {
        throw boom;
      }),
    );
    await expect(operation(stateFor(server))).rejects.toBe(boom);
    expect(server.downloads()).toBe(1);
  });
});

describe('periods that are none', () => {
  test.each([
    undefined,
    null,
    'january',
    [],
    {},
    { since: '2026-01-01' },
    { after: undefined },
    { after: '' },
    { after: '2026-01-01', before: null },
    { after: 'yesterday' },
    { after: '2026-02-30' },
    { after: 5 },
    { after: '2026-02-01', before: '2026-01-31' },
    { after: '2026-02-01T00:00:00.000001Z', before: '2026-02-01T00:00:00Z' },
  ])('%j', async filters => {
    await refused(eachArchivedMessages(filters as never, keep), 'INVALID_FILTER');
    await refused(eachArchivedRuns((() => filters) as never, keep), 'INVALID_FILTER');
  });
});

describe('shapes', () => {
  test('a message is as in the live list', async () => {
    const { rows } = await read(
      [
        {
          start: '2026-01-01',
          records: [
            {
              ...message(1, '2026-01-01T08:00:00.89+00:00'),
              modified_on: '2026-01-01T08:00:00+00:00',
              visibility: 'archived',
              attachments: [{ content_type: 'image/png', url: 'https://x.org/a.png' }],
              text: 'Γειά',
            },
            { id: 2, created_on: '2026-01-01T08:00:01+00:00', visibility: 'visible', text: 'old' },
          ],
        },
      ],
      { after: '2026-01-01' },
    );
    expect(rows[0]).toEqual({
      ...message(1, '2026-01-01T08:00:00.890000Z'),
      modified_on: '2026-01-01T08:00:00Z',
      visibility: 'archived',
      archived: true,
      attachments: [{ content_type: 'image/png', url: 'https://x.org/a.png' }],
      media: 'image/png:https://x.org/a.png',
      text: 'Γειά',
    });
    expect(rows[1]).toMatchObject({
      flow: null,
      labels: [],
      attachments: [],
      archived: false,
      media: null,
    });
  });

  test.each([
    ['an object', (values: object) => values],
    [
      'a list, in old archives',
      (values: object) => Object.entries(values).map(([key, value]) => ({ [key]: value })),
    ],
  ])('a run is as in the live list, its results %s', async (_, write) => {
    const values = { age: { value: '5', time: '2026-01-01T08:00:00+00:00' }, name: { value: 'x' } };
    const server = await archiveServer([
      {
        type: 'run',
        start: '2026-01-01',
        records: [
          {
            id: 1,
            uuid: UUID,
            path: [{ node: UUID, time: '2026-01-01T08:00:00.1+00:00' }],
            values: write(values),
            created_on: '2026-01-01T08:00:00.000001+00:00',
            modified_on: '2026-01-01T09:00:00+00:00',
            exited_on: null,
          },
        ],
      },
    ]);
    const { pages } = await run(eachArchivedRuns({ after: '2026-01-01' }, keep), server);
    expect(pages).toEqual([
      [
        {
          id: 1,
          uuid: UUID,
          start: null,
          exit_type: null,
          exited_on: null,
          path: [{ node: UUID, time: '2026-01-01T08:00:00.100000Z' }],
          values: {
            age: { value: '5', time: '2026-01-01T08:00:00.000000Z' },
            name: { value: 'x' },
          },
          created_on: '2026-01-01T08:00:00.000001Z',
          modified_on: '2026-01-01T09:00:00Z',
        },
      ],
    ]);
  });
});

test('the list of archives is read as it is', async () => {
  const server = await archiveServer([{ start: '2026-01-01', records: [] }]);
  const { data } = await run(getArchives({ archive_type: 'message', after: '2026-01-01' }), server);
  expect(data).toMatchObject([{ start_date: '2026-01-01', record_count: 0 }]);
});
