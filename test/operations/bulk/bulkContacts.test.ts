import { HttpResponse, http as msw } from 'msw';
import { expect, test, vi } from 'vitest';
import { syncContacts, upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { OTHER_UUID, page, refused } from '../run.js';
import { bulk, counts, upTo } from './workspace.js';

/** How jobs call the two operations: their list, their options, and what runs side by side. */

const EVERYWHERE = {
  concurrency: 2,
  deadline: 100,
  resume: true,
  failOnError: true,
  literal: true,
  dryRun: true,
  duplicates: 'first',
  timeout: 5,
  maxWait: 5,
};
const SYNC = {
  urns: 'exact',
  key: 'urn',
  group: 'Mothers',
  groups: 'exact',
  removeMissing: { groups: ['Mothers'] },
};

const contact = () => HttpResponse.json({ uuid: OTHER_UUID, urns: [], fields: {} });

test.each([
  [syncContacts, { ...EVERYWHERE, ...SYNC }],
  [upsertContacts, { ...EVERYWHERE, urns: 'replace' }],
])('$name takes each of its options', async (operation, options) => {
  captureConsole();
  const server = await serve(
    msw.get('*/groups.json', () => page([{ uuid: OTHER_UUID, name: 'Mothers', query: null }])),
    msw.get('*/contacts.json', () => page([])),
  );
  const { result } = await bulk(operation([], options as never), server);
  expect(counts(result)).toEqual([0, 0, 0, 0, 0]);
});

test.each(Object.entries(SYNC).slice(1))('upsertContacts has no option %s', async (name, value) => {
  const operation = upsertContacts([], { [name]: value } as never);
  expect((await refused(operation, 'INVALID_OPTION')).description).toContain(name);
});

test.each([syncContacts, upsertContacts])(
  '$name works on four contacts side by side, and goes on after a failure',
  async operation => {
    captureConsole();
    let now = 0;
    let most = 0;
    let sent = 0;
    const server = await serve(
      msw.get('*/contacts.json', () => page([])),
      msw.post('*/contacts.json', async () => {
        most = Math.max(most, ++now);
        // On a busy machine, requests that are sent at once come one after the other.
        await vi.waitFor(() => expect(most).toBeGreaterThanOrEqual(4), 10_000);
        now--;
        sent++;
        return sent === 2 ? HttpResponse.json({ name: ['Too long.'] }, { status: 400 }) : contact();
      }),
    );
    const list = upTo(8).map(n => ({ urns: [`tel:+2507880${10_000 + n}`], name: 'New' }));
    const { result } = await bulk(operation(list), server);
    expect(most).toBe(4);
    expect(sent).toBe(8);
    expect(result.failed.length).toBeGreaterThan(0);
  },
);

test.each([syncContacts, upsertContacts])(
  '$name says where a value of its list is wrong, and keeps the others',
  async operation => {
    captureConsole();
    const server = await serve(
      msw.get('*/contacts.json', () => page([])),
      msw.post('*/contacts.json', contact),
    );
    const list = [
      { urns: ['tel:+250788010000'], name: Number.NaN as never },
      { urns: ['tel:+250788010001'], name: 'New' },
    ];
    const { result } = await bulk(
      operation(() => list),
      server,
    );
    expect(result.failed).toMatchObject([
      { index: 0, description: 'contacts[0].name is not a valid number.' },
    ]);
    expect(counts(result).reduce((sum, count) => sum + count)).toBe(2);
  },
);
