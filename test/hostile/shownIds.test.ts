import { expect, test } from 'vitest';
import * as rapidpro from '../../src/Adaptor.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential, TOKEN } from '../support/credential.js';
import { json } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';

/** What a server says in place of a uuid, a key and an id: all that the log says of an object. */
const UUID = '00000000-0000-4000-8000-000000000001';
const OPERATIONS: [string, Operation][] = [
  ['getContact', rapidpro.getContact('tel:+250788123123')],
  ['addContact', rapidpro.addContact({ language: 'eng' })],
  ['updateContact', rapidpro.updateContact(UUID, { language: 'eng' })],
  ['upsertContact', rapidpro.upsertContact({ urns: ['tel:+250788123123'] })],
  ['sendMessage', rapidpro.sendMessage({ contact: UUID, text: 'x' })],
  ['sendBroadcast', rapidpro.sendBroadcast({ contacts: [UUID], text: 'x' })],
  ['startFlow', rapidpro.startFlow({ flow: UUID, contacts: [UUID] })],
  ['addGroup', rapidpro.addGroup({ name: 'Mothers' })],
  ['updateGroup', rapidpro.updateGroup(UUID, { name: 'Mothers' })],
  ['addField', rapidpro.addField({ name: 'Age', type: 'number' })],
  ['ensureField', rapidpro.ensureField({ name: 'Age', type: 'number' })],
  ['setGlobal', rapidpro.setGlobal('clinic', 'x')],
  [
    'addResthookSubscriber',
    rapidpro.addResthookSubscriber({ resthook: 'x', target_url: 'https://x.example/' }),
  ],
  ['subscribe', rapidpro.subscribe('x', 'https://x.example/')],
  ['getWorkspace', rapidpro.getWorkspace()],
  ['uploadMedia', rapidpro.uploadMedia('data:image/png;base64,iVBORw0KGgo=')],
];

const HIDDEN: [string, string][] = [
  ['in base64', Buffer.from(TOKEN).toString('base64')],
  ['encoded', [...TOKEN].map(letter => `%${letter.charCodeAt(0).toString(16)}`).join('')],
  ['in the other case', TOKEN.toUpperCase()],
  ['backwards', [...TOKEN].reverse().join('')],
  ['as a line of its own', `1\n\u001b[2JRapidPro: ${[...TOKEN].join(' ')}`],
];

const linesOf = async (operation: Operation, text: string) => {
  noSleep();
  const lines = captureConsole();
  const object = { uuid: text, key: text, id: text, type: text, name: 'Age', status: 'sent' };
  const one = { ...object, resthook: 'x', target_url: 'https://x.example/' };
  const server = await rawServer(json({ ...one, results: [one] }));
  const error = await operation({ configuration: credential(server) }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return [...lines, JSON.stringify(error)].join('\n');
};

test.each(
  OPERATIONS.flatMap(([name, operation]) =>
    HIDDEN.map(([how, text]) => ({ name, operation, how, text })),
  ),
)('$name writes no token $how into the log or an error', async ({ operation, text }) => {
  const log = await linesOf(operation, text);
  expect(log).toContain('RapidPro: ');
  expect(log).not.toContain(text);
  for (const line of text.split('\n').filter(line => line.length > 8)) {
    expect(log).not.toContain(line);
  }
});

/** An error that names contacts by their uuids. */
test('an error names contacts by well-formed uuids alone', async () => {
  const lines = captureConsole();
  const secret = Buffer.from(TOKEN).toString('base64');
  const held = (uuid: string, urn: string) => ({ results: [{ uuid, urns: [urn] }] });
  const server = await rawServer(request =>
    json(
      held(`${secret}${request.index}`, request.index ? 'tel:+250788123124' : 'tel:+250788123123'),
    )(request),
  );
  const operation = rapidpro.upsertContact({ urns: ['tel:+250788123123', 'tel:+250788123124'] });
  const error = await operation({ configuration: credential(server) }).catch(thrown => thrown);
  expect(error).toMatchObject({ name: 'RapidProError', details: { contacts: ['…', '…'] } });
  expect([...lines, JSON.stringify(error)].join('\n')).not.toContain(secret);
});
