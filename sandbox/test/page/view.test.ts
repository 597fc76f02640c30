import { expect, it } from 'vitest';
import { open } from '../opened.js';
import { ANN, MALLORY, openPage, SEED, SURVEY } from './opened.js';

it('is only served on request', async () => {
  const { sandbox, get } = await open();
  expect(sandbox.page).toBeNull();
  expect((await get(`${sandbox.host}sandbox/`)).status).toBe(404);
});

it('redirects from the address without its final slash', async () => {
  const { page, ask } = await openPage();
  const { status, headers } = await ask('/sandbox');
  expect([status, headers.location]).toEqual([302, '/sandbox/']);
  expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sandbox\/$/);
});

it('redirects from the root only if there is a page', async () => {
  const { ask } = await openPage();
  const { status, headers } = await ask('/');
  expect([status, headers.location]).toEqual([302, '/sandbox/']);
  const { sandbox, get } = await open();
  expect((await get(sandbox.host)).status).toBe(404);
});

it('serves every file that the page uses, and no other', async () => {
  const { ask } = await openPage();
  const html = (await ask('')).text;
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name);
  const wanted = new Set(named);
  for (const name of wanted) {
    const { status, text } = await ask(name);
    expect([name, status]).toEqual([name, 200]);
    for (const [, more = ''] of text.matchAll(/from '\.\/([^']+)'/g)) wanted.add(more);
  }
  expect(wanted.size).toBeGreaterThan(10);
  for (const name of ['tsconfig.json', '../command.ts', '%2e%2e/command.ts', 'nothing']) {
    expect([name, (await ask(name)).status]).toEqual([name, 404]);
  }
});

it('shows the sandbox, its contacts and its flows', async () => {
  const { sandbox, view } = await openPage();
  const { server, contacts, flows, chosen } = await view();
  expect(server).toEqual({
    dialect: 'v9',
    host: sandbox.host,
    token: sandbox.token,
    workspace: 'Sandbox',
  });
  expect(contacts).toMatchObject({ all: 2, total: 2 });
  expect(contacts.items.map(({ name }) => name).sort()).toEqual([MALLORY, 'Ann']);
  expect(flows.map(({ name }) => name)).toEqual(['Survey']);
  expect(chosen).toBeNull();
});

it('lists recent changes first, and filters by search words', async () => {
  const { view, post } = await openPage();
  await post(`contacts.json?uuid=${ANN}`, { language: 'fra' });
  const names = async (search: string) =>
    (await view({ search })).contacts.items.map(({ name }) => name);
  expect((await names(''))[0]).toBe('Ann');
  expect(await names('ann MOTH')).toEqual(['Ann']);
  expect(await names('0002')).toEqual([MALLORY]);
  expect(await names('ann 0002')).toEqual([]);
});

it('limits the number of contacts', async () => {
  const { view } = await openPage({ contacts: 120 });
  const listed = async (query: Record<string, string>) => {
    const { items, total } = (await view(query)).contacts;
    return [items.length, total];
  };
  expect(await listed({})).toEqual([50, 120]);
  expect(await listed({ most: '110' })).toEqual([110, 120]);
  expect(await listed({ most: 'all' })).toEqual([50, 120]);
});

it('shows the selected contact with its messages in order and its runs', async () => {
  const { view, post, sandbox } = await openPage();
  await post('broadcasts.json', { contacts: [ANN], text: 'Hello' });
  await sandbox.reply(ANN, 'Hello to you');
  await post('flow_starts.json', { contacts: [ANN], flow: SURVEY });
  await sandbox.settled();
  await sandbox.reply(ANN, 'three');
  const shown = await view({ contact: ANN });
  expect(shown.chosen).toMatchObject({
    urns: ['tel:+250788000001'],
    groups: ['Mothers'],
    fields: [{ name: 'Visits', value: '3' }],
    runs: { items: [{ state: 'completed', answers: [{ name: 'Answer', value: 'three' }] }] },
  });
  const said = shown.chosen?.messages.items.map(({ direction, text }) => `${direction} ${text}`);
  expect(said).toEqual(['out Hello', 'in Hello to you', 'in three']);
  expect(shown.runs).toMatchObject({ total: 1, waiting: 0, items: [{ flow: 'Survey' }] });
  expect(shown.sends.items.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    'start Survey',
    'broadcast Hello',
  ]);
  expect(shown.messages.items[0]).toMatchObject({ text: 'three', contact: { name: 'Ann' } });
});

it('shows requests of jobs, newest first, without tokens and without its own', async () => {
  const { sandbox, view, get } = await openPage();
  await view();
  await get('contacts.json?group=Mothers');
  await get(`groups.json?x=${sandbox.token}`);
  await get('contacts.json', 'wrong');
  const { requests } = await view();
  expect(requests.total).toBe(3);
  expect(requests.items.map(({ path, query, status, as }) => [path, query, status, as])).toEqual([
    ['/api/v2/contacts.json', '', 403, null],
    ['/api/v2/groups.json', 'x=***', 200, 'administrator'],
    ['/api/v2/contacts.json', 'group=Mothers', 200, 'administrator'],
  ]);
  expect(sandbox.requests()).toHaveLength(3);
});

it('shows the use of each rate limit, and when the first request expires', async () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = { now: () => now };
  const { view, get } = await openPage({ clock, throttle: { 'v2.contacts': '4/minute' } });
  const used = async () => {
    const { throttle } = await view();
    return throttle.find(({ scope }) => scope === 'v2.contacts');
  };
  const empty = { scope: 'v2.contacts', used: 0, limit: 4, seconds: 60, freesOn: null };
  expect(await used()).toEqual(empty);
  await get('contacts.json');
  now += 10_000;
  await get('contacts.json');
  expect(await used()).toEqual({ ...empty, used: 2, freesOn: '2026-01-01T00:01:00Z' });
  now += 51_000;
  expect(await used()).toMatchObject({ used: 1, freesOn: '2026-01-01T00:01:10Z' });
});

it('returns nothing if nothing changed', async () => {
  const { ask, view, post, get } = await openPage();
  const since = async (revision: string) =>
    (await ask(`view?since=${encodeURIComponent(revision)}`)).status;
  const { revision } = await view();
  expect(await since(revision)).toBe(204);
  await get('contacts.json');
  expect(await since(revision)).toBe(200);
  const later = (await view()).revision;
  await post(`contacts.json?uuid=${ANN}`, { name: 'Anne' });
  expect(await since(later)).toBe(200);
});

it('hides deleted contacts, and URNs in an anonymous workspace', async () => {
  const { view, remove } = await openPage({ seed: SEED, anonymous: true });
  const { chosen, contacts } = await view({ contact: ANN, search: '0002' });
  expect(chosen?.urns).toEqual(['tel:********']);
  expect(contacts.total).toBe(0);
  await remove(`contacts.json?uuid=${ANN}`);
  const after = await view({ contact: ANN });
  expect(after.chosen).toBeNull();
  expect(after.contacts.all).toBe(1);
});

it('shows what the sandbox does not know', async () => {
  const { sandbox, view, post } = await openPage();
  const before = await view();
  expect(before.unknown).toEqual({ total: 0, items: [] });
  const expression = '@(datetime_add(now(), 2147483647, "Y"))';
  await post('broadcasts.json', { urns: ['tel:+250788000001'], text: { eng: `On ${expression}` } });
  await sandbox.settled();
  const after = await view();
  expect(after.revision).not.toBe(before.revision);
  expect(after.unknown).toEqual({
    total: 1,
    items: [{ number: 1, what: 'a date this far away', expression, place: 'broadcast 1' }],
  });
});
