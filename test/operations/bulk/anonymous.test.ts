import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { answering, failure, page, UUID } from '../run.js';
import { bulk, counts, workspace, writes } from './workspace.js';

/** A workspace that hides URNs: what cannot be done there concerns single entries, not the whole list. */

const A = 'tel:+250788000001';
const B = 'tel:+250788000002';
const C = 'tel:+250788000003';
const key = 'fields.tei_id' as const;
const bare = { name: 'A', fields: { tei_id: 'a1' } };

describe.each(['v9', 'textit'] as const)('on %s', dialect => {
  const open = (contacts: object[]) =>
    workspace({ dialect, anonymous: true, contacts: contacts as never });

  test.each(['add', 'exact'] as const)(
    'a number for a contact without one fails alone: %s',
    async urns => {
      const list = [
        { ...bare, urns: [A] },
        { urns: [B], name: 'New', fields: { tei_id: 'b2' } },
        { urns: [C], name: 'Changed', fields: { tei_id: 'c3' } },
      ];
      const sandbox = await open([bare, { name: 'C', urns: [C], fields: { tei_id: 'c3' } }]);
      const lines = captureConsole();
      const reason = {
        index: 0,
        uuid: sandbox.contacts()[0]?.uuid,
        code: 'ANONYMOUS_WORKSPACE',
        fix: expect.stringMatching(/Leave "urns" out .*, or add the number in RapidPro/),
      };
      const dry = await bulk(syncContacts(list, { key, urns, dryRun: true }), sandbox);
      expect(counts(dry.result)).toEqual([1, 1, 0, 1, 0]);
      expect(dry.result.failed).toMatchObject([reason]);
      expect(dry.result).toMatchObject({ requests: 2 });
      const { result, state } = await bulk(syncContacts(list, { key, urns }), sandbox);
      expect(counts(result)).toEqual([1, 1, 0, 1, 0]);
      expect(result.failed).toEqual(dry.result.failed);
      expect(writes(sandbox)).toHaveLength(2);
      expect(sandbox.contacts()[0]).toMatchObject({ name: 'A', urns: [] });
      // Another run would end in the same way.
      expect(state.rapidpro).toBeUndefined();
      expect(lines.join('\n')).not.toContain('resume');
    },
  );

  test.each(['add', 'exact'] as const)(
    'numbers of existing contacts are neither compared nor changed, which is said once: %s',
    async urns => {
      const sandbox = await open([
        { name: 'A', urns: [A], fields: { tei_id: 'a1' } },
        { name: 'B', urns: [B], fields: { tei_id: 'b2' } },
        { name: 'C', urns: [C], fields: { tei_id: 'c3' } },
      ]);
      const list = [
        { urns: ['tel:+250788000007'], name: 'A', fields: { tei_id: 'a1' } },
        { urns: [B], name: 'Bea', fields: { tei_id: 'b2' } },
        { name: 'C', fields: { tei_id: 'c3' } },
        { urns: ['tel:+250788000008'], name: 'New', fields: { tei_id: 'd4' } },
      ];
      for (const dryRun of [true, false]) {
        const lines = captureConsole();
        const { result } = await bulk(syncContacts(list, { key, urns, dryRun }), sandbox);
        expect(counts(result)).toEqual([1, 1, 2, 0, 0]);
        expect(result.updated).toMatchObject([{ index: 1, changed: ['name'] }]);
        const warnings = lines.filter(line => line.includes('warning'));
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(
          /The workspace hides URNs, .* 2 entries .* neither compared nor changed: contacts\[0\], contacts\[1\]\. /,
        );
      }
      expect(writes(sandbox)).toHaveLength(2);
    },
  );

  test('nothing is said about entries without URNs', async () => {
    const sandbox = await open([{ name: 'A', urns: [A], fields: { tei_id: 'a1' } }]);
    const lines = captureConsole();
    const list = [{ name: 'Amina', fields: { tei_id: 'a1' } }];
    const { result } = await bulk(syncContacts(list, { key }), sandbox);
    expect(counts(result)).toEqual([0, 1, 0, 0, 0]);
    expect(lines.join('\n')).not.toContain('warning');
  });

  test('an entry with a URN does not keep upsertContacts from those with a uuid', async () => {
    const sandbox = await open([
      { name: 'A', urns: [A] },
      { name: 'B', urns: [B] },
    ]);
    const [a, b] = sandbox.contacts().map(({ uuid }) => uuid);
    const list = [
      { urns: [A], name: 'X' },
      { uuid: a, name: 'Amina' },
      { urns: [B, C], name: 'X' },
      { uuid: b, name: 'Bea' },
    ];
    for (const dryRun of [true, false]) {
      const options = { dryRun, concurrency: 1 };
      const before = sandbox.requests().length;
      const { result, state } = await bulk(upsertContacts(list as never, options), sandbox);
      expect(counts(result)).toEqual([0, 2, 0, 2, 0]);
      expect(result.failed).toMatchObject([
        { index: 0, code: 'ANONYMOUS_WORKSPACE', fix: expect.stringContaining('by its uuid') },
        { index: 2, code: 'ANONYMOUS_WORKSPACE', fix: expect.stringContaining('by its uuid') },
      ]);
      expect(state.rapidpro).toBeUndefined();
      // One refusal says it of all.
      expect(sandbox.requests().length - before).toBe(3);
    }
    expect(sandbox.contacts().map(({ name }) => name)).toEqual(['Amina', 'Bea']);
  });

  test('an entry with a uuid and a URN that cannot be added fails alone, too', async () => {
    const sandbox = await open([{ name: 'A', urns: [A] }, { name: 'B' }]);
    const [a, b] = sandbox.contacts().map(({ uuid }) => uuid);
    const list = [
      { uuid: a, urns: [B], name: 'X' },
      { uuid: b, name: 'Bea' },
    ];
    for (const urns of ['add', 'replace'] as const) {
      const { result } = await bulk(upsertContacts(list as never, { urns }), sandbox);
      expect(result.failed).toMatchObject([{ index: 0, code: 'ANONYMOUS_WORKSPACE' }]);
      expect(result.updated).toMatchObject([{ index: 1 }]);
    }
    expect(sandbox.contacts().map(({ name }) => name)).toEqual(['A', 'Bea']);
  });
});

test('a server that shows it only by its refusal says it of that entry alone', async () => {
  const detail = 'URN lookups not allowed for anonymous organizations';
  const contact = { uuid: UUID, name: 'A', urns: [], fields: { tei_id: 'a1' }, groups: [] };
  const other = {
    ...contact,
    uuid: '7712aaf6-5df5-4df1-89db-d4898a56f808',
    fields: { tei_id: 'b2' },
  };
  const server = await serve(
    answering('get', 'fields', () => page([{ key: 'tei_id', type: 'text' }])),
    msw.get('*/api/v2/contacts.json', ({ request }) => {
      const { searchParams } = new URL(request.url);
      if (searchParams.has('urn')) return HttpResponse.json({ detail }, { status: 400 });
      return page(searchParams.has('uuid') ? [contact] : [contact, other]);
    }),
    answering('post', 'contacts', () => HttpResponse.json({ ...other, name: 'B' })),
  );
  const list = [
    { ...bare, urns: [A] },
    { name: 'B', fields: { tei_id: 'b2' } },
  ];
  const { result } = await bulk(syncContacts(list, { key, concurrency: 1 }), server);
  expect(result.failed).toMatchObject([{ index: 0, uuid: UUID, code: 'ANONYMOUS_WORKSPACE' }]);
  expect(result.updated).toMatchObject([{ index: 1 }]);
});

test('a list of URNs alone is still thrown', async () => {
  const sandbox = await workspace({ anonymous: true, contacts: [{ name: 'A', urns: [A] }] });
  const list = [{ name: 'Nobody' }, { urns: [B], name: 'B' }, { urns: [C], name: 'C' }];
  const error = await failure(upsertContacts(list as never, { concurrency: 1 }), sandbox);
  expect(error.code).toBe('ANONYMOUS_WORKSPACE');
  expect(sandbox.requests()).toHaveLength(1);
});
