import { describe, expect, it } from 'vitest';
import type { CampaignEventSeed, SandboxOptions, Seed } from '../src/index.js';
import { type Opened, open, type Page } from './opened.js';

const URN = 'tel:+250788123123';
const START = Date.parse('2027-03-01T08:00:30Z');
const DAY = 24 * 3600;

interface Message {
  text: string;
  created_on: string;
}

const FLOW = {
  uuid: '6f6b3c1e-5b0e-4f2a-8d43-0000000000f1',
  name: 'Visit',
  definition: {
    nodes: [
      {
        uuid: '6f6b3c1e-5b0e-4f2a-8d43-000000000001',
        actions: [
          {
            uuid: '6f6b3c1e-5b0e-4f2a-8d43-000000000002',
            type: 'send_msg',
            text: 'Hi from @trigger.campaign.name by @trigger.type',
          },
        ],
        exits: [{ uuid: '6f6b3c1e-5b0e-4f2a-8d43-000000000003' }],
      },
    ],
  },
};

/** A campaign with events relative to the field `due`, for Ann, who is in its group. */
const program = (
  events: Partial<CampaignEventSeed>[],
  due: string | null = '2027-03-10T07:30:20Z',
  more: Partial<Seed> = {},
): Seed => ({
  fields: [{ key: 'due', name: 'Due', type: 'datetime' }],
  groups: [{ name: 'Mothers' }],
  flows: [FLOW],
  contacts: [{ name: 'Ann', urns: [URN], language: 'fra', groups: ['Mothers'], fields: { due } }],
  campaigns: [{ name: 'Visits', group: 'Mothers' }],
  campaign_events: events.map(event => ({
    campaign: 'Visits',
    relative_to: 'due',
    offset: 0,
    unit: 'days',
    message: { eng: 'Come, @contact.name' },
    ...event,
  })),
  ...more,
});

async function opened(seed: Seed, options: SandboxOptions = {}): Promise<Opened> {
  return open({ ...options, seed, clock: { now: () => START } });
}

/** What was sent, with its time to the minute, oldest first. */
async function sent({ get }: Opened): Promise<string[]> {
  const { results } = (await get<Page<Message>>('messages.json')).data;
  return results.map(({ text, created_on }) => `${created_on.slice(0, 16)} ${text}`).reverse();
}

const change = ({ post }: Opened, body: object) =>
  post(`contacts.json?urn=${encodeURIComponent(URN)}`, body);

it.each([
  ['the date itself, rounded up to a minute', {}, '2027-03-10T07:31'],
  ['days before', { offset: -3 }, '2027-03-07T07:31'],
  ['weeks after', { offset: 2, unit: 'weeks' }, '2027-03-24T07:31'],
  ['hours', { offset: 5, unit: 'hours' }, '2027-03-10T12:31'],
  ['minutes', { offset: -90, unit: 'minutes' }, '2027-03-10T06:01'],
  ['an hour of the day, on the clocks of the workspace', { delivery_hour: 9 }, '2027-03-10T07:00'],
  ['midnight there', { offset: 1, delivery_hour: 0 }, '2027-03-10T22:00'],
])('sends at %s', async (_, event, at) => {
  const one = await opened(program([event]));
  one.sandbox.advance(30 * DAY);
  expect(await sent(one)).toEqual([`${at} Come, Ann`]);
  one.sandbox.advance(30 * DAY);
  expect(await sent(one)).toHaveLength(1);
});

it('keeps the time of day when the clocks of the workspace change', async () => {
  const one = await opened(program([{ offset: 3 }], '2027-03-26T08:00:00Z'), {
    timezone: 'Europe/Berlin',
  });
  one.sandbox.advance(60 * DAY);
  expect(await sent(one)).toEqual(['2027-03-29T07:00 Come, Ann']);
});

it('moves with the zone of the workspace', async () => {
  const one = await opened(program([{ delivery_hour: 9 }]));
  one.sandbox.configure({ timezone: 'UTC' });
  one.sandbox.advance(30 * DAY);
  expect(await sent(one)).toEqual(['2027-03-10T09:00 Come, Ann']);
});

it('sends in the order of the times, in the language of each', async () => {
  const message = { eng: 'Come', fra: 'Venez, @contact.name' };
  const one = await opened(program([{ offset: 2, message }, { offset: 1 }, { offset: -20 }]));
  one.sandbox.advance(30 * DAY);
  expect(await sent(one)).toEqual(['2027-03-11T07:31 Come, Ann', '2027-03-12T07:31 Venez, Ann']);
});

it.each(['v9', 'textit'] as const)('starts flows (%s)', async dialect => {
  const one = await opened(program([{ flow: 'Visit', message: null }]), { dialect });
  one.sandbox.advance(30 * DAY);
  await one.sandbox.settled();
  expect(await sent(one)).toEqual(['2027-03-10T07:31 Hi from Visits by campaign']);
  const { results } = (await one.get<Page<{ start: null }>>('runs.json')).data;
  expect(results).toMatchObject([{ start: null, exit_type: 'completed' }]);
  expect((await one.get('flow_starts.json')).data.results).toEqual([]);
});

describe('a contact', () => {
  it('whose date changes is written to at the new time alone', async () => {
    const one = await opened(program([{}]));
    await change(one, { fields: { due: '2027-03-20T10:00:00Z' } });
    one.sandbox.advance(12 * DAY);
    expect(await sent(one)).toEqual([]);
    one.sandbox.advance(12 * DAY);
    expect(await sent(one)).toEqual(['2027-03-20T10:00 Come, Ann']);
    await change(one, { fields: { due: '2027-04-20T10:00:00Z' } });
    one.sandbox.advance(60 * DAY);
    expect((await sent(one)).at(-1)).toBe('2027-04-20T10:00 Come, Ann');
  });

  it('whose date is taken away, or who leaves, or is blocked, or deleted, is not written to', async () => {
    const changes: ((one: Opened) => Promise<unknown>)[] = [
      one => change(one, { fields: { due: null } }),
      one => change(one, { groups: [] }),
      one => one.post('contact_actions.json', { contacts: [URN], action: 'block' }),
      one => one.remove(`contacts.json?urn=${encodeURIComponent(URN)}`),
    ];
    for (const make of changes) {
      const one = await opened(program([{}]));
      await make(one);
      one.sandbox.advance(30 * DAY);
      expect(await sent(one)).toEqual([]);
    }
  });

  it('who joins later is written to, but for what is past', async () => {
    const events = [{}, { offset: 5 }];
    const contacts = [{ name: 'Ann', urns: [URN], fields: { due: '2027-03-10T07:30:20Z' } }];
    const one = await opened(program(events, null, { contacts }));
    one.sandbox.advance(11 * DAY);
    one.sandbox.addToGroup([URN], 'Mothers');
    one.sandbox.advance(30 * DAY);
    expect(await sent(one)).toEqual(['2027-03-15T07:31 Come, Ann']);
  });

  it('who leaves and comes back is not written to twice', async () => {
    const one = await opened(program([{}]));
    one.sandbox.advance(15 * DAY);
    await change(one, { groups: [] });
    await change(one, { groups: ['Mothers'] });
    one.sandbox.advance(15 * DAY);
    expect(await sent(one)).toHaveLength(1);
  });

  it('who writes moves what counts from that', async () => {
    const one = await opened(program([{ relative_to: 'last_seen_on', offset: 2, unit: 'hours' }]));
    await one.sandbox.reply(URN, 'a');
    one.sandbox.advance(3600);
    await one.sandbox.reply(URN, 'b');
    one.sandbox.advance(DAY);
    expect(await sent(one)).toEqual([
      '2027-03-01T08:00 a',
      '2027-03-01T09:00 b',
      '2027-03-01T11:01 Come, Ann',
    ]);
  });
});

describe.each(['v9', 'textit'] as const)('an event (%s)', dialect => {
  const event = { campaign: '', relative_to: 'due', offset: 1, unit: 'days', delivery_hour: -1 };

  it('that is made, changed and deleted through the API follows', async () => {
    const one = await opened(program([]), { dialect });
    const [campaign] = (await one.get<Page<{ uuid: string }>>('campaigns.json')).data.results;
    const body = { ...event, campaign: campaign?.uuid ?? '', message: 'Made' };
    const made = await one.post<{ uuid: string }>('campaign_events.json', body);
    const doomed = await one.post<{ uuid: string }>('campaign_events.json', body);
    await one.post(`campaign_events.json?uuid=${made.data.uuid}`, { ...body, offset: 3 });
    await one.remove(`campaign_events.json?uuid=${doomed.data.uuid}`);
    one.sandbox.advance(30 * DAY);
    expect(await sent(one)).toEqual(['2027-03-13T07:31 Made']);
  });
});

it('waits while the flow engine is down', async () => {
  const one = await opened(program([{}]));
  one.sandbox.engine('down');
  one.sandbox.advance(30 * DAY);
  expect(await sent(one)).toEqual([]);
  one.sandbox.engine('up');
  expect(await sent(one)).toEqual(['2027-03-31T08:00 Come, Ann']);
});

it('takes an offset beyond the calendar without a word', async () => {
  const one = await opened(program([{ offset: 2_000_000_000, unit: 'weeks' }]));
  one.sandbox.advance(DAY);
  expect(await sent(one)).toEqual([]);
});
