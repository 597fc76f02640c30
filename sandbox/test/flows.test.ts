import { describe, expect, it } from 'vitest';
import type { ContactSeed, FlowSeed, Seed } from '../src/index.js';
import { type Opened, open, type Page } from './opened.js';

const FLOW = '6f6b3c1e-5b0e-4f2a-8d43-0000000000f1';
const SIMPLE = '6f6b3c1e-5b0e-4f2a-8d43-0000000000f2';
const URN = 'tel:+250788123123';

const id = (last: number): string => `6f6b3c1e-5b0e-4f2a-8d43-${String(last).padStart(12, '0')}`;

/** Asks for an age in the contact's language, saves it, and adds adults to a group. */
const ages: FlowSeed = {
  uuid: FLOW,
  name: 'Ages',
  definition: {
    language: 'eng',
    localization: { fra: { [id(10)]: { text: ['Quel âge avez-vous, @contact ?'] } } },
    nodes: [
      {
        uuid: id(1),
        actions: [
          {
            uuid: id(10),
            type: 'send_msg',
            text: 'How old are you, @(title(contact))? Reply to @@us',
          },
        ],
        exits: [{ uuid: id(2), destination_uuid: id(3) }],
      },
      {
        uuid: id(3),
        router: {
          type: 'switch',
          operand: '@input.text',
          wait: { type: 'msg' },
          result_name: 'Own Age',
          cases: [
            { type: 'has_number_gte', arguments: ['18'], category_uuid: id(20) },
            { type: 'has_number', arguments: [], category_uuid: id(21) },
          ],
          categories: [
            { uuid: id(20), name: 'Adult', exit_uuid: id(4) },
            { uuid: id(21), name: 'Child', exit_uuid: id(5) },
            { uuid: id(22), name: 'Other', exit_uuid: id(6) },
          ],
          default_category_uuid: id(22),
        },
        exits: [
          { uuid: id(4), destination_uuid: id(7) },
          { uuid: id(5), destination_uuid: null },
          { uuid: id(6), destination_uuid: id(3) },
        ],
      },
      {
        uuid: id(7),
        actions: [
          {
            uuid: id(11),
            type: 'set_contact_field',
            field: { key: 'age' },
            value: '@results.own_age',
          },
          { uuid: id(12), type: 'add_contact_groups', groups: [{ name: 'Adults' }] },
          { uuid: id(13), type: 'add_input_labels', labels: [{ name: 'Answer' }] },
          { uuid: id(14), type: 'set_contact_name', name: '@contact.name @trigger.params.family' },
          { uuid: id(15), type: 'send_msg', text: 'Thanks @contact.first_name, @fields.age it is' },
        ],
        exits: [{ uuid: id(8), destination_uuid: null }],
      },
    ],
  },
};

const ann: ContactSeed = { uuid: id(100), name: 'ann', urns: [URN], language: 'eng' };

const seed: Seed = {
  fields: [{ name: 'Age', type: 'number' }],
  groups: [{ name: 'Adults' }],
  labels: [{ name: 'Answer' }],
  flows: [ages, { uuid: SIMPLE, name: 'Simple' }],
  contacts: [ann, { uuid: id(101), name: 'Zoé', urns: ['tel:+250788123124'], language: 'fra' }],
};

interface Run {
  exit_type: string | null;
  responded: boolean;
  values: Record<string, { value: string; category: string; input: string }>;
}
interface Message {
  text: string;
  direction: string;
  visibility: string;
  labels: { name: string }[];
  flow: { name: string } | null;
}

async function start({ post, sandbox }: Opened, body: Record<string, unknown>): Promise<void> {
  const { status } = await post('flow_starts.json', { contacts: [ann.uuid], ...body });
  expect(status).toBe(201);
  await sandbox.settled();
}

const runs = async ({ get }: Opened): Promise<Run[]> =>
  (await get<Page<Run>>('runs.json')).data.results;
const texts = async ({ get }: Opened): Promise<string[]> =>
  (await get<Page<Message>>('messages.json')).data.results.map(({ text }) => text).reverse();

describe.each(['v9', 'textit'] as const)('flows of the sandbox (%s)', dialect => {
  it('ask, wait for the answer, and continue with it', async () => {
    const opened = await open({ dialect, seed });
    const { sandbox, get } = opened;
    await start(opened, { flow: FLOW, params: { family: 'Uwase' } });
    expect(await runs(opened)).toMatchObject([{ exit_type: null, responded: false, values: {} }]);
    await sandbox.reply(URN, 'what?');
    expect(await runs(opened)).toMatchObject([
      { exit_type: null, responded: true, values: { own_age: { category: 'Other' } } },
    ]);
    await sandbox.reply(ann.uuid ?? '', 'I am 34 now');
    expect(await runs(opened)).toMatchObject([
      {
        exit_type: 'completed',
        values: {
          own_age: {
            name: 'Own Age',
            value: '34',
            category: 'Adult',
            ...(dialect === 'v9' ? { input: 'I am 34 now' } : {}),
          },
        },
      },
    ]);
    expect(await texts(opened)).toEqual([
      'How old are you, Ann? Reply to @us',
      'what?',
      'I am 34 now',
      'Thanks ann, 34 it is',
    ]);
    const [found] = sandbox.contacts().filter(({ uuid }) => uuid === ann.uuid);
    expect(found).toMatchObject({
      name: 'ann Uwase',
      fields: { age: '34' },
      groups: [{ name: 'Adults' }],
    });
    const labelled = await get<Page<Message>>('messages.json?label=Answer');
    expect(labelled.data.results).toMatchObject([{ text: 'I am 34 now', flow: { name: 'Ages' } }]);
  });

  it("use the contact's language", async () => {
    const opened = await open({ dialect, seed });
    await start(opened, { flow: FLOW, contacts: [id(101)] });
    expect(await texts(opened)).toEqual(['Quel âge avez-vous, Zoé ?']);
  });

  it('wait for one answer if they have no definition', async () => {
    const opened = await open({ dialect, seed });
    await start(opened, { flow: SIMPLE });
    await opened.sandbox.reply(URN, 'fine');
    expect(await runs(opened)).toMatchObject([
      { exit_type: 'completed', values: { answer: { value: 'fine', category: 'All Responses' } } },
    ]);
  });

  it('are interrupted by a later start', async () => {
    const opened = await open({ dialect, seed });
    await start(opened, { flow: FLOW });
    await start(opened, { flow: SIMPLE });
    const all = await opened.get<Page<Run & { flow: { name: string } }>>('runs.json');
    const ends = all.data.results.map(({ flow, exit_type }) => [flow.name, exit_type]);
    expect(ends.sort()).toEqual([
      ['Ages', 'interrupted'],
      ['Simple', null],
    ]);
  });

  it('exclude earlier participants and contacts in other flows on request', async () => {
    const opened = await open({ dialect, seed });
    await start(opened, { flow: SIMPLE });
    await start(opened, { flow: SIMPLE, restart_participants: false });
    await start(opened, { flow: FLOW, exclude_active: true });
    expect(await runs(opened)).toHaveLength(1);
    await start(opened, { flow: SIMPLE, restart_participants: true });
    expect(await runs(opened)).toHaveLength(2);
  });
});

describe('messages from contacts', () => {
  it('go to the inbox if no flow waits', async () => {
    const opened = await open({ seed });
    const uuid = await opened.sandbox.reply(URN, 'hello', {
      attachments: ['image/png:http://127.0.0.1/a.png'],
    });
    expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
    const inbox = await opened.get<Page<Message>>('messages.json?folder=inbox');
    expect(inbox.data.results).toMatchObject([
      { text: 'hello', direction: 'in', attachments: [{ content_type: 'image/png' }] },
    ]);
  });

  it('create a contact for an unknown URN', async () => {
    const { sandbox } = await open();
    await sandbox.reply('tel:+250788999999', 'hello');
    expect(sandbox.contacts()).toMatchObject([
      { name: null, urns: ['tel:+250788999999'], last_seen_on: expect.any(String) },
    ]);
    await expect(sandbox.reply('nobody', 'hello')).rejects.toThrow('has no contact nobody');
  });

  it('are archived from a blocked contact, and reactivate a stopped one', async () => {
    const { sandbox, get } = await open({
      contacts: [
        { uuid: id(1), urns: ['tel:+250788000001'], status: 'blocked' },
        { uuid: id(2), urns: ['tel:+250788000002'], status: 'stopped' },
      ],
    });
    await sandbox.reply(id(1), 'let me in');
    await sandbox.reply(id(2), 'I am back');
    expect(sandbox.contacts().map(({ status }) => status)).toEqual(['blocked', 'active']);
    const archived = await get<Page<Message>>('messages.json?folder=archived');
    expect(archived.data.results.map(({ text }) => text)).toEqual(['let me in']);
  });
});

describe('tickets of the sandbox', () => {
  it('are opened for a contact, and counted by smart groups', async () => {
    const { sandbox, get } = await open({
      contacts: [{ name: 'Ann', urns: [URN] }],
      seed: { topics: [{ name: 'Referrals' }] },
    });
    const uuid = sandbox.openTicket(URN, { topic: 'Referrals', assignee: 'agent@example.org' });
    const { data } = await get('tickets.json');
    expect(data.results).toMatchObject([
      {
        uuid,
        status: 'open',
        topic: { name: 'Referrals' },
        assignee: { email: 'agent@example.org' },
      },
    ]);
    expect((await get('groups.json?name=Open%20Tickets')).data.results).toMatchObject([
      { count: 1 },
    ]);
    expect(() => sandbox.openTicket(URN, { topic: 'Nope' })).toThrow('has no topic Nope');
  });
});
