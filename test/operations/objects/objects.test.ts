import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { recording, replay, servers } from '../../../recordings/read.js';
import * as rapidpro from '../../../src/index.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { serve } from '../../support/serve.js';
import {
  answering,
  failure,
  OTHER_UUID,
  page,
  refused,
  run,
  sent,
  stateFor,
  UUID,
} from '../run.js';

type Make = (...args: unknown[]) => Operation;

interface Noun {
  path: string;
  /** What names one of them, and how. */
  key: 'uuid' | 'key' | 'id';
  body: { [key: string]: unknown };
  /** Where it is not the same body. */
  changes?: { [key: string]: unknown };
  add?: unknown;
  update?: unknown;
  remove?: unknown;
  /** False where a second one of the same name is made. */
  unique?: boolean;
  /** What is read before one is added. */
  look?: string;
  /** True if it is read before one is changed, too. */
  looksAtChanges?: true;
}

const event = {
  campaign: UUID,
  relative_to: 'next_visit',
  offset: -1,
  unit: 'days',
  delivery_hour: 9,
  message: { eng: 'Tomorrow.' },
};

const nouns: Noun[] = [
  {
    path: 'groups',
    key: 'uuid',
    body: { name: 'Mothers' },
    add: rapidpro.addGroup,
    update: rapidpro.updateGroup,
    remove: rapidpro.deleteGroup,
  },
  {
    path: 'labels',
    key: 'uuid',
    body: { name: 'Urgent' },
    add: rapidpro.addLabel,
    update: rapidpro.updateLabel,
    remove: rapidpro.deleteLabel,
  },
  {
    path: 'topics',
    key: 'uuid',
    body: { name: 'Drugs' },
    add: rapidpro.addTopic,
    update: rapidpro.updateTopic,
  },
  { path: 'optins', key: 'uuid', body: { name: 'Tips' }, add: rapidpro.addOptIn },
  {
    path: 'fields',
    key: 'key',
    body: { name: 'Next visit', type: 'datetime' },
    add: rapidpro.addField,
    update: rapidpro.updateField,
  },
  {
    path: 'globals',
    key: 'key',
    body: { name: 'Phone', value: '114' },
    changes: { value: '115' },
    look: 'GET globals?key=phone',
    add: rapidpro.addGlobal,
    update: rapidpro.updateGlobal,
  },
  {
    path: 'campaigns',
    key: 'uuid',
    body: { name: 'Visits', group: 'Mothers' },
    add: rapidpro.addCampaign,
    update: rapidpro.updateCampaign,
  },
  {
    path: 'campaign_events',
    key: 'uuid',
    body: event,
    add: rapidpro.addCampaignEvent,
    update: rapidpro.updateCampaignEvent,
    remove: rapidpro.deleteCampaignEvent,
    unique: false,
    look: 'GET fields?key=next_visit',
    looksAtChanges: true,
  },
  {
    path: 'resthook_subscribers',
    key: 'id',
    body: { resthook: 'new-birth', target_url: 'https://x.org/a' },
    add: rapidpro.addResthookSubscriber,
    remove: rapidpro.deleteResthookSubscriber,
  },
];

const named = { uuid: UUID, key: 'next_visit', id: 7 };
/** Names that are none, by kind. */
const badNames = [undefined, null, '', '  ', {}, [], true, Number.NaN];
const worse = { uuid: ['Mothers', 5, `${UUID}x`], key: [], id: ['7x', -1, 1.5, UUID] };

describe.each(nouns)(
  '$path',
  ({ path, key, body, changes = body, add, update, remove, unique = true, ...more }) => {
    const { look, looksAtChanges } = more;
    const answer = { [key]: named[key], ...body };
    const looks = look === undefined ? [] : [look];
    const looksBeforeChange = looksAtChanges ? looks : [];
    /** A server that has none of them yet, and answers writes. */
    const empty = (...answers: (() => Response)[]) =>
      serve(
        answering('post', path, ...answers),
        ...looks.map(one => answering('get', /\w+(?=\?)/.exec(one)?.[0] ?? '', () => page([]))),
      );
    const created = () => HttpResponse.json(answer, { status: 201 });
    const bad = [...badNames, ...worse[key]].filter(value => !Number.isNaN(value));

    test('is added', async () => {
      const server = await empty(created);
      const { data, references, response } = await run((add as Make)(body), server);
      expect(sent(server)).toEqual([...looks, `POST ${path}`]);
      expect(server.requests.at(-1)?.url).toBe(`/api/v2/${path}.json`);
      expect(server.requests.at(-1)?.body).toEqual(body);
      expect(data).toEqual(answer);
      expect(references).toEqual(['earlier', 'before']);
      const requests = looks.length + 1;
      expect(response).toMatchObject({ method: 'POST', path, statusCode: 201, requests });
    });

    test.each([undefined, null, {}, [], 'text', 5])('is not added from %j', async nothing => {
      await refused((add as Make)(nothing), 'INVALID_INPUT');
      await refused(
        (add as Make)(() => nothing),
        'INVALID_INPUT',
      );
    });

    test('is not added where something it needs came out empty', async () => {
      const needed = Object.keys(body).filter(name => name !== 'message');
      for (const name of needed) {
        for (const empty of [undefined, null, '', '  ', {}, []]) {
          await refused((add as Make)({ ...body, [name]: empty }), 'INVALID_INPUT');
          await refused((add as Make)({ ...body, [name]: () => empty }), 'INVALID_INPUT');
        }
      }
    });

    test('is added again after a lost connection only where no second one can be made', async () => {
      const sleeps = noSleep();
      const lost = () => new HttpResponse('', { status: 502 });
      const server = await empty(lost, created);
      if (unique) {
        expect((await run((add as Make)(body), server)).data).toEqual(answer);
        expect(sleeps).toEqual([0.5]);
      } else {
        expect((await failure((add as Make)(body), server)).code).toBe('OUTCOME_UNKNOWN');
        expect(sent(server)).toEqual([...looks, `POST ${path}`]);
      }
    });

    test('whose first attempt was lost and whose name is then taken is in doubt', async () => {
      noSleep();
      if (!('name' in body)) return;
      const lost = () => new HttpResponse('', { status: 504 });
      const taken = () =>
        HttpResponse.json({ name: ['This field must be unique.'] }, { status: 400 });
      const server = await empty(lost, taken);
      const error = await failure((add as Make)(body), server);
      expect(error.code).toBe('OUTCOME_UNKNOWN');
      if (unique) {
        expect(error.description).toContain('There is one with this name now');
        expect(error.errors).toBeUndefined();
      }
      const sure = await empty(taken);
      const refusal = await failure((add as Make)(body), sure);
      expect(refusal.code).toBe('NAME_TAKEN');
      expect(refusal.description).not.toContain('hidden');
    });

    test.runIf(unique && 'name' in body)(
      'whose first attempt was lost and whose refusal is translated is in doubt, too',
      async () => {
        noSleep();
        const lost = () => new HttpResponse('', { status: 500 });
        const taken = () =>
          HttpResponse.json({ name: ['Ce champ doit être unique.'] }, { status: 400 });
        const server = await empty(lost, taken);
        const error = await failure((add as Make)(body), server);
        expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
        expect(error.errors?.[0]).toMatch(/^name/);
        const sure = await empty(taken);
        const refusal = await failure((add as Make)(body), sure);
        expect(refusal.code).toBe('VALIDATION_FAILED');
        expect(refusal.description).not.toContain('hidden');
      },
    );

    test.runIf(unique)(
      'whose first attempt was lost is not looked for where the next one says why not',
      async () => {
        noSleep();
        const lost = () => new HttpResponse('', { status: 502 });
        const forbidden = () => HttpResponse.json({ detail: 'Not you.' }, { status: 403 });
        const server = await empty(lost, forbidden);
        expect((await failure((add as Make)(body), server)).code).toBe('INVALID_TOKEN');
        expect(sent(server)).toEqual([...looks, `POST ${path}`, `POST ${path}`]);
      },
    );

    test.runIf(update)('is changed, by its own name', async () => {
      const server = await empty(() => HttpResponse.json(answer));
      const { data } = await run((update as Make)(` ${named[key]} `, changes), server);
      expect(sent(server)).toEqual([...looksBeforeChange, `POST ${path}?${key}=${named[key]}`]);
      expect(server.requests.at(-1)?.body).toEqual(changes);
      expect(data).toEqual(answer);
    });

    test.runIf(update)('is never added where the name of an update came out empty', async () => {
      for (const value of bad) {
        await refused((update as Make)(value, changes), 'INVALID_INPUT');
        await refused(
          (update as Make)(() => value, changes),
          'INVALID_INPUT',
        );
      }
      await refused((update as Make)(named[key], undefined), 'INVALID_INPUT');
      await refused((update as Make)(named[key], {}), 'INVALID_INPUT');
    });

    test.runIf(update)('that is not there throws', async () => {
      const missing = () => HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      const server = await empty(missing);
      expect((await failure((update as Make)(named[key], changes), server)).code).toBe('NOT_FOUND');
    });

    test.runIf(remove)('is deleted', async () => {
      const server = await serve(
        answering('delete', path, () => new HttpResponse(null, { status: 204 })),
      );
      const { data } = await run((remove as Make)(named[key]), server);
      expect(sent(server)).toEqual([`DELETE ${path}?${key}=${named[key]}`]);
      expect(data).toEqual({ deleted: true });
    });

    test.runIf(remove)('is not deleted by an empty or a wrong name', async () => {
      for (const value of bad) await refused((remove as Make)(value), 'INVALID_INPUT');
    });

    test.runIf(remove)(
      'that is not there throws, but not after an attempt that was lost',
      async () => {
        noSleep();
        const missing = () => HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
        const lost = () => new HttpResponse('', { status: 502 });
        const server = await serve(answering('delete', path, missing));
        expect((await failure((remove as Make)(named[key]), server)).code).toBe('NOT_FOUND');
        const shaky = await serve(answering('delete', path, lost, missing));
        expect((await run((remove as Make)(named[key]), shaky)).data).toEqual({ deleted: true });
      },
    );

    test('is logged by its number, never by its name', async () => {
      const lines = captureConsole();
      const server = await empty(created);
      await (add as Make)(body)(stateFor(server));
      expect(lines).toHaveLength(1);
      for (const value of Object.values(body).filter(value => typeof value === 'string')) {
        if (value !== named[key]) expect(lines[0]).not.toContain(value);
      }
    });
  },
);

test('a uuid may be written in capitals, or without dashes', async () => {
  const server = await serve(answering('post', 'groups', () => HttpResponse.json({ uuid: UUID })));
  await run(rapidpro.updateGroup(UUID.toUpperCase(), { name: 'x' }), server);
  await run(rapidpro.updateGroup(UUID.replaceAll('-', ''), { name: 'x' }), server);
  expect(sent(server)).toEqual([`POST groups?uuid=${UUID}`, `POST groups?uuid=${UUID}`]);
});

describe('bodies', () => {
  test.each([
    [rapidpro.addField, { name: 'Age', type: 'float' }, 'field.type must be one of'],
    [rapidpro.addCampaignEvent, { ...event, unit: 'day' }, 'event.unit must be one of'],
    [rapidpro.addCampaignEvent, { ...event, offset: 1.5 }, 'whole number'],
    [rapidpro.addCampaignEvent, { ...event, message: 5 }, 'must be text'],
    [rapidpro.addResthookSubscriber, { resthook: 'x', target_url: 'x.org' }, 'web address'],
    [rapidpro.addResthookSubscriber, { resthook: 'x', target_url: 'ftp://x.org' }, 'web address'],
    [
      rapidpro.addResthookSubscriber,
      { resthook: 'x', target_url: `https://x.org/${'a'.repeat(190)}` },
      'at most 200',
    ],
  ])('%o refuses %j', async (make, body, text) => {
    expect((await refused((make as Make)(body), 'INVALID_INPUT')).description).toContain(text);
  });

  test('numbers may be text, and are sent as numbers', async () => {
    const server = await serve(
      answering('post', 'campaign_events', () => HttpResponse.json({ uuid: UUID })),
      answering('get', 'fields', () => page([])),
    );
    const body = { ...event, offset: ' -2 ', delivery_hour: '9', campaign: UUID.toUpperCase() };
    await run(rapidpro.addCampaignEvent(body as never), server);
    expect(server.requests.at(-1)?.body).toEqual({ ...event, offset: -2 });
  });

  test('a key that is almost a known one is refused, with that one', async () => {
    const body = { name: 'Age', type: 'number', nmae: 'x' };
    const error = await refused(rapidpro.addField(body as never), 'INVALID_INPUT');
    expect(error.description).toBe('field has the unknown key "nmae".');
    expect(error.fix).toContain('Did you mean "name"?');
  });

  test('another unknown key is sent, with a warning', async () => {
    const lines = captureConsole();
    const server = await serve(
      answering('post', 'fields', () => HttpResponse.json({ uuid: UUID })),
    );
    const body = { name: 'Age', type: 'number', colour: 'x' };
    await rapidpro.addField(body as never)(stateFor(server));
    expect(server.requests[0]?.body).toEqual(body);
    expect(lines.join()).toContain(
      'field has the unknown key "colour". Possible here: name, type.',
    );
  });
});

describe('a subscriber whose first attempt was lost', () => {
  const body = { resthook: 'new-birth', target_url: 'https://x.org/a' };
  const made = { id: 7, ...body };
  const JSON_TYPE = { 'Content-Type': 'application/json' };
  const losses: [string, () => Response][] = [
    ['a 500', () => new HttpResponse('', { status: 500 })],
    ['a 502', () => new HttpResponse('', { status: 502 })],
    [
      'half an answer',
      () => new HttpResponse('{"id": 7, "rest', { status: 201, headers: JSON_TYPE }),
    ],
    ['a garbled answer', () => new HttpResponse('\u0000{', { status: 201, headers: JSON_TYPE })],
  ];
  const again = (refusal: object) => () => HttpResponse.json(refusal, { status: 400 });
  const subscribed = again({ non_field_errors: ['URL is already subscribed to this event.'] });
  const listing = (...subscribers: object[][]) => {
    let looks = 0;
    return msw.get('*/api/v2/resthook_subscribers.json', () =>
      page(subscribers[Math.min(looks++, subscribers.length - 1)] ?? []),
    );
  };
  const adding = rapidpro.addResthookSubscriber(body);

  test.each(losses)('after %s is found, and no second one is made', async (_, lost) => {
    noSleep();
    const lines = captureConsole();
    const others = [{ id: 5, ...body, target_url: 'https://x.org/b' }];
    const server = await serve(
      answering('post', 'resthook_subscribers', lost, subscribed),
      listing(others, [...others, made]),
    );
    expect((await run(adding, server)).data).toEqual(made);
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(lines.join('\n')).toContain('subscriber 7 exists now');
  });

  test('and that is not to be found is in doubt', async () => {
    noSleep();
    const [, lost] = losses[1] as (typeof losses)[number];
    const server = await serve(
      answering('post', 'resthook_subscribers', lost, subscribed),
      listing([]),
    );
    expect(await failure(adding, server)).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      outcome: 'unknown',
    });
  });

  test.each([
    ['resthook', {}],
    ['target_url', {}],
    ['target_url', { non_field_errors: ['Nor anything else.'] }],
  ])('and whose %s is refused was not made: %j', async (key, more) => {
    noSleep();
    const [, lost] = losses[1] as (typeof losses)[number];
    const refusal = again({ ...more, [key]: ['Not like this.'] });
    const server = await serve(
      answering('post', 'resthook_subscribers', lost, refusal),
      listing([made]),
    );
    expect((await failure(adding, server)).code).toBe('VALIDATION_FAILED');
  });

  test('is refused as it was if no attempt was lost', async () => {
    const server = await serve(
      answering('post', 'resthook_subscribers', subscribed),
      listing([made]),
    );
    expect((await failure(adding, server)).code).toBe('VALIDATION_FAILED');
    expect(server.requests).toHaveLength(1);
  });
});

describe('an update of a campaign event', () => {
  test('is not repeated: RapidPro 9 gives it another uuid', async () => {
    noSleep();
    const server = await serve(
      answering('post', 'campaign_events', () => new HttpResponse('', { status: 502 })),
      answering('get', 'fields', () => page([])),
    );
    const error = await failure(rapidpro.updateCampaignEvent(UUID, event as never), server);
    expect(error.code).toBe('OUTCOME_UNKNOWN');
    const looked = 'GET fields?key=next_visit';
    expect(sent(server)).toEqual([looked, `POST campaign_events?uuid=${UUID}`]);
  });
});

describe.each(servers)('%s refuses', name => {
  test.each([
    ['groups', 'delete_system', rapidpro.deleteGroup, 'SYSTEM_OBJECT', 'delete'],
    ['groups', 'delete_used_by_campaign', rapidpro.deleteGroup, 'VALIDATION_FAILED', 'delete'],
    ['groups', 'delete_unknown', rapidpro.deleteGroup, 'NOT_FOUND', 'delete'],
    [
      'topics',
      'post_error_system',
      (uuid: string) => rapidpro.updateTopic(uuid, { name: 'x' }),
      'SYSTEM_OBJECT',
      'post',
    ],
    [
      'groups',
      'post_error_workspace_limit',
      () => rapidpro.addGroup({ name: 'x' }),
      'LIMIT_REACHED',
      'post',
    ],
    [
      'resthook_subscribers',
      'post_error_duplicate',
      () => rapidpro.addResthookSubscriber({ resthook: 'x', target_url: 'https://x.org' }),
      'VALIDATION_FAILED',
      'post',
    ],
  ] as const)('%s/%s', async (path, file, make, code, method) => {
    const server = await serve(
      msw[method](`*/api/v2/${path}.json`, replay(recording(name, path, file))),
    );
    expect((await failure((make as Make)(OTHER_UUID), server)).code).toBe(code);
  });
});

describe('lists of all the other nouns', () => {
  const lists = {
    boundaries: rapidpro.getBoundaries,
    campaigns: rapidpro.getCampaigns,
    campaign_events: rapidpro.getCampaignEvents,
    channels: rapidpro.getChannels,
    channel_events: rapidpro.getChannelEvents,
    classifiers: rapidpro.getClassifiers,
    flow_starts: rapidpro.getFlowStarts,
    globals: rapidpro.getGlobals,
    labels: rapidpro.getLabels,
    resthooks: rapidpro.getResthooks,
    resthook_events: rapidpro.getResthookEvents,
    resthook_subscribers: rapidpro.getResthookSubscribers,
    templates: rapidpro.getTemplates,
    tickets: rapidpro.getTickets,
    users: rapidpro.getUsers,
  };

  test.each(Object.entries(lists))('%s: all pages, and no unknown filter', async (path, list) => {
    const next = 'http://elsewhere.invalid/?cursor=2';
    const server = await serve(
      answering(
        'get',
        path,
        () => page([{ id: 1 }], next),
        () => page([{ id: 2 }]),
      ),
    );
    expect((await run((list as Make)(), server)).data).toEqual([{ id: 1 }, { id: 2 }]);
    expect(sent(server)).toEqual([`GET ${path}`, `GET ${path}?cursor=2`]);
    await refused((list as Make)({ nope: 'x' }), 'INVALID_FILTER');
    await refused(
      (list as Make)(() => undefined),
      'INVALID_FILTER',
    );
  });

  test.each([
    ['topics', rapidpro.getTopics],
    ['optins', rapidpro.getOptIns],
  ])('%s have no filters: the options come first', async (path, list) => {
    const server = await serve(answering('get', path, () => page([{ id: 1 }, { id: 2 }])));
    expect((await run(list({ limit: 1 }), server)).data).toEqual([{ id: 1 }]);
  });

  test.each(['classifiers', 'templates', 'optins'])('%s are not offered on TextIt', async path => {
    const list = { ...lists, optins: rapidpro.getOptIns }[path];
    const server = await serve(
      msw.get(
        '*',
        () => new HttpResponse('<html>', { status: 404, headers: { 'content-type': 'text/html' } }),
      ),
    );
    expect((await failure((list as Make)(), server)).code).toBe('NOT_OFFERED');
  });
});

describe('statistics', () => {
  test('are a list of days', async () => {
    const days = [{ date: '2026-01-01', channels: {} }];
    const server = await serve(
      answering('get', 'statistics', () => HttpResponse.json({ results: days })),
    );
    const { data } = await run(
      rapidpro.getStatistics({ since: '2026-01-01', until: '2026-02-01' }),
      server,
    );
    expect(data).toEqual(days);
    expect(sent(server)).toEqual(['GET statistics?since=2026-01-01&until=2026-02-01']);
  });

  test.each(['yesterday', '2026-02-30', '2026-01-01T00:00:00Z', '', null])(
    'refuse %j',
    async since => {
      await refused(rapidpro.getStatistics({ since: since as never }), 'INVALID_FILTER');
    },
  );

  test('are not offered on RapidPro 9', async () => {
    const server = await serve(msw.get('*', () => new HttpResponse('<html>', { status: 404 })));
    expect((await failure(rapidpro.getStatistics(), server)).code).toBe('NOT_OFFERED');
  });
});

describe('definitions', () => {
  test('are asked for by several uuids', async () => {
    const flows = [UUID, OTHER_UUID].map(uuid => ({ uuid }));
    const server = await serve(
      answering('get', 'definitions', () => HttpResponse.json({ version: '13', flows })),
    );
    await run(
      rapidpro.getFlowDefinitions({ flow: [UUID, OTHER_UUID], dependencies: 'none' }),
      server,
    );
    expect(sent(server)).toEqual([
      `GET definitions?flow=${UUID}&flow=${OTHER_UUID}&dependencies=none`,
    ]);
  });

  test.each([
    undefined,
    {},
    { dependencies: 'all' },
    { flow: [] },
    { flow: UUID, dependencies: 'some' },
  ])('are not asked for with %j', async filters => {
    await refused(rapidpro.getFlowDefinitions(filters as never), 'INVALID_FILTER');
  });
});
