import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { sendBroadcast, sendMessage, startFlow } from '../../src/index.js';
import { serve } from '../support/serve.js';
import { FLOW, OTHER_UUID, page, run, UUID } from './run.js';

/** Somebody moved a URN to another contact seconds ago. Lists are read from a copy that does not show it yet. */

const MOVED = 'tel:+250788000001';
const OTHER = 'tel:+250788000003';
const amina = () => ({ uuid: UUID, name: 'Amina', urns: [MOVED], status: 'active' });
const chantal = () => ({ uuid: OTHER_UUID, name: 'Chantal', urns: [OTHER], status: 'active' });

/** Shows what was, and takes whatever is sent. */
function copyOf(...contacts: { uuid: string; urns: string[] }[]) {
  return serve(
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams } = new URL(request.url);
      const [uuid, urn] = [searchParams.get('uuid'), searchParams.get('urn')];
      if (uuid === null && urn === null) return page(contacts);
      const isMeant = (one: { uuid: string; urns: string[] }) =>
        one.uuid === uuid || one.urns.some(held => held.endsWith((urn ?? '-').slice(-9)));
      return page(contacts.filter(isMeant));
    }),
    msw.get('*/api/v2/flows.json', () => page([{ uuid: FLOW, name: 'Live' }])),
    msw.post('*', () => HttpResponse.json({ id: 1, uuid: UUID }, { status: 201 })),
  );
}

describe('a send to a URN that was moved names the URN, as the job did', () => {
  const bodyOf = (server: Awaited<ReturnType<typeof copyOf>>) => server.requests.at(-1)?.body;

  test.each([{}, { onlyActive: true }])('sendBroadcast, %j', async options => {
    const server = await copyOf(amina(), chantal());
    await run(sendBroadcast({ contacts: [MOVED, OTHER], text: 'Hi' }, options), server);
    expect(bodyOf(server)).toMatchObject({ contacts: [MOVED, OTHER] });
  });

  test.each([{}, { onlyActive: true }])('startFlow, %j', async options => {
    const server = await copyOf(amina(), chantal());
    await run(startFlow({ flow: FLOW, contacts: [MOVED, OTHER_UUID] }, options), server);
    expect(bodyOf(server)).toMatchObject({ contacts: [MOVED, OTHER_UUID] });
  });

  test('sendMessage, onlyActive', async () => {
    const server = await copyOf(amina());
    await run(sendMessage({ contact: MOVED, text: 'Hi' }, { onlyActive: true }), server);
    expect(bodyOf(server)).toMatchObject({ contact: MOVED });
  });

  test('but a person with two URNs is reached once, by the first name', async () => {
    const both = { ...amina(), urns: [MOVED, OTHER] };
    for (const contacts of [
      [MOVED, OTHER, UUID],
      [OTHER, MOVED],
      [UUID, MOVED],
    ]) {
      const server = await copyOf(both);
      await run(sendBroadcast({ contacts, text: 'Hi' }), server);
      expect(bodyOf(server)).toMatchObject({ contacts: contacts.slice(0, 1) });
    }
  });

  test('above 100, too', async () => {
    const urns = Array.from({ length: 120 }, (_, n) => `tel:+25078800${1000 + n}`);
    const people = urns.map((urn, n) => ({
      uuid: UUID.slice(0, -3) + String(n).padStart(3, '0'),
      urns: n === 0 ? [urn, MOVED] : [urn],
    }));
    const server = await copyOf(...people);
    const { data } = await run(sendBroadcast({ contacts: [...urns, MOVED], text: 'Hi' }), server);
    const posts = server.requests.filter(({ method }) => method === 'POST');
    expect(posts.flatMap(({ body }) => (body as { contacts: string[] }).contacts)).toEqual(urns);
    expect(data).toMatchObject({ recipients: 120 });
  });

  test('a number without its country goes by uuid: servers would not find it', async () => {
    const server = await copyOf(amina(), chantal());
    const local = 'tel:0788000001';
    await run(sendBroadcast({ contacts: [local, OTHER], text: 'Hi' }), server);
    expect(bodyOf(server)).toMatchObject({ contacts: [UUID, OTHER] });
    await run(sendMessage({ contact: local, text: 'Hi' }, { onlyActive: true }), server);
    expect(bodyOf(server)).toMatchObject({ contact: UUID });
  });
});
