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

it('knows the errors of the engine, and tells nothing of them', async () => {
  const { sandbox, post } = await open({ contacts: [{ urns: ['tel:+250788123123'] }] });
  await post('broadcasts.json', {
    urns: ['tel:+250788123123'],
    text: { eng: 'Dear @contact.nope, @(1 / 0) @(nothing("here")) @results.x' },
  });
  await sandbox.settled();
  expect(sandbox.unknown()).toEqual([]);
});
