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
  given?: (ready: Ready) => Record<string, unknown>;
  /** What is done after it; gives true where the example did what it says. */
  check: string;
}

const CONTACT = 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11';

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
  "// At the end of a test: nothing went out that is not as on a server.\nif (sandbox.unknown().length > 0) throw new Error('Some text was not as on a server.');":
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
  const names = { ...adaptor, createSandbox, maternalHealth, ...ready, ...given?.(ready) };
  const keys = Object.keys(names).filter(key => key !== 'default');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction(...keys, `{ ${code}\n${check} }`);
  return run(...keys.map(key => (names as Record<string, unknown>)[key]));
}
