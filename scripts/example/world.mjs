import { createCollections } from './collections.mjs';
import { createDhis2 } from './dhis2/server.mjs';
import { askingFlow } from './flows.mjs';
import { createReceiver } from './receiver.mjs';
import { createRunner, EXAMPLE } from './run-workflow.mjs';

/** The flows that the example's `settings.js` names. */
export const FLOWS = {
  registration: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a01',
  report: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a02',
  visit: '6f1c7c52-3a0e-4a0c-9d5b-0b7f2f1f9a05',
};

/** The operator's desk, as `settings.js` names it. */
const DESK = 'rapidpro-dhis2';

const SECRET = 'a-made-up-secret-of-this-computer';

const FIELDS = [
  { key: 'dhis2_id', name: 'DHIS2 id', type: 'text' },
  { key: 'confirmation', name: 'Confirmation', type: 'text' },
  { key: 'clinic', name: 'Clinic', type: 'text' },
  { key: 'visits', name: 'Visits', type: 'text' },
];
const GROUPS = ['DHIS2 clients', 'Registration asked', 'Registration started', 'Health workers'];

/**
 * Both systems on this computer: a RapidPro sandbox, the DHIS2 stand-in, the webhook between them and what runs the workflows.
 *
 * @param {object} options
 * @param {(options: object) => Promise<object>} options.createSandbox
 * @param {'v9' | 'textit'} [options.dialect]
 * @param {object[]} [options.contacts] - those that RapidPro has at first
 * @param {object} [options.dhis2] - settings of the DHIS2 stand-in
 * @param {object} [options.console] - what `console` is in the jobs
 * @param {(settings: object) => object} [options.settings] - what is changed in `settings.js`; a function that stands alone
 * @param {object[]} [options.flows] - more flows, as askingFlow makes them
 * @param {object[]} [options.runs] - runs that RapidPro has at first, as in a seed
 * @param {() => number} [options.now] - the clock of the jobs
 * @param {object} [options.mail] - what is in the credential for mail
 */
export async function createWorld(options) {
  const { createSandbox, dialect = 'v9', contacts = [], flows = [], console } = options;
  const dhis2 = await createDhis2(options.dhis2);
  if (!options.dhis2?.metadata?.users) {
    dhis2.setUp('users', { id: 'UserOpenFn1', authorities: ['F_DATAVALUE_ADD', 'F_USER_VIEW'] });
  }
  const collections = await createCollections([DESK]);
  const states = {};
  let visits = 0;
  const receiver = await createReceiver(push => run('registration', push));
  const sandbox = await createSandbox({
    dialect,
    seed: {
      fields: FIELDS,
      groups: GROUPS.map(name => ({ name })),
      flows: [
        askingFlow({
          uuid: FLOWS.registration,
          name: 'Registration',
          questions: [
            { name: 'Name', text: 'What is your name?', type: 'has_text' },
            { name: 'Village', text: 'In which village do you live?', type: 'has_text' },
            { name: 'Clinic', text: 'Which clinic is near you?', type: 'has_text' },
          ],
          webhook: { url: receiver.url, secret: SECRET },
          thanks: 'Thank you.',
        }),
        askingFlow({
          uuid: FLOWS.report,
          name: 'Weekly report',
          questions: [
            { name: 'Cases', text: 'How many cases of malaria?', type: 'has_number' },
            { name: 'Deaths', text: 'How many deaths?', type: 'has_number' },
          ],
          thanks: 'Thank you.',
        }),
        askingFlow({
          uuid: FLOWS.visit,
          name: 'Visit',
          questions: [
            {
              name: 'Weight',
              text: 'Your visit is on @trigger.params.due. What is your weight?',
              type: 'has_number',
            },
          ],
          thanks: 'Thank you.',
        }),
        ...flows,
      ],
      contacts,
      ...(options.runs ? { runs: options.runs } : {}),
    },
  });
  const { host, token } = sandbox;
  const credentials = {
    './credentials/dhis2.json': { ...dhis2.credential, ...collections.credential },
    './credentials/rapidpro.json': { host, token, webhookSecret: SECRET },
    './credentials/mail.json': options.mail ?? {},
  };
  const { settings = one => one, now = Date.now } = options;
  // The clock comes with the state, so that the text of the job is the same in every run, and compiled once.
  const change = `fn(({ clock, ...state }) => ({ ...state, settings: (${settings})(state.settings), now: clock }));`;
  const run = (name, state) => runner.run(`${EXAMPLE}/${name}.json`, { ...state, clock: now() });
  const runner = createRunner({
    credentials,
    more: () => ({ './settings.js': change }),
    ...(console ? { console } : {}),
  });
  return {
    dhis2,
    sandbox,
    collections,
    receiver,
    /** What is on the operator's desk: entries by their keys. */
    desk: () => collections.values(DESK),
    /** The state that each scheduled workflow left, which its next run starts with. */
    states,
    /** Runs a scheduled workflow with what its last run left, as the CLI does with `-s` and `-o`. */
    async run(name) {
      states[name] = await run(name, states[name]);
      return states[name];
    },
    /** Runs the registration workflow with a push. */
    register: push => run('registration', push),
    /** How many people came into a flow by themselves. */
    visits: () => visits,
    /** Starts a contact in a flow as somebody would by a keyword, and lets them answer. */
    async goThrough(flow, urn, answers) {
      visits += 1;
      const response = await fetch(`${host}api/v2/flow_starts.json`, {
        method: 'POST',
        headers: { Authorization: `Token ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ flow, urns: [urn] }),
      });
      if (!response.ok) throw new Error(`The flow was not started: ${await response.text()}`);
      await sandbox.settled();
      for (const answer of answers) {
        await sandbox.reply(urn, answer);
        await sandbox.settled();
      }
      return receiver.settled();
    },
    async close() {
      runner.close();
      const all = [sandbox, dhis2, collections, receiver];
      await Promise.all(all.map(one => one.close()));
    },
  };
}
