import { generatedContacts } from './generated.js';
import { maternalFlows } from './maternal-flows.js';
import { repeatable } from './random.js';
import { recent, withDue } from './recent.js';
import type { ContactSeed, MessageSeed, RunSeed, Seed } from './types.js';

const FACILITIES = [
  'Gatsibo Health Center',
  'Kageyo Clinic',
  'Kiramuruzi Hospital',
  'Ngarama Hospital',
] as const;
const STAGES = ['pregnant', 'delivered', 'lost to follow-up'] as const;

const FIELDS: Seed['fields'] = [
  { key: 'age', name: 'Age', type: 'number' },
  { key: 'due_date', name: 'Due Date', type: 'datetime' },
  { key: 'facility', name: 'Facility', type: 'text' },
  { key: 'stage', name: 'Stage', type: 'text' },
  { key: 'risk', name: 'Risk', type: 'text' },
  { key: 'visits', name: 'Visits', type: 'number' },
  { key: 'cases', name: 'Cases', type: 'number' },
];

/**
 * A made-up maternal-health program: mothers and health workers, manual and smart groups, three flows with their
 * runs, incoming and outgoing messages, labels, a campaign, globals. The people are the same every time.
 *
 * @example
 * const sandbox = await createSandbox({ seed: maternalHealth({ contacts: 5000 }) });
 *
 * @param options.contacts - The number of contacts. Default: `600`.
 * @param options.now - Milliseconds since 1970. A few mothers are then due within a week, and the last messages and
 *   answers are from today and yesterday. Default: times as in any other seed.
 */
export function maternalHealth(options: { contacts?: number; now?: number } = {}): Seed {
  const { contacts: count = 600, now } = options;
  const contacts = now === undefined ? people(count) : withDue(people(count), now);
  const mothers = contacts.filter(contact => contact.groups?.includes('Mothers'));
  return {
    workspace: { name: 'Maternal Health Program' },
    channels: [
      { name: 'SMS 8282', address: '8282', country: 'RW', schemes: ['tel'] },
      { name: 'WhatsApp', type: 'whatsapp', address: '250788000300', schemes: ['whatsapp'] },
    ],
    fields: FIELDS,
    groups: [
      { name: 'Mothers' },
      { name: 'Health Workers' },
      { name: 'Pregnant', query: 'stage = pregnant' },
      { name: 'High Risk', query: 'risk = high' },
      { name: 'Under 20', query: 'age < 20' },
    ],
    labels: [{ name: 'Urgent' }, { name: 'Question' }],
    flows: maternalFlows(),
    contacts,
    runs: recent(runsOf(mothers), 6, now),
    messages: recent(messagesOf(mothers), 16, now),
    topics: [{ name: 'Referrals' }],
    globals: [
      { name: 'Hotline', value: '114' },
      { name: 'Program Name', value: 'Healthy Mothers' },
    ],
    campaigns: [{ name: 'Antenatal Visits', group: 'Pregnant' }],
    campaign_events: [
      {
        campaign: 'Antenatal Visits',
        relative_to: 'due_date',
        offset: -2,
        unit: 'weeks',
        delivery_hour: 9,
        message: {
          eng: 'Your due date is near, @contact. Please plan your journey to @fields.facility.',
        },
      },
    ],
    resthooks: [{ resthook: 'new-danger-sign' }, { resthook: 'new-report' }],
  };
}

function people(count: number): ContactSeed[] {
  const chance = repeatable(2026);
  return generatedContacts(count, 7).map((contact, index) => {
    if (index % 20 === 19) return { ...contact, groups: ['Health Workers'] };
    const stage = chance.pick(STAGES);
    const due = `2027-0${1 + chance.below(9)}-${String(1 + chance.below(28)).padStart(2, '0')}`;
    return {
      ...contact,
      groups: ['Mothers'],
      fields: {
        age: 16 + chance.below(30),
        due_date: stage === 'pregnant' ? `${due}T08:00:00+02:00` : null,
        facility: chance.pick(FACILITIES),
        stage,
        risk: chance.below(8) === 0 ? 'high' : 'normal',
        visits: chance.below(9),
      },
    };
  });
}

const uuidOf = ({ uuid = '' }: ContactSeed): string => uuid;

function runsOf(mothers: readonly ContactSeed[]): RunSeed[] {
  const chance = repeatable(11);
  return mothers
    .filter((_, index) => index % 2 === 0)
    .map((mother, index) => {
      const run = { uuid: chance.uuid(), flow: 'Antenatal Reminder', contact: uuidOf(mother) };
      if (index % 5 === 4) return run;
      const category = chance.pick(['Yes', 'Yes', 'No', 'Other']);
      const value = category === 'Other' ? 'who is this' : category.toLowerCase();
      return {
        ...run,
        values: { attending: { name: 'Attending', value, category, input: value } },
        responded: true,
        exit_type: 'completed' as const,
      };
    });
}

function messagesOf(mothers: readonly ContactSeed[]): MessageSeed[] {
  const chance = repeatable(13);
  return mothers
    .filter((_, index) => index % 3 === 0)
    .flatMap((mother, index): MessageSeed[] => {
      const contact = uuidOf(mother);
      const asked: MessageSeed = {
        contact,
        direction: 'out',
        status: index % 10 === 9 ? 'failed' : 'delivered',
        text: 'Will you come to your antenatal visit this week?',
        flow: 'Antenatal Reminder',
      };
      const answer: MessageSeed = {
        contact,
        direction: 'in',
        text: chance.pick(['yes', 'no', 'I have a headache', 'When is my next visit?']),
        ...(index % 4 === 0 ? { labels: ['Question'] } : { flow: 'Antenatal Reminder' }),
      };
      return [asked, answer];
    });
}
