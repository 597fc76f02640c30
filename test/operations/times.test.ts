import type { SandboxOptions } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import {
  addContact,
  syncContacts,
  updateContact,
  upsertContact,
  upsertContacts,
} from '../../src/index.js';
import type { SyncContact } from '../../src/types/bulk.js';
import type { Operation } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { noSleep } from '../support/noSleep.js';
import { serve } from '../support/serve.js';
import { bulk, counts, FIELDS, holder, workspace, writes } from './bulk/workspace.js';
import { answering, contactsServer, denied, failure, run, sent, UUID } from './run.js';

/** A time in a contact field is stored as the job means it, or the log says so. */

const AMINA = 'tel:+250788000001';
const NEW = 'tel:+250788000009';

type Write = (due: string) => Operation;

const SINGLE: [string, Write][] = [
  ['addContact', due => addContact({ urns: [NEW], fields: { due } })],
  ['updateContact', due => updateContact(AMINA, { fields: { due } })],
  ['upsertContact', due => upsertContact({ urns: [AMINA], fields: { due } })],
];
const ALL: [string, Write][] = [
  ...SINGLE,
  ['upsertContacts', due => upsertContacts([{ urns: [AMINA], fields: { due } }])],
  ['syncContacts', due => syncContacts([{ urns: [AMINA], fields: { due } }])],
];

const open = (options: SandboxOptions = {}) =>
  workspace({ contacts: [{ urns: [AMINA] }], ...options });

/** What the contact that was written holds. */
function due(sandbox: Parameters<typeof holder>[0]): unknown {
  return (holder(sandbox, NEW) ?? holder(sandbox, AMINA))?.fields.due;
}

/** Written in Kigali, at +02:00. */
const COMPLETED: [written: string, stored: string][] = [
  ['2026-03-01T09:15:30+0200', '2026-03-01T09:15:30.000000+02:00'],
  ['2026-03-01T09:15:30+02', '2026-03-01T09:15:30.000000+02:00'],
  ['2026-03-01T09:15:30', '2026-03-01T09:15:30.000000+02:00'],
  ['2026-03-01T08:05', '2026-03-01T08:05:00.000000+02:00'],
  ['2026-03-01T09:15:30z', '2026-03-01T09:15:30.000000Z'],
  ['2026-03-01 09:15:30Z', '2026-03-01T09:15:30.000000Z'],
  ['2026-03-01 09:15 +05:30', '2026-03-01T09:15:00.000000+05:30'],
  ['2026-03-01T09:15:30 -05:00', '2026-03-01T09:15:30.000000-05:00'],
  ['2026-03-01 9:15', '2026-03-01T09:15:00.000000+02:00'],
  ['2026-03-01', '2026-03-01T00:00:00.000000+02:00'],
  [' 2026-03-01T09:15:30,123456789Z ', '2026-03-01T09:15:30.123456Z'],
];

const REFUSED = [
  '2027-02-31',
  '2027-13-01T08:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T25:00',
  '2026-03-01T10:00:00+25:00',
  '2026-03-01T10:60',
  '2026-03-01T',
  '2026-03-01T9:15',
  '2026-03-01 10:00 UTC',
  '2026-03-01 10:00 EAT',
  '2026-03-01T10:00:00 Africa/Kigali',
  '2026-03-01T10:00:00[Africa/Kigali]',
  '2026-03-01+02:00',
  '31/02/2027',
  '45-13-2026',
];

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  describe.each(ALL)('%s', (_, write) => {
    test.each(COMPLETED)('%j is stored as it is meant', async (written, stored) => {
      const sandbox = await open({ dialect });
      const lines = captureConsole();
      await run(write(written), sandbox);
      expect(due(sandbox)).toBe(stored);
      expect(lines.filter(line => line.includes('warning: RapidPro'))).toEqual([]);
    });

    test('a day begins when the clocks of the workspace say so', async () => {
      const sandbox = await open({ dialect, timezone: 'America/Santiago' });
      await run(write('2027-09-05'), sandbox);
      expect(due(sandbox)).toBe('2027-09-05T01:00:00.000000-03:00');
    });

    test('of a time that comes twice the first is meant', async () => {
      const sandbox = await open({ dialect, timezone: 'Europe/Berlin' });
      await run(write('2026-10-25 02:30'), sandbox);
      expect(due(sandbox)).toBe('2026-10-25T02:30:00.000000+02:00');
    });

    test.each([
      ['31/12/2026', 'got a time of day that nobody wrote'],
      ['31-12-2026 10:30 EAT', 'lost its zone'],
      ['31-12-2026 10:30+05:00', 'lost its zone'],
      ['31-12-2026 10.30', 'lost its minutes'],
      ['05-01-27 10:30', 'is a hundred years early'],
    ])('%j, which %s, is reported', async written => {
      const sandbox = await open({ dialect });
      const lines = captureConsole();
      await run(write(written), sandbox);
      expect(due(sandbox)).toMatch(/^\d{4}-/);
      const warnings = lines.filter(line => line.includes('RapidPro stored '));
      expect(warnings).toEqual([expect.stringContaining('fields.due')]);
      expect(warnings.join()).not.toContain(written.slice(0, 5));
    });

    test.each(['31-12-2026 10:30', '31/12/2026 9:05 am', '2026-12-31 10:30 PM'])(
      '%j, which RapidPro reads right, is not',
      async written => {
        const sandbox = await open({ dialect });
        const lines = captureConsole();
        await run(write(written), sandbox);
        expect(due(sandbox)).toMatch(/^2026-12-31T(10:30|09:05|22:30):00/);
        expect(lines.filter(line => line.includes('RapidPro stored '))).toEqual([]);
      },
    );
  });

  test.each(SINGLE)('%s refuses what RapidPro would misread', async (name, write) => {
    const sandbox = await open({ dialect });
    for (const written of REFUSED) {
      const error = await failure(write(written), sandbox);
      expect(error.code).toBe('INVALID_INPUT');
      const where = name === 'updateContact' ? 'changes' : 'contact';
      expect(error.description).toContain(`${where}.fields.due`);
      expect(error.fix).toContain('2026-01-31T08:00:00+02:00');
      expect(JSON.stringify(error)).not.toContain(written);
    }
    expect(writes(sandbox)).toEqual([]);
  });

  test.each([
    ['upsertContacts', (list: object[]) => upsertContacts(list as [])],
    ['syncContacts', (list: object[]) => syncContacts(list as [])],
  ])('in %s what is refused fails alone', async (_, make) => {
    const sandbox = await open({ dialect });
    const list = [
      ...REFUSED.map((written, index) => ({
        urns: [`tel:+2507881000${10 + index}`],
        fields: { due: written },
      })),
      { urns: [AMINA], fields: { due: '2026-03-01' } },
    ];
    const { result } = await bulk(make(list), sandbox);
    expect(counts(result)).toEqual([0, 1, 0, REFUSED.length, 0]);
    for (const { code, description } of result.failed) {
      expect([code, description]).toEqual([
        'INVALID_INPUT',
        expect.stringContaining('contact.fields.due'),
      ]);
    }
    expect(due(sandbox)).toBe('2026-03-01T00:00:00.000000+02:00');
  });

  test('a time that the clocks skip is refused', async () => {
    const sandbox = await open({ dialect, timezone: 'America/New_York' });
    const error = await failure(
      updateContact(AMINA, { fields: { due: '2026-03-08T02:30' } }),
      sandbox,
    );
    expect(error.description).toMatch(/changes\.fields\.due.*because the clocks go forward/);
    expect(writes(sandbox)).toEqual([]);
  });

  test('a text field keeps what was written', async () => {
    const sandbox = await open({ dialect });
    const lines = captureConsole();
    for (const tei_id of ['2026-03-01', '2027-02-31', '31/02/2027', '2026-03-01T09:15:30+0200']) {
      await run(upsertContact({ urns: [AMINA], fields: { tei_id } }), sandbox);
      expect(holder(sandbox, AMINA)?.fields.tei_id).toBe(tei_id);
      await bulk(upsertContacts([{ urns: [NEW], fields: { tei_id } }]), sandbox);
      expect(holder(sandbox, NEW)?.fields.tei_id).toBe(tei_id);
    }
    expect(lines.join()).not.toContain('RapidPro stored ');
  });

  test('what looks like no time costs no reading, and facts are read once', async () => {
    const sandbox = await open({ dialect });
    const reads = () =>
      sandbox
        .requests()
        .filter(({ method }) => method === 'GET')
        .map(({ path }) => path.replace(/.*v2\/|\.json/g, ''));
    const plain = { age: 20, tei_id: 'KE-2026-0001', province: null };
    await run(upsertContact({ urns: [AMINA], fields: plain }), sandbox);
    await bulk(upsertContacts([{ urns: [AMINA], fields: plain }, { urns: [NEW] }]), sandbox);
    expect(reads()).toEqual([]);
    const full = { due: '2026-03-01T09:15:30+02:00' };
    let state = await run(upsertContact({ urns: [AMINA], fields: full }), sandbox);
    expect(reads()).toEqual(['fields']);
    state = await upsertContact({ urns: [AMINA], fields: { due: '2026-03-01' } })(state);
    state = await updateContact(AMINA, { fields: { due: '2026-03-02' } })(state);
    await upsertContacts([{ urns: [AMINA], fields: { due: '2026-03-03' } }])(state);
    expect(reads().filter(path => path !== 'contacts')).toEqual(['fields', 'workspace']);
  });

  test('results of bulk operations name the fields', async () => {
    const sandbox = await open({ dialect });
    const list: SyncContact[] = [
      { urns: [AMINA], fields: { due: '31-12-2026', age: 3 } },
      { urns: [NEW], fields: { tei_id: 'x'.repeat(641) } },
    ];
    const lines = captureConsole();
    for (const operation of [upsertContacts(list), syncContacts(list)]) {
      const { result } = await bulk(operation, sandbox);
      const items = [...result.created, ...result.updated, ...result.unchanged];
      const of = (index: number) => items.find(item => item.index === index);
      expect(of(0)).toMatchObject({ altered: ['fields.due'] });
      expect(of(1)).toMatchObject({ altered: ['fields.tei_id'] });
      expect(of(0)).not.toHaveProperty('unread');
    }
    expect(lines.filter(line => line.includes('RapidPro stored '))).toEqual([
      expect.stringMatching(/2 contacts.*fields\.tei_id, fields\.due/),
      expect.stringMatching(/2 contacts.*fields\.due, fields\.tei_id/),
    ]);
  });

  test('a text that RapidPro cuts is reported, one of 640 characters is not', async () => {
    const sandbox = await open({ dialect });
    const lines = captureConsole();
    for (const tei_id of ['😀'.repeat(640), ` ${'a'.repeat(640)} `]) {
      await run(updateContact(AMINA, { fields: { tei_id } }), sandbox);
    }
    expect(lines.join()).not.toContain('RapidPro stored ');
    await run(updateContact(AMINA, { fields: { tei_id: '😀'.repeat(641) } }), sandbox);
    expect(lines.join()).toMatch(/RapidPro stored a different value for .*fields\.tei_id/);
  });
});

describe('where the token may not read', () => {
  const fields = () => HttpResponse.json({ next: null, previous: null, results: [...FIELDS] });

  /** Takes contacts, and shows this time whatever is sent. */
  const storing = (stored: string) =>
    msw.post('*/api/v2/contacts.json', () =>
      HttpResponse.json({ uuid: UUID, urns: [AMINA], fields: { due: stored } }),
    );

  test.each([
    ['2026-03-01T09:15:30', '2026-03-01T15:30:00.000000+02:00'],
    ['2026-03-01T09:15:30+0200', '2026-03-01T15:30:00.000000+02:00'],
    ['2026-03-01', '2026-03-01T18:30:57.170796+02:00'],
    ['2027-02-31', '2027-03-03T18:30:57.170796+02:00'],
    ['2026-03-01 10:00 EAT', '2026-03-01T10:00:00.000000+02:00'],
  ])('the fields, %j is sent as it is and compared', async (written, stored) => {
    const server = await serve(answering('get', 'fields', denied), storing(stored));
    const lines = captureConsole();
    const state = await run(upsertContact({ urns: [AMINA], fields: { due: written } }), server);
    await upsertContact({ urns: [AMINA], fields: { due: written } })(state);
    expect(server.requests.at(-1)?.body).toMatchObject({ fields: { due: written } });
    expect(lines.filter(line => line.includes('token cannot read the fields'))).toHaveLength(1);
    expect(lines.filter(line => line.includes('RapidPro stored '))).toHaveLength(2);
  });

  test.each([
    ['2026-03-01T09:15:30+02:00', '2026-03-01T09:15:30.000000+02:00'],
    ['2026-03-01T07:15:30Z', '2026-03-01T09:15:30.000000+02:00'],
    ['2026-03-01 09:15', '2026-03-01T09:15:00.000000+02:00'],
    ['2026-03-01T09:15:30+0200', '2026-03-01T09:15:30+0200'],
    ['2026-03-01', '2026-03-01'],
  ])('the fields, %j that is stored right is not reported', async (written, stored) => {
    const server = await serve(answering('get', 'fields', denied), storing(stored));
    const lines = captureConsole();
    await run(upsertContact({ urns: [AMINA], fields: { due: written } }), server);
    expect(lines.join()).not.toContain('RapidPro stored ');
  });

  test('the workspace, a time without a zone is sent as it is and compared', async () => {
    const server = await serve(
      answering('get', 'fields', fields),
      answering('get', 'workspace', denied),
      storing('2026-03-01T15:30:00.000000+02:00'),
    );
    const lines = captureConsole();
    await run(upsertContacts([{ urns: [AMINA], fields: { due: '2026-03-01T09:15:30' } }]), server);
    expect(server.requests.at(-1)?.body).toMatchObject({ fields: { due: '2026-03-01T09:15:30' } });
    expect(lines.filter(line => line.includes('token cannot read the time zone'))).toHaveLength(1);
    expect(lines.filter(line => line.includes('RapidPro stored '))).toHaveLength(1);
  });

  test('any other failure of a reading is the failure of the operation', async () => {
    noSleep();
    const failing = () => HttpResponse.json({ detail: 'Sorry.' }, { status: 500 });
    const server = await serve(
      answering('get', 'fields', failing),
      ...contactsServer({ uuid: UUID, urns: [AMINA] }),
    );
    const contact = { urns: [AMINA], fields: { due: '2026-03-01' } };
    for (const operation of [upsertContact(contact), upsertContacts([contact])]) {
      const error: RapidProError = await failure(operation, server);
      expect(error.statusCode).toBe(500);
    }
    expect(sent(server).filter(line => line.startsWith('POST'))).toEqual([]);
  });
});
