/**
 * Runs each example of docs/operations.md on a sandbox of its own, with what the step before it would
 * have left. Prints how each ended. Needs `node --experimental-vm-modules`, and the built package.
 */
import { readFileSync } from 'node:fs';
import {
  addResthookSubscriber,
  execute,
  getCampaignEvents,
  getContacts,
  getLabels,
  getMessages,
  getTickets,
} from '@openfn/language-rapidpro';
import { createSandbox, maternalHealth } from '@openfn/language-rapidpro/sandbox';
import { failureIn, runJob } from '../../scripts/run-job.mjs';

/** The uuids that the examples write. */
const FLOW = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
const OBJECT = 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11';
const TOPIC = 'bf7d7b53-4fdf-4da4-8ac7-10af7af21568';
const AMINA = 'tel:+221770001122';

/** The seed of the guides, and what the examples name besides. */
function world() {
  const seed = maternalHealth();
  return {
    ...seed,
    fields: [
      ...seed.fields,
      { name: 'Next visit', type: 'datetime' },
      { name: 'Last report', type: 'number' },
      { key: 'tei_id', name: 'TEI id', type: 'text' },
    ],
    groups: [...seed.groups, { uuid: OBJECT, name: 'Old name' }],
    labels: [...seed.labels, { uuid: OBJECT, name: 'Old name' }],
    topics: [...seed.topics, { uuid: OBJECT, name: 'Old name' }, { uuid: TOPIC, name: 'Visits' }],
    flows: [...seed.flows, { uuid: FLOW, name: 'Visit' }],
    contacts: [
      ...seed.contacts,
      { name: 'Amina', urns: [AMINA], groups: ['Mothers'] },
      { name: 'Keza', urns: ['tel:+250788123123'] },
    ],
    globals: [...seed.globals, { name: 'Clinic phone', value: '113' }],
    campaigns: [...seed.campaigns, { uuid: OBJECT, name: 'Visits', group: 'Mothers' }],
    campaign_events: [
      ...seed.campaign_events,
      {
        campaign: 'Visits',
        relative_to: 'next_visit',
        offset: -1,
        unit: 'days',
        delivery_hour: 9,
        message: { eng: 'Tomorrow.' },
      },
    ],
    users: [
      { email: 'admin@example.org', first_name: 'Ada', last_name: 'M', role: 'administrator' },
      { email: 'amina@example.org', first_name: 'Amina', last_name: 'D', role: 'agent' },
    ],
    resthooks: [...seed.resthooks, { resthook: 'new-birth' }],
  };
}

const read = operation => async (_sandbox, configuration) => ({
  data: (await execute(operation)({ configuration })).data,
});
const first = operation => async (sandbox, configuration) => ({
  data: (await read(operation)(sandbox, configuration)).data[0],
});
const given = data => () => ({ data });

const people = read(getContacts({ group: 'Mothers' }, { limit: 120 }));
const messages = read(getMessages({ folder: 'inbox' }));
const tickets = async (sandbox, configuration) => {
  sandbox.openTicket(AMINA);
  return read(getTickets())(sandbox, configuration);
};
const push = (_sandbox, { webhookSecret }) => ({
  data: {
    contact: { uuid: OBJECT, name: 'Amina', urn: AMINA },
    flow: { uuid: FLOW, name: 'Visit' },
    results: { cases: { value: '12', category: 'Has Number' } },
  },
  request: { headers: { 'x-secret': webhookSecret }, query: { secret: webhookSecret } },
});

/** What the step before an operation would have left; `name 2` is for its second example. */
const BEFORE = {
  'getContact 2': first(getContacts({}, { limit: 1 })),
  'updateContact 2': first(getContacts({}, { limit: 1 })),
  'upsertContact 2': first(getContacts({}, { limit: 1 })),
  'syncContacts 1': given([
    { name: 'Keza', phone: '+250788123123', due: '2027-03-01T08:00:00+02:00' },
  ]),
  'syncContacts 2': given([{ fields: { tei_id: 'a1' }, urns: [AMINA] }]),
  'syncContacts 3': given([{ urns: [AMINA], name: 'Amina Diallo' }]),
  'upsertContacts 1': given([{ name: 'Keza', phone: '+250788123123' }]),
  'upsertContacts 2': given([{ urns: [AMINA], name: 'Amina Diallo' }]),
  addToGroup: people,
  deleteContacts: people,
  'sendBroadcast 2': people,
  'getMessages 1': () => ({ data: {}, lastRun: '2026-01-01T00:00:00Z' }),
  labelMessages: messages,
  unlabelMessages: messages,
  archiveMessages: messages,
  restoreMessages: messages,
  deleteMessages: messages,
  'uploadMedia 2': given({ photo: Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64') }),
  updateCampaignEvent: first(getCampaignEvents({ campaign: OBJECT })),
  deleteCampaignEvent: first(getCampaignEvents({ campaign: OBJECT })),
  assignTickets: tickets,
  addTicketNote: tickets,
  changeTicketTopic: tickets,
  closeTickets: tickets,
  reopenTickets: tickets,
  'webhook.parse': push,
  deleteResthookSubscriber: async (_sandbox, configuration) => ({
    data: (
      await execute(
        addResthookSubscriber({ resthook: 'new-birth', target_url: 'https://example.org/hook' }),
      )({ configuration })
    ).data,
  }),
  'http.post': first(getLabels()),
  'http.delete': first(getLabels()),
};

/** Operations that only the newer servers have. */
const TEXTIT = ['getStatistics'];
/** These need the Internet. */
const SKIPPED = ['uploadMedia 1'];

const silent = { log() {}, info() {}, warn() {}, error() {} };

async function runExample(name, number, job) {
  const title = `${name} ${number}`;
  if (SKIPPED.includes(title)) return { title, skipped: true };
  const dialect = TEXTIT.includes(name) ? 'textit' : 'v9';
  const sandbox = await createSandbox({ seed: world(), dialect });
  const webhookSecret = 'a-secret-of-some-length';
  const configuration = { host: sandbox.host, token: sandbox.token, webhookSecret };
  const before = BEFORE[title] ?? BEFORE[name] ?? given({});
  const state = { ...(await before(sandbox, configuration)), configuration };
  const failure = failureIn(await runJob(job, { state, console: silent }));
  await sandbox.close();
  return { title, failure: failure?.message };
}

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const results = [];
for (const section of page.split(/^### /m).slice(1)) {
  const name = section.slice(0, section.indexOf('\n'));
  let number = 0;
  for (const [, job] of section.matchAll(/^```js\n(.*?)^```/gms)) {
    number++;
    results.push(await runExample(name, number, job));
  }
}
process.stdout.write(`\n${JSON.stringify(results)}`);
