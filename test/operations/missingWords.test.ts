import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import * as rapidpro from '../../src/index.js';
import {
  addContact,
  getContacts,
  sendBroadcast,
  sendMessage,
  syncContacts,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { bulk, counts, workspace, writes } from './bulk/workspace.js';
import { FLOW, failure, page, refused, run, UUID } from './run.js';

/** Text that is put together from data that is not there goes to nobody. */

const AMINA = 'tel:+250788000001';
const data: { name?: string } = {};
const seed = () => ({ contacts: [{ urns: [AMINA], name: 'Amina' }] });

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  test.each([
    ['sendMessage', sendMessage({ contact: AMINA, text: `Dear ${data.name}, come.` })],
    ['sendMessage, an object', sendMessage({ contact: AMINA, text: `Dear ${{}}` })],
    ['sendBroadcast', sendBroadcast({ urns: [AMINA], text: `Dear ${data.name}` })],
    [
      'sendBroadcast, in one language',
      sendBroadcast({ urns: [AMINA], text: { eng: 'Dear you', fra: `Chère ${data.name}` } }),
    ],
    ['addContact', addContact({ urns: ['tel:+250788000002'], name: `${data.name} Diallo` })],
    ['upsertContact', upsertContact({ urns: [AMINA], name: `${data.name}` })],
  ])('%s', async (_, operation) => {
    const sandbox = await workspace({ dialect, ...seed() });
    await expect(run(operation, sandbox)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      description: expect.stringContaining('some of its data is missing'),
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('what only looks like it is sent', async () => {
    const sandbox = await workspace({ dialect, ...seed() });
    await run(
      sendMessage({ contact: AMINA, text: 'Nothing is null and void, or object.' }),
      sandbox,
    );
    expect(sandbox.requests()).toHaveLength(1);
  });
});

describe('a word for missing data as a language', () => {
  const nothing: unknown = undefined;
  const WORDS = [
    `${Number('x')}`,
    `${nothing}`,
    `${null}`,
    `${{}}`,
    ' NaN ',
    'Invalid Date',
    '$.data.lang',
  ];
  const NEW = 'tel:+250788000002';

  test.each(WORDS)('%s is refused', async language => {
    const operations: Operation[] = [
      upsertContact({ urns: [NEW], language }),
      addContact({ urns: [NEW], language }),
      rapidpro.updateContact(UUID, { language }),
      sendBroadcast({ urns: [NEW], text: { eng: 'Hi' }, base_language: language }),
      sendBroadcast({ urns: [NEW], text: { eng: 'Hi', [language]: 'Muraho' } }),
    ];
    for (const operation of operations) {
      await refused(operation, 'INVALID_INPUT');
    }
    for (const operation of [upsertContacts, syncContacts]) {
      captureConsole();
      const sandbox = await workspace(seed());
      const state = await run(operation([{ urns: [AMINA], language }]), sandbox);
      expect(state.data).toMatchObject({ failed: [{ code: 'INVALID_INPUT' }] });
      expect(writes(sandbox)).toEqual([]);
    }
  });

  test('but Min Nan is a language', async () => {
    for (const language of ['nan', ' nan', 'NAN', 'nob', null]) {
      const sandbox = await workspace(seed());
      await run(upsertContact({ urns: [AMINA], language }), sandbox);
      const [write] = sandbox.requests().filter(({ method }) => method === 'POST');
      expect(write?.body).toEqual({ language: language?.trim().toLowerCase() ?? null });
    }
    const sandbox = await workspace(seed());
    await run(upsertContact({ urns: [AMINA], language: 'NaN' }, { literal: true }), sandbox);
    expect(sandbox.requests().at(-1)?.body).toEqual({ language: 'nan' });
  });
});

/** RapidPro fills them in in flows and broadcasts alone: recordings/rapidpro-26.3.54/messages/post_expression_literal.json. */
describe('an expression in a single message', () => {
  test.each([
    'Dear @contact.name',
    'Dear @Contact.first_name, come.',
    'Dear @contact!',
    'Call @globals.hotline',
    'On @(format_date(fields.due))',
    'On @( contact.fields.due )',
    'You said @results.cases.value',
    '@fields.due_date',
  ])('%s is refused', async text => {
    const error = await refused(sendMessage({ contact: AMINA, text }), 'INVALID_INPUT');
    expect(error.description).toContain('an expression that sendMessage() does not fill in');
    expect(error.fix).toContain('sendBroadcast(');
  });

  test('in a quick reply too', async () => {
    const quick_replies = ['Yes', { type: 'text' as const, text: 'I am @contact.name' }];
    const error = await refused(
      sendMessage({ contact: AMINA, text: 'Is it you?', quick_replies }),
      'INVALID_INPUT',
    );
    expect(error.description).toContain('message.quick_replies[1].text contains');
  });

  test.each([
    'Write to info@contact.org or me@fields.com',
    'Follow @contacts and @clinic.rw',
    'Meet me @ contact point, 5 @(roughly) each',
    'Two @@contact',
    'Questions? @contact us',
    'The results@input.org',
  ])('%s is none', async text => {
    const sandbox = await workspace(seed());
    await run(sendMessage({ contact: AMINA, text }), sandbox);
    expect(sandbox.sent()).toHaveLength(1);
  });

  test('is sent where it is meant, and in a broadcast', async () => {
    const sandbox = await workspace(seed());
    await run(sendMessage({ contact: AMINA, text: 'Hi @contact' }, { literal: true }), sandbox);
    await run(sendBroadcast({ urns: [AMINA], text: 'Hi @contact' }), sandbox);
    expect(sandbox.sent()).toHaveLength(2);
  });
});

describe('a misspelled field', () => {
  const fields = [{ key: 'due_date', name: 'Due Date', type: 'datetime' as const }];
  const withFields = () => workspace({ ...seed(), seed: { fields } });

  test.each(['due_dat', 'DueDate', 'duedate'])('%s is reported with its key', async key => {
    const sandbox = await withFields();
    const write = upsertContact({ urns: [AMINA], fields: { [key]: 'x' } });
    await expect(run(write, sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_FIELD',
      fix: expect.stringContaining('Did you mean "due_date"?'),
    });
  });

  test('that is like none keeps its fix, and so does one where fields cannot be read', async () => {
    const sandbox = await withFields();
    const write = upsertContact({ urns: [AMINA], fields: { village: 'x' } });
    const kept = { code: 'UNKNOWN_FIELD', fix: expect.stringContaining('ensureField()') };
    await expect(run(write, sandbox)).rejects.toMatchObject(kept);
    // A name may be a person's, so it is masked: the fix says that it takes the key.
    const named = upsertContact({ urns: [AMINA], fields: { 'Due Date': 'x' } });
    await expect(run(named, sandbox)).rejects.toMatchObject(kept);
    sandbox.fault({ kind: 'server-error', when: { path: 'fields' }, times: 9 });
    const near = upsertContact({ urns: [AMINA], fields: { due_dat: 'x' } });
    await expect(run(near, sandbox)).rejects.toMatchObject(kept);
  });
});

describe('a misspelled group', () => {
  test('is reported with the one that was meant', async () => {
    const sandbox = await workspace(seed());
    await expect(run(getContacts({ group: 'Mother' }), sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_GROUP',
      fix: expect.stringContaining('Did you mean "Mothers"?'),
    });
    await expect(run(getContacts({ group: 'Something else' }), sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_GROUP',
      fix: expect.not.stringContaining('Did you mean'),
    });
  });

  test.each([true, false])('of a send, dry run %s, too', async dryRun => {
    const sandbox = await workspace(seed());
    const send = sendBroadcast({ groups: ['Mother'], text: 'Hi' }, { dryRun });
    await expect(run(send, sandbox)).rejects.toMatchObject({
      code: 'UNKNOWN_REFERENCE',
      fix: expect.stringContaining('Did you mean "Mothers"?'),
    });
  });

  test('of a list: the log says why', async () => {
    const sandbox = await workspace(seed());
    const lines = captureConsole();
    await bulk(syncContacts([{ urns: [AMINA], groups: ['Mother'] }]), sandbox);
    expect(lines.find(line => line.includes('1 of 1 failed'))).toContain(
      'The workspace has no group "Mother"',
    );
  });
});

const event = {
  campaign: UUID,
  relative_to: 'due',
  offset: 1,
  unit: 'days',
  delivery_hour: 9,
  message: 'Come.',
} as const;
type Options = { literal?: boolean } | undefined;
type Write = [operation: string, path: string, make: (options?: Options) => Operation];

/** Where a value ends up, and what it is called in the error. */
const WRITES: Write[] = [
  ['addContact', 'contact.name', o => addContact({ name: 'undefined' }, o)],
  ['addContact', 'contact.name', o => addContact({ name: '[object Object]' }, o)],
  ['addContact', 'contact.name', o => addContact({ name: '$.data.name' }, o)],
  ['addContact', 'contact.fields.tei_id', o => addContact({ fields: { tei_id: 'undefined' } }, o)],
  ['addContact', 'contact.groups[0]', o => addContact({ name: 'A', groups: ['undefined'] }, o)],
  ['addContact', 'contact.groups[1]', o => addContact({ groups: ['Mothers', 'null'] }, o)],
  ['addContact', 'contact.note', o => addContact({ name: 'A', note: 'Called undefined' }, o)],
  ['updateContact', 'changes.name', o => rapidpro.updateContact(UUID, { name: 'NaN' }, o)],
  [
    'updateContact',
    'changes.fields.due',
    o => rapidpro.updateContact(UUID, { fields: { age: 5, due: 'Invalid Date' } }, o),
  ],
  [
    'upsertContact',
    'contact.fields.age',
    o => upsertContact({ urns: [AMINA], fields: { age: 'NaN' } }, o),
  ],
  [
    'upsertContact',
    'contact.fields.tei_id',
    o => upsertContact({ urns: [AMINA], fields: { tei_id: 'state.data.id' } }, o),
  ],
  [
    'sendMessage',
    'message.text',
    o => sendMessage({ contact: AMINA, text: 'Hello $.data.name' }, o),
  ],
  ['sendMessage', 'message.text', o => sendMessage({ contact: AMINA, text: 'null' }, o)],
  [
    'sendMessage',
    'message.quick_replies[1]',
    o =>
      sendMessage(
        {
          contact: AMINA,
          text: 'Hi',
          quick_replies: [
            { type: 'text', text: 'Yes' },
            { type: 'text', text: 'undefined' },
          ],
        },
        o,
      ),
  ],
  [
    'sendBroadcast',
    'broadcast.text.fra',
    o => sendBroadcast({ urns: [AMINA], text: { eng: 'Hi', fra: 'NaN' } }, o),
  ],
  [
    'sendBroadcast',
    'broadcast.text',
    o => sendBroadcast({ urns: [AMINA], text: 'Due Invalid Date.' }, o),
  ],
  [
    'sendBroadcast',
    'broadcast.groups[0]',
    o => sendBroadcast({ groups: ['$.data.group'], text: 'Hi' }, o),
  ],
  [
    'sendBroadcast',
    'broadcast.quick_replies[1]',
    o => sendBroadcast({ urns: [AMINA], text: 'Hi', quick_replies: ['Yes', 'null'] as never }, o),
  ],
  [
    'sendBroadcast',
    'broadcast.quick_replies.fra[0].extra',
    o =>
      sendBroadcast(
        {
          urns: [AMINA],
          text: 'Hi',
          quick_replies: { fra: [{ type: 'url', text: 'Oui', extra: 'https://x.org/undefined' }] },
        },
        o,
      ),
  ],
  ...['https://x.org/undefined', 'https://x.org/NaN.jpg', 'undefined', '$.data.url'].map(
    (link): Write => [
      'sendBroadcast',
      'broadcast.attachments[1]',
      o =>
        sendBroadcast(
          { urns: [AMINA], attachments: ['image/png:https://x.org/a.png', `image/jpeg:${link}`] },
          o,
        ),
    ],
  ),
  [
    'sendBroadcast',
    'broadcast.attachments.fra[0]',
    o =>
      sendBroadcast(
        { urns: [AMINA], text: 'Hi', attachments: { fra: ['image/png:https://x.org/undefined'] } },
        o,
      ),
  ],
  [
    'sendBroadcast',
    'a language of broadcast.attachments',
    o =>
      sendBroadcast(
        { urns: [AMINA], text: 'Hi', attachments: { undefined: ['image/png:https://x.org/a'] } },
        o,
      ),
  ],
  [
    'sendMessage',
    'message.attachments[0]',
    o => sendMessage({ contact: UUID, attachments: ['image/png:[object Object]'] }, o),
  ],
  ...['undefined', '[object Object]', '$.data.key', 'null'].map(
    (key): Write => [
      'startFlow',
      'a key of flowStart.params',
      o => rapidpro.startFlow({ flow: FLOW, urns: [AMINA], params: { [key]: 'x' } }, o),
    ],
  ),
  [
    'startFlow',
    'a key of flowStart.params.visits[1]',
    o =>
      rapidpro.startFlow(
        { flow: FLOW, urns: [AMINA], params: { visits: [{ a: 1 }, { undefined: 1 }] } },
        o,
      ),
  ],
  [
    'startFlow',
    'a key of flowStart.extra',
    o => rapidpro.startFlow({ flow: FLOW, urns: [AMINA], extra: { NaN: 'x' } } as never, o),
  ],
  [
    'startFlow',
    'flowStart.params.name',
    o => rapidpro.startFlow({ flow: FLOW, urns: [AMINA], params: { name: 'undefined' } }, o),
  ],
  [
    'startFlow',
    'flowStart.params.visit.name',
    o =>
      rapidpro.startFlow(
        { flow: FLOW, urns: [AMINA], params: { a: 1, visit: { name: 'undefined undefined' } } },
        o,
      ),
  ],
  [
    'startFlow',
    'flowStart.params.children[1].born',
    o =>
      rapidpro.startFlow(
        { flow: FLOW, urns: [AMINA], params: { children: [{}, { born: 'Invalid Date' }] } },
        o,
      ),
  ],
  [
    'startFlow',
    'flowStart.extra.id',
    o => rapidpro.startFlow({ flow: FLOW, urns: [AMINA], extra: { id: '$.data.id' } } as never, o),
  ],
  [
    'startFlow',
    'flowStart.groups[0]',
    o => rapidpro.startFlow({ flow: FLOW, groups: ['undefined'] }, o),
  ],
  [
    'startFlow',
    'flowStart.params.name',
    o => rapidpro.startFlow({ flow: FLOW, urns: [AMINA], params: { name: 'Amina undefined' } }, o),
  ],
  [
    'startFlow',
    'flowStart.params.greeting',
    o =>
      rapidpro.startFlow({ flow: FLOW, urns: [AMINA], params: { greeting: 'Hi $.data.name' } }, o),
  ],
  ['addContact', 'contact.name', o => addContact({ name: 'Ms $.data.name' }, o)],
  [
    'updateContact',
    'changes.fields.address',
    o => rapidpro.updateContact(UUID, { fields: { address: 'near $.data.place' } }, o),
  ],
  ['ensureGroup', 'group.name', o => rapidpro.ensureGroup('Clinic undefined', o)],
  ['setGlobal', 'global.value', o => rapidpro.setGlobal('Greeting', 'Dear undefined', o)],
  [
    'addGlobal',
    'global.value',
    o => rapidpro.addGlobal({ name: 'Greeting', value: 'Open until NaN' }, o),
  ],
  ['addGroup', 'group.name', o => rapidpro.addGroup({ name: 'undefined' }, o)],
  ['updateGroup', 'changes.name', o => rapidpro.updateGroup(UUID, { name: 'null' }, o)],
  ['ensureGroup', 'group.name', o => rapidpro.ensureGroup('NaN', o)],
  ['addLabel', 'label.name', o => rapidpro.addLabel({ name: '$.data.label' }, o)],
  ['updateLabel', 'changes.name', o => rapidpro.updateLabel(UUID, { name: 'undefined' }, o)],
  ['ensureLabel', 'label.name', o => rapidpro.ensureLabel('null', o)],
  ['addTopic', 'topic.name', o => rapidpro.addTopic({ name: 'undefined' }, o)],
  ['updateTopic', 'changes.name', o => rapidpro.updateTopic(UUID, { name: 'undefined' }, o)],
  ['addOptIn', 'optIn.name', o => rapidpro.addOptIn({ name: 'undefined' }, o)],
  ['addField', 'field.name', o => rapidpro.addField({ name: 'undefined', type: 'text' }, o)],
  [
    'updateField',
    'changes.name',
    o => rapidpro.updateField('due', { name: 'null', type: 'text' }, o),
  ],
  ['ensureField', 'field.name', o => rapidpro.ensureField({ name: 'undefined', type: 'text' }, o)],
  ['addGlobal', 'global.name', o => rapidpro.addGlobal({ name: 'undefined', value: 'x' }, o)],
  ['addGlobal', 'global.value', o => rapidpro.addGlobal({ name: 'Hours', value: 'null' }, o)],
  ['updateGlobal', 'changes.value', o => rapidpro.updateGlobal('hours', { value: 'NaN' }, o)],
  ['setGlobal', 'global.value', o => rapidpro.setGlobal('Hours', 'undefined', o)],
  ['setGlobal', 'global.name', o => rapidpro.setGlobal('undefined', '8', o)],
  ['addCampaign', 'campaign.name', o => rapidpro.addCampaign({ name: 'undefined', group: 'A' }, o)],
  [
    'addCampaign',
    'campaign.group',
    o => rapidpro.addCampaign({ name: 'A', group: 'undefined' }, o),
  ],
  [
    'updateCampaign',
    'changes.group',
    o => rapidpro.updateCampaign(UUID, { name: 'A', group: 'null' }, o),
  ],
  [
    'addCampaignEvent',
    'event.message',
    o => rapidpro.addCampaignEvent({ ...event, message: 'Dear undefined' }, o),
  ],
  [
    'addCampaignEvent',
    'event.message.eng',
    o => rapidpro.addCampaignEvent({ ...event, message: { eng: 'Dear $.data.name' } }, o),
  ],
  [
    'addCampaignEvent',
    'event.relative_to',
    o => rapidpro.addCampaignEvent({ ...event, relative_to: 'undefined' }, o),
  ],
  [
    'updateCampaignEvent',
    'changes.message.fra',
    o => rapidpro.updateCampaignEvent(UUID, { ...event, message: { fra: 'NaN' } }, o),
  ],
  ['addTicketNote', 'note', o => rapidpro.addTicketNote([UUID], 'Called undefined back.', o)],
  ['addToGroup', 'group', o => rapidpro.addToGroup([UUID], 'undefined', o)],
  ['removeFromGroup', 'group', o => rapidpro.removeFromGroup([UUID], '$.data.group', o)],
  ['labelMessages', 'label', o => rapidpro.labelMessages([5], 'null', o)],
  ['unlabelMessages', 'label', o => rapidpro.unlabelMessages([5], '[object Object]', o)],
];

/** Answers everything, so that only the rule itself can refuse. */
const friendly = () =>
  serve(
    msw.get('*', ({ request }) => page(request.url.includes('flows') ? [{ uuid: FLOW }] : [])),
    msw.post('*_actions.json', () => new HttpResponse(null, { status: 204 })),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, urns: [], type: 'text' }, { status: 201 })),
  );

describe.each(WRITES)('%s: %s', (_, path, make) => {
  test('is refused by its path, and nothing is sent', async () => {
    const error = await refused(make(), 'INVALID_INPUT');
    expect(error.description.startsWith(path)).toBe(true);
    expect(error.description).toMatch(
      /: some of its data is missing\.$|contains (?:a reference in quotes|the code of a function)/,
    );
    expect(error.fix).toContain('{ literal: true }');
    await refused(make({ literal: false }), 'INVALID_INPUT');
  });

  test('is sent with literal', async () => {
    const server = await friendly();
    await run(make({ literal: true }), server);
    expect(server.requests.some(({ method }) => method === 'POST')).toBe(true);
  });
});

test.each<Write>([
  [
    'sendMessage',
    'message.text',
    o => sendMessage({ contact: AMINA, text: `Hi ${rapidpro.dataValue('name')}` }, o),
  ],
  [
    'sendBroadcast',
    'broadcast.text.eng',
    o =>
      sendBroadcast({ urns: [AMINA], text: { eng: `Hi ${(s: { name: string }) => s.name}` } }, o),
  ],
  ['addContact', 'contact.fields.x', o => addContact({ fields: { x: `${getContacts()}` } }, o)],
  ['ensureGroup', 'group.name', o => rapidpro.ensureGroup('Clinic function () {}', o)],
  ['setGlobal', 'global.value', o => rapidpro.setGlobal('Hours', `${class A {}}`, o)],
])('code is refused with literal too: %s', async (_, path, make) => {
  for (const literal of [false, true]) {
    const error = await refused(make({ literal }), 'INVALID_INPUT');
    expect(error.description.startsWith(`${path} contains `)).toBe(true);
    expect(error.fix).not.toContain('literal');
  }
});

test('an address that pushes go to has no missing part', async () => {
  for (const end of ['undefined', 'a/undefined/b', '?key=undefined', '[object Object]']) {
    const target_url = `https://example.org/${end}`;
    for (const operation of [
      rapidpro.addResthookSubscriber({ resthook: 'report', target_url }),
      rapidpro.subscribe('report', target_url),
    ]) {
      const error = await refused(operation, 'INVALID_INPUT');
      expect(error.description).toMatch(/^subscriber\.target_url has a part that is missing/);
    }
  }
  const server = await friendly();
  const target_url = 'https://example.org/undefinedness/null?nan=1';
  await run(rapidpro.addResthookSubscriber({ resthook: 'report', target_url }), server);
  expect(server.requests).toHaveLength(1);
});

test('literal is true or false', async () => {
  await refused(addContact({ name: 'x' }, { literal: 'yes' } as never), 'INVALID_OPTION');
});

test('literal lifts no other rule', async () => {
  const literal = { literal: true };
  await refused(addContact({ nam: 'undefined' } as never, literal), 'INVALID_INPUT');
  await refused(addContact({ urns: ['tel:undefined'] }, literal), 'INVALID_URN');
  await refused(sendMessage({ contact: AMINA, text: '' }, literal), 'INVALID_INPUT');
  await refused(sendMessage({ contact: 'undefined', text: 'x' }, literal), 'INVALID_URN');
});

test.each<[string, Operation]>([
  ['a name', addContact({ name: 'Nan' })],
  ['a surname', addContact({ name: 'Amina Null' })],
  ['a surname alone', addContact({ name: 'null' })],
  ['a field', addContact({ fields: { tei_id: 'null' } })],
  ['a sentence in a field', addContact({ fields: { tei_id: 'Dear undefined' } })],
  ['a parameter', rapidpro.startFlow({ flow: FLOW, urns: [AMINA], params: { name: 'null' } })],
  [
    'the key of a parameter',
    rapidpro.startFlow({
      flow: FLOW,
      urns: [AMINA],
      params: { NaNcy: 1, is_null: { Undefined: 1 } },
    }),
  ],
  ['a price', sendMessage({ contact: AMINA, text: 'It costs $5.50, not U.S.$.' })],
  ['an expression', sendBroadcast({ urns: [AMINA], text: 'Dear @contact.name, $ 5.' })],
  [
    'a quick reply',
    sendBroadcast({ urns: [AMINA], text: 'Hi', quick_replies: [{ type: 'text', text: 'Nan' }] }),
  ],
  ['a global', rapidpro.addGlobal({ name: 'Nan', value: 'Nothing is null.' })],
  ['a group', rapidpro.addGroup({ name: 'Undefined' })],
  ['a campaign event', rapidpro.addCampaignEvent({ ...event, message: { eng: 'Pay $5.50.' } })],
  ['a note', rapidpro.addTicketNote([UUID], 'He says null.')],
])('%s that only looks like it is good', async (_, operation) => {
  const server = await friendly();
  await run(operation, server);
  expect(server.requests.some(({ method }) => method === 'POST')).toBe(true);
});

describe.each(['v9', 'textit'] as const)('in a list on %s', dialect => {
  const list = () => [
    { urns: ['tel:+250788000011'], name: 'Amina' },
    { urns: ['tel:+250788000012'], fields: { tei_id: 'undefined' } },
    { urns: ['tel:+250788000013'], name: 'undefined Diallo' },
    { urns: ['tel:+250788000014'], groups: ['null'] },
    { urns: ['tel:+250788000015'], name: 'Null' },
  ];

  test.each([
    ['upsertContacts', upsertContacts],
    ['syncContacts', syncContacts],
  ] as const)('%s: the item fails alone', async (_, operation) => {
    const sandbox = await workspace({ dialect });
    const { result } = await bulk(operation(list()), sandbox);
    expect(counts(result)).toEqual([2, 0, 0, 3, 0]);
    expect(
      result.failed.map(({ index, description }) => [index, description.split(' ')[0]]),
    ).toEqual([
      [1, 'contact.fields.tei_id'],
      [2, 'contact.name'],
      [3, 'contact.groups[0]'],
    ]);
    expect(JSON.stringify(writes(sandbox))).not.toContain('00012');
  });

  test.each([
    ['upsertContacts', upsertContacts],
    ['syncContacts', syncContacts],
  ] as const)('%s: with literal it is written', async (_, operation) => {
    const sandbox = await workspace({ dialect });
    const { result } = await bulk(operation(list().slice(0, 3), { literal: true }), sandbox);
    expect(counts(result)).toEqual([3, 0, 0, 0, 0]);
    expect(sandbox.contacts().map(({ name }) => name)).toContain('undefined Diallo');
  });

  test.each(['undefined', 'NaN', '$.data.name'])('a sandbox of its own gets no %s', async word => {
    const sandbox = await workspace({ dialect, ...seed() });
    const error = await failure(
      upsertContact({ urns: [AMINA], fields: { tei_id: word } }),
      sandbox,
    );
    expect(error.code).toBe('INVALID_INPUT');
    expect(sandbox.requests()).toEqual([]);
  });
});
