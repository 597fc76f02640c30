import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/resources.js';
import { open } from './opened.js';

/** Server errors that no recording covers, from the servers' documentation and tests. */

const ANN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const ZOE = '1d2f5a4c-3b6e-4f80-9c1d-000000000002';
const CAMPAIGN = '1d2f5a4c-3b6e-4f80-9c1d-000000000003';
const MANY = Array.from({ length: 101 }, (_, index) => index);

const seed = {
  fields: [
    { name: 'Age', type: 'number' as const },
    { name: 'Born', type: 'datetime' as const },
  ],
  groups: [{ name: 'Mothers' }, { name: 'Adults', query: 'age >= 18' }],
  contacts: [
    { uuid: ANN, name: 'Ann', urns: ['tel:+250788123123'] },
    { uuid: ZOE, name: 'Zoe', status: 'blocked' as const },
  ],
  labels: [{ name: 'Spam' }],
  campaigns: [{ uuid: CAMPAIGN, name: 'Reminders', group: 'Mothers' }],
  flows: [{ uuid: '1d2f5a4c-3b6e-4f80-9c1d-000000000004', name: 'Survey' }],
};

const contact = `contacts.json?uuid=${ANN}`;
const flow = seed.flows[0]?.uuid;
const start = { flow, contacts: [ANN] };
const event = {
  campaign: CAMPAIGN,
  relative_to: 'born',
  offset: 15,
  unit: 'weeks',
  delivery_hour: -1,
};
const required = ['This field is required.'];
const only = (most: number) => [`Ensure this field has no more than ${most} elements.`];

type Case = [what: string, path: string, body: unknown, answer: unknown, dialects?: Dialect[]];

const cases: Case[] = [
  [
    'a body that is not an object',
    'contacts.json',
    [],
    { non_field_errors: ['Request body should be a single JSON object'] },
  ],
  ['101 URNs', contact, { urns: MANY.map(n => `twitter:bob${n}`) }, { urns: only(100) }],
  [
    '101 fields',
    contact,
    { fields: Object.fromEntries(MANY.map(n => [`f${n}`, n])) },
    { fields: only(100) },
  ],
  [
    'a group for a blocked contact',
    `contacts.json?uuid=${ZOE}`,
    { groups: ['Mothers'] },
    { groups: ["Non-active contacts can't be added to groups"] },
  ],
  [
    'two lookups',
    `${contact}&urn=tel:%2B250788123123`,
    {},
    { detail: 'URL can only contain one of the following parameters: urn, uuid' },
  ],
  [
    'URNs for a contact found by one',
    'contacts.json?urn=tel:%2B250788123123',
    { urns: ['tel:+250788123124'] },
    { urns: ['Field not allowed when using URN in URL'] },
  ],
  [
    'null characters',
    contact,
    { fields: { age: 'a\u0000b' } },
    { fields: { age: ['Null characters are not allowed.'] } },
  ],
  [
    'a field without a name',
    'fields.json',
    {},
    { non_field_errors: ["Field 'name' is required."] },
  ],
  [
    'a field without a type',
    'fields.json',
    { name: 'goats' },
    { non_field_errors: ["Field 'type' is required."] },
  ],
  [
    'an invalid field',
    'fields.json',
    { name: '!@#$%', type: 'video' },
    {
      name: ['Can only contain letters, numbers and hypens.'],
      type: ['"video" is not a valid choice.'],
    },
  ],
  [
    'a field with the old keys',
    'fields.json',
    { label: '!@#$%', value_type: 'video' },
    {
      label: ['Can only contain letters, numbers and hypens.'],
      value_type: ['"video" is not a valid choice.'],
    },
  ],
  [
    'a field with a reserved name',
    'fields.json',
    { name: 'HAS', type: 'text' },
    { name: ['Generated key "has" is invalid or a reserved name.'] },
  ],
  [
    'a field that exists',
    'fields.json',
    { label: 'AGE', value_type: 'text' },
    { label: ['This field must be unique.'] },
  ],
  [
    'a group with invalid characters',
    'groups.json',
    { name: '"Hi"' },
    { name: ['Cannot contain the character: "'] },
  ],
  ['a group without a name', 'groups.json', {}, { name: required }],
  [
    'a label that exists',
    'labels.json',
    { name: 'spam' },
    { name: ['This field must be unique.'] },
  ],
  ['a topic without a name', 'topics.json', {}, { name: required }],
  [
    'no contacts to act on',
    'contact_actions.json',
    { contacts: [], action: 'block' },
    { contacts: ["Contacts can't be empty."] },
  ],
  [
    'an action without a group',
    'contact_actions.json',
    { contacts: [ANN], action: 'add' },
    { non_field_errors: ['For action "add" you should also specify a group'] },
  ],
  [
    'adding to a smart group',
    'contact_actions.json',
    { contacts: [ANN], action: 'add', group: 'Adults' },
    { group: ['Contact group must not be query based: Adults'] },
  ],
  [
    'an action on messages without a label',
    'message_actions.json',
    { messages: [], action: 'label' },
    { non_field_errors: ['For action "label" you should also specify a label'] },
  ],
  [
    'an empty label',
    'message_actions.json',
    { messages: [], action: 'label', label: '' },
    { label: ['This field may not be null.'] },
  ],
  [
    'duplicate labels',
    'message_actions.json',
    { messages: [], action: 'label', label: 'Spam', label_name: 'Spam' },
    { non_field_errors: ["Can't specify both label and label_name."] },
  ],
  [
    'a label for an action without one',
    'message_actions.json',
    { messages: [], action: 'archive', label: 'Spam' },
    { non_field_errors: ['For action "archive" you should not specify a label'] },
  ],
  ['a message to nobody', 'messages.json', {}, { contact: required }],
  [
    'an empty message',
    'messages.json',
    { contact: ANN },
    { non_field_errors: ['Must provide either text or attachments.'] },
  ],
  [
    'an invalid attachment',
    'messages.json',
    { contact: ANN, text: 'Hi', attachments: ['xxxx'] },
    { attachments: ['No such object: xxxx'] },
  ],
  [
    'a broadcast without recipients',
    'broadcasts.json',
    { text: 'Hello' },
    { non_field_errors: ['Must provide either urns, contacts or groups.'] },
  ],
  [
    'a group given as a number',
    'broadcasts.json',
    { text: 'Hello', groups: [123456] },
    { groups: ['No such object: 123456'] },
  ],
  [
    'a broadcast without its base language',
    'broadcasts.json',
    { text: { kin: 'Muraho' }, base_language: 'eng', contacts: [ANN] },
    { non_field_errors: ['No text translation provided in base language.'] },
  ],
  [
    'quick replies without the base language',
    'broadcasts.json',
    {
      text: { eng: 'Hello' },
      quick_replies: { spa: [{ text: 'Si' }] },
      base_language: 'eng',
      contacts: [ANN],
    },
    { non_field_errors: ['No quick_replies translations provided in base language.'] },
    ['textit'],
  ],
  ['a start of no flow', 'flow_starts.json', {}, { flow: required }],
  [
    'a start without recipients',
    'flow_starts.json',
    { flow },
    { non_field_errors: ['Must specify at least one group, contact or URN'] },
  ],
  [
    'params that are a text',
    'flow_starts.json',
    { ...start, params: 'YES' },
    { params: ['Must be a valid JSON object'] },
  ],
  [
    'params that are a list',
    'flow_starts.json',
    { ...start, extra: [1] },
    { extra: ['Must be a valid JSON object'] },
  ],
  [
    'params that are too long',
    'flow_starts.json',
    { ...start, params: { foo: 'a'.repeat(10_000) } },
    { params: ['Cannot exceed 10,000 characters encoded.'] },
    ['textit'],
  ],
  [
    'params with letters that are escaped',
    'flow_starts.json',
    { ...start, params: { foo: 'é'.repeat(2000) } },
    { params: ['Cannot exceed 10,000 characters encoded.'] },
    ['textit'],
  ],
  [
    'params that are too long with the spaces between them',
    'flow_starts.json',
    { ...start, params: Object.fromEntries(MANY.map(n => [n, 'a'.repeat(91)])) },
    { params: ['Cannot exceed 10,000 characters encoded.'] },
    ['textit'],
  ],
  [
    'a start with an invalid URN',
    'flow_starts.json',
    { flow, urns: ['foo:bar'] },
    { urns: { 0: ['Invalid URN: foo:bar. Ensure phone numbers contain country codes.'] } },
  ],
  [
    'an empty campaign event',
    'campaign_events.json',
    {},
    {
      campaign: required,
      relative_to: required,
      offset: required,
      unit: required,
      delivery_hour: required,
    },
  ],
  [
    'an invalid campaign event',
    'campaign_events.json',
    { ...event, unit: 'epocs', delivery_hour: 25, message: { kin: 'Muraho' } },
    {
      unit: ['"epocs" is not a valid choice.'],
      delivery_hour: ['Ensure this value is less than or equal to 23.'],
      message: ['Message text in default flow language is required.'],
    },
  ],
  [
    'a campaign event without content',
    'campaign_events.json',
    event,
    { non_field_errors: ['Flow or a message text required.'] },
  ],
  [
    'a subscriber without a hook',
    'resthook_subscribers.json',
    {},
    { resthook: required, target_url: required },
  ],
  [
    'a subscriber of an unknown hook',
    'resthook_subscribers.json',
    { resthook: 'spam', target_url: 'https://foo.bar/' },
    { resthook: ['No resthook with slug: spam'] },
  ],
  [
    'too many tickets',
    'ticket_actions.json',
    { tickets: MANY.map(String), action: 'close' },
    { tickets: only(100) },
  ],
  [
    'a global with an invalid key',
    'globals.json',
    { name: '1st', value: 'x' },
    { name: ['Name creates Key that is invalid'] },
  ],
];

describe.each(['v9', 'textit'] as const)('what the sandbox refuses (%s)', dialect => {
  const asked = cases.filter(([, , , , dialects]) => !dialects || dialects.includes(dialect));
  it.each(asked)('%s', async (_, path, body, answer) => {
    const { post } = await open({ dialect, seed });
    expect(await post(path, body)).toMatchObject({ status: 400, data: answer });
  });

  it('changes to a deleted contact', async () => {
    const { post, remove } = await open({ dialect, seed });
    expect((await remove(contact)).status).toBe(204);
    expect(await post(contact, {})).toMatchObject({
      status: 400,
      data: { non_field_errors: ["Deleted contacts can't be modified."] },
    });
  });

  it('another type for a date that a campaign uses', async () => {
    const { post } = await open({ dialect, seed });
    const made = await post('campaign_events.json', { ...event, message: { eng: 'Soon' } });
    expect(made.status).toBe(201);
    const refused = ["Can't change type of date field being used by campaign events."];
    expect(await post('fields.json?key=born', { name: 'Born', type: 'text' })).toMatchObject({
      status: 400,
      data: { type: refused },
    });
    expect(
      await post('fields.json?key=born', { label: 'Born', value_type: 'numeric' }),
    ).toMatchObject({ status: 400, data: { value_type: refused } });
  });

  it('a new event relative to a field that is not a date, but not a change to one', async () => {
    const { post } = await open({ dialect, seed });
    const ofText = { ...event, relative_to: 'age', message: { eng: 'Soon' } };
    expect((await post('campaign_events.json', ofText)).status).toBe(500);
    const made = await post<{ uuid: string }>('campaign_events.json', { ...ofText, ...event });
    expect(await post(`campaign_events.json?uuid=${made.data.uuid}`, ofText)).toMatchObject({
      status: 200,
      data: { relative_to: { key: 'age', name: 'Age' } },
    });
  });

  it('changes to a system topic', async () => {
    const { get, post } = await open({ dialect, seed });
    const { data } = await get<{ results: { uuid: string; system: boolean }[] }>('topics.json');
    const general = data.results.find(({ system }) => system);
    expect(await post(`topics.json?uuid=${general?.uuid}`, { name: 'Other' })).toMatchObject({
      status: 403,
      data: { detail: 'Cannot modify system object.' },
    });
  });
});

describe('what the sandbox keeps', () => {
  it('the five newest notes of a contact', async () => {
    const { get, post } = await open({ dialect: 'textit', seed });
    for (let i = 1; i <= 9; i++) {
      expect((await post(contact, { note: `Note ${i}` })).status).toBe(200);
    }
    const { data } = await get<{ results: { notes: { text: string }[] }[] }>(contact);
    expect(data.results[0]?.notes.map(({ text }) => text)).toEqual([
      'Note 5',
      'Note 6',
      'Note 7',
      'Note 8',
      'Note 9',
    ]);
  });

  it('a broadcast in each language', async () => {
    const { post } = await open({ dialect: 'textit', seed });
    const { data } = await post('broadcasts.json', {
      text: { eng: 'Hello', spa: 'Hola' },
      quick_replies: { eng: [{ text: 'Red' }], fra: [{ text: 'Rouge' }] },
      base_language: 'eng',
      contacts: [ANN],
    });
    expect(data).toMatchObject({
      text: { eng: 'Hello', spa: 'Hola', fra: '' },
      attachments: { eng: [], spa: [], fra: [] },
      quick_replies: { spa: [] },
      base_language: 'eng',
    });
  });

  it("each part of a broadcast in the contact's language if available", async () => {
    const { get, post, sandbox } = await open({
      dialect: 'textit',
      languages: ['eng', 'fra'],
      seed: { ...seed, contacts: [{ uuid: ANN, urns: ['tel:+250788123123'], language: 'fra' }] },
    });
    await post('broadcasts.json', {
      text: { eng: 'Hello' },
      quick_replies: { eng: [{ text: 'Red' }], fra: [{ text: 'Rouge' }] },
      base_language: 'eng',
      contacts: [ANN],
    });
    await sandbox.settled();
    expect((await get('messages.json')).data.results).toMatchObject([
      { text: 'Hello', quick_replies: [{ text: 'Rouge' }] },
    ]);
  });

  it('params of 10,000 characters as Python encodes them', async () => {
    const { post } = await open({ dialect: 'textit', seed });
    const params = { a: 'b'.repeat(10_000 - 36), c: [1.5, null], d: {} };
    expect(await post('flow_starts.json', { ...start, params })).toMatchObject({ status: 201 });
    params.a += 'b';
    expect(await post('flow_starts.json', { ...start, params })).toMatchObject({ status: 400 });
  });

  it("an uploaded file under the site's address", async () => {
    const { sandbox, post } = await open({ seed });
    const form = new FormData();
    form.append('file', new File(['png'], 'a b.png', { type: 'image/png' }));
    const headers = { authorization: `Token ${sandbox.token}` };
    const url = `${sandbox.host}api/v2/media.json`;
    const uploaded = await sandbox.handle(
      new Request(url, { method: 'POST', headers, body: form }),
    );
    const media = (await uploaded.json()) as { uuid: string; url: string };
    expect(media).toMatchObject({ filename: 'a b.png', size: 3, content_type: 'image/png' });
    expect(media.url).toMatch(/^\/media\/.*\/a%20b\.png$/);
    const { data } = await post('messages.json', { contact: ANN, attachments: [media.uuid] });
    expect(data.attachments).toEqual([
      { content_type: 'image/png', url: `https://${new URL(sandbox.host).host}${media.url}` },
    ]);
  });
});

describe.each(['v9', 'textit'] as const)('files that the sandbox refuses (%s)', dialect => {
  const upload = async (body?: FormData | URLSearchParams, flagged = false) => {
    const { sandbox } = await open({ dialect, seed });
    sandbox.configure({ flagged });
    const answer = await sandbox.handle(
      new Request(`${sandbox.host}api/v2/media.json`, {
        method: 'POST',
        headers: { authorization: `Token ${sandbox.token}` },
        ...(body ? { body } : {}),
      }),
    );
    return { status: answer.status, data: await answer.json() };
  };
  const withFile = (file: File | string) => {
    const form = new FormData();
    form.append('file', file);
    return form;
  };

  it('an empty one', async () => {
    const empty = withFile(new File([], 'a.png', { type: 'image/png' }));
    expect(await upload(empty)).toEqual({
      status: 400,
      data: { file: ['The submitted file is empty.'] },
    });
  });

  it('a text', async () => {
    const text = ['The submitted data was not a file. Check the encoding type on the form.'];
    expect(await upload(withFile('png'))).toEqual({ status: 400, data: { file: text } });
    expect(await upload(withFile(''))).toEqual({ status: 400, data: { file: text } });
    const form = new URLSearchParams({ file: 'png' });
    expect(await upload(form)).toEqual({ status: 400, data: { file: text } });
  });

  it('none', async () => {
    const none = { status: 400, data: { file: ['No file was submitted.'] } };
    expect(await upload()).toEqual(none);
    expect(await upload(new URLSearchParams({ other: 'png' }))).toEqual(none);
  });

  it('any while the workspace is flagged', async () => {
    const png = withFile(new File(['png'], 'a.png', { type: 'image/png' }));
    expect(await upload(png, true)).toMatchObject({
      status: 400,
      data: { non_field_errors: [expect.stringContaining('currently flagged')] },
    });
  });
});
