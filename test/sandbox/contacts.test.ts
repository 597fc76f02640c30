import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSandbox,
  maternalHealth,
  type Sandbox,
  type SandboxOptions,
} from '../../src/sandbox/index.js';

let sandbox: Sandbox;
afterEach(() => sandbox?.close());

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  data: any;
}

async function open(options: SandboxOptions = {}): Promise<Sandbox> {
  sandbox = await createSandbox(options);
  return sandbox;
}

async function ask(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  token = sandbox.token,
): Promise<Answer> {
  const response = await request(new URL(`/api/v2/${path}`, sandbox.host), {
    method,
    headers: {
      authorization: `Token ${token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = response.statusCode === 204 ? '' : await response.body.text();
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return {
    status: response.statusCode,
    headers: response.headers,
    data: text && isJson ? JSON.parse(text) : text,
  };
}

describe('contacts of the sandbox', () => {
  it('creates one, finds it by URN, updates and deletes it', async () => {
    await open();
    const made = await ask('POST', 'contacts.json', { name: 'Ann', urns: ['tel:+250788123123'] });
    expect(made.status).toBe(201);
    expect(made.data).toMatchObject({ name: 'Ann', urns: ['tel:+250788123123'], status: 'active' });
    const found = await ask('GET', 'contacts.json?urn=tel%3A%2B250788123123');
    expect(found.data.results).toEqual([made.data]);
    const changed = await ask('POST', `contacts.json?uuid=${made.data.uuid}`, { name: 'Anna' });
    expect(changed).toMatchObject({ status: 200, data: { name: 'Anna' } });
    expect(changed.data.modified_on > made.data.modified_on).toBe(true);
    expect((await ask('DELETE', `contacts.json?uuid=${made.data.uuid}`)).status).toBe(204);
    expect((await ask('GET', 'contacts.json')).data.results).toEqual([]);
    const gone = await ask('GET', 'contacts.json?deleted=true');
    expect(gone.data.results).toMatchObject([{ uuid: made.data.uuid, name: null, status: null }]);
  });

  it('pages through all contacts once, forward and back', async () => {
    await open({ contacts: 612 });
    const seen: string[] = [];
    let path: string | null = 'contacts.json';
    let previous: string | null = null;
    while (path) {
      const { data }: Answer = await ask('GET', path);
      seen.push(...data.results.map((one: { uuid: string }) => one.uuid));
      path = data.next?.split('/api/v2/')[1] ?? null;
      previous = data.previous;
    }
    expect(seen).toHaveLength(612);
    expect(new Set(seen).size).toBe(612);
    const back = await ask('GET', String(previous).split('/api/v2/')[1] ?? '');
    expect(back.data.results.map((one: { uuid: string }) => one.uuid)).toEqual(
      seen.slice(250, 500),
    );
  });

  it('keeps smart groups in step with their fields', async () => {
    await open({
      seed: {
        fields: [{ name: 'Age', type: 'number' }],
        groups: [{ name: 'Adults', query: 'age >= 18' }],
      },
    });
    const made = await ask('POST', 'contacts.json', { name: 'Ann', fields: { age: 34 } });
    expect(made.data.groups).toMatchObject([{ name: 'Adults' }]);
    const younger = await ask('POST', `contacts.json?uuid=${made.data.uuid}`, {
      fields: { age: '17' },
    });
    expect(younger.data.groups).toEqual([]);
  });

  it('says what is wrong with each key of a body', async () => {
    await open();
    const { status, data } = await ask('POST', 'contacts.json', {
      name: '',
      urns: ['bad'],
      groups: ['Nope'],
      fields: { nope: '1' },
    });
    expect(status).toBe(400);
    expect(data).toEqual({
      name: ['This field may not be blank.'],
      urns: { 0: ['Invalid URN: bad. Ensure phone numbers contain country codes.'] },
      groups: ['No such object: Nope'],
      fields: ['Invalid contact field key: nope'],
    });
  });

  it('holds a programme of 600 contacts with groups, runs and messages', async () => {
    await open({ seed: maternalHealth() });
    expect(sandbox.contacts()).toHaveLength(600);
    const groups = await ask('GET', 'groups.json?name=mothers');
    expect(groups.data.results).toMatchObject([{ name: 'Mothers', count: 570 }]);
    expect((await ask('GET', 'runs.json?responded=true')).data.results.length).toBeGreaterThan(100);
    expect((await ask('GET', 'messages.json?folder=inbox')).data.results.length).toBeGreaterThan(
      20,
    );
  });

  it('tells what was sent and what was asked', async () => {
    await open({ contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }] });
    const [ann] = sandbox.contacts();
    await ask('POST', 'messages.json', { contact: ann?.uuid, text: 'hello' });
    await ask('POST', 'broadcasts.json', { urns: ['tel:+250788123123'], text: 'hi @contact' });
    expect(sandbox.sent()).toMatchObject([
      { kind: 'message', contacts: [ann?.uuid], text: 'hello' },
      { kind: 'broadcast', urns: ['tel:+250788123123'], text: { eng: 'hi @contact' } },
    ]);
    expect(sandbox.requests()).toMatchObject([
      { method: 'POST', path: '/api/v2/messages.json', status: 201, as: 'administrator' },
      { method: 'POST', path: '/api/v2/broadcasts.json', status: 201 },
    ]);
    expect(JSON.stringify(sandbox.requests())).not.toContain(sandbox.token);
  });
});

describe('who may ask the sandbox, and how often', () => {
  it('refuses strangers and roles without the right', async () => {
    await open();
    const denied = 'You do not have permission to perform this action.';
    expect(await ask('GET', 'contacts.json', undefined, 'nope')).toMatchObject({
      status: 403,
      data: { detail: 'Invalid token' },
    });
    expect((await ask('GET', 'runs.json', undefined, sandbox.tokens.surveyor)).data).toEqual({
      detail: denied,
    });
    expect((await ask('GET', 'contacts.json', undefined, sandbox.tokens.surveyor)).status).toBe(
      200,
    );
    expect((await ask('GET', 'nosuch.json')).status).toBe(404);
  });

  it('counts requests by scope in a sliding hour', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    await open({ throttle: { 'v2.contacts': '2/minute' }, clock: { now: () => now } });
    expect((await ask('GET', 'contacts.json')).status).toBe(200);
    now += 10_000;
    expect((await ask('GET', 'contacts.json')).status).toBe(200);
    const refused = await ask('GET', 'contacts.json');
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '50' },
      data: { detail: 'Request was throttled. Expected available in 50 seconds.' },
    });
    expect((await ask('GET', 'groups.json')).status).toBe(200);
    now += 50_000;
    expect((await ask('GET', 'contacts.json')).status).toBe(200);
  });
});
