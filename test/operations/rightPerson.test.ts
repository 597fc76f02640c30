import type { Sandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addCampaignEvent,
  addContact,
  addToGroup,
  blockContacts,
  deleteContact,
  deleteContacts,
  eachChange,
  eachPage,
  getCampaignEvents,
  getContact,
  getContacts,
  getFlowRuns,
  getMessages,
  getResthookEvents,
  http,
  sendBroadcast,
  sendMessage,
  startFlow,
  syncContacts,
  updateContact,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { UpsertBody } from '../../src/types/bodies.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { bulk, counts, workspace, writes } from './bulk/workspace.js';
import {
  answering,
  denied,
  FLOW,
  failure,
  OTHER_UUID,
  page,
  refused,
  run,
  sent,
  stateFor,
  UUID,
} from './run.js';

/** What a job says reaches the right person, or nobody. */

const AMINA = 'tel:+250788000001';
const DIALECTS = ['v9', 'textit'] as const;

/** Every way in which a URN gets from a job to RapidPro. */
const USES: [string, (urn: string) => Operation][] = [
  ['addContact', urn => addContact({ name: 'X', urns: [urn] })],
  ['upsertContact', urn => upsertContact({ name: 'X', urns: [urn] })],
  ['updateContact, its name', urn => updateContact(urn, { name: 'X' })],
  ['updateContact, its URNs', urn => updateContact(UUID, { urns: [urn] })],
  ['getContact', urn => getContact(urn)],
  ['getContacts', urn => getContacts({ urn })],
  ['eachPage', urn => eachPage(getContacts({ urn }), s => s)],
  ['eachChange', urn => eachChange(getContacts({ urn }), s => s)],
  ['deleteContact', urn => deleteContact(urn)],
  ['deleteContacts', urn => deleteContacts([UUID, urn])],
  ['addToGroup', urn => addToGroup([urn], 'Mothers')],
  ['sendMessage', urn => sendMessage({ contact: urn, text: 'Hi' })],
  ['sendBroadcast, contacts', urn => sendBroadcast({ contacts: [urn], text: 'Hi' })],
  ['sendBroadcast, urns', urn => sendBroadcast({ urns: [urn], text: 'Hi' })],
  ['startFlow', urn => startFlow({ flow: FLOW, urns: [urn] })],
  ['http.get', urn => http.get('contacts', { urn })],
  ['http.delete', urn => http.delete('contacts', { urn })],
  ['http.post, its query', urn => http.post('contacts', { name: 'X' }, { query: { urn } })],
  ['http.post, URNs', urn => http.post('contacts', { urns: [urn] })],
  ['http.post, recipients', urn => http.post('broadcasts', { contacts: [UUID, urn], text: 'Hi' })],
  ['http.post, a contact', urn => http.post('messages', { contact: urn, text: 'Hi' })],
  [
    'http.request',
    urn => http.request('POST', 'flow_starts', { body: { flow: FLOW, urns: [urn] } }),
  ],
];

describe.each(USES)('%s', (_, use) => {
  test.each([
    'tel:254712345678.0',
    'tel:tel:+250788000121',
    'ext:HH#10',
    'tel:0788123456/0788123457',
  ])('of %s is refused, and nothing is sent', async urn => {
    const server = await serve();
    const error = await failure(use(urn), server);
    expect(['INVALID_URN', 'INVALID_FILTER']).toContain(error.code);
    expect(server.requests).toEqual([]);
    expect(JSON.stringify(error)).not.toMatch(/54712345678|788000121|788123456/);
  });

  test('of digits that people of the country dial as they are is refused after one reading', async () => {
    const server = await serve(
      answering('get', 'workspace', () =>
        HttpResponse.json({ uuid: UUID, country: 'ID', timezone: 'Asia/Jakarta' }),
      ),
    );
    const error = await failure(use('tel:81234567890'), server);
    expect(['INVALID_URN', 'INVALID_FILTER']).toContain(error.code);
    expect(error.description).toMatch(/\+62…90.*\+81…90/);
    expect(JSON.stringify(error)).not.toContain('812345');
    expect(sent(server)).toEqual(['GET workspace']);
  });
});

describe.each(USES)('%s', (_, use) => {
  test('of a number after 00, where that does not lead abroad, is refused', async () => {
    const server = await serve(
      answering('get', 'workspace', () =>
        HttpResponse.json({ uuid: UUID, country: 'CO', timezone: 'America/Bogota' }),
      ),
    );
    const error = await failure(use('tel:00 57 321 1234567'), server);
    expect(['INVALID_URN', 'INVALID_FILTER']).toContain(error.code);
    expect(error.description).toMatch(/\+7…67.*\+57…67/);
    expect(JSON.stringify(error)).not.toContain('3211234');
    expect(sent(server)).toEqual(['GET workspace']);
  });
});

describe.each(USES)('%s', (_, use) => {
  test.each([
    ['tel:6-0123456789', 'KE'],
    ['tel:6-0123456789', null],
    ['tel:70/123/45/67', 'RW'],
    ['tel:(0xx11) 98765-4321', ''],
  ])('of %s, which is one number in another country, is refused in %s', async (urn, country) => {
    const server = await serve(
      answering('get', 'workspace', () =>
        HttpResponse.json({ uuid: UUID, country, timezone: 'Africa/Nairobi' }),
      ),
    );
    const error = await failure(use(urn), server);
    expect(['INVALID_URN', 'INVALID_FILTER']).toContain(error.code);
    expect(JSON.stringify(error)).not.toMatch(/12345|123.45|8765/);
    expect(sent(server)).toEqual(['GET workspace']);
  });
});

describe('the country of the workspace', () => {
  const inCountry = (country: string | null, status = 200) => [
    answering('get', 'workspace', () =>
      status === 403
        ? denied()
        : HttpResponse.json({ uuid: UUID, country, timezone: 'UTC' }, { status }),
    ),
    answering('post', 'contacts', () => HttpResponse.json({ uuid: UUID, urns: [] })),
    answering('post', 'messages', () => HttpResponse.json({ id: 1 }, { status: 201 })),
    msw.delete('*', () => new HttpResponse(null, { status: 204 })),
  ];

  test('is read once for many writes of one step', async () => {
    const server = await serve(...inCountry('RW'));
    const state = stateFor(server);
    for (const n of [1, 2, 3]) {
      await upsertContact({ name: 'X', urns: [`tel:25078800000${n}`] })({ ...state });
    }
    expect(sent(server).filter(line => line === 'GET workspace')).toHaveLength(1);
    expect(server.requests).toHaveLength(4);
  });

  test('is that of the server and the token that a job puts into its credential', async () => {
    const [rwanda, indonesia] = [await serve(...inCountry('RW')), await serve(...inCountry('ID'))];
    const state = stateFor(rwanda);
    const credential = state.configuration as { host: string; token: string };
    const first = upsertContact({ name: 'X', urns: ['tel:250788000001'] });
    await first(state);
    credential.host = indonesia.host;
    const home = upsertContact({ name: 'X', urns: ['tel:81234567890'] });
    await expect(home(state)).rejects.toMatchObject({ code: 'INVALID_URN' });
    expect(sent(indonesia)).toEqual(['GET workspace']);
    credential.token = `${credential.token}0`;
    await expect(home(state)).rejects.toMatchObject({ code: 'INVALID_URN' });
    expect(sent(indonesia)).toEqual(['GET workspace', 'GET workspace']);
    credential.host = rwanda.host;
    credential.token = credential.token.slice(0, -1);
    await first(state);
    expect(sent(rwanda).filter(line => line === 'GET workspace')).toHaveLength(1);
  });

  test.each([AMINA, 'tel:0788000001', 'tel:788000001', 'whatsapp:250788000001', 'ext:1'])(
    'is not read for %s',
    async urn => {
      const server = await serve(...inCountry('RW'));
      await run(upsertContact({ name: 'X', urns: [urn] }), server);
      expect(sent(server)).toEqual([`POST contacts?urn=${urn}`]);
    },
  );

  test('shows WhatsApp numbers without a country code, with one warning a step', async () => {
    const lines = captureConsole();
    const server = await serve(...inCountry('ID'));
    const state = stateFor(server);
    for (const n of [1, 2]) {
      await upsertContact({ name: 'X', urns: [`whatsapp:8123456789${n}`] })({ ...state });
    }
    expect(lines.filter(line => line.includes('WhatsApp number'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('8123456');
    expect(sent(server).filter(line => line === 'GET workspace')).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  test('that may not be read lets messages to WhatsApp numbers be sent', async () => {
    const server = await serve(...inCountry('ID', 403));
    await run(sendMessage({ contact: 'whatsapp:81234567890', text: 'Hi' }), server);
    expect(server.requests.at(-1)?.method).toBe('POST');
  });

  test('that makes one number of loose digits lets it through', async () => {
    const server = await serve(...inCountry('MY'));
    await run(upsertContact({ name: 'X', urns: ['tel:6-0123456789'] }), server);
    await run(sendMessage({ contact: 'tel:6-0123456789', text: 'Hi' }), server);
    expect(sent(server).filter(line => line.startsWith('POST'))).toHaveLength(2);
  });

  test('that may not be read makes no number of loose digits', async () => {
    const server = await serve(...inCountry('MY', 403));
    for (const urn of ['tel:0470/12/34/56', 'tel:6-0123456789']) {
      const error = await failure(upsertContact({ name: 'X', urns: [urn] }), server);
      expect(error.code).toBe('INVALID_URN');
    }
    expect(sent(server).some(line => line.startsWith('POST'))).toBe(false);
  });

  test('that there is none accepts the number', async () => {
    for (const country of [null, '']) {
      const server = await serve(...inCountry(country));
      await run(upsertContact({ name: 'X', urns: ['tel:81234567890'] }), server);
      expect(server.requests.at(-1)?.method).toBe('POST');
    }
  });

  test('that may not be read lets contacts be written, with a warning; nothing else', async () => {
    const lines = captureConsole();
    const server = await serve(...inCountry('ID', 403));
    await run(upsertContact({ name: 'X', urns: ['tel:81234567890'] }), server);
    expect(lines.join('\n')).toContain('country');
    expect(server.requests.at(-1)?.method).toBe('POST');
    for (const operation of [
      sendMessage({ contact: 'tel:81234567890', text: 'Hi' }),
      deleteContact('tel:81234567890'),
    ]) {
      const other = await serve(...inCountry('ID', 403));
      expect((await failure(operation, other)).statusCode).toBe(403);
      expect(sent(other)).toEqual(['GET workspace']);
    }
  });

  test('that may not be read is asked for once', async () => {
    const server = await serve(...inCountry('ID', 403));
    const state = stateFor(server);
    for (const n of [1, 2, 3]) {
      await upsertContact({ name: 'X', urns: [`tel:25078800000${n}`] })({ ...state });
    }
    expect(sent(server).filter(line => line === 'GET workspace')).toHaveLength(1);
  });

  test('that cannot be read for another reason is the error, and nothing is sent', async () => {
    const server = await serve(...inCountry('ID', 400));
    await failure(upsertContact({ name: 'X', urns: ['tel:81234567890'] }), server);
    expect(sent(server)).toEqual(['GET workspace']);
  });
});

describe.each(DIALECTS)('in a workspace of Indonesia on %s', dialect => {
  test('a list fails only those whose number lost its zero', async () => {
    const sandbox = await workspace({ dialect, country: 'ID' });
    const list = [
      { name: 'A', urns: ['tel:81234567890'] },
      { name: 'B', urns: ['tel:081234567891'] },
      { name: 'C', urns: ['tel:+6281234567892'] },
      { name: 'D', urns: ['tel:6281234567893'] },
      { name: 'E', urns: ['tel:81234567894.0'] },
    ];
    for (const operation of [syncContacts(list), upsertContacts(list)]) {
      const { result } = await bulk(operation, sandbox);
      expect(result.failed.map(({ index, code }) => [index, code])).toEqual([
        [0, 'INVALID_URN'],
        [4, 'INVALID_URN'],
      ]);
    }
    expect(
      sandbox
        .contacts()
        .map(({ urns }) => urns[0])
        .sort(),
    ).toEqual(['tel:+6281234567891', 'tel:+6281234567892', 'tel:+6281234567893']);
  });
});

describe.each(DIALECTS)('on %s', dialect => {
  const people = () => ({
    contacts: [
      { urns: [AMINA, 'tel:+250788000009'], name: 'Amina', groups: ['Mothers'] },
      { urns: ['tel:+250788003001'], name: 'Beni' },
      { urns: ['tel:+250788003002'], name: 'Chantal', status: 'stopped' as const },
      { urns: ['tel:+250788003003'], name: 'Divin', status: 'blocked' as const },
    ],
    flows: [
      { uuid: FLOW, name: 'Live' },
      { uuid: UUID, name: 'Old', archived: true },
    ],
  });
  const open = (seed: object = {}) =>
    workspace({ dialect, country: 'RW', seed: { ...people(), ...seed } as never });
  const uuidOf = (sandbox: Sandbox, urn: string) =>
    String(sandbox.contacts().find(({ urns }) => urns.includes(urn))?.uuid);

  test('numbers without plus are matched while reading: no look-up a person', async () => {
    const urns = Array.from({ length: 30 }, (_, n) => `2782100${1000 + n}`);
    const sandbox = await open({
      contacts: urns.map(number => ({ urns: [`tel:+${number}`], name: 'X' })),
    });
    const list = urns.map(number => ({ urns: [`tel:${number}`], name: 'X' }));
    const { result, state } = await bulk(syncContacts(list), sandbox);
    expect(counts(result)).toEqual([0, 0, 30, 0, 0]);
    expect(state.response?.requests).toBeLessThanOrEqual(3);
  });

  test('above 100 recipients they are taken too', async () => {
    const sandbox = await open();
    const urns = Array.from({ length: 120 }, (_, n) => `tel:2782100${1000 + n}`);
    const { data } = await run(sendBroadcast({ urns, text: 'Hi' }), sandbox);
    expect(data).toMatchObject({ recipients: 120 });
  });

  test('a local number is found in messages, sends and actions', async () => {
    const sandbox = await open();
    const beni = uuidOf(sandbox, 'tel:+250788003001');
    for (const urn of [
      'tel:0788003001',
      'tel:788003001',
      'tel:00250788003001',
      'tel:0788/003001',
      'tel:[0788] 003\u2011001',
      "tel:'0788003001",
      'tel:0788003001 x12',
    ]) {
      const { data } = await run(sendMessage({ contact: urn, text: 'Hi' }), sandbox);
      expect(data).toMatchObject({ contact: { uuid: beni } });
      const added = await run(addToGroup([urn], 'Mothers'), sandbox);
      expect(added.data).toEqual({ requested: 1, failures: [] });
      const cast = await run(sendBroadcast({ contacts: [urn], text: 'Hi' }), sandbox);
      expect(cast.data).toMatchObject({ contacts: [{ uuid: beni }] });
    }
    const { data } = await run(blockContacts(['tel:0788003001', beni]), sandbox);
    expect(data).toEqual({ requested: 1, failures: [] });
    const dry = await run(blockContacts(['tel:0788/003001', beni], { dryRun: true }), sandbox);
    expect(dry.data).toMatchObject({ requested: 1, requests: 1, notChecked: 0 });
    const unknown = await run(addToGroup(['tel:0788999999'], 'Mothers'), sandbox);
    expect(unknown.data).toMatchObject({ failures: [{ index: 0, code: 'UNKNOWN_REFERENCE' }] });
  });

  test('a dry run of a send names who has no number', async () => {
    const sandbox = await open();
    const configuration = { host: sandbox.host, token: sandbox.token };
    const added = await run(addContact({ name: 'Nobody' }), sandbox);
    const { uuid } = added.data as { uuid: string };
    const lines = captureConsole();
    const contacts = [uuidOf(sandbox, AMINA), uuid];
    const send = sendBroadcast({ contacts, text: 'Hi' }, { dryRun: true, onlyActive: true });
    const { data } = await send({ configuration });
    expect(data).toMatchObject({ contacts: [[0, 1]], withoutUrn: [[1, 1]] });
    expect(lines.join('\n')).toContain('See data.withoutUrn');
    const other = sendBroadcast({ contacts: [contacts[0] ?? ''], text: 'Hi' }, { dryRun: true });
    expect((await other({ configuration })).data).not.toHaveProperty('withoutUrn');
  });

  test('a person named by uuid and by a URN is reached once', async () => {
    const sandbox = await open();
    const amina = uuidOf(sandbox, AMINA);
    const contacts = [amina, AMINA, 'tel:+250788000009', 'tel:+250788003001'];
    const { data } = await run(sendBroadcast({ contacts, text: 'Hi' }), sandbox);
    expect(data).toMatchObject({ contacts: expect.objectContaining({ length: 2 }) });
    const started = await run(startFlow({ flow: FLOW, contacts }), sandbox);
    expect(started.data).toMatchObject({ contacts: expect.objectContaining({ length: 2 }) });
  });

  test('above 100, a person with two of the URNs is reached once', async () => {
    const sandbox = await open();
    const others = Array.from({ length: 120 }, (_, n) => `tel:+25078811${1000 + n}`);
    const urns = [AMINA, ...others, 'tel:+250788000009'];
    const { data } = await run(sendBroadcast({ urns, text: 'Hi' }), sandbox);
    expect(data).toMatchObject({ recipients: 121 });
  });

  test('a group named by name and uuid goes out once', async () => {
    const sandbox = await open();
    const { data } = await run(getContacts(), sandbox);
    const [group] = (data as { groups: { uuid: string; name: string }[] }[]).flatMap(
      ({ groups }) => groups,
    );
    const groups = [String(group?.uuid), String(group?.name).toUpperCase()];
    const next = await run(sendBroadcast({ groups, text: 'Hi' }), sandbox);
    expect(next.data).toMatchObject({ groups: expect.objectContaining({ length: 1 }) });
  });

  test('onlyActive leaves out who is not, and lists them', async () => {
    const sandbox = await open();
    const stopped = uuidOf(sandbox, 'tel:+250788003002');
    const { data } = await run(
      sendBroadcast(
        {
          contacts: [stopped, AMINA],
          urns: ['tel:+250788003003', 'tel:+250788777777'],
          text: 'Hi',
        },
        { onlyActive: true },
      ),
      sandbox,
    );
    expect(data).toMatchObject({
      contacts: [{ name: 'Amina' }],
      leftOut: [
        { list: 'contacts', index: 0, uuid: stopped, status: 'stopped' },
        { list: 'urns', index: 0, status: 'blocked' },
      ],
    });
    const none = await run(
      startFlow({ flow: FLOW, contacts: [stopped] }, { onlyActive: true }),
      sandbox,
    );
    expect(none.data).toMatchObject({ sent: false, recipients: 0, leftOut: [{ index: 0 }] });
    const message = await run(
      sendMessage({ contact: stopped, text: 'Hi' }, { onlyActive: true }),
      sandbox,
    );
    expect(message.data).toMatchObject({ sent: false, leftOut: [{ uuid: stopped }] });
    expect(writes(sandbox)).toEqual(['POST broadcasts']);
    expect(sandbox.contacts().find(({ uuid }) => uuid === stopped)).toMatchObject({
      status: 'stopped',
    });
  });

  test('onlyActive sends nothing where the look-up fails', async () => {
    const server = await serve(
      answering('get', 'contacts', () => new HttpResponse('x', { status: 403 })),
      answering('post', 'broadcasts', () => HttpResponse.json({ id: 1 }, { status: 201 })),
    );
    await failure(sendBroadcast({ urns: [AMINA], text: 'Hi' }, { onlyActive: true }), server);
    expect(sent(server)).toEqual(['GET contacts?urn=tel:+250788000001']);
  });

  test('where the workspace hides URNs, what cannot be looked up is sent, and reported', async () => {
    const lines = captureConsole();
    const sandbox = await workspace({
      dialect,
      anonymous: true,
      seed: { contacts: [{ urns: [AMINA], name: 'A' }] } as never,
    });
    const uuid = String(sandbox.contacts()[0]?.uuid);
    const body = { contacts: [uuid, 'tel:+250788003001'], text: 'Hi' };
    const dry = await run(sendBroadcast(body, { dryRun: true }), sandbox);
    expect(dry.data).toMatchObject({ dryRun: true, notChecked: 2 });
    expect(lines.join('\n')).toContain('look up contacts by URN');
    const error = await failure(sendBroadcast(body, { onlyActive: true }), sandbox);
    expect(error.code).toBe('ANONYMOUS_WORKSPACE');
    expect(writes(sandbox)).toEqual([]);
  });

  test('syncContacts lists who is not active apart', async () => {
    const sandbox = await open();
    const list = [
      { urns: [AMINA], name: 'Amina' },
      { urns: ['tel:+250788003002'], name: 'C' },
    ];
    const { result } = await bulk(syncContacts(list), sandbox);
    expect(result.inactive).toEqual([
      { index: 1, uuid: uuidOf(sandbox, 'tel:+250788003002'), status: 'stopped' },
    ]);
    expect(counts(result)).toEqual([0, 1, 1, 0, 0]);
  });

  test('an archived flow is started for nobody', async () => {
    const sandbox = await open();
    const error = await failure(startFlow({ flow: UUID, urns: [AMINA] }), sandbox);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.description).toContain('archived');
    expect(writes(sandbox)).toEqual([]);
    const event = {
      campaign: FLOW,
      relative_to: 'due',
      offset: 1,
      unit: 'days' as const,
      delivery_hour: 9,
      flow: UUID,
    };
    expect((await failure(addCampaignEvent(event), sandbox)).description).toContain('archived');
    expect(writes(sandbox)).toEqual([]);
  });

  test('a note of a new contact is kept, or reported', async () => {
    const lines = captureConsole();
    const sandbox = await open();
    const { data } = await run(addContact({ name: 'X', note: 'hello' }), sandbox);
    const upserted = await run(
      upsertContact({ urns: ['tel:+250788777778'], note: 'hello' }),
      sandbox,
    );
    if (dialect === 'textit') {
      expect(data).toMatchObject({ notes: [{ text: 'hello' }] });
      expect(upserted.data).toMatchObject({ notes: [{ text: 'hello' }] });
      expect(lines.join('\n')).not.toContain('has no notes');
    } else {
      expect(lines.join('\n')).toContain('has no notes');
    }
    const { result } = await bulk(
      syncContacts([{ urns: [AMINA], note: 'x' } as never, { urns: [AMINA], name: 'A' }]),
      sandbox,
    );
    expect(result.failed[0]).toMatchObject({ index: 0, code: 'INVALID_INPUT' });
  });

  test('quick replies may be written as text', async () => {
    const lines = captureConsole();
    const sandbox = await open();
    const { data } = await run(
      sendBroadcast({ urns: [AMINA], text: 'Ok?', quick_replies: ['Yes', 'No'] }),
      sandbox,
    );
    await run(
      sendMessage({ contact: AMINA, text: 'Ok?', quick_replies: ['Yes', 2 as never] }),
      sandbox,
    );
    if (dialect === 'textit') {
      expect(JSON.stringify(data)).toContain('"type":"text","text":"Yes"');
    } else {
      expect(lines.filter(line => line.includes('cannot send quick replies'))).toHaveLength(2);
    }
  });

  test('a quick reply that is no text and no object is refused by its place', async () => {
    const sandbox = await open();
    const lists = [[null], ['Yes', undefined], [true], [['Yes']], { eng: ['Yes', null] }];
    for (const quick_replies of lists as never[]) {
      for (const operation of [
        sendBroadcast({ urns: [AMINA], text: 'Ok?', quick_replies }),
        sendMessage({ contact: AMINA, text: 'Ok?', quick_replies }),
      ]) {
        const error = await failure(operation, sandbox);
        expect(error.code).toBe('INVALID_INPUT');
        expect(error.description).toMatch(/\.quick_replies(\.eng)?\[[01]\] /);
      }
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test('an empty list of URNs adds none', async () => {
    const sandbox = await open();
    const { result } = await bulk(
      syncContacts([{ urns: [], fields: { tei_id: '1' } }], { key: 'fields.tei_id' }),
      sandbox,
    );
    expect(counts(result)).toEqual([1, 0, 0, 0, 0]);
    const amina = uuidOf(sandbox, AMINA);
    const { data } = await run(upsertContact({ uuid: amina, urns: [], name: 'Amina D.' }), sandbox);
    expect(data).toMatchObject({ name: 'Amina D.', urns: [AMINA, 'tel:+250788000009'] });
    const exact = await bulk(syncContacts([{ uuid: amina, urns: [] }], { urns: 'exact' }), sandbox);
    expect(exact.result.failed[0]?.code).toBe('INVALID_INPUT');
  });

  test('places are those of the list of the job', async () => {
    const sandbox = await open();
    const bad = 'tel:12';
    const error = await failure(sendBroadcast({ urns: [AMINA, AMINA, bad], text: 'Hi' }), sandbox);
    expect(error.errors?.[0] ?? error.description).toContain('urns[2]');
    const many = Array.from({ length: 250 }, (_, n) => `tel:+25078811${1000 + n}`);
    many[0] = many[1] as string;
    many[119] = `ext:${'e'.repeat(252)}`;
    const partial = await failure(sendBroadcast({ urns: many, text: 'Hi' }), sandbox);
    expect(partial.code).toBe('PARTIAL_SEND');
    expect(JSON.stringify(partial.errors)).toContain('urns[119]');
    const contact = await failure(addContact({ name: 'X', urns: [AMINA, AMINA, bad] }), sandbox);
    expect(JSON.stringify([contact.errors, contact.description])).toMatch(/urns\[(0|2)\]/);
    expect(JSON.stringify([contact.errors, contact.description])).not.toContain('urns[1]');
    const unknown = await failure(
      sendBroadcast({ contacts: [UUID, UUID, FLOW, FLOW], text: 'Hi' }),
      sandbox,
    );
    expect(JSON.stringify(unknown.errors)).toMatch(/contacts\[(0|2)\]/);
  });

  describe('a dry run', () => {
    const cases: [string, (sandbox: Sandbox) => Operation, object][] = [
      [
        'of a broadcast',
        () =>
          sendBroadcast(
            { urns: [AMINA, AMINA], groups: ['Mothers'], text: 'Hi' },
            { dryRun: true },
          ),
        {
          requests: 1,
          recipients: 2,
          urns: [[0, 0]],
          groups: [[0, 0]],
          members: 1,
          duplicates: 1,
          notChecked: 0,
        },
      ],
      [
        'of a flow start',
        sandbox =>
          startFlow(
            {
              flow: FLOW,
              contacts: [uuidOf(sandbox, AMINA), uuidOf(sandbox, 'tel:+250788003002')],
            },
            { dryRun: true, onlyActive: true },
          ),
        {
          requests: 1,
          recipients: 1,
          contacts: [[0, 0]],
          leftOut: [{ index: 1, status: 'stopped' }],
          notChecked: 0,
        },
      ],
      [
        'of an addition to a group',
        sandbox =>
          addToGroup([AMINA, UUID, uuidOf(sandbox, 'tel:+250788003003')], 'Mothers', {
            dryRun: true,
          }),
        {
          requests: 1,
          requested: 3,
          items: [[0, 0]],
          failures: [
            { index: 1, code: 'UNKNOWN_REFERENCE' },
            { index: 2, code: 'NOT_ACTIVE' },
          ],
          notChecked: 0,
        },
      ],
      [
        'of deletions',
        () => deleteContacts([AMINA, 'tel:+250788999999'], { dryRun: true }),
        { requests: 1, requested: 2, items: [[0, 0]], failures: [{ index: 1 }], notChecked: 0 },
      ],
    ];

    test.each(cases)('%s sends nothing, in three requests at most', async (_, make, expected) => {
      const sandbox = await open();
      const before = JSON.stringify(sandbox.contacts());
      const { data, response } = await run(make(sandbox), sandbox);
      expect(data).toMatchObject({ dryRun: true, ...expected });
      expect(response?.requests).toBeLessThanOrEqual(3);
      expect(writes(sandbox)).toEqual([]);
      expect(JSON.stringify(sandbox.contacts())).toBe(before);
    });

    test('of many counts who was not looked up', async () => {
      const contacts = Array.from({ length: 2000 }, (_, n) => ({
        urns: [`tel:+25078812${1000 + n}`],
      }));
      const sandbox = await open({ contacts });
      const urns = contacts.map(({ urns: [urn] }) => String(urn));
      for (const operation of [
        deleteContacts(urns, { dryRun: true }),
        sendBroadcast({ urns, text: 'Hi' }, { dryRun: true }),
      ]) {
        const { data, response } = await run(operation, sandbox);
        expect(response?.requests).toBeLessThanOrEqual(3);
        expect(data).toMatchObject({ requests: 20 });
        expect((data as { notChecked: number }).notChecked).toBeGreaterThan(1000);
      }
      expect(writes(sandbox)).toEqual([]);
    });

    test('of an unknown group is the error of the real run', async () => {
      const sandbox = await open();
      for (const dryRun of [true, false]) {
        const error = await failure(
          sendBroadcast({ groups: ['Nobody'], text: 'Hi' }, { dryRun }),
          sandbox,
        );
        expect(error.code).toBe('UNKNOWN_REFERENCE');
      }
    });

    test.each([
      ['evaluating', true],
      ['ready', false],
    ])(
      'says of a group that is %s whether its members are still looked for',
      async (status, told) => {
        const groups = [{ name: 'Elders', query: 'age > 50', status }];
        const sandbox = await workspace({ seed: { fields: [{ name: 'Age' }], groups } as never });
        const lines = captureConsole();
        await run(sendBroadcast({ groups: ['elders'], text: 'Hi' }, { dryRun: true }), sandbox);
        expect(lines.some(line => /still looking for the members/.test(line))).toBe(told);
      },
    );

    test('of a language that RapidPro may not know is not certain', async () => {
      const sandbox = await open();
      const list = [
        { urns: [AMINA], language: 'zzz' },
        { urns: ['tel:+250788555555'], language: 'zzz' },
      ];
      for (const make of [upsertContacts, syncContacts]) {
        const { result } = await bulk(make(list, { dryRun: true }), sandbox);
        expect([...result.created, ...result.updated].map(item => item.predicted)).toEqual([
          false,
          false,
        ]);
        const known = list.map(contact => ({ ...contact, language: 'kin' }));
        const sure = await bulk(make(known, { dryRun: true }), sandbox);
        expect([...sure.result.created, ...sure.result.updated]).toHaveLength(2);
        expect(JSON.stringify(sure.result)).not.toContain('predicted');
      }
    });

    test('of a flow that is not there is refused as the real start', async () => {
      const sandbox = await open();
      for (const dryRun of [true, false]) {
        const error = await failure(
          startFlow({ flow: OTHER_UUID, urns: [AMINA] }, { dryRun }),
          sandbox,
        );
        expect(error.code).toBe('UNKNOWN_REFERENCE');
      }
    });

    test('of upsertContacts comes out as the real run', async () => {
      const list: UpsertBody[] = [
        { urns: [AMINA], name: 'A' },
        { urns: ['tel:+250788555555'], name: 'New' },
        { urns: [AMINA, 'tel:+250788003001'], name: 'Clash' },
        { uuid: UUID, name: 'Nobody' },
        { urns: ['tel:+250788003002'], groups: ['Mothers'] },
        { urns: ['tel:+250788003001'], fields: { nope: '1' } },
        { urns: ['tel:+250788556666'], language: 'fr' },
        { urns: ['tel:+250788557777'], name: 'x'.repeat(80) },
        { urns: ['tel:+250788558888'], groups: ['Nobody'] },
        { urns: ['tel:+250788559999'], name: 'a\u0000b' },
        { urns: ['tel:+250788551111'], fields: { tei_id: 'a\u0000b' } },
      ];
      const sandbox = await open();
      const dry = await bulk(upsertContacts(list, { dryRun: true }), sandbox);
      expect(writes(sandbox)).toEqual([]);
      expect(dry.result).toMatchObject({ dryRun: true, notChecked: 0 });
      const real = await bulk(upsertContacts(list), sandbox);
      const places = ({ result }: typeof real) =>
        [result.created, result.updated, result.failed].map(items =>
          items.map(({ index }) => index),
        );
      expect(places(dry)).toEqual(places(real));
    });
  });
});

test('INVALID_URN says how an address of this kind is written', async () => {
  const error = await refused(upsertContact({ urns: ['whatsapp:+250788123123'] }), 'INVALID_URN');
  expect(error.fix).toContain('without plus sign');
  const server = await serve(
    answering('post', 'contacts', () =>
      HttpResponse.json(
        { urns: { 0: ['Invalid URN: line:!!. Ensure phone numbers…'] } },
        { status: 400 },
      ),
    ),
    answering('get', 'contacts', () => page([])),
  );
  const other = await failure(addContact({ urns: ['line:!!'] }), server);
  expect(other.fix).not.toContain('country');
});

describe('an option that would not be heeded', () => {
  test.each([
    sendBroadcast({ groups: ['Mothers'], text: 'Hi', dryRun: true } as never),
    sendBroadcast({ groups: ['Mothers'], text: 'Hi', dry_run: true } as never),
    sendMessage({ contact: UUID, text: 'Hi', onlyActive: true } as never),
    startFlow({ flow: FLOW, groups: ['Mothers'], dryRun: true } as never),
    addContact({ name: 'X', literal: true } as never),
  ])('because it stands in the body, is refused', async operation => {
    const error = await refused(operation, 'INVALID_INPUT');
    expect(error.description).toContain('is an option');
    expect(error.fix).toContain('last argument');
  });

  test.each([
    sendBroadcast({ groups: ['Mothers'], text: 'Hi' }, { dryRun: undefined } as never),
    sendBroadcast({ groups: ['Mothers'], text: 'Hi' }, { dryRun: () => undefined } as never),
    deleteContacts([UUID], { dryRun: null } as never),
    syncContacts([{ uuid: UUID }], { dryRun: () => null } as never),
    startFlow({ flow: FLOW, urns: [AMINA] }, { onlyActive: () => undefined } as never),
  ])('because it came out empty, is refused', async operation => {
    const error = await refused(operation, 'INVALID_OPTION');
    expect(error.description).toContain('has no value');
  });

  test.each([
    ['restart_participants', () => undefined],
    ['restart_participants', null],
    ['exclude_active', (state: State) => state.nothing],
  ])('because %s of a flow start came out empty, is refused', async (key, value) => {
    const body = { flow: FLOW, urns: [AMINA], [key]: value };
    for (const operation of [startFlow(body as never), startFlow((() => body) as never)]) {
      const error = await refused(operation, 'INVALID_INPUT');
      expect(error.description).toContain(`flowStart.${key} is empty`);
    }
  });

  test('because it is a function in place of the callback, is reported', async () => {
    const lines = captureConsole();
    const server = await serve(
      answering('post', 'broadcasts', () => HttpResponse.json({ id: 1 }, { status: 201 })),
    );
    await run(
      sendBroadcast({ groups: ['Mothers'], text: 'Hi' }, (() => {
        return { onlyTest: true };
      }) as never),
      server,
    );
    expect(lines.join('\n')).toContain('is a callback');
  });

  test.each([
    () => ({ dryRun: true }),
    () => {
      return { dryRun: true };
    },
  ])('is heeded if it is surely no callback', async give => {
    const server = await serve(answering('get', 'contacts', denied));
    const operation = sendBroadcast({ urns: [AMINA], text: 'Hi' }, give as never);
    expect((await run(operation, server)).data).toMatchObject({ dryRun: true });
    expect(sent(server).filter(line => line.startsWith('POST'))).toEqual([]);
  });
});

test('all that is wrong in a list is reported at once', async () => {
  const error = await refused(
    sendBroadcast({ urns: [AMINA, 'tel:0788.0', 'tel:x', '$.data.urn', 'sms:1'], text: 'Hi' }),
    'INVALID_URN',
  );
  expect(error.description).toMatch(/^broadcast\.urns\[1\].*3 more/);
  expect(error.errors?.map(text => /\[\d\]/.exec(text)?.[0])).toEqual(['[1]', '[2]', '[3]', '[4]']);
  const other = await refused(addToGroup([AMINA, '078812', 'ext:a#b'], 'Mothers'), 'INVALID_URN');
  expect(other.errors).toHaveLength(2);
});

describe('a check before sending', () => {
  const PEOPLE = Array.from({ length: 101 }, (_, n) => `tel:+2507880${10000 + n}`);
  /** What is checked, and where. */
  const CHECKS: [string, Operation, endpoint: string][] = [
    ['people of a broadcast', sendBroadcast({ urns: PEOPLE, text: 'Hi' }), 'contacts'],
    ['people of a start', startFlow({ flow: FLOW, urns: PEOPLE }), 'contacts'],
    ['a flow', startFlow({ flow: FLOW, groups: [UUID] }), 'flows'],
    ['a country', addContact({ name: 'X', urns: ['tel:81234567890'] }), 'workspace'],
    ['a field', updateContact(UUID, { fields: { due: '2026-03-01' } }), 'fields'],
    ['a label', getMessages({ label: 'Nope' }), 'labels'],
    ['a flow of runs', getFlowRuns({ flow: FLOW }), 'flows'],
    ['a campaign', getCampaignEvents({ campaign: UUID }), 'campaigns'],
    ['a resthook', getResthookEvents({ resthook: 'x' }), 'resthooks'],
  ];
  const others = [
    msw.get('*/workspace.json', () =>
      HttpResponse.json({ uuid: UUID, country: 'RW', timezone: 'UTC' }),
    ),
    msw.get('*', () => page([])),
    msw.post('*', () => HttpResponse.json({ uuid: UUID, id: 1, urns: [] }, { status: 201 })),
  ];
  const html = (status: number) => () =>
    new HttpResponse('<html>blocked</html>', { status, headers: { 'content-type': 'text/html' } });
  const gateway = () => HttpResponse.json({ message: 'Forbidden' }, { status: 403 });

  test.each(CHECKS)('of %s is left out if RapidPro says no', async (_, operation, endpoint) => {
    const server = await serve(answering('get', endpoint, denied), ...others);
    await run(operation, server);
    expect(sent(server).some(line => line.startsWith(`GET ${endpoint}`))).toBe(true);
  });

  test.each(CHECKS)('of %s is not, if somebody else does', async (_, operation, endpoint) => {
    for (const refusal of [...[400, 403, 404, 405, 501].map(html), gateway]) {
      const server = await serve(answering('get', endpoint, refusal), ...others);
      const error = await failure(operation, server);
      expect(error.code).toMatch(/^(NOT_RAPIDPRO|SERVER_ERROR)$/);
      expect(error.outcome).toBe('none');
      expect(sent(server).filter(line => !line.startsWith('GET'))).toEqual([]);
    }
  });

  test('that somebody else prevented once is made for the next operation', async () => {
    const server = await serve(
      answering('get', 'workspace', html(403), () =>
        HttpResponse.json({ uuid: UUID, country: 'ID', timezone: 'UTC' }),
      ),
      ...others,
    );
    const state = stateFor(server);
    for (const code of ['NOT_RAPIDPRO', 'INVALID_URN']) {
      const adding = addContact({ name: 'X', urns: ['tel:81234567890'] })({ ...state });
      await expect(adding).rejects.toMatchObject({ code });
    }
    expect(sent(server)).toEqual(['GET workspace', 'GET workspace']);
  });
});

describe.each(DIALECTS)('a damaged cell is nobody, on %s', dialect => {
  const stranger = { urns: [AMINA], name: 'Stranger' };
  const NEW = 'tel:+250788000002';

  test.each(['2.48712E+16', '1234567.0', '#N/A', 'null'])('as a key: %s', async tei_id => {
    const contacts = [{ ...stranger, fields: { tei_id } }];
    const sandbox = await workspace({ dialect, contacts });
    const list = [{ urns: [NEW], name: 'New', fields: { tei_id } }];
    for (const dryRun of [true, false]) {
      const options = { key: 'fields.tei_id', urns: 'exact', dryRun } as const;
      const { result } = await bulk(syncContacts(list, options), sandbox);
      expect(result.failed).toMatchObject([
        {
          index: 0,
          code: 'INVALID_INPUT',
          description: expect.stringContaining('contact.fields.tei_id'),
        },
      ]);
    }
    expect(writes(sandbox)).toEqual([]);
    expect(sandbox.contacts()).toMatchObject([stranger]);
  });

  test('but a word as a key that the job means is sent', async () => {
    const sandbox = await workspace({ dialect, contacts: [stranger] });
    const list = [{ name: 'New', fields: { tei_id: 'None' } }];
    const options = { key: 'fields.tei_id', literal: true } as const;
    const { result } = await bulk(syncContacts(list, options), sandbox);
    expect(counts(result)).toEqual([1, 0, 0, 0, 0]);
  });

  test.each(['ext:2.48712E+16', 'ext:24871234567890124.0'])(
    'as %s, which can still be found and deleted',
    async urn => {
      const sandbox = await workspace({ dialect, contacts: [{ ...stranger, urns: [urn] }] });
      await refused(upsertContact({ urns: [urn], name: 'New' }), 'INVALID_URN');
      expect(sandbox.contacts()).toMatchObject([{ name: 'Stranger' }]);
      expect((await run(getContact(urn), sandbox)).data).toMatchObject({ name: 'Stranger' });
      await run(deleteContact(urn), sandbox);
      expect(sandbox.contacts()).toEqual([]);
    },
  );
});

describe.each<[string, object[]]>([
  [
    'a page of others',
    [
      { uuid: FLOW, urns: ['tel:+250788000008'] },
      { uuid: OTHER_UUID, urns: ['tel:+250788000009'] },
    ],
  ],
  ['one other', [{ uuid: OTHER_UUID, urns: ['tel:+250788000009'] }]],
])(
  'a look-up is answered with %s, as a store of answers does that does not look at the query',
  (_, found) => {
    const TWO = [AMINA, 'mailto:amina@example.org'];
    test.each<[string, () => Operation]>([
      ['getContact by uuid', () => getContact(UUID)],
      ['getContact by URN', () => getContact(AMINA)],
      ['updateContact by uuid', () => updateContact(UUID, { urns: [AMINA] })],
      ['updateContact by URN', () => updateContact(AMINA, { name: 'X' })],
      ['upsertContact by uuid', () => upsertContact({ uuid: UUID, urns: [AMINA] })],
      ['upsertContact by URNs', () => upsertContact({ name: 'X', urns: TWO })],
      ['sendMessage', () => sendMessage({ contact: UUID, text: 'X' }, { onlyActive: true })],
      ['sendBroadcast', () => sendBroadcast({ contacts: [UUID, AMINA], text: 'X' })],
    ])('%s says so, and writes to nobody', async (__, operation) => {
      const server = await serve(msw.get('*/contacts.json', () => page(found)));
      const error = await failure(operation(), server);
      expect(error.code).toBe('INVALID_RESPONSE');
      expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });

    test.each([
      ['syncContacts', syncContacts],
      ['upsertContacts', upsertContacts],
    ])('%s fails the entry', async (__, operation) => {
      const server = await serve(msw.get('*/contacts.json', () => page(found)));
      const { result } = await bulk(operation([{ name: 'X', urns: TWO }]), server);
      expect(result.failed).toMatchObject([{ index: 0, code: 'INVALID_RESPONSE' }]);
      expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });
  },
);

describe.each<[string, object]>([
  ['no uuid', {}],
  ['null', { uuid: null }],
  ['nothing', { uuid: '' }],
  ['a number', { uuid: 5 }],
  ['an object', { uuid: { id: UUID } }],
])('a contact with %s as its uuid', (_, id) => {
  const found = { ...id, name: 'A', urns: [AMINA], groups: [], fields: { tei_id: 'A1' } };
  const rapidpro = () =>
    serve(
      answering('get', 'contacts', () => page([found])),
      answering('get', 'fields', () => page([{ key: 'tei_id', name: 'TEI', type: 'text' }])),
      answering('get', 'groups', () => page([{ uuid: OTHER_UUID, name: 'Mothers', count: 1 }])),
      answering('post', 'contacts', () => HttpResponse.json(found)),
    );

  test.each<[string, Operation]>([
    ['getContact', getContact(AMINA)],
    ['updateContact', updateContact(AMINA, { name: 'X' })],
    ['upsertContact', upsertContact({ name: 'X', urns: [AMINA, 'mailto:amina@example.org'] })],
    ['addToGroup', addToGroup(['tel:0788000001'], 'Mothers')],
  ])('is written to by nobody: %s', async (__, operation) => {
    const server = await rapidpro();
    expect(await failure(operation, server)).toMatchObject({
      code: 'INVALID_RESPONSE',
      description: 'The server answered with a contact without a valid uuid.',
    });
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test.each<[string, Operation]>([
    ['by URN', syncContacts([{ name: 'X', urns: [AMINA] }], { group: 'Mothers' })],
    [
      'by a field',
      syncContacts([{ name: 'X', fields: { tei_id: 'A1' } }], { key: 'fields.tei_id' }),
    ],
    ['all of them', syncContacts([{ name: 'X', urns: [AMINA] }], { urns: 'exact' })],
  ])('nor by a sync: %s', async (__, operation) => {
    const server = await rapidpro();
    const state = await run(operation, server).catch((thrown: unknown) => ({ data: thrown }));
    expect(JSON.stringify(state.data)).toContain('INVALID_RESPONSE');
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('is not taken for one that was created', async () => {
    const server = await serve(
      answering('get', 'fields', () => page([{ key: 'tei_id', name: 'TEI', type: 'text' }])),
      answering('get', 'contacts', () => page([])),
      answering('post', 'contacts', () => HttpResponse.json(found, { status: 201 })),
    );
    const list = [{ name: 'X', fields: { tei_id: 'A1' } }];
    const { result } = await bulk(syncContacts(list, { key: 'fields.tei_id' }), server);
    expect(result).toMatchObject({ created: [], failed: [{ code: 'OUTCOME_UNKNOWN' }] });
    await expect(failure(addContact({ name: 'X' }), server)).resolves.toMatchObject({
      outcome: 'unknown',
    });
  });
});

test('a look-up by a number that the server writes otherwise, or whose URNs are hidden, is answered', async () => {
  const shown = { uuid: UUID, name: 'A', urns: ['tel:+250788000001'] };
  const server = await serve(msw.get('*/contacts.json', () => page([shown])));
  expect((await run(getContact('tel:0788000001'), server)).data).toMatchObject({ uuid: UUID });
  const hidden = await serve(
    msw.get('*/contacts.json', () => page([{ ...shown, urns: ['tel:********'] }])),
  );
  expect((await run(getContact('tel:+250788000002'), hidden)).data).toMatchObject({ uuid: UUID });
});

test('a group by its name beside one by uuid goes to whichever has the name now', async () => {
  // The list is a moment old: another group has got the name.
  const server = await serve(
    answering('get', 'groups', () => page([{ uuid: UUID, name: 'Mothers' }])),
    answering('post', 'broadcasts', () => HttpResponse.json({ id: 1 }, { status: 201 })),
  );
  await run(sendBroadcast({ groups: [OTHER_UUID, 'Mothers'], text: 'X' }), server);
  expect(server.requests.at(-1)?.body).toMatchObject({ groups: [OTHER_UUID, 'Mothers'] });
  await run(sendBroadcast({ groups: [UUID, 'mothers'], text: 'X' }), server);
  expect(server.requests.at(-1)?.body).toMatchObject({ groups: [UUID] });
});

// Databases do not agree on what other letters are in lower case.
test.each([
  ['École', 'école'],
  ['école', 'École'],
])(
  'of two groups that differ only in the case of a letter like É, "%s" is the one named so',
  async (first, second) => {
    const groups = [first, second].map((name, n) => ({ uuid: [UUID, OTHER_UUID][n], name }));
    const server = await serve(
      answering('get', 'groups', () => page(groups)),
      answering('post', 'broadcasts', () => HttpResponse.json({ id: 1 }, { status: 201 })),
    );
    for (const { uuid, name } of groups) {
      await run(sendBroadcast({ groups: [FLOW, name], text: 'X' }), server);
      expect(server.requests.at(-1)?.body).toMatchObject({ groups: [FLOW, uuid] });
    }
  },
);
