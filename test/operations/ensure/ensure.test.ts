import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';
import {
  addGlobal,
  addToGroup,
  ensureField,
  ensureGroup,
  ensureLabel,
  getGlobals,
  setGlobal,
  upsertContact,
} from '../../../src/index.js';
import { keyOfName } from '../../../src/operations/base/objects.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { TOKEN } from '../../support/credential.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import { denied, failure, OTHER_UUID, page, refused, run, sent, stateFor, UUID } from '../run.js';

type Thing = { [key: string]: unknown };

/** How a server behaves that keeps things by name. */
interface Behavior {
  things?: Thing[];
  /** Lists that still show what was there before: reads from a copy. */
  late?: number;
  /** What to answer to the nth addition (from 0) instead; the thing is made all the same where so marked. */
  instead?: (index: number) => { answer: Response; made: boolean } | undefined;
}

/** A list of things with unique names, at which things can be added. */
function named(path: string, { things = [], late = 0, instead }: Behavior = {}) {
  let stale: Thing[] = [...things];
  let reads = 0;
  let writes = 0;
  const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase();
  const handlers = [
    msw.get(`*/api/v2/${path}.json`, ({ request }) => {
      const query = new URL(request.url).searchParams;
      if (writes > 0 && reads++ >= late) stale = things;
      return page(
        stale.filter(
          ({ name, key }) =>
            (!query.has('name') || same(name, query.get('name'))) &&
            (!query.has('key') || key === query.get('key')),
        ),
      );
    }),
    msw.post(`*/api/v2/${path}.json`, async ({ request }) => {
      const body = (await request.json()) as Thing;
      const query = new URL(request.url).searchParams;
      if (query.has('key')) {
        const found = things.find(({ key }) => key === query.get('key'));
        return HttpResponse.json(Object.assign(found ?? {}, body));
      }
      const other = instead?.(writes);
      writes++;
      const taken = things.some(({ name }) => same(name, body.name));
      const made = { uuid: UUID, key: keyOfName(String(body.name)), ...body };
      if (!taken && other?.made !== false) things.push(made);
      if (other) return other.answer;
      return taken
        ? HttpResponse.json({ name: ['This field must be unique.'] }, { status: 400 })
        : HttpResponse.json(made, { status: 201 });
    }),
  ];
  return { handlers, things };
}

const answer = (status: number, made: boolean) => ({
  answer: new HttpResponse('Server Error', { status }),
  made,
});

const all: [string, Operation, (name: unknown) => Operation][] = [
  ['groups', ensureGroup('Mothers'), name => ensureGroup(name as string)],
  ['labels', ensureLabel('Mothers'), name => ensureLabel(name as string)],
  [
    'fields',
    ensureField({ name: 'Mothers', type: 'text' }),
    name => ensureField({ name: name as string, type: 'text' }),
  ],
  ['globals', setGlobal('Mothers', '5'), name => setGlobal(name as string, '5')],
];

describe.each(all)('%s', (path, operation, of) => {
  test('are made where they are not there', async () => {
    const { handlers, things } = named(path);
    const server = await serve(...handlers);
    const { data, references } = await run(operation, server);
    expect(data).toMatchObject({ uuid: UUID, name: 'Mothers' });
    expect(references).toEqual(['earlier', 'before']);
    expect(things).toHaveLength(1);
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('are left as they are where they are there: nothing is written', async () => {
    const there = { uuid: 'old', key: 'mothers', name: 'MOTHERS', type: 'text', value: '5' };
    const { handlers } = named(path, { things: [there] });
    const server = await serve(...handlers);
    expect((await run(operation, server)).data).toEqual(there);
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('are there once, however often that is made sure of', async () => {
    const { handlers, things } = named(path);
    const server = await serve(...handlers);
    const first = await run(operation, server);
    expect((await run(operation, server)).data).toEqual(first.data);
    expect(things).toHaveLength(1);
  });

  test.each([0, 1, 2, 3])(
    'that another job makes meanwhile are found, after %d stale lists',
    async late => {
      const sleeps = noSleep();
      const other = { uuid: 'other', key: 'mothers', name: 'Mothers', type: 'text', value: '5' };
      const things: Thing[] = [];
      const taken = () => {
        things.push(other);
        return {
          answer: HttpResponse.json({ name: ['This field must be unique.'] }, { status: 400 }),
          made: false,
        };
      };
      const { handlers } = named(path, { things, late, instead: taken });
      expect((await run(operation, await serve(...handlers))).data).toEqual(other);
      expect(sleeps).toEqual([1, 2, 4].slice(0, late));
    },
  );

  test('whose answer was lost are found', async () => {
    noSleep();
    const { handlers, things } = named(path, {
      instead: index => (index === 0 ? answer(502, true) : undefined),
    });
    expect((await run(operation, await serve(...handlers))).data).toMatchObject({ uuid: UUID });
    expect(things).toHaveLength(1);
  });

  test.each([
    [400, { name: ['Ce champ doit être unique.'] }],
    [409, { detail: 'limit' }],
  ])('whose answer was lost are found, whatever a %i says then', async (status, refusal) => {
    noSleep();
    const { handlers, things } = named(path, {
      instead: index =>
        index === 0
          ? answer(502, true)
          : { answer: HttpResponse.json(refusal, { status }), made: false },
    });
    expect((await run(operation, await serve(...handlers))).data).toMatchObject({ uuid: UUID });
    expect(things).toHaveLength(1);
  });

  test('whose answer was lost, and that no list shows yet, may have been added', async () => {
    noSleep();
    const { handlers, things } = named(path, {
      late: Infinity,
      instead: index => (index === 0 ? answer(502, true) : undefined),
    });
    const error = await failure(operation, await serve(...handlers));
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(error.description).toContain('The connection failed while adding a');
    expect(things).toHaveLength(1);
  });

  test('that made the server stumble over another job are found', async () => {
    noSleep();
    const { handlers } = named(path, { instead: () => answer(500, true) });
    expect((await run(operation, await serve(...handlers))).data).toMatchObject({ uuid: UUID });
  });

  test('that cannot be made throw what the server says', async () => {
    noSleep();
    const limit = () => ({
      answer: HttpResponse.json({ detail: 'limit' }, { status: 409 }),
      made: false,
    });
    const full = await serve(...named(path, { instead: limit }).handlers);
    const refusal = await failure(operation, full);
    expect(refusal.code).toBe('LIMIT_REACHED');
    expect(refusal.description).not.toContain('hidden');
    const forbidden = { answer: HttpResponse.json({ detail: 'no' }, { status: 403 }), made: false };
    const instead = (index: number) => (index === 0 ? answer(502, false) : forbidden);
    const closed = await serve(...named(path, { instead }).handlers);
    expect((await failure(operation, closed)).code).toBe('INVALID_TOKEN');
    // Nothing of that comes from what another job made, so nothing is looked for.
    for (const { requests } of [full, closed]) expect(requests.at(-1)?.method).toBe('POST');
    const broken = await serve(...named(path, { instead: () => answer(500, false) }).handlers);
    const failed = await failure(operation, broken);
    expect(failed.code).toBe('SERVER_ERROR');
    expect(failed.description).not.toContain('hidden');
  });

  test.each([undefined, null, '', '  ', {}, [], true])(
    'are not made of the name %j',
    async name => {
      await refused(of(name), 'INVALID_INPUT');
      await refused(
        of(() => name),
        'INVALID_INPUT',
      );
    },
  );
});

test.each([
  ['groups', ensureGroup(' mothers ')],
  ['labels', ensureLabel(' mothers ')],
])(
  'of %s that a server does not sort out by name, the one with the name is found',
  async (path, operation) => {
    const others = [
      { uuid: OTHER_UUID, name: 'Other' },
      { uuid: UUID, name: 'Mothers' },
    ];
    const server = await serve(msw.get(`*/api/v2/${path}.json`, () => page(others)));
    expect((await run(operation, server)).data).toMatchObject({ uuid: UUID });
    expect(server.requests).toHaveLength(1);
  },
);

describe('a field', () => {
  test.each([
    ['Next visit', 'next_visit'],
    ['Next-Visit', 'next_visit'],
    [' Next  visit ', 'next_visit'],
    ['Age 2', 'age_2'],
    ['-Age-', 'age'],
    ['Région', 'r_gion'],
  ])('%s has the key %s', (name, key) => {
    expect(keyOfName(name)).toBe(key);
  });

  test('is found by its key where it was renamed', async () => {
    const there = { key: 'next_visit', name: 'Next clinic visit', type: 'datetime' };
    const server = await serve(...named('fields', { things: [there] }).handlers);
    const { data } = await run(ensureField({ name: 'Next visit', type: 'datetime' }), server);
    expect(data).toEqual(there);
  });

  test('is found by its name before another that has its key', async () => {
    const renamed = { key: 'next_visit', name: 'Old visit', type: 'datetime' };
    const there = { key: 'visit', name: 'Next Visit', type: 'datetime' };
    const server = await serve(...named('fields', { things: [renamed, there] }).handlers);
    const { data } = await run(ensureField({ name: 'Next visit', type: 'datetime' }), server);
    expect(data).toEqual(there);
  });

  test('of another type is left as it is, with a warning', async () => {
    const lines = captureConsole();
    const there = { key: 'age', name: 'Age', type: 'number' };
    const server = await serve(...named('fields', { things: [there] }).handlers);
    const operation = ensureField({ name: 'Age', type: 'text' });
    expect((await operation(stateFor(server))).data).toEqual(there);
    expect(lines.join()).toContain('with the type number');
  });

  test.each([undefined, null, '', 'float', 5])('is refused with the type %j', async type => {
    await refused(ensureField({ name: 'Age', type: type as never }), 'INVALID_INPUT');
  });
});

describe('a global', () => {
  const there = () => ({ key: 'clinic_phone', name: 'Clinic phone', value: '114' });

  test.each(['Clinic phone', 'clinic_phone', ' CLINIC  phone '])('%s is changed', async name => {
    const { handlers, things } = named('globals', { things: [there()] });
    const server = await serve(...handlers);
    const { data } = await run(setGlobal(name, 115), server);
    expect(data).toMatchObject({ key: 'clinic_phone', value: '115' });
    expect(things).toHaveLength(1);
    expect(sent(server)).toEqual(['GET globals?key=clinic_phone', 'POST globals?key=clinic_phone']);
    expect(server.requests[1]?.body).toEqual({ value: '115' });
  });

  test.each(['114', ' 114 ', 114])('that has the value %j already is not written', async value => {
    const server = await serve(...named('globals', { things: [there()] }).handlers);
    await run(setGlobal('Clinic phone', value), server);
    expect(server.requests).toHaveLength(1);
  });

  test.each([undefined, null, '', '  ', {}, [], true])('is not set to %j', async value => {
    await refused(setGlobal('Clinic phone', value as never), 'INVALID_INPUT');
    await refused(setGlobal('Clinic phone', (() => value) as never), 'INVALID_INPUT');
  });

  test('its value is not logged', async () => {
    const lines = captureConsole();
    const server = await serve(...named('globals', { things: [there()] }).handlers);
    await setGlobal('Clinic phone', 'S3CR3T')(stateFor(server));
    expect(lines.join()).toContain('clinic_phone');
    expect(lines.join()).not.toContain('S3CR3T');
  });
});

/** What RapidPro does not accept in a name. From the rest of it, it would make the key of another one. */
const FOREIGN = [
  'خط ساخن',
  'Hotline – العربية',
  'Hotline (new)',
  'Numéro',
  'Hot\tline',
  // The sign of kelvin, which is a k in small letters.
  'Bac\u212a up',
  '--',
  ' - ',
];

describe('a name of which RapidPro makes no key', () => {
  test.each(FOREIGN)('%s is refused, before anything is sent', async name => {
    await refused(setGlobal(name, '911'), 'INVALID_INPUT');
    await refused(addGlobal({ name, value: '911' }), 'INVALID_INPUT');
    await refused(ensureField({ name, type: 'text' }), 'INVALID_INPUT');
  });

  test('has an underscore, if it is that of a field', async () => {
    await refused(ensureField({ name: 'next_visit', type: 'text' }), 'INVALID_INPUT');
    await refused(setGlobal('_', '911'), 'INVALID_INPUT');
  });

  test('says which letters there may be', async () => {
    const ofGlobal = await refused(setGlobal('خط ساخن', '911'), 'INVALID_INPUT');
    expect(ofGlobal).toMatchObject({
      description: 'The name of the global has characters that RapidPro does not accept there.',
      fix: 'Nothing was sent. Use letters from A to Z, digits, spaces, hyphens and underscores: RapidPro makes the key of the global from them.',
    });
    const ofField = await refused(ensureField({ name: '-', type: 'text' }), 'INVALID_INPUT');
    expect(ofField).toMatchObject({
      description: 'The name of the field has no letter or digit.',
      fix: 'Nothing was sent. Use letters from A to Z, digits, spaces and hyphens: RapidPro makes the key of the field from them.',
    });
  });
});

test('a server that ignores the filter by key changes no other global', async () => {
  const others = [
    { key: 'org_name', name: 'Org name', value: 'Gisozi' },
    { key: 'hotline', name: 'Hotline', value: '114' },
  ];
  const server = await serve(
    msw.get('*/globals.json', () => page(others)),
    msw.post('*/globals.json', async ({ request }) =>
      HttpResponse.json({ key: 'clinic', ...((await request.json()) as object) }, { status: 201 }),
    ),
  );
  await run(setGlobal('Hotline', '115'), server);
  await run(setGlobal('Clinic', '116'), server);
  expect(sent(server)).toEqual([
    'GET globals?key=hotline',
    'POST globals?key=hotline',
    'GET globals?key=clinic',
    'POST globals',
  ]);
});

describe('a global that is added', () => {
  const there = { key: 'hot_line', name: 'Hot line', value: '114' };

  test.each(['Hot-line', 'hot_line', 'HOT  LINE'])(
    'as %s is refused if another has its key: RapidPro would replace the value',
    async name => {
      const server = await serve(...named('globals', { things: [{ ...there }] }).handlers);
      const error = await failure(addGlobal({ name, value: '999' }), server);
      expect(error).toMatchObject({
        code: 'NAME_TAKEN',
        description:
          'There is a global with the key "hot_line" already, so RapidPro would replace its value.',
      });
      expect(error.outcome).toBe('none');
      expect(sent(server)).toEqual(['GET globals?key=hot_line']);
    },
  );

  test('is an error if it replaced another that was not shown yet', async () => {
    const server = await serve(
      msw.get('*/globals.json', () => page([])),
      msw.post('*/globals.json', () =>
        HttpResponse.json({ ...there, value: '999' }, { status: 201 }),
      ),
    );
    const error = await failure(addGlobal({ name: 'Hot-line', value: '999' }), server);
    expect(error).toMatchObject({
      code: 'NAME_TAKEN',
      description:
        'A global with the key "hot_line" was just added with another name, and RapidPro has replaced its value.',
    });
    expect(error.outcome).toBe('unknown');
  });

  test('is added if the token may not read globals, and that is logged', async () => {
    const lines = captureConsole();
    const server = await serve(
      msw.get('*/globals.json', () => denied()),
      msw.post('*/globals.json', () => HttpResponse.json(there, { status: 201 })),
    );
    expect((await run(addGlobal({ name: 'Hot line', value: '114' }), server)).data).toEqual(there);
    expect(lines.join()).toContain('it was not checked that no other global has its key');
  });
});

test.each(['élèves', 'ÉLÈVES'])(
  'of two names that differ only in capitals, %s is found',
  async name => {
    const things = ['ÉLÈVES', 'Élèves', 'élèves'].map(name => ({ uuid: name, name }));
    const server = await serve(...named('groups', { things }).handlers);
    expect((await run(ensureGroup(name), server)).data).toEqual({ uuid: name, name });
  },
);

describe.each(['v9', 'textit'] as const)('on a server like %s', dialect => {
  test('no other global is changed', async () => {
    const sandbox = await createSandbox({ dialect, token: TOKEN });
    try {
      await run(addGlobal({ name: 'Hot line', value: '114' }), sandbox);
      const error = await failure(addGlobal({ name: 'Hot-line', value: '999' }), sandbox);
      expect(error.code).toBe('NAME_TAKEN');
      const { data } = await run(getGlobals(), sandbox);
      expect(data).toMatchObject([{ key: 'hot_line', name: 'Hot line', value: '114' }]);
    } finally {
      await sandbox.close();
    }
  });

  test('what was just made works in the next operation, though the engine is slow to see it', async () => {
    let now = Date.parse('2026-01-31T12:00:00Z');
    const sleeps: number[] = [];
    vi.spyOn(systemClock, 'sleep').mockImplementation(async seconds => {
      sleeps.push(seconds);
      now += seconds * 1000;
    });
    const sandbox = await createSandbox({
      dialect,
      token: TOKEN,
      engineCache: 5,
      clock: { now: () => now },
      contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }],
    });
    try {
      // A change of a contact makes the engine read the workspace.
      await run(upsertContact({ urns: ['tel:+250788123123'], name: 'Anna' }), sandbox);
      await run(ensureGroup('Brand new'), sandbox);
      await run(addToGroup(['tel:+250788123123'], 'Brand new'), sandbox);
      await run(ensureField({ name: 'Brand new', type: 'text' }), sandbox);
      const { data } = await run(
        upsertContact({ urns: ['tel:+250788123123'], fields: { brand_new: 'x' } }),
        sandbox,
      );
      expect(data).toMatchObject({ groups: [{ name: 'Brand new' }], fields: { brand_new: 'x' } });
      // It was waited for, and no longer than need be.
      const waited = sleeps.reduce((sum, seconds) => sum + seconds, 0);
      expect(waited).toBeGreaterThanOrEqual(10);
      expect(waited).toBeLessThanOrEqual(15);
    } finally {
      await sandbox.close();
    }
  });

  test('two jobs that make the same at once both have it', async () => {
    noSleep();
    const sandbox = await createSandbox({ dialect, token: TOKEN });
    try {
      const both = await Promise.all(
        [1, 2].map(() => run(ensureGroup('Same'), sandbox, { data: null })),
      );
      expect(both[0]?.data).toMatchObject({ name: 'Same' });
      const uuids = new Set(both.map(({ data }) => (data as { uuid: string }).uuid));
      expect(uuids.size).toBe(1);
    } finally {
      await sandbox.close();
    }
  });
});
