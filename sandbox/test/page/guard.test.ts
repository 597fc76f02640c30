import { expect, it } from 'vitest';
import { ANN, openPage } from './opened.js';

/** Requests that another website in the same browser can make. */
const REPLY = { contact: ANN, text: 'I was never asked' };

it.each([
  ['of another website', { origin: 'https://evil.example' }],
  ['of another port', { origin: 'http://127.0.0.1:1' }],
  ['of a frame without an origin', { origin: 'null' }],
])('refuses a reply %s', async (_, headers) => {
  const { act, view } = await openPage();
  const { status, headers: answered } = await act('reply', REPLY, headers);
  expect(status).toBe(403);
  expect(Object.keys(answered).filter(name => name.startsWith('access-control'))).toEqual([]);
  expect((await view()).messages.total).toBe(0);
});

it('refuses a reply without an origin, and one that a form could send', async () => {
  const { page, act, view, ask } = await openPage();
  const bare = await fetch(`${page}reply`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(REPLY),
  });
  expect(bare.status).toBe(403);
  const form = await act('reply', REPLY, { 'content-type': 'text/plain' });
  expect(form.status).toBe(415);
  expect((await ask('reply')).status).toBe(404);
  expect((await view()).messages.total).toBe(0);
});

it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost'])(
  'refuses the host name %s',
  async host => {
    const { sandbox, ask } = await openPage();
    for (const path of ['', 'main.js', 'view', '/sandbox']) {
      const { status, text } = await ask(path, { host });
      expect([path, status, text.includes(sandbox.token)]).toEqual([path, 403, false]);
    }
  },
);

it('accepts the name localhost', async () => {
  const { page, ask, act } = await openPage();
  const host = `localhost:${new URL(page).port}`;
  expect((await ask('view', { host })).status).toBe(200);
  expect((await act('reply', REPLY, { host, origin: `http://${host}` })).status).toBe(200);
});

it('can be linked from another site, but shows its data only to itself', async () => {
  const { ask } = await openPage();
  const from = (site: string) => ({ 'sec-fetch-site': site });
  expect((await ask('', from('cross-site'))).status).toBe(200);
  for (const site of ['cross-site', 'same-site']) {
    expect((await ask('view', from(site))).status).toBe(403);
  }
  expect((await ask('view', from('same-origin'))).status).toBe(200);
});

it('shows nothing to a script of another site, even if the browser sends only its origin', async () => {
  const { page, ask, sandbox } = await openPage();
  for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
    const { status, text } = await ask('view', { origin });
    expect([status, text.includes(sandbox.token)]).toEqual([403, false]);
  }
  expect((await ask('view', { origin: new URL(page).origin })).status).toBe(200);
});

it('refuses other methods and cross-origin requests', async () => {
  const { page } = await openPage();
  const preflight = await fetch(`${page}reply`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(403);
  const own = { origin: new URL(page).origin };
  expect((await fetch(page, { method: 'DELETE', headers: own })).status).toBe(405);
});

it('allows only its own scripts, and no caching', async () => {
  const { ask } = await openPage();
  for (const path of ['', 'main.js', 'view', 'nothing']) {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
      ),
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  }
});
