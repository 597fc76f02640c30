import diagnostics from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterEach, expect, vi } from 'vitest';
import { makeOperation, named } from '../../src/input/run.js';

/**
 * Watches the whole test run: no token that went over a socket may turn up in anything written to the
 * console, in any error that an operation throws, or in any state that it leaves.
 */

interface Watch {
  tokens: Set<string>;
  /** What was written to the console, and what operations left, since the last test. */
  written: string[];
  left: string[];
}

/** One for the process: test files share the modules that have been loaded, but not this one. */
const shared = globalThis as typeof globalThis & { tokenWatch?: Watch };
const isFirst = shared.tokenWatch === undefined;
shared.tokenWatch ??= { tokens: new Set(), written: [], left: [] };
const watch = shared.tokenWatch;

/** Whether a text is long and strange enough to be a token, and no word of a test. */
const isDistinctive = (token: string) => token.length >= 8;

function readToken(headers: unknown): string | undefined {
  const text = Array.isArray(headers) ? headers.join('\n') : String(headers);
  return /authorization:?\s+Token (\S+)/i.exec(text)?.[1];
}

if (isFirst) listen();

function listen(): void {
  diagnostics.channel('undici:client:sendHeaders').subscribe(message => {
    const token = readToken((message as { headers: unknown }).headers);
    if (token && isDistinctive(token)) watch.tokens.add(token);
  });

  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = ((...args: unknown[]) => {
      watch.written.push(String(args[0]));
      return write(...args);
    }) as typeof stream.write;
  }
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const original = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      watch.written.push(args.map(arg => (typeof arg === 'string' ? arg : inspect(arg))).join(' '));
      original(...args);
    };
  }
}

/** Everything of an error that anybody could come to print, hidden properties included. */
function dumpError(error: unknown): string {
  const { message, stack } = (error ?? {}) as Error;
  return [JSON.stringify(error), message, stack].join('\n');
}

vi.mock('../../src/operations/base/operation.js', async importOriginal => {
  const original = await importOriginal<typeof import('../../src/operations/base/operation.js')>();
  return {
    ...original,
    operation: (...given: Parameters<typeof original.operation>) => {
      const run = original.operation(...given);
      const watched = makeOperation(async (state: Parameters<typeof run>[0]) => {
        try {
          const next = await run(state);
          const { configuration: _, ...kept } = next ?? {};
          watch.left.push(JSON.stringify(kept) ?? '');
          return next;
        } catch (error) {
          watch.left.push(dumpError(error));
          throw error;
        }
      });
      return named(run.name, watched, run);
    },
  };
});

afterEach(() => {
  const everything = [...watch.written, ...watch.left].join('\n');
  watch.written = [];
  watch.left = [];
  const leaked = [...watch.tokens].filter(token => everything.includes(token));
  expect(leaked, 'tokens found in logs, errors or state').toEqual([]);
});
