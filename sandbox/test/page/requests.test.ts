import { describe, expect, it } from 'vitest';
import type { RequestDetails } from '../../src/page/types.js';
import { ANN, openPage, SEED } from './opened.js';

async function opened(options?: Parameters<typeof openPage>[0]) {
  const sandbox = await openPage(options);
  /** What the newest request opens to. */
  const newest = async (): Promise<RequestDetails> => {
    const [line] = (await sandbox.view()).requests.items;
    const { status, text } = await sandbox.ask(`request?number=${line?.number}`);
    expect(status).toBe(200);
    return JSON.parse(text);
  };
  const reason = async () => (await newest()).reason;
  return { ...sandbox, newest, reason };
}

it('forgets what was asked before the contents were replaced, and counts from there', async () => {
  const { sandbox, get, view, ask } = await openPage();
  for (const path of ['fields.json', 'groups.json', 'flows.json']) await get(path);
  const before = await view();
  sandbox.reseed({ contacts: [{ name: 'Zoe' }] });
  const after = await view();
  expect(after.revision).not.toBe(before.revision);
  expect(after.requests).toEqual({ total: 0, items: [] });
  expect([after.messages.total, after.runs.total, after.sends.total]).toEqual([0, 0, 0]);
  expect(after.contacts).toMatchObject({ all: 1, items: [{ name: 'Zoe' }] });
  await get('labels.json');
  const { requests } = await view();
  expect(requests).toMatchObject({ total: 1, items: [{ number: 4, path: '/api/v2/labels.json' }] });
  expect((await ask('request?number=1')).status).toBe(404);
});

it('shows the query, the body and the answer of a request', async () => {
  const { post, newest } = await opened();
  await post(`contacts.json?uuid=${ANN}`, { name: 'Anne', groups: [] });
  const { query, body, answer, reason } = await newest();
  expect(query.text).toBe(`uuid=${ANN}`);
  expect(body?.text).toBe('{\n  "name": "Anne",\n  "groups": []\n}');
  expect(answer?.text).toContain(`{\n  "uuid": "${ANN}",\n  "name": "Anne",`);
  expect(reason).toBeNull();
});

it('bounds what it shows, and lays out what it cut', async () => {
  const { post, get, newest } = await opened({ contacts: 120 });
  await get('contacts.json');
  const { answer } = await newest();
  expect(answer?.shown).toBe(4000);
  expect(answer?.length).toBeGreaterThan(10_000);
  expect(answer?.text.startsWith('{\n  "next": null,\n  "previous": null,\n  "results": [\n')).toBe(
    true,
  );
  expect(answer?.text.length).toBeLessThan(20_000);
  const text = `${'\\"é'.repeat(3000)}`;
  await post('broadcasts.json', { urns: ['tel:+250788000001'], text });
  expect((await newest()).body?.shown).toBe(4000);
});

it('shows a body that is not JSON as it came', async () => {
  const { sandbox, newest } = await opened();
  const { host, token } = sandbox;
  await fetch(`${host}api/v2/contacts.json`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: '{name: Ann Uwase}',
  });
  const { body, reason } = await newest();
  expect(body?.text).toBe('{name: Ann Uwase}');
  expect(reason).toMatch(/^400: JSON parse error - /);
});

it('shows no token, wherever it was sent', async () => {
  const { sandbox, get, post, newest, ask, view } = await opened();
  const { administrator, editor } = sandbox.tokens;
  await post(`contacts.json?uuid=${ANN}`, { name: `x${administrator}`, language: editor });
  await get(`contacts.json?search=a%20${administrator}`);
  await get(`contacts/${administrator}.json`);
  await post(`contacts.json?uuid=${ANN}`, { name: `x${administrator}` });
  expect((await newest()).body?.text).toBe('{\n  "name": "x***"\n}');
  expect((await newest()).answer?.text).toContain('"name": "x***"');
  const answers = await Promise.all([1, 2, 3, 4].map(n => ask(`request?number=${n}`)));
  const texts = [...answers.map(({ text }) => text), JSON.stringify((await view()).requests)];
  expect(texts.filter(text => text.includes('***'))).toHaveLength(4);
  for (const text of texts) {
    for (const token of Object.values(sandbox.tokens)) expect(text).not.toContain(token);
  }
});

it('answers only for requests that it keeps, and only the page', async () => {
  const { get, ask } = await opened();
  await get('contacts.json');
  expect((await ask('request?number=1')).status).toBe(200);
  expect((await ask('request?number=2')).status).toBe(404);
  expect((await ask('request')).status).toBe(404);
  expect((await ask('request?number=1', { origin: 'http://elsewhere.example' })).status).toBe(403);
  expect((await ask('request?number=1', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
});

describe('the reason in words', () => {
  const TAKEN = { name: 'B', urns: ['tel:+250788000001'] };

  it.each(['v9', 'textit'] as const)('of refusals of %s', async dialect => {
    const { get, post, remove, reason } = await opened({ seed: SEED, dialect });
    const at = dialect === 'v9' ? 'urns' : 'urns[0]';
    await post('contacts.json', TAKEN);
    expect(await reason()).toBe(`400: ${at}: the URN belongs to another contact.`);
    await post('contacts.json', { urns: ['nonsense'] });
    expect(await reason()).toMatch(/^400: urns\[0\]: .*URN/);
    await post('contacts.json', { groups: ['Fathers'] });
    expect(await reason()).toBe('400: groups: there is no object Fathers.');
    await post('broadcasts.json', { text: 'Hello' });
    expect(await reason()).toBe('400: Must provide either urns, contacts or groups.');
    await post('groups.json', {});
    expect(await reason()).toBe('400: name: it is missing.');
    await remove('contacts.json?uuid=11111111-1111-4111-8111-111111111112');
    expect(await reason()).toBe('404: there is no such Contact.');
    await get('contacts.json', 'wrong');
    expect(await reason()).toBe('403: the sandbox does not know this token.');
    await get('nothing.json');
    expect(await reason()).toBe('404: there is no such endpoint.');
    await get('contacts.json');
    expect(await reason()).toBeNull();
  });

  it('of a limit that is used up', async () => {
    const { get, act, reason } = await opened();
    await act('throttle', { used: 'all' });
    await get('contacts.json');
    expect(await reason()).toBe('429: the limit is used up: wait 3600 seconds.');
  });

  it('of what was ordered to go wrong', async () => {
    const { sandbox, get, reason, newest, view } = await opened();
    const after = async (order: Parameters<typeof sandbox.fault>[0]) => {
      sandbox.fault(order);
      await get('contacts.json').catch(() => {});
      return reason();
    };
    const open = 'a proxy answered in place of the server, which may have done the work.';
    expect(await after({ kind: 'bad-gateway' })).toBe(`502: ${open}`);
    expect(await after({ kind: 'gateway-timeout' })).toBe(`524: ${open}`);
    expect(await after({ kind: 'server-error' })).toBe(
      '500: the server failed and does not say why.',
    );
    expect(await after({ kind: 'throttle' })).toBe('429: the limit is used up.');
    expect(await after({ kind: 'reset' })).toBe('The connection was cut instead of an answer.');
    expect((await newest()).answer).toBeNull();
    expect((await view()).requests.items[0]?.fault).toBe('reset');
    expect(await after({ kind: 'truncate' })).toBe(
      'The connection was cut in the middle of the answer.',
    );
  });
});
