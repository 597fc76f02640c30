import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  addCampaignEvent,
  changeTicketTopic,
  eachMissedPush,
  eachPage,
  fn,
  getFlowDefinitions,
  getFlowRuns,
  getFlows,
  iteratePages,
  startFlow,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { answering, failure, OTHER_UUID, page, run, sent, UUID } from './run.js';

const EVENT = { relative_to: 'edd', offset: -1, unit: 'days', delivery_hour: 9 } as const;
const urns = ['tel:+250788123123'];

describe.each(['v9', 'textit'] as const)(
  'what RapidPro takes by uuid, by its name, on %s',
  dialect => {
    const start = async () => {
      captureConsole();
      const sandbox = await createSandbox({ seed: 'maternal-health', token: TOKEN, dialect });
      onTestFinished(() => sandbox.close());
      return sandbox;
    };

    test('a flow is started, and its runs are read', async () => {
      const sandbox = await start();
      const { data } = await run(startFlow({ flow: 'Danger Signs', urns }), sandbox);
      expect(data).toMatchObject({ flow: { name: 'Danger Signs' } });
      const { data: runs } = await run(getFlowRuns({ flow: 'Antenatal Reminder' }), sandbox);
      const flows = (runs as { flow: { name: string } }[]).map(({ flow }) => flow.name);
      expect(new Set(flows)).toEqual(new Set(['Antenatal Reminder']));
      const read = fn(state => ({
        ...state,
        read: Number(state.read ?? 0) + (state.data as unknown[]).length,
      }));
      const { read: paged } = await run(
        eachPage(getFlowRuns({ flow: 'Antenatal Reminder' }), read),
        sandbox,
      );
      expect(paged).toBe(flows.length);
      let iterated = 0;
      const list = getFlowRuns({ flow: 'Antenatal Reminder' });
      for await (const page of iteratePages({ host: sandbox.host, token: TOKEN }, list))
        iterated += page.length;
      expect(iterated).toBe(flows.length);
    });

    test('flows and campaigns are exported, in any mixture with uuids', async () => {
      const sandbox = await start();
      const { data: all } = await run(getFlows({ archived: false }), sandbox);
      const [one, other] = all as { uuid: string; name: string }[];
      const flow = [one?.name ?? '', other?.uuid ?? '', one?.uuid ?? ''];
      const { data } = await run(
        getFlowDefinitions({ flow, campaign: 'Antenatal Visits', dependencies: 'none' }),
        sandbox,
      );
      const { flows } = data as { flows: { uuid: string }[] };
      expect(new Set(flows.map(({ uuid }) => uuid))).toEqual(new Set([one?.uuid, other?.uuid]));
      const single = await run(getFlowDefinitions({ flow: one?.name ?? '' }), sandbox);
      expect(single.data).toMatchObject({ flows: [{ uuid: one?.uuid }] });
    });

    test('all else is looked at before a name is', async () => {
      const sandbox = await start();
      for (const wrong of [
        getFlowDefinitions({ flow: 'Danger Signs', dependencies: 'some' as 'all' }),
        getFlowDefinitions({ flow: ['Danger Signs', ''] }),
        eachMissedPush({ flow: 'Danger Signs' }),
        eachMissedPush({ flow: 'Danger Signs', result: 'sign', after: 'yesterday' }),
      ]) {
        await expect(run(wrong, sandbox)).rejects.toMatchObject({ code: /^INVALID_/ });
      }
      expect(sandbox.requests()).toEqual([]);
    });

    test('one look tells the uuid', async () => {
      const sandbox = await start();
      await run(startFlow({ flow: 'Danger Signs', urns }), sandbox);
      expect(sandbox.requests().map(({ method, path }) => `${method} ${path.slice(8)}`)).toEqual([
        'GET flows.json',
        'POST flow_starts.json',
      ]);
    });

    test.each<[string, Operation, RegExp]>([
      ['misspelled', startFlow({ flow: 'Danger Sings', urns }), /Did you mean "Danger Signs"/],
      [
        'in other letters',
        startFlow({ flow: 'danger signs', urns }),
        /Did you mean "Danger Signs"/,
      ],
      [
        'archived',
        startFlow({ flow: 'Old Registration', urns }),
        /^Restore it in RapidPro, or use another one/,
      ],
      [
        'archived, for its runs',
        getFlowRuns({ flow: 'Old Registration' }),
        /Restore it.* To read its runs, use its uuid\.$/,
      ],
      ['one of several', getFlowDefinitions({ flow: [UUID, 'Danger Sings'] }), /Did you mean/],
      ['of no campaign to export', getFlowDefinitions({ campaign: 'Nope' }), /getCampaigns/],
      ['of no flow', eachMissedPush({ flow: 'Nope', result: 'webhook' }), /getFlows/],
      [
        'of no campaign',
        addCampaignEvent({ ...EVENT, campaign: 'Nope', message: 'x' }),
        /getCampaigns/,
      ],
      ['of no topic', changeTicketTopic([UUID], 'Referals'), /Did you mean "Referrals"/],
    ])('a name that is %s is told, and nothing is sent', async (_, operation, fix) => {
      const sandbox = await start();
      await expect(run(operation, sandbox)).rejects.toMatchObject({
        code: 'UNKNOWN_REFERENCE',
        fix: expect.stringMatching(fix),
      });
      expect(sandbox.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    });

    test('other mistakes are told before anything is read', async () => {
      const sandbox = await start();
      for (const wrong of [
        getFlowRuns({ flow: 'Danger Signs', after: 'soon' }),
        getFlowRuns({ flow: ' ' }),
        startFlow({ flow: 'Danger Signs' }),
        startFlow({ flow: '', urns }),
        startFlow({ flow: 'undefined', urns }),
      ]) {
        await expect(run(wrong, sandbox)).rejects.toMatchObject({
          code: expect.stringMatching(/^INVALID_/),
        });
      }
      expect(sandbox.requests()).toEqual([]);
    });
  },
);

/** Flows in pages of one; what happens between them is up to the test. */
async function pagedFlows(flows: { uuid: string; name: string }[], meanwhile: () => void) {
  const started: unknown[] = [];
  const server = await serve(
    msw.get('*/api/v2/flows.json', ({ request }) => {
      const { searchParams, origin } = new URL(request.url);
      const uuid = searchParams.get('uuid');
      const place = Number(searchParams.get('cursor') ?? 0);
      const results = uuid
        ? flows.filter(flow => flow.uuid === uuid)
        : flows.slice(place, place + 1);
      const shown = results.map(flow => ({
        archived: false,
        created_on: '2026-01-01T00:00:00.000000Z',
        ...flow,
      }));
      if (!uuid && place === 0) meanwhile();
      const next = uuid || place > 0 ? null : `${origin}/api/v2/flows.json?cursor=1`;
      return HttpResponse.json({ results: shown, next, previous: null });
    }),
    msw.post('*/api/v2/flow_starts.json', async ({ request }) => {
      started.push(await request.json());
      return HttpResponse.json({ uuid: UUID, status: 'pending' }, { status: 201 });
    }),
  );
  return { server, started };
}

test.each([
  ['the flow of the name gets another one', 0, 'Old'],
  ['both have the name in the end', 1, 'Registration'],
])('%s between two pages: nobody is started in the wrong one', async (_, place, name) => {
  captureConsole();
  const flows = [
    { uuid: UUID, name: 'Registration' },
    { uuid: OTHER_UUID, name: 'Other' },
  ];
  const { server, started } = await pagedFlows(flows, () => {
    flows[place] = { uuid: flows[place]?.uuid ?? '', name };
  });
  await expect(run(startFlow({ flow: 'Registration', urns }), server)).rejects.toMatchObject({
    code: 'UNKNOWN_REFERENCE',
  });
  expect(started).toEqual([]);
});

test('names that change places between two pages: an error', async () => {
  captureConsole();
  const flows = [
    { uuid: UUID, name: 'Registration' },
    { uuid: OTHER_UUID, name: 'Other' },
  ];
  const { server, started } = await pagedFlows(flows, () => {
    flows[0] = { uuid: UUID, name: 'Old' };
    flows[1] = { uuid: OTHER_UUID, name: 'Registration' };
  });
  await expect(run(startFlow({ flow: 'Registration', urns }), server)).rejects.toMatchObject({
    code: 'UNKNOWN_REFERENCE',
  });
  expect(started).toEqual([]);
});

test('names that are still the same after two pages are taken', async () => {
  const flows = [
    { uuid: UUID, name: 'Registration' },
    { uuid: OTHER_UUID, name: 'Other' },
  ];
  const { server, started } = await pagedFlows(flows, () => {});
  await run(startFlow({ flow: 'Registration', urns }), server);
  expect(started).toMatchObject([{ flow: UUID }]);
  expect(sent(server)).toEqual([
    'GET flows',
    'GET flows?cursor=1',
    `GET flows?uuid=${UUID}`,
    'POST flow_starts',
  ]);
});

test('topics that change places after two pages: an error', async () => {
  const [one, other] = ['Referrals', 'Other'].map(name => ({ uuid: UUID, name }));
  const swapped = [other, one].map((topic, place) => ({
    ...topic,
    uuid: [UUID, OTHER_UUID][place],
  }));
  const next = 'http://rapidpro.test/api/v2/topics.json?cursor=1';
  const topics = (...last: object[]) =>
    serve(
      answering(
        'get',
        'topics',
        () => page([one], next),
        () => page([{ ...other, uuid: OTHER_UUID }]),
        () => page(last),
      ),
      answering('post', 'ticket_actions', () => new Response(null, { status: 204 })),
    );
  const change = changeTicketTopic([UUID], 'Referrals');
  const server = await topics(...swapped);
  expect(await failure(change, server)).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    description: 'topic was the name of a different topic a moment ago. Nothing was sent.',
    fix: 'Run the job again, or use the uuid.',
  });
  expect(sent(server)).toEqual(['GET topics', 'GET topics?cursor=1', 'GET topics']);
  await run(change, await topics({ ...one }));
});

test('a name that several have is told as that', async () => {
  const server = await serve(
    answering('get', 'flows', () =>
      page([UUID, OTHER_UUID].map(uuid => ({ uuid, name: 'Registration', archived: false }))),
    ),
  );
  expect(await failure(startFlow({ flow: 'Registration', urns }), server)).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    description: expect.stringContaining('is the name of several flows.'),
    fix: expect.stringContaining('Use the uuid of the one you mean: getFlows('),
  });
});

test('spaces around a name do not count, and each name of a page is looked up once', async () => {
  const flows = ['Registration', 'Other'].map((name, place) => ({
    uuid: [UUID, OTHER_UUID][place],
    name,
    archived: false,
  }));
  const server = await serve(
    answering('get', 'flows', () => page(flows)),
    answering('get', 'definitions', () => HttpResponse.json({ version: '13', flows })),
  );
  await run(getFlowDefinitions({ flow: [' Registration ', 'Other'] }), server);
  expect(sent(server).map(request => request.replace(/\?.*/, ''))).toEqual([
    'GET flows',
    'GET flows',
    'GET definitions',
  ]);
});
