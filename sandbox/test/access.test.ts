import { describe, expect, it } from 'vitest';
import { recordedBytes, type ServerName } from '../../recordings/read.js';
import { type Dialect, type Resource, resources } from '../../src/resources.js';
import type { Sandbox, TokenName } from '../src/index.js';
import { open, type Page } from './opened.js';

const lines: [Dialect, ServerName][] = [
  ['v9', 'rapidpro-9.0.0'],
  ['textit', 'rapidpro-26.3.54'],
];

type Matrix = Record<string, Record<string, number>>;

const matrix = (server: ServerName, name: string): Matrix =>
  JSON.parse(recordedBytes(server, `auth/${name}.json`).toString());

/** The token for each recorded role. `textit` does not accept a viewer's. */
const tokens: Record<string, TokenName> = {
  administrator: 'administrator',
  editor: 'editor',
  surveyor: 'surveyor',
  agent_forced: 'agent',
  viewer_forced: 'viewer',
  outsider_forced: 'viewer',
};

/** The status of each endpoint for each recorded role. */
async function asRecorded(
  recorded: Matrix,
  sandbox: Sandbox,
  ask: (name: string, token: string) => Promise<{ status: number }>,
): Promise<Matrix> {
  const found: Matrix = {};
  for (const [role, endpoints] of Object.entries(recorded)) {
    const known = tokens[role];
    if (!known) sandbox.revoke('other_workspace');
    const row: Record<string, number> = {};
    for (const name of Object.keys(endpoints)) {
      row[name] = (await ask(name, sandbox.tokens[known ?? 'other_workspace'])).status;
    }
    found[role] = row;
  }
  return found;
}

describe.each(lines)('roles of the sandbox (%s)', (dialect, server) => {
  it('have the recorded read access', async () => {
    const recorded = matrix(server, 'role_matrix_get');
    const { sandbox, get } = await open({ dialect });
    const found = await asRecorded(recorded, sandbox, (name, token) => get(`${name}.json`, token));
    expect(found).toEqual(recorded);
  });

  it('have the recorded write access', async () => {
    const recorded = matrix(server, 'role_matrix_post_empty_body');
    const { sandbox, post } = await open({ dialect });
    const found = await asRecorded(recorded, sandbox, (name, token) => {
      // The recorded requests changed an unknown contact, since an empty body creates one.
      const unknown = name === 'contacts' ? '?uuid=2b0e40bf-6ad4-4b2f-9a4c-6c4f2f2fb3f0' : '';
      return post(`${name}.json${unknown}`, {}, token);
    });
    expect(found).toEqual(recorded);
  });
});

describe('tokens and rate limits', () => {
  it('refuses unknown tokens', async () => {
    const { get } = await open();
    expect(await get('contacts.json', 'nope')).toMatchObject({
      status: 403,
      data: { detail: 'Invalid token' },
    });
  });

  it('refuses a revoked token', async () => {
    const { sandbox, get } = await open();
    expect((await get('contacts.json', sandbox.tokens.editor)).status).toBe(200);
    sandbox.revoke('editor');
    expect((await get('contacts.json', sandbox.tokens.editor)).status).toBe(403);
    expect((await get('contacts.json')).status).toBe(200);
  });

  it('isolates two workspaces', async () => {
    const { sandbox, get, post } = await open({
      contacts: [{ name: 'Ann' }],
      otherSeed: { contacts: [{ name: 'Ben' }, { name: 'Cleo' }] },
    });
    const { other_workspace: other } = sandbox.tokens;
    const mine = await get('contacts.json');
    const theirs = await get('contacts.json', other);
    expect(mine.data.results).toMatchObject([{ name: 'Ann' }]);
    expect(theirs.data.results).toMatchObject([{ name: 'Cleo' }, { name: 'Ben' }]);
    expect(mine.headers['x-temba-org']).not.toBe(theirs.headers['x-temba-org']);
    const [ann] = sandbox.contacts();
    expect((await post(`contacts.json?uuid=${ann?.uuid}`, { name: 'X' }, other)).status).toBe(404);
    expect((await get(`contacts.json?uuid=${ann?.uuid}`, other)).data.results).toEqual([]);
  });

  it('counts requests by scope in a sliding hour', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    const { get } = await open({
      throttle: { 'v2.contacts': '2/minute' },
      clock: { now: () => now },
    });
    expect((await get('contacts.json')).status).toBe(200);
    now += 10_000;
    expect((await get('contacts.json')).status).toBe(200);
    expect(await get('contacts.json')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '50' },
      data: { detail: 'Request was throttled. Expected available in 50 seconds.' },
    });
    expect((await get('groups.json')).status).toBe(200);
    now += 50_000;
    expect((await get('contacts.json')).status).toBe(200);
  });

  it('counts per workspace, across its tokens', async () => {
    const { sandbox, get } = await open({ throttle: 1 });
    const { editor, other_workspace } = sandbox.tokens;
    expect((await get('groups.json')).status).toBe(200);
    expect((await get('labels.json', editor)).status).toBe(429);
    expect((await get('groups.json', other_workspace)).status).toBe(200);
    sandbox.configure({ throttle: false });
    expect((await get('labels.json', editor)).status).toBe(200);
  });

  it.each(lines)('allows the default number of requests (%s)', async dialect => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    const { sandbox } = await open({ dialect, clock: { now: () => now } });
    const usual = dialect === 'v9' ? 2500 : 3600;
    const headers = { authorization: `Token ${sandbox.token}` };
    const ask = () => sandbox.handle(new Request(`${sandbox.host}api/v2/labels.json`, { headers }));
    for (let i = 0; i < usual; i++) await ask();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('3600');
  });
});

describe('workspaces of the sandbox', () => {
  it('limit the number of objects of a kind', async () => {
    const { post } = await open({ limits: { labels: 1 } });
    expect((await post('labels.json', { name: 'One' })).status).toBe(201);
    expect(await post('labels.json', { name: 'Two' })).toMatchObject({
      status: 409,
      data: { detail: 'Cannot create object because workspace has reached limit of 1.' },
    });
  });

  it('hide URNs if contacts are anonymous', async () => {
    const { get, post } = await open({
      anonymous: true,
      contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }],
    });
    const { data } = await get<{ results: { uuid: string; urns: string[] }[] }>('contacts.json');
    expect(data.results[0]?.urns).toEqual(['tel:********']);
    expect(await get('contacts.json?urn=tel:%2B250788123123')).toMatchObject({
      status: 400,
      data: { detail: 'URN lookups not allowed for anonymous organizations' },
    });
    const changed = await post(`contacts.json?uuid=${data.results[0]?.uuid}`, {
      urns: ['tel:+250788123124'],
    });
    expect(changed).toMatchObject({
      status: 400,
      data: { urns: ['Updating URNs not allowed for anonymous organizations'] },
    });
  });

  it('send nothing while flagged or suspended', async () => {
    const { sandbox, post } = await open({ contacts: [{ urns: ['tel:+250788123123'] }] });
    const body = { text: 'hi', urns: ['tel:+250788123123'] };
    for (const state of ['flagged', 'suspended'] as const) {
      sandbox.configure({ [state]: true });
      const refused = await post('broadcasts.json', body);
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.data)).toContain(`workspace is currently ${state}`);
      sandbox.configure({ [state]: false });
    }
    expect((await post('broadcasts.json', body)).status).toBe(201);
    expect(sandbox.sent()).toHaveLength(1);
  });

  it('write nothing while the engine is down', async () => {
    const { sandbox, get, post } = await open({ contacts: 1 });
    sandbox.engine('down');
    expect((await post('contacts.json', { name: 'Ann' })).status).toBe(500);
    expect((await get('contacts.json')).data.results).toHaveLength(1);
    sandbox.engine('up');
    expect((await post('contacts.json', { name: 'Ann' })).status).toBe(201);
  });

  it.each([
    ['v9', 201, 204],
    ['textit', 500, 500],
  ] as const)('queue in v9 what its engine does later (%s)', async (dialect, made, done) => {
    const { sandbox, get, post, remove } = await open({
      dialect,
      seed: {
        channels: [{ name: 'Phone' }],
        flows: [{ name: 'Survey' }],
        contacts: ['+250788123123', '+250788123124', '+250788123125'].map(phone => ({
          urns: [`tel:${phone}`],
        })),
        messages: [{ id: 7, contact: 'tel:+250788123123', direction: 'in', text: 'Hello' }],
      },
    });
    const [third, second, first] = (await get<Page<{ uuid: string }>>('contacts.json')).data
      .results;
    const [flow] = (await get<Page<{ uuid: string }>>('flows.json')).data.results;
    const contacts = [first?.uuid];
    const answers = async () => [
      (await post('broadcasts.json', { contacts, text: 'Hi' })).status,
      (await post('flow_starts.json', { contacts, flow: flow?.uuid })).status,
      (await post('contact_actions.json', { contacts, action: 'interrupt' })).status,
      (await post('contact_actions.json', { contacts: [second?.uuid], action: 'delete' })).status,
      (await post('message_actions.json', { messages: [7], action: 'delete' })).status,
      (await remove(`contacts.json?uuid=${third?.uuid}`)).status,
    ];
    sandbox.engine('down');
    expect(await answers()).toEqual([made, made, done, done, done, done]);
    for (const action of ['block', 'unblock']) {
      expect((await post('contact_actions.json', { contacts, action })).status).toBe(500);
    }
    expect((await post('messages.json', { contact: first?.uuid, text: 'Hi' })).status).toBe(500);
    if (dialect === 'textit') return;
    const statuses = async () => [
      (await get<Page<{ status: string }>>('broadcasts.json')).data.results[0]?.status,
      (await get<Page<{ status: string }>>('flow_starts.json')).data.results[0]?.status,
    ];
    expect(await statuses()).toEqual(['queued', 'pending']);
    sandbox.engine('up');
    await sandbox.settled();
    expect(await statuses()).toEqual(['sent', 'complete']);
    const runs = (await get<Page<{ exit_type: string }>>('runs.json')).data.results;
    expect(runs).toMatchObject([{ exit_type: 'interrupted' }]);
  });

  it('take a change of a contact that changes nothing without the engine', async () => {
    const { sandbox, get, post } = await open({
      seed: { groups: [{ name: 'Mothers' }], contacts: [{ name: 'Ann', groups: ['Mothers'] }] },
    });
    const [ann] = (await get<Page<{ uuid: string }>>('contacts.json')).data.results;
    sandbox.engine('down');
    const change = async (body: object) =>
      (await post(`contacts.json?uuid=${ann?.uuid}`, body)).status;
    for (const body of [{}, { name: 'Ann', language: null, groups: ['Mothers'], fields: {} }]) {
      expect(await change(body)).toBe(200);
    }
    for (const body of [{ name: 'Anna' }, { groups: [] }, { urns: [] }]) {
      expect(await change(body)).toBe(500);
    }
  });

  it('do not see a new field in the engine until its cache expires', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    const { get, post } = await open({ engineCache: 5, clock: { now: () => now }, contacts: 1 });
    // The engine reads the workspace on first use, and caches it for five seconds.
    expect((await post('contacts.json', {})).status).toBe(201);
    expect((await post('fields.json', { name: 'Age', type: 'number' })).status).toBe(201);
    const [one] = (await get<{ results: { uuid: string }[] }>('contacts.json')).data.results;
    const change = () => post(`contacts.json?uuid=${one?.uuid}`, { fields: { age: 3 } });
    expect((await change()).status).toBe(500);
    now += 5001;
    expect(await change()).toMatchObject({ status: 200, data: { fields: { age: '3' } } });
  });
});

it('refuses to change a campaign event while it is being scheduled', async () => {
  let now = Date.parse('2026-11-22T10:00:00Z');
  const { get, post } = await open({
    dialect: 'textit',
    scheduling: 3,
    clock: { now: () => now },
    seed: 'maternal-health',
  });
  const [campaign] = (await get<{ results: { uuid: string }[] }>('campaigns.json')).data.results;
  const event = { campaign: campaign?.uuid, relative_to: 'due_date', unit: 'days', message: 'hi' };
  const at = (offset: number) => ({ ...event, offset, delivery_hour: 9 });
  const made = await post<{ uuid: string }>('campaign_events.json', at(1));
  expect(made.status).toBe(201);
  const move = (offset: number) => post(`campaign_events.json?uuid=${made.data.uuid}`, at(offset));
  const busy = {
    status: 400,
    data: { non_field_errors: ['Cannot modify events which are currently being scheduled.'] },
  };
  expect(await move(2)).toMatchObject(busy);
  now += 3001;
  expect(await move(2)).toMatchObject({ status: 200, data: { offset: 2 } });
  // Rescheduling starts that again; changing the message alone does not.
  expect(await move(3)).toMatchObject(busy);
  now += 3001;
  // So does another group for the campaign, but not another name.
  const groups = (await get<Page<{ uuid: string; query: string | null }>>('groups.json')).data
    .results;
  const others = groups.filter(({ query }) => query === null).map(({ uuid }) => uuid);
  const give = (name: string, group?: string) =>
    post(`campaigns.json?uuid=${campaign?.uuid}`, { name, group });
  await give('Visits', others[0]);
  now += 3001;
  await give('Other visits', others[0]);
  expect((await move(2)).status).toBe(200);
  now += 3001;
  await give('Other visits', others[1]);
  expect(await move(2)).toMatchObject(busy);
});

it('has exactly the endpoints of the API', async () => {
  for (const dialect of ['v9', 'textit'] as const) {
    const { get } = await open({ dialect });
    const missing: string[] = [];
    for (const [path, resource] of Object.entries<Resource>(resources)) {
      const { status } = await get(`${path}.json`);
      const has = !resource.only || resource.only === dialect;
      if ((status !== 404) !== has) missing.push(path);
    }
    expect(missing).toEqual([]);
    expect((await get('nosuch.json')).status).toBe(404);
  }
});
