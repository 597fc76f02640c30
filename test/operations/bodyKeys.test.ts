import fc from 'fast-check';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { recordings, servers } from '../../recordings/read.js';
import * as rapidpro from '../../src/index.js';
import { type Resource, type ResourceName, resources } from '../../src/resources.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { bulk, counts, workspace, writes } from './bulk/workspace.js';
import { FLOW, page, refused, run, stateFor, UUID } from './run.js';

/** Keys of bodies that are almost right: RapidPro would leave them out without a word. */

const AMINA = 'tel:+250788000001';
const event = {
  campaign: UUID,
  relative_to: 'due',
  offset: 1,
  unit: 'days',
  delivery_hour: 9,
  message: 'Come.',
};

type Make = (body: never) => Operation;
const contact = { urns: [AMINA] };
const start = { flow: FLOW, urns: [AMINA] };
const broadcast = { text: 'Hi', urns: [AMINA] };
const message = { text: 'Hi', contact: AMINA };

const addContact: Make = rapidpro.addContact;
const updateContact: Make = body => rapidpro.updateContact(UUID, body);
const upsertContact: Make = rapidpro.upsertContact;
const startFlow: Make = rapidpro.startFlow;
const sendBroadcast: Make = rapidpro.sendBroadcast;
const sendMessage: Make = rapidpro.sendMessage;

describe('a key that is almost a known one is refused, with that one', () => {
  test.each<[string, Make, object, key: string, meant: string]>([
    ['upsertContact', upsertContact, { urn: AMINA }, 'urn', 'urns'],
    ['upsertContact', upsertContact, { ...contact, urn: undefined }, 'urn', 'urns'],
    ['upsertContact', upsertContact, { URNs: [AMINA] }, 'URNs', 'urns'],
    ['upsertContact', upsertContact, { ...contact, group: 'Mothers' }, 'group', 'groups'],
    ['upsertContact', upsertContact, { ...contact, Fields: { age: 5 } }, 'Fields', 'fields'],
    ['upsertContact', upsertContact, { ...contact, uid: UUID }, 'uid', 'uuid'],
    ['addContact', addContact, { ...contact, field: { age: 5 } }, 'field', 'fields'],
    ['addContact', addContact, { ...contact, Name: 'Amina' }, 'Name', 'name'],
    ['addContact', addContact, { ...contact, names: 'Amina' }, 'names', 'name'],
    ['addContact', addContact, { ...contact, nmae: 'Amina' }, 'nmae', 'name'],
    ['addContact', addContact, { ...contact, langauge: 'eng' }, 'langauge', 'language'],
    ['addContact', addContact, { ...contact, gruops: ['A'] }, 'gruops', 'groups'],
    ['addContact', addContact, { ...contact, Notes: 'x' }, 'Notes', 'note'],
    ['updateContact', updateContact, { group: ['A'] }, 'group', 'groups'],
    ['updateContact', updateContact, { langage: null }, 'langage', 'language'],
    [
      'startFlow',
      startFlow,
      { ...start, restartParticipants: false },
      'restartParticipants',
      'restart_participants',
    ],
    [
      'startFlow',
      startFlow,
      { ...start, restart_participant: false },
      'restart_participant',
      'restart_participants',
    ],
    ['startFlow', startFlow, { ...start, excludeActive: true }, 'excludeActive', 'exclude_active'],
    ['startFlow', startFlow, { ...start, Flow: FLOW }, 'Flow', 'flow'],
    ['startFlow', startFlow, { urns: [AMINA], flows: FLOW }, 'flows', 'flow'],
    ['startFlow', startFlow, { ...start, param: {} }, 'param', 'params'],
    ['startFlow', startFlow, { ...start, contact: UUID }, 'contact', 'contacts'],
    ['startFlow', startFlow, { ...start, group: 'A' }, 'group', 'groups'],
    ['startFlow', startFlow, { flow: FLOW, urn: AMINA }, 'urn', 'urns'],
    ['sendBroadcast', sendBroadcast, { ...broadcast, contact: UUID }, 'contact', 'contacts'],
    ['sendBroadcast', sendBroadcast, { ...broadcast, group: 'A' }, 'group', 'groups'],
    ['sendBroadcast', sendBroadcast, { text: 'Hi', urn: AMINA }, 'urn', 'urns'],
    ['sendBroadcast', sendBroadcast, { ...broadcast, attachment: [] }, 'attachment', 'attachments'],
    [
      'sendBroadcast',
      sendBroadcast,
      { ...broadcast, quickReplies: [] },
      'quickReplies',
      'quick_replies',
    ],
    [
      'sendBroadcast',
      sendBroadcast,
      { ...broadcast, quick_reply: [] },
      'quick_reply',
      'quick_replies',
    ],
    [
      'sendBroadcast',
      sendBroadcast,
      { ...broadcast, baseLanguage: 'eng' },
      'baseLanguage',
      'base_language',
    ],
    ['sendMessage', sendMessage, { ...message, contacts: [UUID] }, 'contacts', 'contact'],
    ['sendMessage', sendMessage, { contact: AMINA, Text: 'Hi' }, 'Text', 'text'],
    ['sendMessage', sendMessage, { ...message, attachment: [] }, 'attachment', 'attachments'],
    ['addGroup', rapidpro.addGroup, { Name: 'A' }, 'Name', 'name'],
    ['addLabel', rapidpro.addLabel, { name: 'A', names: [] }, 'names', 'name'],
    ['addTopic', rapidpro.addTopic, { nam: 'A' }, 'nam', 'name'],
    ['addOptIn', rapidpro.addOptIn, { NAME: 'A' }, 'NAME', 'name'],
    ['addField', rapidpro.addField, { name: 'A', types: 'text' }, 'types', 'type'],
    ['ensureField', rapidpro.ensureField, { name: 'A', Type: 'text' }, 'Type', 'type'],
    ['addGlobal', rapidpro.addGlobal, { name: 'A', values: 'x' }, 'values', 'value'],
    ['addCampaign', rapidpro.addCampaign, { name: 'A', groups: ['B'] }, 'groups', 'group'],
    [
      'addCampaignEvent',
      rapidpro.addCampaignEvent,
      { ...event, relativeTo: 'due' },
      'relativeTo',
      'relative_to',
    ],
    [
      'addCampaignEvent',
      rapidpro.addCampaignEvent,
      { ...event, deliveryHour: 9 },
      'deliveryHour',
      'delivery_hour',
    ],
    [
      'addCampaignEvent',
      rapidpro.addCampaignEvent,
      { ...event, messages: 'x' },
      'messages',
      'message',
    ],
    [
      'addResthookSubscriber',
      rapidpro.addResthookSubscriber,
      { resthook: 'x', targetUrl: 'https://x.org' },
      'targetUrl',
      'target_url',
    ],
  ])('%s: %j', async (_, make, body, key, meant) => {
    const error = await refused(make(body as never), 'INVALID_INPUT');
    expect(error.description).toContain(`has the unknown key "${key}"`);
    expect(error.fix).toMatch(/^Nothing was sent\./);
    expect(error.fix).toContain(`Did you mean "${meant}"?`);
    expect(error.fix).toContain('http.post("');
  });

  test('also one that evaluated to nothing', async () => {
    const state = { data: {} };
    const make = upsertContact({
      ...contact,
      Fields: (s: State) => (s.data as State).fields,
    } as never);
    await refused(make, 'INVALID_INPUT', state);
  });

  test('and one that is no word is not shown', async () => {
    const error = await refused(addContact({ 'name ': 'Amina' } as never), 'INVALID_INPUT');
    expect(error.description).toBe('contact has an unknown key that is similar to "name".');
  });

  test.each([
    [[{ type: 'text', texts: 'Yes' }], 'message.quick_replies[0]'],
    [
      [
        { type: 'text', text: 'Yes' },
        { Type: 'text', text: 'No' },
      ],
      'message.quick_replies[1]',
    ],
    [[{ type: 'url', text: 'Go', extras: 'https://x.org' }], 'message.quick_replies[0]'],
  ])('of a quick reply: %j', async (quick_replies, path) => {
    const error = await refused(
      sendMessage({ ...message, quick_replies } as never),
      'INVALID_INPUT',
    );
    expect(error.description).toContain(`${path} has the unknown key`);
  });

  test('of a quick reply in one language', async () => {
    const quick_replies = { eng: [{ text: 'Yes' }], fra: [{ txt: 'Oui' }] };
    const error = await refused(
      sendBroadcast({ ...broadcast, quick_replies } as never),
      'INVALID_INPUT',
    );
    expect(error.description).toBe('broadcast.quick_replies.fra[0] has the unknown key "txt".');
  });
});

const friendly = () =>
  serve(
    msw.get('*', ({ request }) => page(request.url.includes('flows') ? [{ uuid: FLOW }] : [])),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, urns: [AMINA] }, { status: 201 })),
  );

describe('a key that RapidPro itself answers there is no mistake', () => {
  test.each<[string, Make, object]>([
    ['notes of a contact', addContact, { ...contact, notes: [] }],
    ['the status of a contact', updateContact, { name: 'A', status: 'active', blocked: false }],
    ['the uuid of a contact', addContact, { ...contact, uuid: UUID }],
    ['the ref of a contact', upsertContact, { ...contact, ref: '5' }],
    ['the flow of a contact', upsertContact, { ...contact, flow: null, last_seen_on: null }],
    ['the ticket of a message', sendMessage, { ...message, ticket: UUID }],
    ['the URN of a message', sendMessage, { ...message, urn: AMINA, labels: [] }],
    ['the progress of a broadcast', sendBroadcast, { ...broadcast, id: 5, progress: {} }],
    ['the extra of a flow start', startFlow, { ...start, extra: {}, id: 5 }],
    ['the label of a field', rapidpro.addField, { name: 'A', type: 'text', label: 'A' }],
    ['the key of a global', rapidpro.addGlobal, { name: 'A', value: 'x', key: 'a' }],
    ['the query of a group', rapidpro.addGroup, { name: 'A', query: null, count: 5 }],
  ])('%s', async (_, make, body) => {
    const server = await friendly();
    await make(body as never)(stateFor(server));
    expect(server.requests.at(-1)?.method).toBe('POST');
  });

  test.each<[string, Make, object]>([
    [
      'fields',
      addContact,
      { ...contact, fields: { urn: 'x', Name: 'y', group: 'z', fields: '1' } },
    ],
    ['params', startFlow, { ...start, params: { urn: 'x', flows: 1, Params: { param: 2 } } }],
    ['extra', startFlow, { ...start, extra: { contact: 'x' } }],
    ['languages', sendBroadcast, { ...broadcast, text: { tex: 'a', txt: 'b' } }],
  ])('keys inside %s are of the author', async (_, make, body) => {
    const lines = captureConsole();
    const server = await friendly();
    await make(body as never)(stateFor(server));
    expect(server.requests.at(-1)?.body).toMatchObject(body === contact ? {} : { urns: [AMINA] });
    expect(lines.join()).not.toContain('unknown key');
  });

  test.each(['colour', 'nickname', 'phone', 'age', 'title'])(
    'another key, "%s", is sent, with a warning',
    async key => {
      const lines = captureConsole();
      const server = await friendly();
      await run(addContact({ ...contact, [key]: 'x' } as never), server);
      expect(server.requests.at(-1)?.body).toMatchObject({ [key]: 'x' });
      expect(lines.join()).toContain(`contact has the unknown key "${key}"`);
    },
  );
});

describe('a contact of which RapidPro would take no key is refused: it would be an empty one', () => {
  test.each<[string, Make, object, description: string, advice: string]>([
    ['addContact', addContact, { phone: '0788' }, 'contact', 'urns: ["tel:+250788123123"]'],
    ['addContact', addContact, { fullname: 'A', colour: 'red' }, 'contact', 'Possible here: name,'],
    ['addContact', addContact, { uuid: UUID, status: 'active' }, 'contact', 'Possible: name,'],
    ['addContact', addContact, { 'Amina Diallo': 1 }, 'contact', 'Possible here: name,'],
    ['updateContact', updateContact, { nickname: 'x' }, 'changes', 'Possible here: name,'],
    ['upsertContact', upsertContact, { phone: '0788' }, 'contact', 'urns: ["tel:+250788123123"]'],
    ['upsertContact', upsertContact, { status: 'active' }, 'contact', 'Possible: name,'],
  ])('%s: %j', async (_, make, body, where, advice) => {
    const error = await refused(make(body as never), 'INVALID_INPUT');
    expect(error.description).toContain(`${where} has no key that RapidPro takes`);
    expect(error.description).not.toContain('Amina');
    expect(error.fix).toContain(advice);
    expect(error.fix).toContain('http.post("contacts"');
  });

  test('also one that is empty since its data is missing', async () => {
    await refused(
      upsertContact({ name: (state: State) => state.nothing } as never),
      'INVALID_INPUT',
    );
  });

  test.each([
    ['upsertContacts', rapidpro.upsertContacts],
    ['syncContacts', rapidpro.syncContacts],
  ])('%s: the item fails', async (_, operation) => {
    const sandbox = await workspace();
    const list = [{ phone: '0788' }, { urns: ['tel:+250788000011'] }, { colour: 'red' }];
    const { result } = await bulk(operation(list as never), sandbox);
    expect(counts(result)).toEqual([1, 0, 0, 2, 0]);
    expect(result.failed.map(({ index }) => index)).toEqual([0, 2]);
  });

  test('one with a key of its own, and an empty one, are made', async () => {
    const server = await friendly();
    for (const body of [{}, { name: 'A', colour: 'red' }, { urns: [] }]) {
      await run(addContact(body as never), server);
    }
    await run(rapidpro.upsertContact({ uuid: UUID, colour: 'red' } as never), server);
    expect(server.requests).toHaveLength(4);
  });
});

describe.each(servers)('the keys that %s answers', server => {
  const posted = (Object.keys(resources) as ResourceName[]).filter(
    name => (resources[name] as Resource).answers !== undefined,
  );

  test.each(posted)('for %s are known', name => {
    const { answers = [] }: Resource = resources[name];
    const keys = new Set<string>();
    for (const { request, response } of recordings(server)) {
      if (!request.path.endsWith(`/api/v2/${name}.json`) || response.status >= 300) continue;
      const body = response.body as { results?: object[] } | null;
      if (body === null || typeof body !== 'object' || Array.isArray(body)) continue;
      for (const one of body.results ?? [body]) for (const key of Object.keys(one)) keys.add(key);
    }
    const isOffered = !('only' in resources[name]) || server === 'rapidpro-9.0.0';
    expect(keys.size > 0).toBe(isOffered);
    expect([...keys].filter(key => !answers.includes(key))).toEqual([]);
  });
});

test('each endpoint that takes the body of an object says what it answers', () => {
  const posted = Object.entries<Resource>(resources).filter(
    ([path, { methods }]) =>
      methods.includes('POST') && !path.endsWith('_actions') && path !== 'media',
  );
  expect(posted.filter(([, { answers }]) => answers === undefined)).toEqual([]);
});

describe.each(['v9', 'textit'] as const)('in a list on %s', dialect => {
  test.each([
    ['upsertContacts', rapidpro.upsertContacts],
    ['syncContacts', rapidpro.syncContacts],
  ])('%s: the item fails alone', async (_, operation) => {
    const lines = captureConsole();
    const sandbox = await workspace({ dialect });
    const list = [
      { urns: ['tel:+250788000011'], name: 'Amina' },
      { urns: ['tel:+250788000012'], Name: 'Beata' },
      { urn: 'tel:+250788000013', name: 'Chantal' },
      { urns: ['tel:+250788000014'], group: undefined, Colour: 'red' },
      { urns: ['tel:+250788000015'], notes: [], status: 'active' },
    ];
    const { result } = await bulk(operation(list as never), sandbox);
    expect(counts(result)).toEqual([2, 0, 0, 3, 0]);
    expect(result.failed).toMatchObject([
      { index: 1, code: 'INVALID_INPUT', fix: expect.stringContaining('"name"?') },
      { index: 2, code: 'INVALID_INPUT', fix: expect.stringContaining('"urns"?') },
      { index: 3, code: 'INVALID_INPUT', fix: expect.stringContaining('"groups"?') },
    ]);
    expect(JSON.stringify(writes(sandbox))).not.toMatch(/00012|00013|00014/);
    expect(lines.join()).not.toMatch(/Beata|Chantal/);
  });

  test('a key that is no word stays out of the log', async () => {
    const lines = captureConsole();
    const sandbox = await workspace({ dialect });
    const list = [{ urns: ['tel:+250788000011'], '0788 000 099': 'x' }];
    await bulk(rapidpro.upsertContacts(list as never), sandbox);
    expect(lines.join()).toContain('a key that RapidPro does not know');
    expect(lines.join()).not.toContain('099');
  });
});

const KNOWN = ['name', 'language', 'urns', 'groups', 'fields', 'note'];

/** One change that a hand makes to a word. */
const slip = fc.constantFrom<(word: string, at: number) => string>(
  word => word.toUpperCase(),
  word => word.charAt(0).toUpperCase() + word.slice(1),
  (word, at) => `${word.slice(0, at)}_${word.slice(at)}`,
  word => `${word}s`,
  word => word.replace(/s$/, ''),
  (word, at) => word.slice(0, at) + word.slice(at + 1),
  (word, at) => `${word.slice(0, at)}q${word.slice(at)}`,
  (word, at) => `${word.slice(0, at)}q${word.slice(at + 1)}`,
);

test('whatever one slip makes of a key is refused, unless RapidPro answers it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...KNOWN), slip, fc.nat(), async (known, change, at) => {
      const key = change(known, at % known.length);
      const { answers = [] }: Resource = resources.contacts;
      fc.pre(!KNOWN.includes(key) && !answers.includes(key));
      const error = await addContact({ name: 'A', [key]: 'x' } as never)(
        stateFor({ host: 'http://127.0.0.1:1/' }),
      ).then(
        () => undefined,
        thrown => thrown,
      );
      expect(error).toMatchObject({ code: 'INVALID_INPUT', fix: expect.stringContaining('mean') });
    }),
    { numRuns: 300 },
  );
});
