import { expect, it } from 'vitest';
import type { FlowSeed, UnknownConstruct } from '../src/index.js';
import { type Opened, open, type Page } from './opened.js';
import { openPage } from './page/opened.js';

const URN = 'tel:+250788123123';
const FLOW = '6f6b3c1e-5b0e-4f2a-8d43-0000000000f1';

const id = (last: number): string => `6f6b3c1e-5b0e-4f2a-8d43-${String(last).padStart(12, '0')}`;

/** A flow of one node with these actions. */
const doing = (...actions: object[]): FlowSeed => ({
  uuid: FLOW,
  name: 'Pay',
  definition: {
    nodes: [
      {
        uuid: id(1),
        actions: actions.map((action, index) => ({ uuid: id(100 + index), ...action })),
        exits: [{ uuid: id(2) }],
      },
    ],
  },
});

const seedOf = (...actions: object[]) => ({
  groups: [{ name: 'A' }, { name: 'B' }],
  topics: [{ name: 'Referrals' }],
  resthooks: [{ resthook: 'report' }],
  resthook_subscribers: [{ resthook: 'report', target_url: 'https://reports.example/new?key=1' }],
  contacts: [{ name: 'Ann', urns: [URN], groups: ['A', 'B'] }],
  flows: [doing(...actions)],
});

async function run({ post, sandbox }: Opened): Promise<UnknownConstruct[]> {
  await post('flow_starts.json', { flow: FLOW, urns: [URN] });
  await sandbox.settled();
  return sandbox.unknown();
}

it.each([
  [{ type: 'transfer_airtime', amounts: { RWF: 500 } }, 'a transfer of airtime'],
  [{ type: 'send_email', addresses: ['a@example.org'], subject: 'a', body: 'b' }, 'an e-mail'],
  [{ type: 'enter_flow', flow: { uuid: FLOW, name: 'Pay' } }, 'a flow that another one starts'],
  [{ type: 'start_session', contacts: [] }, 'a flow that is started for others'],
  [{ type: 'call_classifier' }, 'a call of a classifier'],
  [{ type: 'do_magic' }, 'the action do_magic'],
  [
    { type: 'call_webhook', method: 'GET', url: 'https://api.example/x?token=secret' },
    'a call to another computer, api.example',
  ],
  [{ type: 'call_resthook', resthook: 'report' }, 'a call to another computer, reports.example'],
  [
    { type: 'add_contact_groups', groups: [{ name_match: '@fields.ward' }] },
    'a group named by an expression',
  ],
])('tells that it left out %j', async (action, what) => {
  const opened = await open({ seed: seedOf(action, { type: 'send_msg', text: 'after' }) });
  const place = `${action.type} in the flow "Pay"`;
  expect(await run(opened)).toEqual([{ what, expression: '', place }]);
  // The flow goes on.
  const { results } = (await opened.get<Page<{ text: string }>>('messages.json')).data;
  expect(results.map(({ text }) => text)).toEqual(['after']);
});

it('tells it on the page and to programs in other languages, and once only', async () => {
  const heard: UnknownConstruct[] = [];
  const page = await openPage({
    seed: seedOf({ type: 'send_email', addresses: [], subject: '', body: '' }),
    onUnknown: one => heard.push(one),
  });
  await run(page);
  const told = await run(page);
  expect(heard).toEqual(told);
  const answer = await fetch(new URL('api/unknown', page.page));
  expect(await answer.json()).toEqual(told);
  expect((await page.view()).unknown).toMatchObject({ total: 1, items: [{ what: 'an e-mail' }] });
});

it('tells nothing of what it does: statuses, all groups, topics, attachments, quick replies', async () => {
  const opened = await open({
    dialect: 'textit',
    seed: seedOf(
      { type: 'remove_contact_groups', groups: [], all_groups: true },
      { type: 'open_ticket', topic: { name: 'Referrals' }, body: 'Help' },
      {
        type: 'send_msg',
        text: 'Hi @contact.name',
        attachments: ['image:https://example.org/@(lower(contact.name)).jpg'],
        quick_replies: ['Yes @contact.name', 'No'],
      },
      { type: 'set_contact_status', status: 'stopped' },
    ),
  });
  expect(await run(opened)).toEqual([]);
  expect((await opened.get('messages.json')).data.results).toMatchObject([
    {
      text: 'Hi Ann',
      attachments: [{ content_type: 'image', url: 'https://example.org/ann.jpg' }],
      quick_replies: [
        { type: 'text', text: 'Yes Ann' },
        { type: 'text', text: 'No' },
      ],
    },
  ]);
  expect((await opened.get('tickets.json')).data.results).toMatchObject([
    { topic: { name: 'Referrals' } },
  ]);
  expect(opened.sandbox.contacts()).toMatchObject([{ status: 'stopped', groups: [] }]);
});
