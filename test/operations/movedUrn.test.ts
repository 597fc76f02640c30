import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import {
  addToGroup,
  blockContacts,
  deleteContacts,
  http,
  sendBroadcast,
  sendMessage,
  startFlow,
  syncContacts,
  updateContact,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { answering, denied, FLOW, failure, OTHER_UUID, page, run, stateFor, UUID } from './run.js';

/** Somebody moved a URN to another contact seconds ago. Lists are read from a copy that does not show it yet. */

const MOVED = 'tel:+250788000001';
const OTHER = 'tel:+250788000003';
const LOCAL = 'tel:0788000001';
const NEW = 'tel:+250788000009';
const amina = () => ({ uuid: UUID, name: 'Amina', urns: [MOVED], status: 'active' });
const chantal = () => ({ uuid: OTHER_UUID, name: 'Chantal', urns: [OTHER], status: 'active' });

/** Shows what was, and takes whatever is sent. */
const copyOf = (...contacts: Contact[]) => copyAnd(undefined, ...contacts);

/** @param now - what the database itself answers about a contact, if not what the copy shows */
function copyAnd(now: (() => Response) | undefined, ...contacts: Contact[]) {
  const shown = (uuid: string | null) => contacts.find(one => one.uuid === uuid);
  return serve(
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams } = new URL(request.url);
      const [uuid, urn] = [searchParams.get('uuid'), searchParams.get('urn')];
      if (uuid === null && urn === null) return page(contacts);
      const isMeant = (one: Contact) =>
        one.uuid === uuid || one.urns.some(held => held.endsWith((urn ?? '-').slice(-9)));
      return page(contacts.filter(isMeant));
    }),
    msw.get('*/api/v2/flows.json', () => page([{ uuid: FLOW, name: 'Live' }])),
    msw.post('*/api/v2/contact_actions.json', () => new HttpResponse(null, { status: 204 })),
    msw.post('*/api/v2/contacts.json', ({ request }) => {
      const uuid = new URL(request.url).searchParams.get('uuid');
      return now?.() ?? HttpResponse.json(shown(uuid));
    }),
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
      name: 'One',
      urns: n === 0 ? [urn, MOVED] : [urn],
    }));
    const server = await copyOf(...people);
    const { data } = await run(sendBroadcast({ contacts: [...urns, MOVED], text: 'Hi' }), server);
    const posts = server.requests.filter(
      ({ method, path }) => method === 'POST' && path.includes('broadcasts'),
    );
    expect(posts.flatMap(({ body }) => (body as { contacts: string[] }).contacts)).toEqual(urns);
    expect(data).toMatchObject({ recipients: 120 });
  });

  test('a number without its country goes in whole: servers would not find it', async () => {
    const server = await copyOf(amina(), chantal());
    await run(sendBroadcast({ contacts: [LOCAL, OTHER], text: 'Hi' }), server);
    expect(bodyOf(server)).toMatchObject({ contacts: [MOVED, OTHER] });
    await run(sendMessage({ contact: LOCAL, text: 'Hi' }, { onlyActive: true }), server);
    expect(bodyOf(server)).toMatchObject({ contact: MOVED });
    await run(sendMessage({ contact: LOCAL, text: 'Hi' }), server);
    expect(bodyOf(server)).toMatchObject({ contact: MOVED });
  });

  test('but it goes by uuid if the contact does not show which of its numbers that is', async () => {
    const shown = [[], [OTHER, 'tel:+250788000008'], ['tel:0788000001'], ['tel:********']];
    for (const urns of shown) {
      const server = await serve(
        msw.get('*/api/v2/contacts.json', () => page([{ ...amina(), urns }])),
        msw.post('*', () => HttpResponse.json({ id: 1, uuid: UUID }, { status: 201 })),
      );
      await run(sendMessage({ contact: LOCAL, text: 'Hi' }), server);
      expect(bodyOf(server)).toMatchObject({ contact: UUID });
    }
  });

  test('a number that nobody has is left to the server', async () => {
    const server = await copyOf(amina());
    await run(sendMessage({ contact: 'tel:0788000009', text: 'Hi' }), server);
    expect(bodyOf(server)).toMatchObject({ contact: 'tel:0788000009' });
  });

  test('a message to a URN goes to exactly that URN', async () => {
    const server = await copyOf(amina());
    await run(sendBroadcast({ urns: [LOCAL], text: 'Hi' }, { onlyActive: true }), server);
    expect(bodyOf(server)).toMatchObject({ urns: [LOCAL] });
  });
});

const ACTIONS: [string, (contacts: string[]) => Operation][] = [
  ['deleteContacts', deleteContacts],
  ['blockContacts', blockContacts],
  ['addToGroup', contacts => addToGroup(contacts, 'Mothers')],
];

describe('an action on a number without its country names the whole number', () => {
  test.each(ACTIONS)('%s', async (_, act) => {
    const server = await copyOf(amina(), chantal());
    await run(act([LOCAL, OTHER]), server);
    expect(server.requests.at(-1)?.body).toMatchObject({ contacts: [MOVED, OTHER] });
  });

  test.each([[[LOCAL, MOVED]], [[MOVED, LOCAL]], [[LOCAL, 'tel:788000001']]])(
    '%j is one contact',
    async contacts => {
      const server = await copyOf(amina());
      await run(deleteContacts(contacts), server);
      expect(server.requests.at(-1)?.body).toMatchObject({ contacts: [MOVED] });
    },
  );

  test.each(ACTIONS)('%s: as the job wrote it, if the token may not look', async (_, act) => {
    const server = await serve(
      msw.get('*/api/v2/contacts.json', denied),
      msw.post('*/api/v2/contact_actions.json', () => new HttpResponse(null, { status: 204 })),
    );
    await run(act([LOCAL, OTHER]), server);
    expect(server.requests.at(-1)?.body).toMatchObject({ contacts: [LOCAL, OTHER] });
  });

  test('and no other name is looked up', async () => {
    const server = await copyOf(amina(), chantal());
    await run(deleteContacts([LOCAL, OTHER, UUID.replace('9', '8')]), server);
    const asked = server.requests.filter(({ method }) => method === 'GET');
    expect(asked.map(({ query }) => query.get('urn'))).toEqual([LOCAL]);
  });

  test('which is named as the job did first', async () => {
    const server = await copyOf(amina());
    await run(deleteContacts([UUID, LOCAL]), server);
    expect(server.requests.at(-1)?.body).toMatchObject({ contacts: [UUID] });
  });
});

describe('two names that a look-up says are one contact are compared on the database itself', () => {
  /** What the copy shows of Amina, and what the database says of her. */
  function scene(shown: string[], now: string[] | (() => Response), ...others: Contact[]) {
    const told = () => HttpResponse.json({ ...amina(), urns: now });
    const answer = typeof now === 'function' ? now : told;
    return copyAnd(answer, { ...amina(), urns: shown }, ...others);
  }
  const bodies = (server: Awaited<ReturnType<typeof copyOf>>, path: string) =>
    server.requests.filter(one => one.method === 'POST' && one.url.includes(path));
  const sentTo = (server: Awaited<ReturnType<typeof copyOf>>, path: string) =>
    bodies(server, path).flatMap(({ body }) => (body as { contacts: string[] }).contacts);
  const sends: [string, string, (contacts: string[]) => Operation][] = [
    ['sendBroadcast', 'broadcasts', contacts => sendBroadcast({ contacts, text: 'Hi' })],
    ['startFlow', 'flow_starts', contacts => startFlow({ flow: FLOW, contacts })],
  ];

  describe.each(sends)('%s', (_, path, send) => {
    test.each([
      // What the database says, the job's list, and who is sent to.
      [[MOVED], [MOVED, OTHER], [MOVED, OTHER]],
      [[MOVED], [OTHER, MOVED], [OTHER, MOVED]],
      [[MOVED], [UUID, OTHER], [UUID, OTHER]],
      [[MOVED], [OTHER, UUID, MOVED], [OTHER, UUID]],
      [[OTHER], [UUID, LOCAL], [UUID, MOVED]],
      [[OTHER, MOVED], [UUID, LOCAL, OTHER], [UUID]],
    ])('now %j, job %j, sent %j', async (now, contacts, sent) => {
      const server = await scene([MOVED, OTHER], now);
      const { data } = await run(send(contacts), server);
      expect(sentTo(server, path)).toEqual(sent);
      expect(bodies(server, 'contacts').map(({ body }) => body)).toEqual([{}]);
      expect(data).not.toHaveProperty('chunks');
    });

    test('one URN in two forms needs no look', async () => {
      const server = await scene([MOVED], []);
      await run(send([MOVED, LOCAL, 'tel:+250 788 000 001']), server);
      expect(sentTo(server, path)).toEqual([MOVED]);
      expect(bodies(server, 'contacts')).toEqual([]);
    });

    test('where several left, they may be one person: one is sent to, and the log says so', async () => {
      const server = await scene([MOVED, OTHER, NEW], [MOVED]);
      const lines = captureConsole();
      await run(send([MOVED, OTHER, NEW]), server);
      expect(sentTo(server, path)).toEqual([MOVED, OTHER]);
      expect(lines.filter(line => line.includes('may be one contact'))).toEqual([
        expect.stringContaining('contacts[1] and contacts[2]'),
      ]);
    });

    test.each([
      [
        'a token that may not look',
        () =>
          HttpResponse.json(
            { detail: 'You do not have permission to perform this action.' },
            { status: 403 },
          ),
      ],
      [
        'an answer that hides URNs',
        () => HttpResponse.json({ ...amina(), urns: ['tel:********'] }),
      ],
      ['an answer without URNs', () => HttpResponse.json({ ...amina(), urns: undefined })],
    ])('%s: the first is sent to, and the log says so', async (_, now) => {
      for (const first of [MOVED, UUID]) {
        const server = await scene([MOVED, OTHER], now);
        const lines = captureConsole();
        await run(send([first, OTHER]), server);
        expect(sentTo(server, path)).toEqual([first]);
        expect(lines.join('\n')).toContain('contacts[0] and contacts[1]');
      }
    });

    test('one that is certain is not said to be in doubt', async () => {
      const server = await scene([MOVED, OTHER], [MOVED, OTHER]);
      const lines = captureConsole();
      await run(send([UUID, OTHER, MOVED]), server);
      expect(sentTo(server, path)).toEqual([UUID]);
      expect(lines.join('\n')).not.toContain('may be one contact');
    });

    test('a number that is shown in a way that nobody knows may be the one that left', async () => {
      const [mexico, shown] = ['tel:+5215512345678', 'tel:+525512345678'];
      const server = await scene([shown, OTHER], [shown]);
      const lines = captureConsole();
      await run(send([UUID, mexico]), server);
      expect(sentTo(server, path)).toEqual([UUID]);
      expect(lines.join('\n')).toContain('contacts[0] and contacts[1]');
    });

    test('a contact that is gone has its uuid for ever, which RapidPro will refuse', async () => {
      const gone = () => HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      const server = await scene([MOVED, OTHER], gone);
      await run(send([UUID, MOVED]), server);
      expect(sentTo(server, path)).toEqual([UUID, MOVED]);
    });

    test('a contact that is gone has none of its URNs', async () => {
      const gone = () => HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      const server = await scene([MOVED, OTHER], gone);
      const lines = captureConsole();
      await run(send([MOVED, OTHER]), server);
      expect(sentTo(server, path)).toEqual([MOVED]);
      expect(lines.join('\n')).toContain('contacts[0] and contacts[1]');
    });

    test('nothing is sent if the look fails', async () => {
      const server = await scene([MOVED, OTHER], () =>
        HttpResponse.json({ detail: 'Bad.' }, { status: 400 }),
      );
      const error = await failure(send([MOVED, OTHER]), server);
      expect(error.outcome).toBe('none');
      expect(bodies(server, path)).toEqual([]);
    });
  });

  test('above 100 URNs, too', async () => {
    const urns = Array.from({ length: 120 }, (_, n) => `tel:+25078800${1100 + n}`);
    const people = urns.map((urn, n) => ({
      uuid: OTHER_UUID.slice(0, -3) + String(n).padStart(3, '0'),
      name: 'One',
      urns: [urn],
    }));
    const server = await scene([MOVED, OTHER], [MOVED], ...people);
    const list = [MOVED, ...urns, OTHER];
    await run(sendBroadcast({ urns: list, text: 'Hi' }), server);
    const sent = bodies(server, 'broadcasts').map(({ body }) => (body as { urns: string[] }).urns);
    expect(sent.flat()).toEqual(list);
  });

  test('no more than 100 contacts are looked at', async () => {
    const people = Array.from({ length: 102 }, (_, n) => ({
      uuid: OTHER_UUID.slice(0, -3) + String(n).padStart(3, '0'),
      name: 'One',
      urns: [`tel:+25078800${1100 + n}`, `tel:+25078800${2100 + n}`],
    }));
    const server = await copyOf(...people);
    const lines = captureConsole();
    const urns = people.flatMap(one => one.urns);
    await run(sendBroadcast({ urns, text: 'Hi' }), server);
    expect(bodies(server, 'contacts')).toHaveLength(100);
    expect(lines.filter(line => line.includes('may be one contact'))).toEqual([
      expect.stringMatching(/urns\[200\] and urns\[201\].* 2 names in all: urns\[203\]\./),
    ]);
  });

  test.each(ACTIONS)('%s of a number without its country', async (_, act) => {
    const server = await scene([MOVED, OTHER], [OTHER]);
    await run(act([UUID, LOCAL]), server);
    expect(server.requests.at(-1)?.body).toMatchObject({ contacts: [UUID, MOVED] });
  });
});

/** Reads show what was, writes know what is. Version 9 takes a URN away from its holder. */
function lagging(shown: Contact[], real: Contact[], ...handlers: Parameters<typeof serve>) {
  const find = (list: Contact[], query: URLSearchParams) =>
    list.filter(
      ({ uuid, urns }) =>
        uuid === query.get('uuid') ||
        urns.some(urn => urn.endsWith((query.get('urn') ?? '-').slice(-9))),
    );
  const listed = (query: URLSearchParams) =>
    query.has('uuid') || query.has('urn') ? find(shown, query) : shown;
  return serve(
    ...handlers,
    msw.get('*/api/v2/workspace.json', () =>
      HttpResponse.json({ uuid: UUID, country: 'RW', timezone: 'Africa/Kigali' }),
    ),
    msw.get('*/api/v2/contacts.json', ({ request }) =>
      page(listed(new URL(request.url).searchParams)),
    ),
    msw.post('*/api/v2/contacts.json', async ({ request }) => {
      const [contact] = find(real, new URL(request.url).searchParams);
      const body = (await request.json()) as Partial<Contact>;
      if (!contact) return HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      for (const one of real) {
        if (one !== contact) one.urns = one.urns.filter(urn => !body.urns?.includes(urn));
      }
      return HttpResponse.json(Object.assign(contact, body));
    }),
  );
}

interface Contact {
  uuid: string;
  name: string;
  urns: string[];
}

const ADDED = 'tel:+250788000005';

describe('a write to the contact that had a URN until now', () => {
  const scene = async () => {
    const real = [
      { ...amina(), urns: [NEW] },
      { ...chantal(), urns: [OTHER, MOVED] },
    ];
    const before = structuredClone(real);
    return { real, before, server: await lagging([amina(), chantal()], real) };
  };
  const posts = ({ requests }: Awaited<ReturnType<typeof lagging>>) =>
    requests
      .filter(({ method, path }) => method === 'POST' && !path.includes('contact_actions'))
      .map(({ body }) => body);

  test.each([
    ['updateContact', updateContact(MOVED, { name: 'B' })],
    ['updateContact, a note', updateContact(MOVED, { note: 'Called' })],
    ['updateContact by a number without its country', updateContact(LOCAL, { name: 'B' })],
    ['updateContact, other URNs', updateContact(MOVED, { name: 'B', urns: [ADDED] })],
    ['updateContact, its URNs', updateContact(MOVED, { name: 'B', urns: [MOVED, ADDED] })],
    ['updateContact by uuid', updateContact(UUID, { name: 'B', urns: [MOVED, ADDED] })],
    ['upsertContact', upsertContact({ name: 'B', urns: [MOVED, ADDED] })],
    ['upsertContact with a uuid', upsertContact({ uuid: UUID, name: 'B', urns: [MOVED, ADDED] })],
    [
      'upsertContact, replacing URNs',
      upsertContact({ name: 'B', urns: [MOVED, ADDED] }, { urns: 'replace' }),
    ],
  ])('%s: nobody is changed', async (_, operation) => {
    const { server, real, before } = await scene();
    const error = await failure(operation, server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID } });
    expect(error.description).toContain('Nothing was changed');
    expect(real).toEqual(before);
    expect(posts(server)).toEqual([{}]);
  });

  test('upsertContacts: the entry fails, and nobody is changed', async () => {
    const { server, real, before } = await scene();
    const { data } = await run(upsertContacts([{ name: 'B', urns: [MOVED, ADDED] }]), server);
    expect(data).toMatchObject({ failed: [{ index: 0, code: 'URN_TAKEN' }] });
    expect(real).toEqual(before);
  });

  test('syncContacts: the entry fails, and nobody is changed', async () => {
    const { server, real, before } = await scene();
    const list = [{ name: 'B', urns: [MOVED, ADDED] }];
    const { data } = await run(syncContacts(list), server);
    expect(data).toMatchObject({ failed: [{ index: 0, code: 'URN_TAKEN' }] });
    expect(real).toEqual(before);
  });

  test.each([
    ['updateContact', updateContact(MOVED, { name: 'B', urns: [MOVED, ADDED] })],
    ['upsertContact', upsertContact({ name: 'B', urns: [MOVED, ADDED] })],
    ['upsertContact, fewer', upsertContact({ name: 'B', urns: [ADDED, LOCAL] })],
    [
      'upsertContact, replacing URNs',
      upsertContact({ name: 'B', urns: [MOVED, ADDED] }, { urns: 'replace' }),
    ],
  ])('%s with URNs that need no change: nobody is changed', async (_, operation) => {
    const real = [{ ...amina(), urns: [ADDED] }];
    const server = await lagging([{ ...amina(), urns: [MOVED, ADDED] }], real);
    const error = await failure(operation, server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID } });
    expect(error.description).toContain('Nothing was changed');
    expect(posts(server)).toEqual([{}]);
  });

  test('by a number that the contact shows in another way: nobody is changed', async () => {
    const mail = 'mailto:a@x.org';
    const odd = { ...amina(), urns: ['tel:+5491123456789', mail] };
    const moved = [{ ...odd, urns: [mail] }, 1];
    const replaced = [{ ...odd, urns: ['tel:+5491123456788', mail] }, 1];
    const other = [{ ...odd, urns: ['tel:+5491123456789'] }, 2];
    for (const [now, requests] of [moved, replaced, other]) {
      const server = await serve(
        msw.get('*/api/v2/workspace.json', () =>
          HttpResponse.json({ uuid: UUID, country: 'AR', timezone: 'America/Buenos_Aires' }),
        ),
        answering('get', 'contacts', () => page([odd])),
        answering('post', 'contacts', () => HttpResponse.json(now)),
      );
      const update = updateContact('tel:011 15-2345-6789', { name: 'B' });
      await run(update, server).catch(error =>
        expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID } }),
      );
      expect(posts(server)).toEqual([{}, { name: 'B' }].slice(0, Number(requests)));
    }
  });

  test('another number that it had meanwhile does not matter', async () => {
    const real = [{ ...amina(), urns: [MOVED, 'mailto:b@x.org'] }];
    const server = await lagging([{ ...amina(), urns: [MOVED, OTHER, 'mailto:a@x.org'] }], real);
    for (const contact of [MOVED, LOCAL]) {
      const { data } = await run(updateContact(contact, { name: 'B' }), server);
      expect(data).toMatchObject({ name: 'B' });
    }
  });

  test.each([
    ['updateContact', updateContact(MOVED, { name: 'B' }), 'Amina'],
    [
      'upsertContact, whose uuid the job names',
      upsertContact({ uuid: UUID, name: 'B', urns: [MOVED, ADDED] }),
      undefined,
    ],
    ['upsertContact', upsertContact({ name: 'B', urns: [MOVED, ADDED] }), 'Amina'],
  ])('%s is told if it was moved after the look', async (_, operation, looked) => {
    const shown = { ...amina(), urns: [MOVED, ADDED] };
    let now: object = shown;
    const server = await serve(
      answering('get', 'contacts', () => page([shown])),
      msw.post('*/api/v2/contacts.json', async ({ request }) => {
        const body = (await request.json()) as object;
        if (Object.keys(body).length > 0) now = { ...now, urns: [ADDED], ...body };
        return HttpResponse.json(now);
      }),
    );
    const error = await failure(operation, server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', details: { contact: UUID } });
    expect(error.outcome).toBe('unknown');
    expect(error.description).toContain('does not have it any more');
    expect(posts(server)).toEqual([...(looked ? [{}] : []), { name: 'B' }]);
  });

  test.each([
    ['updateContact', updateContact(MOVED, { name: 'B' })],
    ['upsertContact', upsertContact({ name: 'B', urns: [MOVED, ADDED] })],
    [
      'upsertContact, whose uuid the job names',
      upsertContact({ uuid: UUID, name: 'B', urns: [MOVED, ADDED] }),
    ],
  ])('%s: another number that it lost after the look does not matter', async (_, operation) => {
    let now: object = { ...amina(), urns: [MOVED, ADDED, 'mailto:a@x.org'] };
    const server = await serve(
      answering('get', 'contacts', () => page([now])),
      msw.post('*/api/v2/contacts.json', async ({ request }) => {
        const body = (await request.json()) as object;
        if (Object.keys(body).length > 0) now = { ...now, urns: [MOVED, ADDED], ...body };
        return HttpResponse.json(now);
      }),
    );
    expect((await run(operation, server)).data).toMatchObject({ name: 'B' });
    expect(posts(server).at(-1)).toEqual({ name: 'B' });
  });

  test('syncContacts by another key: its name is written, whatever its URNs', async () => {
    const { server } = await scene();
    const list = [{ uuid: UUID, name: 'Beata' }];
    const { data } = await run(syncContacts(list), server);
    expect(data).toMatchObject({ updated: [{ index: 0, uuid: UUID }], failed: [] });
  });

  test.each([
    ['by uuid', { uuid: UUID, urns: [MOVED], name: 'Beata' }],
    ['by one of two URNs', { urns: [MOVED, NEW], name: 'Beata' }],
  ])('syncContacts %s: a URN of the entry that the contact has lost is told', async (_, entry) => {
    const real = [{ ...amina(), urns: [NEW] }];
    const server = await lagging([{ ...amina(), urns: [MOVED, NEW] }], real);
    const { data } = await run(syncContacts([entry]), server);
    expect(data).toMatchObject({
      updated: [],
      failed: [{ index: 0, uuid: UUID, code: 'URN_TAKEN', changed: ['name'] }],
    });
  });

  test('syncContacts by another key: a number is added to those that the contact has now', async () => {
    const real = [{ ...amina(), urns: [NEW] }];
    const server = await lagging([{ ...amina(), urns: [MOVED, NEW] }], real);
    const { data } = await run(syncContacts([{ uuid: UUID, urns: [ADDED] }]), server);
    expect(data).toMatchObject({ updated: [{ index: 0, uuid: UUID }], failed: [] });
    expect(posts(server)).toEqual([{}, { urns: [NEW, ADDED] }]);
  });

  test.each([
    ['updateContact', updateContact(UUID, { urns: [NEW, ADDED] })],
    ['upsertContact', upsertContact({ uuid: UUID, urns: [NEW, ADDED] })],
  ])('%s by uuid: another number of the contact may have moved', async (_, operation) => {
    const real = [{ ...amina(), urns: [NEW] }];
    const server = await lagging([{ ...amina(), urns: [MOVED, NEW] }], real);
    expect((await run(operation, server)).data).toMatchObject({ urns: [NEW, ADDED] });
  });

  test('a number that was added seconds ago stays', async () => {
    const real = [{ ...amina(), urns: [MOVED, NEW] }];
    const server = await lagging([amina()], real);
    const { data } = await run(upsertContact({ name: 'Amina', urns: [MOVED, ADDED] }), server);
    expect(data).toMatchObject({ urns: [MOVED, NEW, ADDED] });
  });

  /** The copy and the database show this, until something is written: then the contact has these URNs. */
  const answeringWrites = (before: object, urns: string[]) => {
    let now = { ...amina(), ...before };
    return serve(
      msw.get('*/api/v2/contacts.json', ({ request }) =>
        page(new URL(request.url).searchParams.get('urn') === ADDED ? [] : [now]),
      ),
      msw.post('*/api/v2/contacts.json', async ({ request }) => {
        const body = (await request.json()) as object;
        if (Object.keys(body).length > 0) now = { ...now, ...body, urns };
        return HttpResponse.json(now);
      }),
    );
  };

  test.each([
    ['one that the contact had', [ADDED, NEW], []],
    ['one of the list', [MOVED, NEW], [0]],
    ['one of each, and there are two others', [NEW, 'mailto:b@x.org'], [0]],
    ['one that the contact had, and there is no other', [ADDED], []],
  ])('a URN that the answer lacks is told, however many it shows: %s', async (_, urns, lost) => {
    const server = await answeringWrites({}, urns);
    const error = await failure(upsertContact({ uuid: UUID, urns: [ADDED] }), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', outcome: 'unknown' });
    expect(error.details).toEqual({ contact: UUID, lost });
    expect(posts(server).at(-1)).toEqual({ urns: [MOVED, ADDED] });
  });

  test('a number that the server writes in another way is not missed', async () => {
    const [odd, stored] = ['tel:+5215512345678', 'tel:+525512345678'];
    const server = await answeringWrites({ urns: [odd, MOVED] }, [stored, MOVED, ADDED]);
    const { data } = await run(upsertContact({ uuid: UUID, urns: [odd, ADDED] }), server);
    expect(data).toMatchObject({ urns: [stored, MOVED, ADDED] });
  });

  test('a look whose answer has no URNs does not take those away that the list shows', async () => {
    const server = await serve(
      msw.get('*/api/v2/contacts.json', ({ request }) =>
        page(new URL(request.url).searchParams.get('urn') === ADDED ? [] : [amina()]),
      ),
      msw.post('*/api/v2/contacts.json', async ({ request }) => {
        const { urns } = (await request.json()) as { urns?: string[] };
        return HttpResponse.json({ ...amina(), urns });
      }),
    );
    await run(upsertContact({ urns: [MOVED, ADDED] }), server);
    expect(posts(server)).toEqual([{}, { urns: [MOVED, ADDED] }]);
  });

  test('answers that hide URNs are not checked', async () => {
    const hidden = () => HttpResponse.json({ uuid: UUID, urns: ['tel:********'] });
    const server = await serve(
      answering('get', 'contacts', () => page([amina()])),
      answering('post', 'contacts', hidden),
    );
    const { data } = await run(updateContact(MOVED, { name: 'Amina' }), server);
    expect(data).toMatchObject({ uuid: UUID });
  });

  test('a contact whose URNs are hidden is not looked at: the answer would not show more', async () => {
    const hidden = { uuid: UUID, urns: ['tel:********'] };
    const server = await serve(
      answering('get', 'contacts', () => page([hidden])),
      answering('post', 'contacts', () => HttpResponse.json(hidden)),
    );
    await run(updateContact(MOVED, { name: 'Amina' }), server);
    expect(posts(server)).toEqual([{ name: 'Amina' }]);
  });
});

describe('a URN that somebody got seconds ago is not taken from them', () => {
  /** What RapidPro says of an action without an action: it looks for the contacts all the same. */
  const actionless = (real: Contact[]) =>
    msw.post('*/api/v2/contact_actions.json', async ({ request }) => {
      const { contacts } = (await request.json()) as { contacts: string[] };
      const missing = contacts.find(
        name => !real.some(({ uuid, urns }) => uuid === name || urns.includes(name)),
      );
      return HttpResponse.json(
        {
          ...(missing === undefined ? {} : { contacts: [`No such object: ${missing}`] }),
          action: ['This field is required.'],
        },
        { status: 400 },
      );
    });
  const writesTo = (path: string, { requests }: Awaited<ReturnType<typeof lagging>>) =>
    requests.filter(one => one.method === 'POST' && one.path.includes(path)).map(one => one.body);

  const WRITES: [string, Operation][] = [
    ['updateContact by uuid', updateContact(UUID, { urns: [MOVED, ADDED] })],
    ['updateContact by URN', updateContact(MOVED, { urns: [MOVED, ADDED] })],
    ['upsertContact', upsertContact({ name: 'Amina', urns: [MOVED, ADDED] })],
    ['upsertContact, replacing', upsertContact({ urns: [MOVED, ADDED] }, { urns: 'replace' })],
  ];
  const scene = async (...handlers: Parameters<typeof serve>) => {
    const real = [amina(), { ...chantal(), urns: [OTHER, ADDED] }];
    const before = structuredClone(real);
    return { real, before, server: await lagging([amina(), chantal()], real, ...handlers) };
  };

  test.each(WRITES)('%s: nobody is changed', async (_, operation) => {
    const { server, real, before } = await scene(actionless([{ ...chantal(), urns: [ADDED] }]));
    const error = await failure(operation, server);
    expect(error).toMatchObject({
      code: 'URN_TAKEN',
      outcome: 'none',
      details: { index: 1, contact: UUID },
    });
    expect(error.description).toContain('urns[1] belongs to another contact');
    expect(error.description).toContain('Nothing was changed');
    expect(real).toEqual(before);
  });

  test.each([
    ['upsertContacts', upsertContacts([{ urns: [MOVED, ADDED] }])],
    ['syncContacts', syncContacts([{ urns: [MOVED, ADDED] }])],
    ['syncContacts, exact', syncContacts([{ urns: [MOVED, ADDED] }], { urns: 'exact' })],
    ['syncContacts by uuid', syncContacts([{ uuid: UUID, urns: [ADDED] }])],
  ])('%s: the entry fails, and nobody is changed', async (_, operation) => {
    const { server, real, before } = await scene(actionless([{ ...chantal(), urns: [ADDED] }]));
    const { data } = await run(operation, server);
    expect(data).toMatchObject({ failed: [{ index: 0, code: 'URN_TAKEN' }] });
    expect(real).toEqual(before);
  });

  test.each(WRITES)('%s: a free one is written', async (_, operation) => {
    const real = [amina(), chantal()];
    const server = await lagging([amina(), chantal()], real, actionless(real));
    await run(operation, server);
    expect(real[0]?.urns).toEqual([MOVED, ADDED]);
    expect(writesTo('contact_actions', server)).toEqual([{ contacts: [ADDED] }]);
  });

  test.each([
    ['names only the missing action', () => HttpResponse.json({ action: ['?'] }, { status: 400 })],
    ['takes it', () => new HttpResponse(null, { status: 204 })],
    ['has no such endpoint', () => new HttpResponse('<h1>No</h1>', { status: 404 })],
    ['does not let the token ask', () => denied()],
  ])('a server that %s cannot tell, and the URN is written', async (_, answer) => {
    const handler = msw.post('*/api/v2/contact_actions.json', answer);
    const { server, real } = await scene(handler);
    await run(updateContact(UUID, { urns: [MOVED, ADDED] }), server);
    expect(real[0]?.urns).toEqual([MOVED, ADDED]);
  });

  test.each([401, 413, 421])('nothing is written if the question fails: %i', async status => {
    const answer = () => HttpResponse.json({ detail: 'No.' }, { status });
    const handler = msw.post('*/api/v2/contact_actions.json', answer);
    const { server, real, before } = await scene(handler);
    const error = await failure(updateContact(UUID, { urns: [MOVED, ADDED] }), server);
    expect(error.outcome).toBe('none');
    expect(real).toEqual(before);
  });

  describe.each(['tel:0788000005', 'tel:788 000 005', 'tel:00250788000005'])(
    '%s is asked for with its country code: servers do not find it otherwise',
    urn => {
      const WRITES: [string, Operation][] = [
        ['updateContact by uuid', updateContact(UUID, { urns: [MOVED, urn] })],
        ['updateContact by URN', updateContact(MOVED, { urns: [MOVED, urn] })],
        ['upsertContact', upsertContact({ name: 'Amina', urns: [MOVED, urn] })],
        ['upsertContacts', upsertContacts([{ urns: [MOVED, urn] }])],
        ['syncContacts', syncContacts([{ urns: [MOVED, urn] }])],
        ['syncContacts, exact', syncContacts([{ urns: [MOVED, urn] }], { urns: 'exact' })],
        ['syncContacts by uuid', syncContacts([{ uuid: UUID, urns: [urn] }])],
      ];

      test.each(WRITES)('%s: nobody is changed', async (_, operation) => {
        const taken = actionless([{ ...chantal(), urns: [ADDED] }]);
        const { server, real, before } = await scene(taken);
        const result = await run(operation, server).then(
          ({ data }) => (data as { failed: unknown[] }).failed[0],
          (error: unknown) => error,
        );
        expect(result).toMatchObject({ code: 'URN_TAKEN' });
        expect(real).toEqual(before);
      });

      test.each(WRITES)('%s: a free one is written', async (_, operation) => {
        const real = [amina(), chantal()];
        const shown = [amina(), chantal()];
        const server = await lagging(shown, real, actionless(real));
        await run(operation, server);
        expect(real[0]?.urns).toEqual([MOVED, urn]);
        expect(writesTo('contact_actions', server)).toEqual([{ contacts: [ADDED] }]);
      });
    },
  );

  test.each([
    ['updateContact', updateContact(UUID, { name: 'B', urns: [MOVED] })],
    ['upsertContact', upsertContact({ uuid: UUID, name: 'B', urns: [MOVED] }, { urns: 'replace' })],
  ])(
    '%s: a list that is to replace all URNs also replaces one that the look-up did not show',
    async (_, operation) => {
      const real = [{ ...amina(), urns: [MOVED, ADDED] }];
      const server = await lagging([amina()], real, actionless(real));
      const { data } = await run(operation, server);
      expect(real).toMatchObject([{ name: 'B', urns: [MOVED] }]);
      expect(data).toMatchObject({ urns: [MOVED] });
    },
  );

  test('one that the contact has with its country code is not asked for', async () => {
    const real = [{ ...amina(), urns: [MOVED, ADDED] }];
    const server = await lagging(structuredClone(real), real, actionless(real));
    await run(updateContact(UUID, { urns: ['tel:0788000005'] }), server);
    expect(writesTo('contact_actions', server)).toEqual([]);
  });

  test('one that ends in the same digits as another of the contact is asked for', async () => {
    const ugandan = 'tel:+256700000005';
    const real = [
      { ...amina(), urns: [MOVED, ugandan] },
      { ...chantal(), urns: [OTHER, ADDED] },
    ];
    const shown = [{ ...amina(), urns: [MOVED, ugandan] }];
    const server = await lagging(shown, real, actionless(real));
    const changes = { urns: [MOVED, ugandan, 'tel:0788000005'] };
    const error = await failure(updateContact(UUID, changes), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', outcome: 'none' });
  });

  test.each([
    ['may not be read', denied],
    ['is not set', () => HttpResponse.json({ name: 'Clinic', country: null, timezone: 'UTC' })],
    ['has no such number', () => HttpResponse.json({ country: 'TV', timezone: 'UTC' })],
  ])('a number without its country is not asked for if the country %s', async (_, answer) => {
    const { server, real } = await scene(
      msw.get('*/api/v2/workspace.json', answer),
      actionless([]),
    );
    await run(updateContact(UUID, { urns: [MOVED, 'tel:0788000005'] }), server);
    expect(writesTo('contact_actions', server)).toEqual([]);
    expect(real[0]?.urns).toEqual([MOVED, 'tel:0788000005']);
  });

  test.each(['tel:+250 788 000 005', 'mailto:Beata@x.org', 'ext:P 77', 'whatsapp:250788000005#B'])(
    '%s, which servers write in another way, is asked for too',
    async urn => {
      const { server, real, before } = await scene(actionless([{ ...chantal(), urns: [urn] }]));
      const error = await failure(updateContact(UUID, { urns: [MOVED, urn] }), server);
      expect(error).toMatchObject({ code: 'URN_TAKEN', outcome: 'none', details: { index: 1 } });
      expect(real).toEqual(before);
    },
  );

  test('but not what may be a URN of the contact itself in another form', async () => {
    const odd = 'tel:+52 1 55 1234 5678';
    const real = [{ ...amina(), urns: ['tel:+525512345678'] }];
    const server = await lagging(
      structuredClone(real),
      real,
      actionless([{ ...real[0], urns: [odd] } as Contact]),
    );
    await run(updateContact(UUID, { urns: ['tel:+525512345678', odd] }), server);
    expect(writesTo('contact_actions', server)).toEqual([]);
  });

  test('an id that a server leaves out is told, too', async () => {
    const server = await serve(
      msw.get('*/api/v2/contacts.json', ({ request }) =>
        page(new URL(request.url).searchParams.has('uuid') ? [amina()] : []),
      ),
      msw.post('*/api/v2/contacts.json', () => HttpResponse.json(amina())),
      actionless([]),
    );
    const error = await failure(updateContact(UUID, { urns: [MOVED, 'ext:P77'] }), server);
    expect(error).toMatchObject({ code: 'URN_TAKEN', outcome: 'unknown', details: { lost: [1] } });
  });

  test.each(['v9', 'textit'] as const)(
    'the sandbox answers the question, too: %s',
    async dialect => {
      const contacts = [{ urns: [MOVED] }, { urns: [OTHER] }];
      const sandbox = await createSandbox({ dialect, contacts, seed: {}, token: TOKEN });
      const ask = (contact: string) =>
        http
          .post('contact_actions', { contacts: [contact] })(stateFor(sandbox))
          .then(
            () => expect.fail('it should be refused'),
            (error: RapidProError) => error.errors,
          );
      const action = 'action: This field is required.';
      expect(await ask(MOVED)).toEqual([action]);
      expect(await ask(ADDED)).toEqual([expect.stringMatching(/^contacts/), action]);
      await sandbox.close();
    },
  );
});

test('two entries of a list that are one contact do not overwrite the URNs of one another', async () => {
  const real = [amina()];
  const server = await lagging(real, real);
  const list = [{ urns: [MOVED, ADDED] }, { uuid: UUID, urns: [NEW] }];
  const { data } = await run(upsertContacts(list, { concurrency: 4 }), server);
  expect(real[0]?.urns.toSorted()).toEqual([MOVED, ADDED, NEW].toSorted());
  expect(data).toMatchObject({ failed: [{ code: 'CONTACT_CLASH' }, { code: 'CONTACT_CLASH' }] });
});

describe('syncContacts where only groups differ', () => {
  const GROUP = '0c000000-0000-4000-8000-000000000001';

  async function scene(contact: Contact) {
    const groups = [{ uuid: GROUP, name: 'Mothers', query: null, count: 0 }];
    const fields = [{ key: 'reg', name: 'Reg', type: 'text' }];
    return serve(
      msw.get('*/api/v2/groups.json', () => page(groups)),
      msw.get('*/api/v2/fields.json', () => page(fields)),
      msw.get('*/api/v2/contacts.json', () => page([contact])),
      msw.post('*/api/v2/contact_actions.json', () => new HttpResponse(null, { status: 204 })),
    );
  }

  const registered = { ...amina(), fields: { reg: 'R1' } };
  const argentine = { ...amina(), urns: ['tel:+5491123456789', OTHER] };

  test.each([
    ['the URN that identifies the contact', registered, { urns: [MOVED] }, {}, MOVED],
    ['it as the contact shows it', registered, { urns: ['tel:+250 788-000-001'] }, {}, MOVED],
    ['a number without its country in whole', registered, { urns: [LOCAL] }, {}, MOVED],
    ['the uuid, if that number may be one of two', argentine, { urns: [LOCAL] }, {}, UUID],
    ['the uuid that the entry names', registered, { uuid: UUID, urns: [MOVED] }, {}, UUID],
    ['it, if the key is a URN', registered, { uuid: UUID, urns: [MOVED] }, { key: 'urn' }, UUID],
    [
      'the uuid, if a field identifies it',
      registered,
      { urns: [MOVED], fields: { reg: 'R1' } },
      { key: 'fields.reg' },
      UUID,
    ],
  ] as [string, Contact, object, object, string][])(
    'the action names %s',
    async (_, contact, entry, options, named) => {
      const server = await scene(contact);
      await run(syncContacts([{ ...entry, groups: ['Mothers'] }], options), server);
      const actions = server.requests.filter(({ path }) => path.includes('contact_actions'));
      expect(actions.map(({ body }) => body)).toContainEqual({
        contacts: [named],
        action: 'add',
        group: GROUP,
      });
    },
  );
});
