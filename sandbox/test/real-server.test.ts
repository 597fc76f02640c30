import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/resources.js';
import type { Seed } from '../src/index.js';
import { open } from './opened.js';

/** What real servers were seen to answer that no recording holds. */

const ANN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const BOB = '1d2f5a4c-3b6e-4f80-9c1d-000000000002';
const NOBODY = '1d2f5a4c-3b6e-4f80-9c1d-000000000003';
const OLD_FLOW = '1d2f5a4c-3b6e-4f80-9c1d-000000000004';
const HELP_FLOW = '1d2f5a4c-3b6e-4f80-9c1d-000000000005';
const CAMPAIGN = '1d2f5a4c-3b6e-4f80-9c1d-000000000006';
const TICKET = '1d2f5a4c-3b6e-4f80-9c1d-000000000007';
const TOPIC = '1d2f5a4c-3b6e-4f80-9c1d-000000000008';
const GROUP = '1d2f5a4c-3b6e-4f80-9c1d-000000000009';
const UNKNOWN = '1d2f5a4c-3b6e-4f80-9c1d-00000000000a';

const opensTicket = {
  nodes: [
    {
      uuid: UNKNOWN,
      actions: [{ uuid: UNKNOWN, type: 'open_ticket', body: 'Call' }],
      exits: [{ uuid: UNKNOWN, destination_uuid: null }],
    },
  ],
};

const seed: Seed = {
  fields: [
    { key: 'age', name: 'Age', type: 'number' },
    { key: 'born', name: 'Born', type: 'datetime' },
  ],
  groups: [{ uuid: GROUP, name: 'Mothers' }],
  contacts: [
    { uuid: ANN, name: 'Ann', urns: ['tel:+250788123123'], flow: 'Help' },
    { uuid: BOB, name: 'Bob', urns: ['tel:+250788123124'], flow: 'Help' },
    { uuid: NOBODY, urns: ['tel:+250788123125'] },
  ],
  flows: [
    { uuid: OLD_FLOW, name: 'Old', archived: true },
    { uuid: HELP_FLOW, name: 'Help', definition: opensTicket },
  ],
  campaigns: [{ uuid: CAMPAIGN, name: 'Reminders', group: 'Mothers' }],
  topics: [{ uuid: TOPIC, name: 'Referrals' }],
  tickets: [{ uuid: TICKET, contact: ANN, assignee: { email: 'ada@example.org' } }],
  users: [{ email: 'ada@example.org', first_name: 'Ada', last_name: 'A', role: 'administrator' }],
  messages: [
    { contact: ANN, direction: 'in', text: 'a' },
    { contact: ANN, direction: 'out', text: 'b' },
  ],
  globals: [{ name: 'Hotline', value: '114' }],
  resthooks: [{ resthook: 'new-report' }],
};

const REQUIRED = ['This field is required.'];
const UNIQUE = ['This field must be unique.'];
const BLANK = ['This field may not be blank.'];
const LANGUAGE = 'Not an allowed ISO 639-3 language code.';
const long = (letters: number) => 'a'.repeat(letters);

const event = { campaign: CAMPAIGN, relative_to: 'born', offset: 1, unit: 'days' };
const broadcast = { contacts: [ANN], text: 'hi' };
const start = { flow: HELP_FLOW, contacts: [ANN] };

type Case = [path: string, body: unknown, status: number, answer?: unknown, only?: Dialect];

/** Several faults in one answer, in the order in which a server looks for them. */
const faults: Case[] = [
  [
    'broadcasts.json',
    { ...broadcast, text: 7 },
    400,
    { text: ['Expected a dictionary of items but got type "int".'] },
  ],
  [
    'broadcasts.json',
    { ...broadcast, text: true },
    400,
    { text: ['Expected a dictionary of items but got type "bool".'] },
  ],
  [
    'campaign_events.json',
    { ...event, delivery_hour: 9, message: 1.5 },
    400,
    { message: ['Expected a dictionary of items but got type "float".'] },
  ],
  [
    'broadcasts.json',
    { ...broadcast, text: ['a'] },
    400,
    { text: { eng: ['Not a valid string.'] } },
    'textit',
  ],
  ['broadcasts.json', { ...broadcast, base_language: 'xyz' }, 400, { base_language: [LANGUAGE] }],
  [
    'broadcasts.json',
    { ...broadcast, base_language: 'english' },
    400,
    { base_language: ['Ensure this field has no more than 3 characters.', LANGUAGE] },
  ],
  [
    'broadcasts.json',
    { ...broadcast, base_language: 'fra' },
    400,
    { non_field_errors: ['No text translation provided in base language.'] },
  ],
  [
    'broadcasts.json',
    { contacts: [ANN], text: '', base_language: 'xyz' },
    400,
    { text: { eng: BLANK }, base_language: [LANGUAGE] },
  ],
  [
    'broadcasts.json',
    { ...broadcast, text: { base: 'a', eng: '' } },
    400,
    { text: { eng: BLANK } },
  ],
  [
    'broadcasts.json',
    { ...broadcast, text: { base: 'a', luo: 'b', eng: 'c' } },
    400,
    { text: { base: [LANGUAGE], luo: [LANGUAGE] } },
  ],
  [
    'contact_actions.json',
    { contacts: [], action: 'nope' },
    400,
    { contacts: ["Contacts can't be empty."], action: ['"nope" is not a valid choice.'] },
  ],
  [
    'contact_actions.json',
    { contacts: [] },
    400,
    { contacts: ["Contacts can't be empty."], action: REQUIRED },
  ],
  [
    'resthook_subscribers.json',
    { resthook: '', target_url: 'x' },
    400,
    { resthook: BLANK, target_url: ['Enter a valid URL.'] },
  ],
  [
    'globals.json?key=hotline',
    { name: 'No.', value: '1' },
    400,
    { name: ['Name contains illegal characters.'] },
  ],
  ['globals.json?key=hotline', { name: 'Hotline', value: '' }, 400, { value: BLANK }],
  ['fields.json?key=age', { name: 'Name', type: 'text' }, 400, { name: UNIQUE }, 'v9'],
  ['fields.json', { name: 'language', type: 'text' }, 400, { name: UNIQUE }, 'v9'],
  [
    'groups.json',
    { name: `${long(65)}"` },
    400,
    {
      name: [
        'Cannot be longer than 64 characters.',
        'Ensure this field has no more than 64 characters.',
      ],
    },
  ],
  [
    'message_actions.json',
    { messages: [{}], action: 'nope' },
    400,
    { messages: ['Must be a string or integer'], action: ['"nope" is not a valid choice.'] },
  ],
  [
    'contacts.json',
    { urns: [...Array(100).fill('ext:a'), 'foo:b'] },
    400,
    { urns: { 100: ['Invalid URN: foo:b. Ensure phone numbers contain country codes.'] } },
  ],
];

/** What is named twice. */
const twice: Case[] = [
  [
    'broadcasts.json',
    { contacts: [ANN, 'tel:+250788123123'], text: 'hi' },
    500,
    undefined,
    'textit',
  ],
  ['broadcasts.json', { groups: [GROUP, 'mothers'], text: 'hi' }, 500, undefined, 'textit'],
  ['flow_starts.json', { flow: HELP_FLOW, contacts: [ANN, ANN] }, 500, undefined, 'textit'],
  [
    'broadcasts.json',
    { contacts: [ANN, 'tel:+250788123123'], text: 'hi' },
    201,
    { contacts: [{ uuid: ANN, name: 'Ann' }] },
    'v9',
  ],
  ['ticket_actions.json', { tickets: [TICKET, TICKET], action: 'close' }, 204],
];

const others: Case[] = [
  ['flow_starts.json', { flow: OLD_FLOW, contacts: [ANN] }, 201, { status: 'pending' }],
  [
    'campaign_events.json',
    { ...event, delivery_hour: 9, flow: OLD_FLOW },
    201,
    { flow: { uuid: OLD_FLOW, name: 'Old' } },
  ],
  [
    'campaign_events.json',
    { ...event, delivery_hour: 9, message: { kin: 'a', eng: 'b' } },
    201,
    { message: { kin: 'a', eng: 'b' } },
  ],
  ['ticket_actions.json', { tickets: [TICKET], action: 'assign', assignee: '' }, 204],
  ['messages.json', { contact: NOBODY, text: 'hi' }, 201, { contact: { uuid: NOBODY, name: '' } }],
  [
    'broadcasts.json',
    { contacts: [ANN], attachments: { eng: [] } },
    201,
    { text: { eng: null } },
    'v9',
  ],
  [
    'broadcasts.json',
    { contacts: [ANN], attachments: { eng: [] } },
    201,
    { text: { eng: '' } },
    'textit',
  ],
  [
    'broadcasts.json',
    { urns: ['ext:5%', 'tel:0788 123 199'], text: 'hi' },
    201,
    { urns: ['ext:5%25', 'tel:+250788123199'] },
  ],
  ['contacts.json', { urns: ['webchat:abc@x.org'] }, 201, { urns: ['webchat:abc@x.org'] }, 'v9'],
  ['contacts.json', { urns: ['webchat:abc'] }, 500, undefined, 'v9'],
  [
    'contacts.json',
    { urns: ['webchat:abc@x.org'] },
    400,
    { urns: { 0: ['URN is not valid.'] } },
    'textit',
  ],
  ['contacts.json', { urns: ['tel:tel:+5582999876543'] }, 400],
  ['topics.json?uuid=x', { name: 'a' }, 500, undefined, 'v9'],
  [`topics.json?uuid=${UNKNOWN}`, { name: 'a' }, 404],
  ['optins.json?uuid=x', { name: 'a' }, 500, undefined, 'v9'],
  [`optins.json?uuid=${UNKNOWN}`, { name: 'a' }, 404, undefined, 'v9'],
  ['flow_starts.json?uuid=x', start, 500, undefined, 'v9'],
  ['messages.json?uuid=x', { contact: ANN, text: 'a' }, 500, undefined, 'v9'],
  [`messages.json?uuid=${UNKNOWN}`, { contact: ANN, text: 'a' }, 404],
  ['groups.json?uuid=x', { name: 'a' }, 404, undefined, 'v9'],
  [
    'topics.json?uuid=x',
    { name: 'a' },
    400,
    { detail: "Param 'uuid': x is not a valid UUID." },
    'textit',
  ],
];

describe.each(['v9', 'textit'] as const)('as a real server (%s)', dialect => {
  const here = (all: Case[]) => all.filter(([, , , , only]) => !only || only === dialect);

  it.each([...here(faults), ...here(twice), ...here(others)])(
    'POST %s %j: %s',
    async (path, body, status, answer) => {
      const { post } = await open({ dialect, seed });
      const found = await post(path, body);
      expect(found.status).toBe(status);
      if (status >= 400 && answer) expect(found.data).toEqual(answer);
      else if (answer) expect(found.data).toMatchObject(answer);
    },
  );

  it.each([
    ['messages.json?id=0', 2],
    ['messages.json?id=%2B00', 2],
    ['runs.json?id=0', 2],
    ['resthook_subscribers.json?id=0', 0],
    ['messages.json?broadcast=0', 0],
    ['messages.json?id=1_000', 0],
    ['contacts.json?urn=tel:%2B250-788-123-123', 1],
    ['contacts.json?urn=tel:+250+788+(123)+123', 1],
    ['%63ontacts.json', 3],
    ['contacts%2Ejson', 3],
    ['/api%2Fv2/contacts.json', 3],
  ])('GET %s has %s rows', async (path, rows) => {
    const { get } = await open({ dialect, seed });
    expect((await get(path)).data.results).toHaveLength(rows);
  });

  it.each([
    ['messages.json?broadcast=abc', 500],
    ['messages.json?id=', 400],
    ['messages.json?id=1.5', 400],
    ['%64efinitionz.json', 404],
  ])('GET %s: %s', async (path, status) => {
    const { get } = await open({ dialect, seed });
    expect((await get(path)).status).toBe(status);
  });

  it('goes on at the decoded path', async () => {
    const { get } = await open({ dialect, contacts: 300 });
    const { data } = await get('%63ontacts.json');
    expect(data.next).toContain('/api/v2/contacts.json?cursor=');
  });

  it('lets a start of an archived flow fail without a run', async () => {
    const { get, post } = await open({ dialect, seed });
    await post('flow_starts.json', { flow: OLD_FLOW, contacts: [ANN] });
    expect((await get('flow_starts.json')).data.results).toMatchObject([{ status: 'failed' }]);
    expect((await get(`runs.json?flow=${OLD_FLOW}`)).data.results).toEqual([]);
  });

  it('acts once on a ticket that is named twice', async () => {
    const { get, post } = await open({ dialect, seed });
    const tickets = [TICKET, TICKET];
    await post('ticket_actions.json', { tickets, action: 'assign', assignee: '' });
    expect((await get('tickets.json')).data.results).toMatchObject([{ assignee: null }]);
    const again = await post('ticket_actions.json', { tickets, action: 'assign', assignee: null });
    expect(again.data).toEqual(dialect === 'v9' ? '' : { failures: tickets });
  });

  it.each([[[ANN]], [[ANN, BOB]]])('interrupts %j', async contacts => {
    const { sandbox, get, post } = await open({ dialect, seed });
    const flows = async () => {
      const { data } = await get<{ results: { flow: unknown }[] }>('contacts.json');
      return data.results.filter(one => one.flow !== null).length;
    };
    expect((await post('contact_actions.json', { contacts, action: 'interrupt' })).status).toBe(
      204,
    );
    const isQueued = dialect === 'v9' || contacts.length > 1;
    expect(await flows()).toBe(isQueued ? 2 : 1);
    await sandbox.settled();
    expect(await flows()).toBe(2 - contacts.length);
  });

  it.each([
    [[NOBODY], 2],
    [[NOBODY, BOB], dialect === 'v9' ? 1 : 3],
  ])('has the tickets of a start of %j', async (contacts, tickets) => {
    const { get, post } = await open({ dialect, seed });
    await post('flow_starts.json', { flow: HELP_FLOW, contacts });
    expect((await get('tickets.json')).data.results).toHaveLength(tickets);
  });

  it('lists the users of the seed and no others', async () => {
    const { sandbox, get } = await open({ dialect, seed });
    const { data } = await get('users.json');
    expect(data.results).toMatchObject([{ email: 'ada@example.org' }]);
    expect((await get('workspace.json', sandbox.tokens.editor)).status).toBe(200);
  });

  it('lists groups, fields and labels in the order of the rows that it was given', async () => {
    const first = await open({
      dialect,
      seed: {
        groups: ['B', 'A', 'C'].map(name => ({ name })),
        fields: ['Y', 'X'].map(name => ({ name })),
        labels: ['M', 'L'].map(name => ({ name })),
      },
    });
    const all = async (from: typeof first, path: string) => (await from.get(path)).data.results;
    const names = async (from: typeof first, path: string) =>
      (await all(from, path)).map(row => row.name).filter(name => name !== 'Open Tickets');
    expect(await names(first, 'groups.json')).toEqual(['B', 'A', 'C']);
    expect(await names(first, 'fields.json')).toEqual(['Y', 'X']);
    expect(await names(first, 'labels.json')).toEqual(['M', 'L']);
    const groups = (await all(first, 'groups.json')) as unknown as Seed['groups'];
    const second = await open({ dialect, seed: { groups: groups ?? [] } });
    expect(await all(second, 'groups.json')).toEqual(groups);
  });
});

describe('of one line of servers', () => {
  it.each([
    [{}, { 0: ["Quick replies of type 'text' require a 'text' value."] }],
    [{ text: '' }, { 0: ["Quick replies of type 'text' require a 'text' value."] }],
    [{ text: '  ' }, { 0: { text: BLANK } }],
    [
      { type: 'location', extra: 'x' },
      { 0: ["Quick replies of type 'location' cannot have an 'extra' value."] },
    ],
    [
      { type: 'form', text: 'x' },
      { 0: ["Quick replies of type 'form' require 'text' and 'extra' values."] },
    ],
    [
      { type: 'nope', text: long(65) },
      {
        0: {
          type: ['"nope" is not a valid choice.'],
          text: ['Ensure this field has no more than 64 characters.'],
        },
      },
    ],
  ])('textit refuses the quick reply %j', async (reply, answer) => {
    const textit = await open({ dialect: 'textit', seed });
    const body = { contact: ANN, text: 'hi', quick_replies: [reply] };
    expect((await textit.post('messages.json', body)).data).toEqual({ quick_replies: answer });
  });

  it('textit breaks on a quick reply that is null', async () => {
    const textit = await open({ dialect: 'textit', seed });
    const body = { contact: ANN, text: 'hi', quick_replies: [null] };
    expect((await textit.post('messages.json', body)).status).toBe(500);
  });

  it('textit finds users whatever the case of their address, and shows the team of an agent', async () => {
    const { get: ask } = await open({ dialect: 'textit' });
    const { data } = await ask('users.json?email=AGENT@Example.org');
    expect(data.results).toMatchObject([{ role: 'agent', team: { name: 'All Topics' } }]);
    expect((await ask('users.json?role=editor')).data.results).toMatchObject([{ team: null }]);
  });

  it('textit sorts the languages of a broadcast, and takes the first that was given as the base', async () => {
    const textit = await open({ dialect: 'textit', seed });
    const { data } = await textit.post<{ text: object; base_language: string }>('broadcasts.json', {
      contacts: [ANN],
      text: { kin: 'a', eng: 'b' },
    });
    expect([Object.keys(data.text), data.base_language]).toEqual([['eng', 'kin'], 'kin']);
  });

  it('textit counts at most 366 days', async () => {
    const textit = await open({ dialect: 'textit' });
    const { data } = await textit.get('statistics.json?since=2024-01-01&until=2026-01-01');
    expect(data).toEqual({ detail: "Date range can't be more than 366 days." });
  });
});

/** Read in the source of both servers. */
describe('as the source of the servers says', () => {
  const upper = (uuid: string) => uuid.toUpperCase();
  const taken = ['URN belongs to another contact: tel:+250788123123'];
  const PICTURE = '1d2f5a4c-3b6e-4f80-9c1d-0000000000b1';
  const more: Seed = {
    ...seed,
    labels: [{ uuid: UNKNOWN, name: 'Urgent' }],
    media: [
      {
        uuid: PICTURE,
        content_type: 'image/png',
        url: `/m/${PICTURE}.png`,
        filename: 'a',
        size: 1,
      },
    ],
  };
  const inbox = { contact: ANN, text: 'hi' };
  const dated = { ...event, delivery_hour: -1, message: 'hi' };

  it.each<Case>([
    [
      'contacts.json',
      { urns: ['tel:+250788123123'], name: '' },
      400,
      { name: BLANK, urns: taken },
      'v9',
    ],
    ['contacts.json', { urns: ['tel:+250788123123'], name: '' }, 400, { name: BLANK }, 'textit'],
    ['flow_starts.json', { ...start, flow: upper(HELP_FLOW) }, 400, undefined, 'v9'],
    ['flow_starts.json', { ...start, flow: upper(HELP_FLOW) }, 201, undefined, 'textit'],
    [`groups.json?uuid=${upper(GROUP)}`, { name: 'New' }, 404, undefined, 'v9'],
    [`groups.json?uuid=${upper(GROUP)}`, { name: 'New' }, 200, undefined, 'textit'],
    ['flow_starts.json', { ...start, exclude_active: 1.0, restart_participants: 0 }, 201],
    ['flow_starts.json', { ...start, exclude_active: '0.0' }, 400],
    ['flow_starts.json', { ...start, params: {}, extra: { a: 1 } }, 201, { params: { a: 1 } }],
    ['campaign_events.json', { ...dated, offset: '1_0' }, 201, { offset: 10 }],
    ['campaign_events.json', { ...dated, offset: 3_000_000_000 }, 500],
    ['campaign_events.json', { ...dated, relative_to: 'name' }, 500, undefined, 'v9'],
    ['campaign_events.json', { ...dated, relative_to: 'name' }, 400, undefined, 'textit'],
    [
      'messages.json',
      { ...inbox, ticket: UNKNOWN },
      400,
      { ticket: [`No such object: ${UNKNOWN}`] },
      'v9',
    ],
    ['messages.json', { ...inbox, ticket: TICKET }, 201],
    ['messages.json', { ...inbox, attachments: [PICTURE] }, 201],
    ['messages.json', { ...inbox, attachments: [`image/png:https://x.org/${PICTURE}`] }, 201],
    ['messages.json', { ...inbox, attachments: [`https://x.org/${PICTURE}`] }, 400],
    ['messages.json', { ...inbox, attachments: [7] }, 500, undefined, 'v9'],
    [
      'messages.json',
      { ...inbox, attachments: [7] },
      400,
      { attachments: ['No such object: 7'] },
      'textit',
    ],
    ['message_actions.json', { messages: [1], action: 'label', label: upper(UNKNOWN) }, 204],
    ['resthook_subscribers.json', { resthook: 'new-report', target_url: 'http://x.1/a' }, 400],
    ['resthook_subscribers.json', { resthook: 'new-report', target_url: 'http://-x.org/' }, 400],
    [
      'resthook_subscribers.json',
      { resthook: 'new-report', target_url: 'http://x.org:80/?a#b' },
      201,
    ],
    [
      `contacts.json?uuid=x&urn=tel:1`,
      {},
      400,
      { detail: "Param 'uuid': x is not a valid UUID." },
      'textit',
    ],
  ])('POST %s %j: %i', async (path, body, status, answer, only) => {
    for (const dialect of only ? [only] : (['v9', 'textit'] as const)) {
      const { post } = await open({ dialect, seed: more });
      const given = await post(path, body);
      expect(given.status).toBe(status);
      if (answer !== undefined) expect(given.data).toMatchObject(answer as object);
    }
  });

  it.each<[path: string, v9: number, textit: number]>([
    ['definitions.json?dependencies=', 400, 400],
    ['definitions.json?flow=', 200, 500],
    ['runs.json?flow=', 200, 400],
    [`contacts.json?uuid=${ANN}&uuid=x`, 200, 400],
    [`users.json?${'uuid=1d2f5a4c-3b6e-4f80-9c1d-000000000001&'.repeat(101)}`, 200, 400],
    ['statistics.json?since=2026-02-30', 404, 400],
    ['statistics.json?since=20260228&until=2026-W10', 404, 200],
    ['statistics.json?since=2026-1-1', 404, 400],
  ])('GET %s', async (path, v9, textit) => {
    for (const [dialect, status] of [
      ['v9', v9],
      ['textit', textit],
    ] as const) {
      const { get } = await open({ dialect, seed: more });
      expect((await get(path)).status).toBe(status);
    }
  });

  it('takes a label away only by its name in the same case', async () => {
    const { post, get } = await open({ seed: more });
    const act = (action: string, label_name: string) =>
      post('message_actions.json', { messages: [1], action, label_name });
    const labeled = async () => (await get('messages.json?label=Urgent')).data.results.length;
    await act('label', 'URGENT');
    await act('unlabel', 'urgent');
    expect(await labeled()).toBe(1);
    await act('unlabel', 'Urgent');
    expect(await labeled()).toBe(0);
  });

  it('says that a deleted contact cannot be modified after all that is wrong with the body', async () => {
    const { post, remove } = await open({ seed: more });
    await remove(`contacts.json?uuid=${ANN}`);
    const path = `contacts.json?uuid=${ANN}`;
    expect((await post(path, { name: '' })).data).toEqual({ name: BLANK });
    expect((await post(path, { name: 'x' })).data).toEqual({
      non_field_errors: ["Deleted contacts can't be modified."],
    });
  });

  it('keeps 256 values of params, at any depth', async () => {
    const { post } = await open({ seed: more });
    const params = {
      a: Array.from({ length: 200 }, () => 1),
      b: Array.from({ length: 200 }, () => 2),
      c: 3,
    };
    const { data } = await post<{ params: Record<string, object> }>('flow_starts.json', {
      ...start,
      params,
    });
    expect(Object.keys(data.params)).toEqual(['a', 'b']);
    expect(Object.keys(data.params.b ?? {})).toHaveLength(54);
  });
});

it('answers 413 to a body above its limit, and reads no further', async () => {
  const { sandbox } = await open({ bodyLimit: 1000 });
  const headers = { authorization: `Token ${sandbox.token}`, 'content-type': 'application/json' };
  const url = `${sandbox.host}api/v2/contacts.json`;
  const ask = (body: string | ReadableStream, more: object = {}) =>
    fetch(url, { method: 'POST', headers, body, ...more });
  expect((await ask(JSON.stringify({ name: 'a' }))).status).toBe(201);
  expect((await ask(JSON.stringify({ name: long(1000) }))).status).toBe(413);
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(64_000));
    },
  });
  const streamed = await ask(endless, { duplex: 'half' }).then(
    answer => answer.status,
    () => 413,
  );
  expect(streamed).toBe(413);
  expect(pulled).toBeLessThan(500);
  const direct = new Request(url, { method: 'POST', headers, body: long(1001) });
  expect((await sandbox.handle(direct)).status).toBe(413);
});
