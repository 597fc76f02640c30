import { randomUUID } from 'node:crypto';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getFlowDefinitions, getFlows } from '../../src/index.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { failure, OTHER_UUID, run, UUID } from './run.js';

const MOST = 4000;

/** As real servers: no address of 4 kB, and each part holds what its flows depend on. */
const exporting = () =>
  serve(
    msw.get('*/api/v2/definitions.json', ({ request }) => {
      if (request.url.length >= MOST) return new HttpResponse('', { status: 414 });
      const { searchParams } = new URL(request.url);
      const named = (key: string) => searchParams.getAll(key).map(uuid => ({ uuid }));
      return HttpResponse.json({
        version: '13',
        site: 'https://example.org',
        flows: [...named('flow'), { uuid: 'shared' }],
        campaigns: named('campaign'),
        triggers: [{ keyword: 'join' }],
        fields: [{ key: 'age' }],
        groups: [{ uuid: null, name: 'Mothers' }],
      });
    }),
  );

const uuids = (count: number) => Array.from({ length: count }, () => randomUUID() as string);

test('any number of flows and campaigns, each once', async () => {
  const server = await exporting();
  const [flow, campaign] = [uuids(197), uuids(60)];
  const { data, response } = await run(getFlowDefinitions({ flow, campaign }), server);
  const { flows, campaigns, ...others } = data as { [key: string]: { uuid: string }[] };
  expect(new Set(flows?.map(({ uuid }) => uuid))).toEqual(new Set([...flow, 'shared']));
  expect(flows).toHaveLength(198);
  expect(campaigns).toEqual(campaign.map(uuid => ({ uuid })));
  expect(others).toEqual({
    version: '13',
    site: 'https://example.org',
    triggers: [{ keyword: 'join' }],
    fields: [{ key: 'age' }],
    groups: [{ uuid: null, name: 'Mothers' }],
  });
  expect(response?.requests).toBe(4);
});

test('a few go in one request', async () => {
  const server = await exporting();
  const { response } = await run(getFlowDefinitions({ flow: uuids(80) }), server);
  expect(response?.requests).toBe(1);
});

test('an address that is too long all the same is told as that', async () => {
  const server = await serve(
    msw.get('*/api/v2/definitions.json', () => new HttpResponse('', { status: 414 })),
  );
  await expect(run(getFlowDefinitions({ flow: uuids(1) }), server)).rejects.toMatchObject({
    code: 'TOO_LARGE',
    fix: expect.not.stringContaining('host'),
  });
});

describe.each(['v9', 'textit'] as const)('an unknown uuid is told, on %s', dialect => {
  const start = async () => {
    const sandbox = await createSandbox({ seed: 'maternal-health', token: TOKEN, dialect });
    onTestFinished(() => sandbox.close());
    return sandbox;
  };

  test.each(['flow', 'campaign'] as const)('%s', async filter => {
    const sandbox = await start();
    const unknown = failure(getFlowDefinitions({ [filter]: UUID.toUpperCase() }), sandbox);
    await expect(unknown).resolves.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
      description: `The workspace has no ${filter} with the uuid in filters.${filter}.`,
      fix: expect.stringContaining(filter === 'flow' ? 'getFlows()' : 'getCampaigns()'),
    });
  });

  test('among others, with its position', async () => {
    const sandbox = await start();
    const { data: flows } = await run(getFlows(), sandbox);
    const known = (flows as { uuid: string }[]).map(({ uuid }) => uuid);
    const { data } = await run(getFlowDefinitions({ flow: known }), sandbox);
    expect((data as { flows: unknown[] }).flows.length).toBeGreaterThanOrEqual(known.length);
    const flow = [known[0]?.toUpperCase() ?? '', ...known, UUID, OTHER_UUID];
    const error = await failure(getFlowDefinitions({ flow, dependencies: 'none' }), sandbox);
    expect(error.description).toContain(`filters.flow[${known.length + 1}]`);
  });
});
