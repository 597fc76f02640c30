import { request } from 'undici';
import { expect, it } from 'vitest';
import { open } from '../opened.js';
import { ANN, openPage, SEED } from './opened.js';

/** Asks the control interface as a program does: without the headers of a browser. */
async function openControl() {
  const opened = await openPage();
  const url = (path: string) => `${opened.page}api/${path}`;
  const ask = async (method: string, path: string, body?: unknown, headers: object = {}) => {
    const answer = await fetch(url(path), {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, data: JSON.parse(await answer.text().then(tidy)) };
  };
  return { ...opened, ask };
}

const tidy = (text: string) => (text.startsWith('{') || text.startsWith('[') ? text : '{}');

it('says where it is, and that it is ready', async () => {
  const { sandbox, ask } = await openControl();
  const { host, token, page, dialect } = sandbox;
  const { data } = await ask('GET', '');
  expect(data).toMatchObject({ host, token, page, dialect });
});

it('lets a contact write, orders faults and takes them back, and says what was sent', async () => {
  const { ask, get, post } = await openControl();
  const sent = await ask('POST', 'reply', { contact: ANN, text: 'hello' });
  const messages = await get('messages.json');
  expect(sent.status).toBe(200);
  expect(messages.data.results).toMatchObject([{ text: 'hello', direction: 'in' }]);
  await ask('POST', 'faults', { kind: 'bad-gateway', times: 2, when: { path: 'fields' } });
  expect([(await get('groups.json')).status, (await get('fields.json')).status]).toEqual([
    200, 502,
  ]);
  await ask('DELETE', 'faults');
  expect((await get('fields.json')).status).toBe(200);
  await post('broadcasts.json', { contacts: [ANN], text: 'all' });
  await ask('POST', 'settled');
  expect((await ask('GET', 'sent')).data).toMatchObject([{ kind: 'broadcast', contacts: [ANN] }]);
  expect((await ask('GET', 'requests')).data.at(-1)).toMatchObject({ method: 'POST', status: 201 });
  expect((await ask('GET', 'contacts')).data).toHaveLength(2);
});

it('replaces what the sandbox contains, and keeps its tokens', async () => {
  const { ask, get, view, sandbox } = await openControl();
  const { status } = await ask('PUT', 'seed', {
    contacts: [{ name: 'Zoe' }],
    workspace: { name: 'New' },
  });
  expect(status).toBe(200);
  expect((await get('contacts.json')).data.results).toMatchObject([{ name: 'Zoe' }]);
  expect((await get('workspace.json', sandbox.tokens.other_workspace)).status).toBe(200);
  expect((await view()).server.workspace).toBe('New');
  await ask('PUT', 'seed', 'empty');
  expect((await get('contacts.json')).data.results).toEqual([]);
  await ask('PUT', 'seed', SEED);
  expect((await get('contacts.json')).data.results).toHaveLength(2);
});

it('puts the clock forward', async () => {
  const { ask, post } = await openControl();
  const before = Date.parse((await ask('GET', 'clock')).data.now);
  const { data } = await ask('POST', 'clock', { advance: 3600 });
  expect(Date.parse(data.now) - before).toBeGreaterThanOrEqual(3_600_000);
  const to = new Date(before + 9_000_000).toISOString();
  await ask('POST', 'clock', { now: to });
  const made = await post<{ created_on: string }>('contacts.json', { name: 'Late' });
  expect(Date.parse(made.data.created_on)).toBeGreaterThanOrEqual(before + 9_000_000);
  const back = await ask('POST', 'clock', { now: '2020-01-01T00:00:00Z' });
  expect(back).toEqual({ status: 400, data: { error: 'The clock only goes forward.' } });
});

it.each([
  ['POST', 'reply', { contact: ANN }, 400, '"text" is missing.'],
  ['POST', 'reply', [], 400, 'The body must be a JSON object.'],
  ['POST', 'reply', { contact: 'nobody', text: 'a' }, 400, 'The sandbox has no contact nobody'],
  ['POST', 'faults', { kind: 'fire' }, 400, '"kind" must be one of reset,'],
  ['POST', 'faults', { kind: 'reset', time: 3 }, 400, 'Did you mean "times"?'],
  ['POST', 'faults', { kind: 'reset', times: 0 }, 400, '"times" counts from 1'],
  ['POST', 'faults', { kind: 'reset', when: { path: 'contact' } }, 400, 'Did you mean "contacts"?'],
  ['POST', 'faults', { kind: 'reset', when: { method: 'post' } }, 400, 'must be one of GET, POST'],
  ['POST', 'clock', { advance: '60' }, 400, 'a number of seconds'],
  ['PUT', 'seed', { contact: [] }, 400, 'Did you mean "contacts"?'],
  ['PUT', 'seed', { contacts: [{ nmae: 'a' }] }, 400, 'Did you mean "name"?'],
  ['POST', 'clock', {}, 400, 'a number of seconds'],
  ['POST', 'sent', {}, 405, 'takes only GET'],
  ['POST', 'nothing', {}, 404, 'PUT /sandbox/api/seed'],
])('explains what is wrong with %s %s %j', async (method, path, body, status, error) => {
  const { ask, get } = await openControl();
  const found = await ask(method, path, body);
  expect([found.status, found.data.error]).toEqual([status, expect.stringContaining(error)]);
  expect((await get('contacts.json')).data.results).toHaveLength(2);
});

it.each([
  ['POST', 'reply', { contact: ANN, text: 7 }, '"text" must be a non-empty string.'],
  ['POST', 'reply', { contact: ANN, text: 'a', attachments: 'b' }, '"attachments" must be a list'],
  ['POST', 'reply', { contact: ANN, txt: 'a' }, 'Did you mean "text"?'],
  ['POST', 'report', { message: 99, status: 'failed' }, 'no outgoing message 99'],
  ['POST', 'report', { message: 99 }, '"status" is missing.'],
  ['POST', 'report', {}, '"message" is missing.'],
  ['POST', 'faults', {}, '"kind" must be one of'],
  ['POST', 'faults', { kind: 'reset', times: '2' }, '"times" must be a number'],
  ['POST', 'faults', { kind: 'reset', when: 'contacts' }, '"when" must be an object.'],
  ['POST', 'clock', { advance: 1, now: '2030-01-01' }, 'either "advance"'],
  ['POST', 'clock', { advance: '60' }, 'a number of seconds'],
  ['POST', 'clock', { advance: 1e15 }, 'no further than the year 9999'],
  ['PUT', 'seed', 'maternal', 'The only seeds with a name are'],
  ['PUT', 'seed', undefined, 'The body must be a JSON object.'],
])('refuses %s %s %j in plain words', async (method, path, body, error) => {
  const { ask, get } = await openControl();
  const found = await ask(method, path, body);
  expect(found).toEqual({ status: 400, data: { error: expect.stringContaining(error) } });
  expect((await get('contacts.json')).data.results).toHaveLength(2);
});

it('says which content type it takes, where one is missing or another', async () => {
  const { page } = await openControl();
  const ask = async (headers: Record<string, string>, body: string) => {
    const answer = await request(`${page}api/reply`, { method: 'POST', headers, body });
    return ((await answer.body.json()) as { error: string }).error;
  };
  const body = JSON.stringify({ contact: ANN, text: 'a' });
  expect(await ask({}, body)).toBe('The Content-Type is missing. It must be application/json.');
  expect(await ask({ 'content-type': 'text/plain' }, body)).toBe(
    'The Content-Type must be application/json, not text/plain.',
  );
  const json = { 'content-type': 'Application/JSON; charset=utf-8' };
  expect(await ask(json, '{"contact":')).toBe('The body is not valid JSON.');
  expect(await ask(json, body)).toBeUndefined();
});

it('answers with and without the last slash, and names what it knows', async () => {
  const { page, sandbox } = await openControl();
  for (const path of ['api', 'api/', 'api/clock/']) {
    expect((await fetch(`${page}${path}`)).status).toBe(200);
  }
  const unknown = await fetch(`${page}api/message`);
  expect(unknown.status).toBe(404);
  const { error } = (await unknown.json()) as { error: string };
  expect(error).toContain('/sandbox/api/message does not exist.');
  expect(error).toContain('GET /sandbox/api/unknown');
  const wrong = await fetch(`${sandbox.host}sandbox/api/seed`);
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'PUT']);
});

it('reports on a message as its channel would', async () => {
  const { ask, get, post } = await openControl();
  const { data } = await post<{ id: number }>('messages.json', { contact: ANN, text: 'a' });
  expect((await ask('POST', 'report', { message: data.id, status: 'failed' })).status).toBe(200);
  expect((await get('messages.json?folder=failed')).data.results).toHaveLength(1);
});

it.each([
  ['another website', 'POST', { origin: 'https://evil.example' }],
  ['a frame without an origin', 'POST', { origin: 'null' }],
  ['another website that reads', 'GET', { 'sec-fetch-site': 'cross-site' }],
  ['a page under another name', 'POST', { host: 'evil.example' }],
  ['a page under another name that reads', 'GET', { host: 'evil.example' }],
  ['a form', 'POST', { 'content-type': 'text/plain' }],
  ['a form of another website', 'POST', { 'sec-fetch-site': 'cross-site' }],
])('refuses %s', async (_, method, headers) => {
  const { page, view } = await openPage();
  const answer = await request(`${page}api/${method === 'GET' ? 'sent' : 'reply'}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
    ...(method === 'GET' ? {} : { body: JSON.stringify({ contact: ANN, text: 'never' }) }),
  });
  await answer.body.dump();
  expect([400, 403]).toContain(answer.statusCode);
  expect((await view()).messages.total).toBe(0);
});

it('is not there without the page', async () => {
  const { sandbox } = await open();
  expect((await fetch(`${sandbox.host}sandbox/api/sent`)).status).toBe(404);
});
