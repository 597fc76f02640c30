import dns from 'node:dns/promises';
import { createReadStream } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { Operation, State } from '../../src/types/state.js';

/**
 * Does, in a process of its own, what must not end it, one after the other. Writes what each came to.
 */

const [, , host = '', token = ''] = process.argv;

/** Names and where they lead: from a machine of a test there is a way to none. */
const NAMES: { [name: string]: { address: string; family: number }[] } = {
  'one.example': [{ address: '255.255.255.255', family: 4 }],
  'two.example': [
    { address: '255.255.255.255', family: 4 },
    { address: 'fd00::1', family: 6 },
  ],
  'both.example': [
    { address: '255.255.255.255', family: 4 },
    { address: '255.255.255.254', family: 4 },
  ],
  'none.example': [],
  'bad.example': [{ address: 'not an address', family: 4 }],
};

Object.assign(dns, {
  lookup: async (name: string) => {
    const found = NAMES[name];
    if (found) return found;
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  },
});
syncBuiltinESMExports();

const rapidpro = await import('../../src/Adaptor.js');

const failing = () => Promise.reject(new Error('by the author'));
const strange = (value: unknown) => value as never;
/** Fails when the operation is over. */
function failingStream(): Readable {
  const stream = new Readable({ read() {} });
  setTimeout(() => stream.destroy(new Error('by the author')), 5);
  return stream;
}

const ALLOWED = { allowPrivate: true };

const CASES: { [name: string]: () => Operation } = {
  ...Object.fromEntries(
    [...Object.keys(NAMES), 'nobody.example'].flatMap(name =>
      ['http', 'https'].map(scheme => [
        `${scheme} to ${name}`,
        () => rapidpro.uploadMedia(`${scheme}://${name}/picture.png`, ALLOWED),
      ]),
    ),
  ),
  'http to an address': () => rapidpro.uploadMedia('http://255.255.255.255/picture.png', ALLOWED),
  'an async file': () =>
    rapidpro.uploadMedia(
      strange(async () => {
        throw new Error('by the author');
      }),
    ),
  'a file that is a failing promise': () => rapidpro.uploadMedia(strange(() => failing())),
  'a file of failing promises': () =>
    rapidpro.uploadMedia(strange(() => [failing(), { later: failing() }])),
  'a file that throws': () =>
    rapidpro.uploadMedia(
      strange(() => {
        throw new Error('by the author');
      }),
    ),
  'a file that is a failing stream': () => rapidpro.uploadMedia(strange(failingStream())),
  'a file that is not there': () =>
    rapidpro.uploadMedia(strange(createReadStream('/no/such/file'))),
  'a failing stream by a function': () => rapidpro.uploadMedia(strange(() => failingStream())),
  'a failing stream within': () => rapidpro.uploadMedia(strange({ file: [failingStream()] })),
  'a failing stream by a promise': () =>
    rapidpro.uploadMedia(strange(() => Promise.resolve({ body: failingStream() }))),
  'a failing stream with a wrong option': () =>
    rapidpro.uploadMedia(strange(failingStream()), strange({ filname: 'a.png' })),
  'an iterable that fails': () =>
    rapidpro.uploadMedia(
      strange(
        (async function* () {
          yield 'a';
          throw new Error('by the author');
        })(),
      ),
    ),
  'an argument with a failing stream': () =>
    rapidpro.addContact(strange({ name: 'A', fields: { photo: failingStream() } })),
  'a failing argument behind a refused one': () =>
    rapidpro.updateContact(
      strange(new Date()),
      strange({ name: failing(), language: failingStream() }),
    ),
  'failing options behind a refused argument': () =>
    rapidpro.getContacts(strange(new Date()), strange({ limit: failing() })),
  'a contact far down that is a failing stream': () =>
    rapidpro.syncContacts(
      strange([...Array.from({ length: 30_000 }, () => ({ urns: [] })), { name: failingStream() }]),
      { dryRun: true },
    ),
  'an argument of failing promises': () =>
    rapidpro.addContact(
      strange(() => ({ name: failing(), language: failing(), urns: [failing()] })),
    ),
  'options of failing promises': () =>
    rapidpro.getContacts(
      {},
      strange(() => ({ limit: failing(), timeout: failing() })),
    ),
  'a promise whose then throws': () =>
    rapidpro.addContact(
      strange({
        name: {
          // biome-ignore lint/suspicious/noThenProperty: what an author may give
          then() {
            throw new Error('by the author');
          },
        },
      }),
    ),
  'an async callback that fails': () =>
    rapidpro.addContact({ name: 'A' }, strange({}), strange(failing)),
  'a page that fails later': () =>
    rapidpro.eachPage(
      rapidpro.getContacts(),
      strange(async () => failing()),
    ),
  'a change that fails later': () =>
    rapidpro.eachChange(
      rapidpro.getContacts(),
      strange(async () => failing()),
    ),
  'each that fails later': () =>
    rapidpro.each(
      strange('data[*]'),
      strange(async () => failing()),
    ),
  'contacts that are failing promises': () =>
    rapidpro.syncContacts(strange(() => [failing(), { urns: [failing()], name: failing() }])),
  'a file for options': () =>
    rapidpro.uploadMedia(
      'aGVsbG8=',
      strange(() => ({ filename: failing(), contentType: failing() })),
    ),
};

console.warn = () => {};

const ends: { [name: string]: string } = {};
const state = { configuration: { host, token }, data: [1], references: [] } as State;

for (const [name, make] of Object.entries(CASES)) {
  try {
    await make()({ ...state });
    ends[name] = 'fine';
  } catch (error) {
    ends[name] = String((error as { code?: unknown }).code ?? (error as Error).message);
  }
  // What nobody waits for ends the process now.
  await new Promise(resolve => setTimeout(resolve, 20));
}

process.stdout.write(`\n${JSON.stringify(ends)}\n`);
