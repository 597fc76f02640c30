import { describe, expect, it } from 'vitest';
import { callsOf, type Opened, open, type Page } from './opened.js';

const URN = 'tel:+250788123123';

interface Message {
  id: number;
  uuid?: string;
  status: string;
  sent_on: string | null;
  created_on: string;
  modified_on: string;
}

const HOUR = 3600;

async function send({ post }: Opened): Promise<number> {
  const { data } = await post<Message>('messages.json', { contact: URN, text: 'Hello' });
  return data.id;
}

const found = async ({ get }: Opened, id: number): Promise<Message | undefined> =>
  (await get<Page<Message>>(`messages.json?id=${id}`)).data.results[0];

const seconds = (from: string, to: string | null): number =>
  Math.round((Date.parse(to ?? '') - Date.parse(from)) / 1000);

describe.each(['v9', 'textit'] as const)('outgoing messages (%s)', dialect => {
  const opened = (reports_delivery = false) =>
    open({
      dialect,
      contacts: [{ name: 'Ann', urns: [URN] }],
      seed: { channels: [{ name: 'SMS', reports_delivery }] },
    });

  it('are queued, then wired, then sent, by the clock', async () => {
    const one = await opened();
    const id = await send(one);
    expect(await found(one, id)).toMatchObject({ status: 'queued', sent_on: null });
    one.sandbox.advance(16);
    const wired = await found(one, id);
    expect(wired?.status).toBe('wired');
    expect(wired?.modified_on).toBe(wired?.sent_on);
    one.sandbox.advance(HOUR);
    const sent = await found(one, id);
    expect(sent?.status).toBe('sent');
    // Each step has the time at which it was due, however far the clock has gone on.
    const { created_on = '', sent_on = null, modified_on = '' } = sent ?? {};
    expect([seconds(created_on, sent_on), seconds(created_on, modified_on)]).toEqual([15, 20]);
    const folder = await one.get('messages.json?folder=sent');
    expect(folder.data.results).toHaveLength(1);
    one.sandbox.advance(HOUR);
    expect(await found(one, id)).toEqual(sent);
  });

  it('are delivered by a channel that says so', async () => {
    const one = await opened(true);
    const id = await send(one);
    one.sandbox.advance(HOUR);
    expect((await found(one, id))?.status).toBe('delivered');
  });

  it('fail when that is reported, for good', async () => {
    const one = await opened(true);
    const id = await send(one);
    one.sandbox.report(id, 'failed');
    one.sandbox.advance(HOUR);
    expect(await found(one, id)).toMatchObject({ status: 'failed', sent_on: null });
    expect((await one.get('messages.json?folder=failed')).data.results).toHaveLength(1);
  });

  it('are tried again after an error, and fail with the third', async () => {
    const one = await opened();
    const [id, other] = [await send(one), await send(one)];
    one.sandbox.report(id, 'errored');
    expect((await one.get('messages.json?folder=outbox')).data.results).toHaveLength(2);
    one.sandbox.advance(290);
    expect((await found(one, id))?.status).toBe('errored');
    one.sandbox.advance(30);
    expect((await found(one, id))?.status).toBe('sent');
    for (const _ of [1, 2, 3]) one.sandbox.report(other, 'errored');
    one.sandbox.advance(HOUR);
    expect((await found(one, other))?.status).toBe('failed');
  });

  it('to somebody who cannot be reached fail at once, and stay so', async () => {
    const one = await opened();
    const { data } = await one.post<Message>('contacts.json', { name: 'Nobody' });
    const sent = await one.post<Message>('messages.json', { contact: data.uuid, text: 'a' });
    one.sandbox.advance(HOUR);
    expect(sent.data.status).toBe('failed');
    expect((await found(one, sent.data.id))?.status).toBe('failed');
  });
});

it('refuses a report on a message that is not there or came in, and a status that no channel reports', async () => {
  const { sandbox, get } = await open({ contacts: [{ urns: [URN] }] });
  await sandbox.reply(URN, 'hi');
  const [incoming] = (await get<Page<Message>>('messages.json')).data.results;
  expect(() => sandbox.report(incoming?.id ?? 0, 'failed')).toThrow('no outgoing message');
  expect(() => sandbox.report(999, 'failed')).toThrow('no outgoing message 999');
  const { data } = await callsOf(sandbox).post<Message>('messages.json', {
    contact: URN,
    text: 'a',
  });
  expect(() => sandbox.report(data.id, 'queued' as never)).toThrow('cannot report queued');
  expect(() => sandbox.report(data.id, 'read')).toThrow('cannot report read');
});

it('knows a message by its uuid, and that it was read', async () => {
  const { sandbox, post, get } = await open({ dialect: 'textit', contacts: [{ urns: [URN] }] });
  const { data } = await post<Message>('messages.json', { contact: URN, text: 'a' });
  sandbox.report(data.uuid ?? '', 'read');
  const { results } = (await get<Page<Message>>('messages.json?folder=sent')).data;
  expect(results).toMatchObject([{ status: 'read' }]);
});

it('leaves seeded messages as they are written', async () => {
  const { sandbox, get } = await open({
    seed: {
      contacts: [{ name: 'Ann', urns: [URN] }],
      messages: [{ contact: 'Ann', direction: 'out', status: 'queued', text: 'a' }],
    },
  });
  sandbox.advance(HOUR);
  expect((await get('messages.json')).data.results).toMatchObject([{ status: 'queued' }]);
});

it('moves on with time alone, without a word from the test', async () => {
  let now = Date.parse('2027-01-01T00:00:00Z');
  const one = await open({ clock: { now: () => now }, contacts: [{ urns: [URN] }] });
  const id = await send(one);
  now += 60_000;
  expect(await found(one, id)).toMatchObject({
    status: 'sent',
    sent_on: expect.stringContaining('2027-01-01T00:00:15'),
  });
});
