/**
 * Runs each example of docs/reference/operations.md on a sandbox of its own, with what the step before it would
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
  sendBroadcast,
  uploadMedia,
} from '@openfn/language-rapidpro';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { failureIn, runJob } from '../../scripts/run-job.mjs';
import { oneCopy } from './adaptor.mjs';
import { AMINA, FLOW, OBJECT, world } from './seed.mjs';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

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

/** A message with a picture, which the sandbox keeps. */
const picture = async (sandbox, configuration) => {
  const { data } = await execute(uploadMedia(PNG))({ configuration });
  const url = new URL(data.url, sandbox.host).href;
  await sandbox.reply(AMINA, 'Look', { attachments: [`image/png:${url}`] });
  return first(getMessages({ folder: 'inbox' }, { limit: 1 }))(sandbox, configuration);
};

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
  'syncContacts 4': given([{ urns: [AMINA], name: 'Amina Diallo' }]),
  'util.phoneUrn 2': given([{ name: 'Keza', phone: '0788 123 123' }]),
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
  'getDeliveries 1': read(sendBroadcast({ urns: [AMINA], text: 'The clinic is open.' })),
  downloadAttachment: picture,
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

const adaptors = oneCopy();
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
  const failure = failureIn(await runJob(job, { state, adaptors, console: silent }));
  await sandbox.close();
  return { title, failure: failure?.message };
}

const page = readFileSync(new URL('../../docs/reference/operations.md', import.meta.url), 'utf8');
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
