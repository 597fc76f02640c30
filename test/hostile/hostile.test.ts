import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'tsup';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/client/clock.js';
import { RapidProError } from '../../src/errors/errors.js';
import type { State } from '../../src/types/state.js';
import { start } from '../scripts/run-child.js';
import { captureConsole } from '../support/captureConsole.js';
import { credential, TOKEN } from '../support/credential.js';
import { json } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { type Behavior, rawServer } from '../support/rawServer.js';
import type { Case, Place } from './case.js';
import { DOCUMENT, toDocument } from './document.js';
import { GROUPS } from './groups.js';
import { READ_AND_SEND } from './operations.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../tmp/hostile', import.meta.url));

const MOST_REQUESTS = 12;

/** What the job came to see in each case, as the page shows it. */
const seen = new Map<string, string>();

/** A server that does what it is asked once its address is known. */
async function hostileServer(choose: (place: Place) => Behavior) {
  const elsewhere = await rawServer(json({ results: [] }));
  let behave: Behavior = () => {};
  const server = await rawServer(request => behave(request));
  behave = choose({ own: server.origin, elsewhere: elsewhere.origin });
  return { server, elsewhere };
}

/** Everything of a value that anybody could come to print. */
function dumps(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null }),
    JSON.stringify(value),
  ].join('\n');
}

function expectClear(error: unknown): asserts error is RapidProError {
  expect(error).toBeInstanceOf(RapidProError);
  const { code, description, fix } = error as RapidProError;
  expect(code).toMatch(/^[A-Z_]+$/);
  expect(description.length).toBeGreaterThan(10);
  expect(fix.length).toBeGreaterThan(10);
  expect(JSON.stringify(error).length).toBeLessThan(50_000);
}

async function tryOut(one: Case, way: number, name: string): Promise<string> {
  const { server, elsewhere } = await hostileServer(
    place => one.ways(place)[way] ?? expect.fail('no such way'),
  );
  const operation = (one.operations ?? READ_AND_SEND)[name] ?? expect.fail('no such operation');
  const configuration = credential(server);
  const ended = await operation()({ configuration }).then(
    state => ({ state: state as State }),
    (error: unknown) => ({ error }),
  );
  expect(elsewhere.requests.map(({ text }) => text).join()).not.toContain(TOKEN.slice(0, 8));
  const links = server.requests.filter(({ text }) => !/^\w+ \/api\/v2\//.test(text));
  expect(links.map(({ text }) => text).join()).not.toContain(TOKEN.slice(0, 8));
  expect(server.requests.length).toBeLessThanOrEqual(one.requests ?? MOST_REQUESTS);
  await Promise.all([server.close(), elsewhere.close()]);
  if ('error' in ended) {
    expectClear(ended.error);
    expect(dumps(ended.error)).not.toContain(TOKEN.slice(0, 12));
    return `\`${ended.error.code}\``;
  }
  const { configuration: _, ...rest } = ended.state;
  expect(dumps(rest)).not.toContain(TOKEN.slice(0, 12));
  return one.reads?.(ended.state) ?? expect.fail('it ended well');
}

let bundled: Promise<string> | undefined;

/** The child in one file: to load all of the source takes longer than what most cases do. */
function child(): Promise<string> {
  const entry = { child: fileURLToPath(new URL('child.ts', import.meta.url)) };
  bundled ??= build({
    entry,
    format: 'esm',
    outDir: BUNDLE,
    target: 'node20',
    config: false,
    silent: true,
  }).then(() => `${BUNDLE}/child.js`);
  return bundled;
}

/** The same in a process of its own, with what memory that took. */
async function measure(one: Case, way: number, name: string): Promise<string> {
  const { server, elsewhere } = await hostileServer(
    place => one.ways(place)[way] ?? expect.fail('no such way'),
  );
  const args = [await child(), server.host, name, TOKEN];
  const { code, stdout, stderr } = await start(process.execPath, args, {
    cwd: ROOT,
    timeout: 100_000,
  });
  await Promise.all([server.close(), elsewhere.close()]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { error, memory } = JSON.parse(stdout);
  expect(memory).toBeLessThan(one.memory ?? 0);
  return `\`${error.code}\``;
}

describe.each(GROUPS)('$title', ({ cases }) => {
  test.each(cases)('$does', { timeout: 120_000 }, async one => {
    captureConsole();
    noSleep();
    let now = Date.now();
    if (one.clock) {
      vi.spyOn(systemClock, 'now').mockImplementation(() => {
        now += (one.clock ?? 0) * 1000;
        return now;
      });
    }
    const names = Object.keys(one.operations ?? READ_AND_SEND);
    const ways = one.ways({ own: 'http://own.example', elsewhere: 'http://elsewhere.example' });
    const outcomes = new Map<string, Set<string>>();
    for (const way of ways.keys()) {
      for (const name of names) {
        const words = one.memory ? await measure(one, way, name) : await tryOut(one, way, name);
        outcomes.set(words, (outcomes.get(words) ?? new Set()).add(name));
      }
    }
    const reported = [...outcomes].map(([words, by]) =>
      outcomes.size > 1 && by.size < names.length ? `${words} (${[...by].join(', ')})` : words,
    );
    seen.set(one.does, reported.join(', or '));
  });
});

test('docs/evidence/hostile-servers.md says what came of it', () => {
  const fresh = toDocument(seen);
  if (process.env.UPDATE_DOCS) writeFileSync(DOCUMENT, fresh);
  expect(fresh).toBe(readFileSync(DOCUMENT, 'utf8'));
});
