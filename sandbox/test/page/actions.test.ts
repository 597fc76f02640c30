import { expect, it } from 'vitest';
import { ANN, openPage, SURVEY } from './opened.js';

it('lets a contact reply: the waiting run continues', async () => {
  const { act, view } = await openPage();
  expect((await act('start', { contact: ANN, flow: SURVEY })).status).toBe(200);
  expect((await view({ contact: ANN })).chosen?.flow).toBe('Survey');
  expect((await act('reply', { contact: ANN, text: 'yes' })).status).toBe(200);
  const { chosen } = await view({ contact: ANN });
  expect(chosen?.flow).toBeNull();
  expect(chosen?.runs.items).toMatchObject([{ state: 'completed', answers: [{ value: 'yes' }] }]);
});

it('lets a contact of the made-up program answer the flow that waits for her', async () => {
  const { act, view } = await openPage({ seed: 'maternal-health' });
  const { runs } = await view();
  const waiting = runs.items.find(({ state }) => state === 'waiting');
  const contact = waiting?.contact.uuid ?? '';
  await act('reply', { contact, text: 'Yes, I will come' });
  const { chosen } = await view({ contact });
  expect(chosen?.runs.items[0]).toMatchObject({
    uuid: waiting?.uuid,
    state: 'completed',
    answers: [{ name: 'Attending', value: 'Yes', category: 'Yes' }],
  });
  expect(chosen?.messages.items.map(({ text }) => text).at(-1)).toContain('The clinic expects you');
});

it.each([
  ['reply', { contact: ANN }, 'There is no text.'],
  ['reply', { contact: ANN, text: ' ' }, 'There is no text.'],
  ['reply', { contact: 'nobody', text: 'yes' }, 'This contact is no longer there.'],
  ['reply', null, 'There is no contact.'],
  ['start', { contact: ANN, flow: 'none' }, 'This flow is no longer there.'],
  ['fault', { kind: 'stall' }, 'The page cannot order this fault.'],
  ['throttle', {}, '`used` must be "all" or "none".'],
])('refuses %s with %j', async (name, body, error) => {
  const { act, view } = await openPage();
  const answer = await act(name, body);
  expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { error }]);
  expect((await view()).messages.total).toBe(0);
});

it('refuses a reply longer than any message', async () => {
  const { act, view } = await openPage();
  const { status, text } = await act('reply', { contact: ANN, text: 'a'.repeat(10_001) });
  expect([status, text]).toEqual([400, '{"error":"A text has at most 10,000 characters."}']);
  expect((await act('reply', { contact: ANN, text: 'a'.repeat(10_000) })).status).toBe(200);
  expect((await view()).messages.total).toBe(1);
});

it('refuses to start an archived flow', async () => {
  const { act, get } = await openPage();
  const { data } = await get('flows.json?archived=true');
  const archived = data.results.find(flow => flow.archived);
  expect(archived).toBeDefined();
  expect((await act('start', { contact: ANN, flow: archived?.uuid })).status).toBe(400);
});

it('makes one request fail, and none of the page', async () => {
  const { act, view, get } = await openPage();
  await act('fault', { kind: 'bad-gateway' });
  await view();
  expect((await get('contacts.json')).status).toBe(502);
  expect((await get('contacts.json')).status).toBe(200);
  await act('fault', { kind: 'reset' });
  await expect(get('contacts.json')).rejects.toThrow();
});

it('uses up the rate limits and resets them', async () => {
  const { act, view, get } = await openPage();
  await act('throttle', { used: 'all' });
  expect((await view()).throttle).toContainEqual(
    expect.objectContaining({ scope: 'v2.contacts', used: 2500, limit: 2500 }),
  );
  const refused = await get('contacts.json');
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3600']);
  await act('throttle', { used: 'none' });
  expect((await get('contacts.json')).status).toBe(200);
});
