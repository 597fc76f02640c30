import { describe, expect, test } from 'vitest';
import {
  addContact,
  getContact,
  getWorkspace,
  http,
  sendBroadcast,
  startFlow,
  updateContact,
  uploadMedia,
  upsertContact,
} from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { json } from '../support/faults.js';
import { rawServer } from '../support/rawServer.js';
import { serve } from '../support/serve.js';
import { answering, FLOW, failure, page, refused, run, stateFor, UUID } from './run.js';

/** What a job sends when the data that it is made of is not there. */
describe('a URN that is made of missing data', () => {
  const broken = [
    'tel:undefined',
    'tel:null',
    'tel:NaN',
    'tel:',
    'tel:[object Object]',
    'tel:+250',
    'tel:+',
  ];

  test.each(broken)('%s is refused before anything is sent', async urn => {
    await refused(upsertContact({ urns: [urn], name: 'B' }), 'INVALID_URN');
    await refused(addContact({ urns: [urn] }), 'INVALID_URN');
    await refused(getContact(urn), 'INVALID_URN');
    await refused(sendBroadcast({ urns: [urn], text: 'Hi' }), 'INVALID_URN');
  });

  test.each(['tel:+2901234', 'tel:8888', 'ext:null-0001', 'telegram:1'])(
    '%s is none',
    async urn => {
      const server = await serve(answering('get', 'contacts', () => page([])));
      expect((await run(getContact(urn), server)).data).toBeNull();
    },
  );
});

describe('a contact of which nothing is left', () => {
  const gone = (state: { [key: string]: unknown }) => state.nothing as string;

  test('is refused', async () => {
    await refused(addContact({ name: gone }), 'INVALID_INPUT');
    await refused(updateContact(UUID, { fields: { age: gone } }), 'INVALID_INPUT');
  });

  test('what is left is sent, without empty keys', async () => {
    const server = await serve(answering('post', 'contacts', () => Response.json({ uuid: UUID })));
    await run(updateContact(UUID, { name: 'A', fields: { age: gone } }), server);
    expect(server.requests[0]?.body).toEqual({ name: 'A' });
  });
});

describe('recipients above 100', () => {
  const urns = Array.from({ length: 149 }, (_, index) => `tel:+250788${100000 + index}`);

  test('are refused where a number has no country code: it could be another’s', async () => {
    const error = await refused(
      sendBroadcast({ urns: [...urns, 'tel:0788100000'], text: 'Hi' }),
      'INVALID_INPUT',
    );
    expect(error.description).toContain('position 149');
  });

  test('that RapidPro refuses at once are an error like any other', async () => {
    const server = await rawServer(json({ flow: ['No such object: x'] }, 400));
    const error = await failure(startFlow({ flow: FLOW, urns }), server);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
    expect(error.details).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test('are reported by kind', async () => {
    const lines = captureConsole();
    const server = await rawServer(json({ id: 1 }, 201));
    await sendBroadcast({ groups: ['A'], contacts: [UUID], urns: urns.slice(0, 2), text: 'Hi' })(
      stateFor(server),
    );
    expect(lines.at(-1)).toContain('for 1 contact, 2 URNs, 1 group');
  });
});

test.each([[{ ok: true }], [[]], [{}]])('%j is no workspace', async answer => {
  const server = await rawServer(json(answer));
  expect((await failure(getWorkspace(), server)).code).toBe('NOT_RAPIDPRO');
});

describe('a number that is put together from missing data', () => {
  test.each([
    'tel:+250undefined',
    'tel:+undefined',
    'tel:+250null',
    'tel:+250NaN',
    'tel:+250[object Object]',
    'tel:Invalid Date',
    'whatsapp:250undefined',
    'tel:+250788123123,+250788123124',
  ])('%s is refused: RapidPro would take it for another number', async urn => {
    await refused(upsertContact({ urns: [urn], name: 'B' }), 'INVALID_URN');
    await refused(sendBroadcast({ urns: [urn], text: 'Hi' }), 'INVALID_URN');
    await refused(getContact(urn), 'INVALID_URN');
  });

  test.each([
    'tel:+250788123123 ext. 5',
    'tel:+250788123123x5',
    'tel:mtn',
    'tel:+250788123123;ext=1',
  ])('%s is left to RapidPro', async urn => {
    const server = await serve(answering('get', 'contacts', () => page([])));
    expect((await run(getContact(urn), server)).data).toBeNull();
  });

  test.each([
    'tel:+250788/100001',
    'tel:+250788100001;ext=1',
    'tel:+250788–100001',
    'tel:+250788100001 ext. 5',
  ])('%s may be another recipient above 100', async urn => {
    const others = Array.from({ length: 120 }, (_, index) => `tel:+250788${100000 + index}`);
    await refused(sendBroadcast({ urns: [...others, urn], text: 'Hi' }), 'INVALID_INPUT');
  });
});

describe('an emptied list of URNs', () => {
  test('takes no address away', async () => {
    await refused(updateContact(UUID, { urns: [] }), 'INVALID_INPUT');
    await refused(upsertContact({ uuid: UUID, urns: [] }, { urns: 'replace' }), 'INVALID_INPUT');
  });
});

describe('an operation in place of a value', () => {
  test('is refused, and does not run', async () => {
    const inner = updateContact(UUID, { name: 'A' });
    const error = await refused(addContact({ name: inner as never }), 'INVALID_INPUT');
    expect(error.description).toContain('is an operation');
    await refused(uploadMedia(getContact(UUID) as never), 'INVALID_INPUT');
  });

  test('a promise that fails ends nothing but the step', async () => {
    const failing = async () => {
      throw new Error('late');
    };
    await refused(addContact({ name: failing as never }), 'INVALID_INPUT');
    await new Promise(resolve => setImmediate(resolve));
  });
});

test('options that came out empty are refused', async () => {
  await refused(
    http.post('contacts', { name: 'A' }, ((state: State) => state.nothing) as never),
    'INVALID_OPTION',
  );
});

test('a key that is not a word is not reported', async () => {
  const lines = captureConsole();
  const server = await serve(answering('post', 'contacts', () => Response.json({ uuid: UUID })));
  const body = { name: 'A', 'Amina Diallo': 1, 'tel:+250788999888': 'x' };
  await run(updateContact(UUID, body as never), server);
  expect(lines.join()).toContain('does not know');
  expect(lines.join()).not.toMatch(/Amina|250788/);
});
