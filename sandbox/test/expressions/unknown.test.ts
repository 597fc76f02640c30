import { expect, it } from 'vitest';
import type { UnknownConstruct } from '../../src/index.js';
import { open } from '../opened.js';

const id = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const COSTLY = '@(foreach(split(repeat("a ", 4999)), (x) => split(repeat("b ", 4999))))';

const FLOW = {
  uuid: id(1),
  name: 'Reminder',
  definition: {
    nodes: [
      {
        uuid: id(2),
        actions: [
          { uuid: id(3), type: 'send_msg', text: `Dear @contact.first_name ${COSTLY}` },
          {
            uuid: id(4),
            type: 'send_msg',
            text: 'Your date is @(format_date(fields.due, "DD/MM")).',
          },
        ],
        exits: [{ uuid: id(5), destination_uuid: id(6) }],
      },
      {
        uuid: id(6),
        router: {
          type: 'switch',
          operand: '@contact.name',
          cases: [{ type: 'has_something_new', arguments: [], category_uuid: id(7) }],
          categories: [{ uuid: id(7), name: 'New', exit_uuid: id(8) }],
        },
        exits: [{ uuid: id(8) }],
      },
    ],
  },
};

it('tells what it does not know, once, with its place', async () => {
  const heard: UnknownConstruct[] = [];
  const { sandbox, get, post } = await open({
    seed: {
      fields: [{ key: 'due', name: 'Due', type: 'datetime' }],
      contacts: [
        {
          name: 'Amina Diallo',
          urns: ['tel:+250788123123'],
          fields: { due: '2026-12-03T08:00:00+02:00' },
        },
      ],
      flows: [FLOW],
    },
    onUnknown: unknown => heard.push(unknown),
  });
  for (const _ of [1, 2]) {
    await post('flow_starts.json', { flow: id(1), urns: ['tel:+250788123123'] });
    await sandbox.settled();
  }
  const place = 'send_msg in the flow "Reminder"';
  expect(sandbox.unknown()).toEqual([
    { what: 'an expression this costly', expression: COSTLY, place },
    {
      what: 'the test has_something_new',
      expression: '',
      place: 'a router of the flow "Reminder"',
    },
  ]);
  expect(heard).toEqual(sandbox.unknown());
  const { data } = await get('messages.json?folder=outbox');
  const texts = data.results.map(({ text }) => text);
  expect(new Set(texts)).toEqual(new Set(['Dear Amina ', 'Your date is 03/12.']));
});

const ANN = 'tel:+250788123123';
const BEN = 'tel:+250788123124';

const error = (what: string, expression: string, place: string): UnknownConstruct => ({
  what: `an error: ${what}`,
  expression,
  place,
});

it('tells what printed nothing in a broadcast, once and not for each contact', async () => {
  const { sandbox, post } = await open({
    contacts: [
      { name: 'Ann', urns: [ANN] },
      { name: 'Ben', urns: [BEN] },
    ],
  });
  const text =
    '@contact.firstname @fields.nosuch @globals.nosuch @urns.nosuch @contact.nosuch.deep @(1 / 0) ' +
    '@(contact.name + 1) @(urn_parts(contact.name)) @(parse_datetime(contact.name, "DD")) @results.age me@run @@results.age';
  await post('broadcasts.json', { urns: [ANN, BEN], text: { eng: text } });
  await sandbox.settled();
  const place = 'broadcast 1';
  expect(sandbox.unknown()).toEqual([
    ...['contact.firstname', 'fields.nosuch', 'globals.nosuch', 'urns.nosuch'].map(path =>
      error(`object has no property '${path.split('.')[1]}'`, `@${path}`, place),
    ),
    error("object has no property 'nosuch'", '@contact.nosuch.deep', place),
    error('division by zero', '@(1 / 0)', place),
    error('unable to convert "…" to a number', '@(contact.name + 1)', place),
    error('this is not a valid URN: path cannot be empty', '@(urn_parts(contact.name))', place),
    error(
      "error calling parse_datetime(...): cannot parse '…' as 'DD'",
      '@(parse_datetime(contact.name, "DD"))',
      place,
    ),
    { what: 'a name that only flows know', expression: '@results.age', place },
  ]);
});

const NODE = { exits: [{ uuid: id(5) }] };

/** What a flow of these nodes tells when it runs. */
async function toldIn(nodes: object[], input?: string): Promise<UnknownConstruct[]> {
  const { sandbox, post } = await open({
    seed: {
      contacts: [{ name: 'Ann', urns: [ANN] }],
      flows: [{ uuid: id(1), name: 'Visit', definition: { nodes } }],
    },
  });
  await post('flow_starts.json', { flow: id(1), urns: [ANN] });
  await sandbox.settled();
  if (input !== undefined) await sandbox.reply(ANN, input);
  return sandbox.unknown();
}

const router = (operand: string, type: string, ...args: string[]) => ({
  uuid: id(2),
  router: {
    type: 'switch',
    operand,
    cases: [{ type, arguments: args, category_uuid: id(7) }],
    categories: [{ uuid: id(7), name: 'Yes', exit_uuid: id(5) }],
  },
  ...NODE,
});

it('tells what printed nothing in a flow', async () => {
  const action = (last: number, type: string, more: object) => ({ uuid: id(last), type, ...more });
  const nodes = [
    {
      uuid: id(2),
      actions: [
        action(3, 'send_msg', { text: 'Hi @results.nosuch', quick_replies: ['@fields.nosuch'] }),
        action(4, 'set_run_result', { name: 'Age', value: '@(1 / 0)' }),
        action(5, 'set_contact_name', { name: '@contact.firstname' }),
      ],
      ...NODE,
    },
  ];
  const at = (type: string) => `${type} in the flow "Visit"`;
  expect(await toldIn(nodes)).toEqual([
    error("object has no property 'nosuch'", '@results.nosuch', at('send_msg')),
    error("object has no property 'nosuch'", '@fields.nosuch', at('send_msg')),
    error('division by zero', '@(1 / 0)', at('set_run_result')),
    error("object has no property 'firstname'", '@contact.firstname', at('set_contact_name')),
  ]);
});

it('tells what failed in a router, unless it asks for failures', async () => {
  const place = 'a router of the flow "Visit"';
  const missing = error("object has no property 'nosuch'", '@results.nosuch', place);
  expect(await toldIn([router('@results.nosuch', 'has_text')])).toEqual([missing]);
  expect(await toldIn([router('@results.nosuch', 'has_error')])).toEqual([]);
  const argument = await toldIn([router('5', 'has_number_gt', '@fields.nosuch')]);
  expect(argument).toEqual([error("object has no property 'nosuch'", '@fields.nosuch', place)]);
  expect(await toldIn([router('5', 'has_number_gt', 'Amina')])).toEqual([
    error('error calling has_number_gt(...): unable to convert "…" to a number', '', place),
  ]);
  expect(await toldIn([router('5', 'has_number_gt', '3')])).toEqual([]);
});

it('tells what printed nothing in the message of a campaign', async () => {
  const { sandbox } = await open({
    seed: {
      groups: [{ name: 'Mothers' }],
      fields: [{ key: 'due', name: 'Due', type: 'datetime' }],
      contacts: [
        { name: 'Ann', urns: [ANN], groups: ['Mothers'], fields: { due: '2027-01-10T08:00:00Z' } },
      ],
      campaigns: [{ name: 'Visits', group: 'Mothers' }],
      campaign_events: [
        {
          campaign: 'Visits',
          relative_to: 'due',
          offset: 1,
          unit: 'days',
          message: { eng: 'Hi @contact.firstname @results.age' },
        },
      ],
    },
    clock: { now: () => Date.parse('2027-01-01T08:00:00Z') },
  });
  sandbox.advance(20 * 86_400);
  const place = 'an event of the campaign "Visits"';
  expect(sandbox.unknown()).toEqual([
    error("object has no property 'firstname'", '@contact.firstname', place),
    { what: 'a name that only flows know', expression: '@results.age', place },
  ]);
});
