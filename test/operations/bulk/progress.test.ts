import { HttpResponse, http as msw } from 'msw';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/client/clock.js';
import { getContacts, getMessages, syncContacts, upsertContacts } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { serve } from '../../support/serve.js';
import { run } from '../run.js';
import { bulk, upTo, workspace } from './workspace.js';

/** What the log says while a long operation runs. */

/** Time that goes on by itself, so many milliseconds at each look. */
function ticking(step: number) {
  let now = Date.UTC(2026, 0, 1);
  vi.spyOn(systemClock, 'now').mockImplementation(() => {
    now += step;
    return now;
  });
}

const person = (n: number) => ({ urns: [`tel:+2507880${10_000 + n}`], name: `Person ${n}` });

test('a bulk operation reports every thousand contacts how far it is, of how many, and how fast', async () => {
  const sandbox = await workspace({ contacts: upTo(2500).map(person) });
  const log = captureConsole();
  await bulk(syncContacts(upTo(2500).map(person)), sandbox);
  const lines = log.filter(line => / of 2,500 contacts, /.test(line));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/ 1,000 of 2,500 contacts, \d+ requests, [\d,]+ a minute$/);
  expect(log.join('\n')).not.toMatch(/Person|250788/);
});

test('and every ten seconds, however slow it is', async () => {
  const sandbox = await workspace();
  const log = captureConsole();
  ticking(1000);
  await bulk(upsertContacts(upTo(30).map(person), { concurrency: 1 }), sandbox);
  const lines = log.filter(line => / of 30 contacts, /.test(line));
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.length).toBeLessThan(30);
  expect(lines[0]).toMatch(/ \d+ of 30 contacts, \d+ requests, [\d,]+ a minute$/);
});

test('a list reports every ten seconds how much it has read', async () => {
  const sandbox = await workspace({ contacts: upTo(2000).map(person) });
  const log = captureConsole();
  ticking(3000);
  await run(getContacts(), sandbox);
  const lines = log.filter(line => line.includes('so far'));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.length).toBeLessThan(8);
  expect(lines[0]).toMatch(/ \d+ contacts so far, in \d+ requests, \d+ a second$/);
});

test('an array that grows past what a worker holds warns in time, once, and names eachPage', async () => {
  const long = 'x'.repeat(1024 * 1024);
  let pages = 0;
  const server = await serve(
    msw.get('*/api/v2/messages.json', () => {
      pages++;
      const next = pages < 50 ? `http://x/?cursor=${pages}` : null;
      return HttpResponse.json({ next, results: [{ id: pages, text: long }] });
    }),
  );
  const log = captureConsole();
  const seen: number[] = [];
  const state = await run(getMessages(), server);
  expect(state.data).toHaveLength(50);
  for (const line of log) if (line.includes('eachPage()')) seen.push(Number(/\d+/.exec(line)?.[0]));
  expect(seen).toEqual([40]);
});
