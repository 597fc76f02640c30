import { generatedContacts } from './generated.js';
import { maternalFlows } from './maternal-flows.js';
import { repeatable } from './random.js';
import { overTwoYears, recent, withDue } from './recent.js';
import type { ArchiveSeed, ContactSeed, MessageSeed, RunSeed, Seed, TicketSeed } from './types.js';

const FACILITIES = [
  'Gatsibo Health Center',
  'Kageyo Clinic',
  'Kiramuruzi Hospital',
  'Ngarama Hospital',
] as const;
const STAGES = ['pregnant', 'delivered', 'lost to follow-up'] as const;

const REMINDER = 'Antenatal Reminder';
const QUESTION = 'Will you come to your antenatal visit this week?';

const FIELDS: Seed['fields'] = [
  { key: 'age', name: 'Age', type: 'number' },
  { key: 'due_date', name: 'Due Date', type: 'datetime' },
  { key: 'facility', name: 'Facility', type: 'text' },
  { key: 'stage', name: 'Stage', type: 'text' },
  { key: 'risk', name: 'Risk', type: 'text' },
  { key: 'visits', name: 'Visits', type: 'number' },
  { key: 'cases', name: 'Cases', type: 'number' },
  { key: 'household_phone', name: 'Household Phone', type: 'text' },
];

/**
 * A made-up maternal-health program, as real workspaces are: mothers and health workers, some of them blocked, stopped
 * or archived; manual and smart groups, flows with their runs, messages both ways, labels, tickets, a campaign, a resthook,
 * archives, globals. Everybody who is to answer has been asked. One number gives the same program every time.
 *
 * @example
 * const sandbox = await createSandbox({ seed: maternalHealth({ contacts: 5000 }) });
 *
 * @param options.contacts - The number of contacts. Default: `600`.
 * @param options.number - Which program: another number makes other people and answers. Default: `2026`.
 * @param options.now - Milliseconds since 1970. A few mothers are then due within a week, and the last messages and
 *   answers are from today and yesterday; contacts were made over the two years before. Default: times as in any other
 *   seed.
 */
export function maternalHealth(
  options: { contacts?: number; now?: number; number?: number } = {},
): Seed {
  const { contacts: count = 600, now, number = 2026 } = options;
  const made = people(count, number);
  const contacts = now === undefined ? made : overTwoYears(withDue(made, now), now, number);
  const mothers = contacts.filter(contact => contact.groups?.includes('Mothers'));
  const flows = maternalFlows();
  const runs = recent(runsOf(mothers, number), 6, now);
  const messages = recent(messagesOf(mothers, number), 16, now);
  return {
    workspace: { name: 'Maternal Health Program', languages: ['eng', 'fra', 'kin'] },
    channels: [
      { name: 'SMS 8282', address: '8282', country: 'RW', schemes: ['tel'] },
      {
        name: 'WhatsApp',
        type: 'whatsapp',
        address: '250788000300',
        schemes: ['whatsapp'],
        reports_delivery: true,
      },
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
    flows,
    contacts,
    runs,
    messages: [...asking(runs, messages), ...reminding(mothers, now), ...messages],
    topics: [{ name: 'Referrals' }],
    tickets: ticketsOf(mothers, now),
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
    // No network has such a name, so nothing can leave this computer.
    resthook_subscribers: [
      { resthook: 'new-report', target_url: 'https://reports.example/new-report' },
    ],
    archives: now === undefined ? [] : archivesOf(mothers, now),
  };
}

/** Three of the health workers do not take part any more. */
const LEFT = ['blocked', 'stopped', 'archived'] as const;

function people(count: number, number: number): ContactSeed[] {
  const chance = repeatable(number);
  return generatedContacts(count, number - 2019).map((contact, index) => {
    if (index % 20 === 19) {
      const status = LEFT[Math.floor(index / 20)];
      return status ? { ...contact, status } : { ...contact, groups: ['Health Workers'] };
    }
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
        // As people write numbers down; sisters share one.
        household_phone:
          index % 7 < 2 ? `0788 4${String(Math.floor(index / 7)).padStart(5, '0')}` : null,
      },
    };
  });
}

const uuidOf = ({ uuid = '' }: ContactSeed): string => uuid;

function runsOf(mothers: readonly ContactSeed[], number: number): RunSeed[] {
  const chance = repeatable(number - 2015);
  return mothers
    .filter((_, index) => index % 2 === 0)
    .map((mother, index) => {
      const run = { uuid: chance.uuid(), flow: REMINDER, contact: uuidOf(mother) };
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

function messagesOf(mothers: readonly ContactSeed[], number: number): MessageSeed[] {
  const chance = repeatable(number - 2013);
  return mothers
    .filter((_, index) => index % 3 === 0)
    .flatMap((mother, index): MessageSeed[] => {
      const contact = uuidOf(mother);
      const asked: MessageSeed = {
        contact,
        direction: 'out',
        status: index % 10 === 9 ? 'failed' : 'delivered',
        text: QUESTION,
        flow: REMINDER,
      };
      const answer: MessageSeed = {
        contact,
        direction: 'in',
        text: chance.pick(['yes', 'no', 'I have a headache', 'When is my next visit?']),
        ...(index % 4 === 0 ? { labels: ['Question'] } : { flow: REMINDER }),
      };
      return [asked, answer];
    });
}

/** The question to each who waits for an answer and was not asked yet. */
function asking(runs: readonly RunSeed[], messages: readonly MessageSeed[]): MessageSeed[] {
  const asked = new Set(messages.filter(one => one.direction === 'out').map(one => one.contact));
  return runs
    .filter(run => !run.exit_type && !asked.has(run.contact))
    .map(({ contact, created_on }) => ({
      contact,
      direction: 'out',
      status: 'delivered',
      text: QUESTION,
      flow: REMINDER,
      ...(created_on ? { created_on } : {}),
    }));
}

/** What the campaign has sent: two weeks before the due date. */
function reminding(mothers: readonly ContactSeed[], now: number | undefined): MessageSeed[] {
  if (now === undefined) return [];
  return mothers.flatMap((mother): MessageSeed[] => {
    const { due_date, facility } = mother.fields ?? {};
    const sent = Date.parse(String(due_date)) - 14 * DAY;
    if (Number.isNaN(sent) || sent > now || sent < now - 30 * DAY) return [];
    const text = `Your due date is near, ${mother.name}. Please plan your journey to ${facility}.`;
    const created_on = new Date(sent).toISOString();
    return [{ contact: uuidOf(mother), direction: 'out', status: 'delivered', text, created_on }];
  });
}

const DAY = 24 * 60 * 60 * 1000;

/** Four are open. The agent has every other one. */
function ticketsOf(mothers: readonly ContactSeed[], now: number | undefined): TicketSeed[] {
  return mothers
    .filter((_, index) => index % 50 === 7)
    .map((mother, index): TicketSeed => {
      const opened = now === undefined ? undefined : now - (index + 1) * 3 * DAY;
      const at = (time: number) => new Date(time).toISOString();
      return {
        contact: uuidOf(mother),
        body: index % 2 ? 'Asks for transport to the clinic.' : 'Has a question about medicine.',
        topic: index % 3 ? 'General' : 'Referrals',
        assignee: index % 2 ? { email: 'agent@example.org' } : null,
        ...(index < 4 ? {} : { status: 'closed' as const }),
        ...(opened === undefined ? {} : { opened_on: at(opened) }),
        ...(opened === undefined || index < 4
          ? {}
          : { closed_on: at(opened + DAY), modified_on: at(opened + DAY) }),
      };
    });
}

/** What is older than three months is in archives, as on real servers. */
function archivesOf(mothers: readonly ContactSeed[], now: number): ArchiveSeed[] {
  return [4, 5].flatMap((months): ArchiveSeed[] => {
    const month = new Date(now - months * 30 * DAY).toISOString().slice(0, 7);
    const created_on = `${month}-12T09:00:00+00:00`;
    const some = mothers.slice(months * 3, months * 3 + 3);
    const shared = { start_date: `${month}-01`, period: 'monthly' as const };
    const who = ({ uuid, name }: ContactSeed) => ({ uuid, name });
    return [
      {
        archive_type: 'message',
        ...shared,
        records: some.map((mother, index) => ({
          id: months * 10 + index,
          contact: who(mother),
          urn: mother.urns?.[0],
          direction: 'out',
          type: 'text',
          status: 'delivered',
          visibility: 'visible',
          text: QUESTION,
          attachments: [],
          labels: [],
          created_on,
          sent_on: created_on,
          modified_on: created_on,
        })),
      },
      {
        archive_type: 'run',
        ...shared,
        records: some.map((mother, index) => ({
          id: months * 10 + index,
          flow: { name: REMINDER },
          contact: who(mother),
          responded: false,
          path: [],
          values: {},
          created_on,
          modified_on: created_on,
          exited_on: created_on,
          exit_type: 'expired',
        })),
      },
    ];
  });
}
