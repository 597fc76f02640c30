import { createSandbox, maternalHealth, type Sandbox } from '@openfn/rapidpro-sandbox';
import * as adaptor from '../../src/index.js';
import type { State } from '../../src/types/state.js';

/** What stands ready for an example: a sandbox with the made-up program, and its address and token. */
export interface Ready {
  sandbox: Sandbox;
  host: string;
  token: string;
}

interface Example {
  /** What the example takes for given, beside the package's names and what stands ready. */
  given?: (ready: Ready) => Record<string, unknown> | Promise<Record<string, unknown>>;
  /** What is done after it; gives true where the example did what it says. */
  check: string;
}

const CONTACT = 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11';

/** Lets the operation of an example run with the sandbox for its server. */
function asJob(data: unknown = {}): Example['given'] {
  return ({ sandbox, host, token }) => {
    const made: ((state: State) => Promise<State>)[] = [];
    const keep = (make: (...args: never[]) => (state: State) => Promise<State>) => {
      return (...args: never[]) => made.push(make(...args));
    };
    return {
      upsertContact: keep(adaptor.upsertContact),
      syncContacts: keep(adaptor.syncContacts),
      getFlowRuns: keep(adaptor.getFlowRuns),
      ran: () => made[0]?.({ configuration: { host, token }, data, references: [] }),
      holds: (urn: string) => sandbox.contacts().some(({ urns }) => urns.includes(urn)),
    };
  };
}

/** The examples in comments that are on no page. They are no jobs, so they run as they are. */
export const SOURCE_EXAMPLES: Readonly<Record<string, Example>> = {
  'execute(getContacts(), fn(state => state))(state);': {
    given: ({ host, token }) => {
      const under: Promise<unknown>[] = [];
      const execute = (...steps: Parameters<typeof adaptor.execute>) => {
        return (state: State) =>
          void under.push(adaptor.execute(...steps)(state) as Promise<State>);
      };
      return { execute, under, state: { configuration: { host, token } } };
    },
    check: 'return (await under[0]).data.length > 0;',
  },
  "const tree = await metadata({ host: 'https://app.rapidpro.io/', token: '…' });": {
    given: ({ host, token }) => ({ metadata: () => adaptor.metadata({ host, token }) }),
    check: 'return tree.children.length > 0;',
  },
  "for await (const page of iteratePages({ host, token }, getContacts({ group: 'Mothers' }))) {\n  console.log(page.length);\n}":
    {
      given: () => ({ seen: [], console: { log() {} } }),
      check: 'return sandbox.requests().length > 0;',
    },
  'const { contact, results } = parsePush(request.body, request.headers);': {
    given: () => ({ request: { body: { contact: { uuid: CONTACT }, results: {} }, headers: {} } }),
    check: `return contact.uuid === '${CONTACT}' && Object.keys(results).length === 0;`,
  },
  'fn(state => ({ ...state, data: state.data.map(run => webhook.fromRun(run)) }));': {
    given: () => {
      const made: unknown[] = [];
      return { made, fn: (operation: unknown) => made.push(operation) };
    },
    check: `const runs = await getFlowRuns()({ configuration: { host, token }, references: [] });
      return made[0](runs).data.every(({ kind }) => kind === 'run');`,
  },
  "upsertContact({ urns: [util.phoneUrn('0788 123 123', 'RW')], name: 'Amina' });": {
    given: asJob(),
    check: "return await ran() && holds('tel:+250788123123');",
  },
  "syncContacts(state =>\nstate.data.map(({ name, phone }) => ({\nname,\nurns: [() => util.phoneUrn(phone, 'RW')],\n})),\n);":
    {
      given: asJob([
        { name: 'Amina', phone: '788123123' },
        { name: 'Keza', phone: 'none' },
      ]),
      check: `const { created, failed } = (await ran()).data;
        return created[0].index === 0 && failed[0].index === 1 && holds('tel:+250788123123');`,
    },
  "upsertContact({ urns: util.phoneUrns('0788 123 123 / 0722 123 123', 'RW'), name: 'Amina' });": {
    given: asJob(),
    check: "return await ran() && holds('tel:+250788123123') && holds('tel:+250722123123');",
  },
  "upsertContact({\nurns: ['tel:+250788123123'],\nfields: { due_date: util.dateTime('31/01/2026', 'dd/MM/yyyy', 'Africa/Kigali') },\n});":
    {
      given: asJob(),
      check: "return (await ran()).data.fields.due_date.startsWith('2026-01-31T00:00:00');",
    },
  "getFlowRuns({ ...util.dayRange('yesterday', 'Africa/Kigali'), responded: true });": {
    given: asJob(),
    check: 'return Array.isArray((await ran()).data);',
  },
  "const rows = util.parseCsv('name;phone\\nAmina;0788 123 123', { delimiter: ';', required: ['phone'] });":
    {
      check: "return rows.length === 1 && rows[0].phone === '0788 123 123';",
    },
  "const pieces = util.chunk(['a', 'b', 'c'], 2);": {
    check: 'return pieces.length === 2 && pieces[1][0] === "c";',
  },
  "await sandbox.reply('tel:+250788123123', 'yes');": {
    check: "return sandbox.contacts().some(({ urns }) => urns.includes('tel:+250788123123'));",
  },
  "// The next creation is carried out, and its response is lost.\nsandbox.fault({ kind: 'reset', strikes: 'after', when: { method: 'POST', path: 'contacts' } });":
    {
      check: `const before = sandbox.contacts().length;
        const headers = { Authorization: 'Token ' + token, 'Content-Type': 'application/json' };
        const order = { method: 'POST', headers, body: '{"name":"Ann"}' };
        const lost = await fetch(host + 'api/v2/contacts.json', order).then(() => false, () => true);
        return lost && sandbox.contacts().length === before + 1;`,
    },
  'sandbox.advance(7 * 24 * 3600);': {
    check: 'return sandbox.now().getTime() > Date.now() + 6 * 24 * 3600 * 1000;',
  },
  "sandbox.report(sandbox.sent()[0].id, 'failed');": {
    given: async ({ host, token }) => {
      const send = adaptor.sendMessage({ contact: 'tel:+250788123123', text: 'Hello' });
      const meet = adaptor.upsertContact({ urns: ['tel:+250788123123'] });
      await adaptor.execute(meet, send)({ configuration: { host, token } });
      return {};
    },
    check: `const headers = { Authorization: 'Token ' + token };
      const list = await fetch(host + 'api/v2/messages.json?folder=failed', { headers });
      return (await list.json()).results.some(({ text }) => text === 'Hello');`,
  },
  "// At the end of a test: no text came out empty, and all was as on a server.\nif (sandbox.unknown().length > 0) throw new Error('Something was not as meant.');":
    { check: 'return sandbox.unknown().length === 0;' },
  "const sandbox = await createSandbox({ contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }] });\n// a credential: { host: sandbox.host, token: sandbox.token }\nawait sandbox.close();":
    { check: 'return sandbox.contacts().length === 1;' },
  'const sandbox = await createSandbox({ seed: maternalHealth({ contacts: 5000 }) });': {
    check: 'await sandbox.close(); return sandbox.contacts().length >= 5000;',
  },
};

/** Runs an example as the body of an async function. */
export async function runExample(code: string, ready: Ready): Promise<unknown> {
  const { given, check } = SOURCE_EXAMPLES[code] ?? { check: 'return false;' };
  const names = { ...adaptor, createSandbox, maternalHealth, ...ready, ...(await given?.(ready)) };
  const keys = Object.keys(names).filter(key => key !== 'default');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction(...keys, `{ ${code}\n${check} }`);
  return run(...keys.map(key => (names as Record<string, unknown>)[key]));
}
