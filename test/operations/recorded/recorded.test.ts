import { describe, expect, test } from 'vitest';
import { type Recording, recordings, servers } from '../../../recordings/read.js';
import { onLists, operationsOf } from '../../../scripts/generate/coverage-operations.js';
import * as Adaptor from '../../../src/Adaptor.js';
import * as common from '../../../src/common.js';
import type { RapidProError } from '../../../src/errors/errors.js';
import { type Method, type ResourceName, resources } from '../../../src/resources.js';
import { TOKEN } from '../../support/credential.js';
import { type Call, callFor, REASONS } from './calls.js';
import { endpointOf, queryOf, tokenOf } from './exchange.js';
import {
  actionResult,
  BEFORE_SENDING,
  codesFor,
  dataOf,
  hiddenError,
  isSwallowed,
  personal,
} from './meaning.js';
import { plainCall, whyNotPlain } from './plain.js';
import { answerAs, askedFor, outcome } from './replayed.js';
import { letterOf, letterReceived, meant, said } from './same.js';
import { type Report, summary, Tally, type Verdict } from './tally.js';

/**
 * Every exchange that a real server had, made again by the operation that makes it, and by
 * `http.request`. What neither makes has a reason.
 */

function expectError(error: RapidProError, recorded: Recording): void {
  expect(error.fix).toMatch(/\w/);
  const { message: _, ...shown } = error;
  for (const value of personal(recorded)) expect(JSON.stringify(shown)).not.toContain(value);
}

/** The pages of a list from the first one to this. */
function pagesTo(one: Recording, all: readonly Recording[]): Recording[] {
  const cursor = queryOf(one).get('cursor');
  if (cursor === null) return [one];
  const before = all.find(({ request, response }) => {
    const { next } = (response.body ?? {}) as { next?: unknown };
    if (request.path !== one.request.path || typeof next !== 'string') return false;
    return String(new URL(next).searchParams) === String(queryOf(one));
  });
  return before ? [...pagesTo(before, all), one] : [one];
}

/** Refused before it was sent: because the server refuses it too, or swallows it. */
function expectRefusal(error: RapidProError | undefined, one: Recording): string {
  expect(BEFORE_SENDING).toContain(error?.code);
  expect(one.response.status >= 400 || isSwallowed(one)).toBe(true);
  return String(error?.code);
}

async function tryNamed(call: Call, pages: readonly Recording[]): Promise<Verdict> {
  const one = pages.at(-1) as Recording;
  if ('none' in call) return call;
  const { name, operation, instead } = call;
  const server = await answerAs(pages);
  const { data, error } = await outcome(operation, server, tokenOf(one));
  if (error) expectError(error, one);
  const { method } = one.request;
  const sent = server.requests.filter(received => received.method === method);
  if (sent.length === 0) return { refused: name, code: expectRefusal(error, one) };
  if (instead) {
    expect(sent.map(said)).not.toContainEqual(meant(one));
    return { none: instead };
  }
  // The note of a new contact goes in a request of its own.
  const { note } = (one.request.body ?? {}) as { note?: unknown };
  const isNoted = note !== undefined && queryOf(one).size === 0;
  const isFirst = endpointOf(one)?.endsWith('_actions') || isNoted;
  const request = method === 'GET' ? sent[pages.length - 1] : isFirst ? sent[0] : sent.at(-1);
  expect(request && said(request)).toEqual(meant(pages.length > 1 ? askedFor(one) : one));
  expectMeaning(pages, data, error);
  return { made: name };
}

/** The result or the error of an operation whose request was answered as recorded. */
function expectMeaning(
  pages: readonly Recording[],
  data: unknown,
  error: RapidProError | undefined,
): void {
  const one = pages.at(-1) as Recording;
  const acted = actionResult(one);
  if (acted) {
    expect(error).toBeUndefined();
    expect(data).toEqual(acted);
  } else if (one.response.status >= 400) {
    expect(error?.statusCode).toBe(one.response.status);
    expect(codesFor(one)).toContain(error?.code);
  } else {
    expect(error?.code).toBe(hiddenError(one));
    if (!error) expect(data).toEqual(dataOf(pages));
  }
}

async function tryPlain(one: Recording): Promise<Verdict> {
  const reason = whyNotPlain(one);
  const server = await answerAs([one]);
  const token = reason ? TOKEN : tokenOf(one);
  const { data, error } = await outcome(plainCall(one), server, token);
  if (reason) {
    // As soon as it can be made, the reason is none any more.
    expect(server.requests.map(letterReceived)).not.toContainEqual(letterOf(one));
    return { none: reason };
  }
  const [request] = server.requests;
  if (!request) return { refused: 'http.request', code: expectRefusal(error, one) };
  expect(letterReceived(request)).toEqual(letterOf(one));
  if (one.response.status >= 400) {
    expect(error?.statusCode).toBe(one.response.status);
    expect(codesFor(one, one.request.method === 'POST')).toContain(error?.code);
  } else {
    expect(error).toBeUndefined();
    expect(data).toEqual(one.response.status === 204 ? null : one.response.body);
  }
  return { made: 'http.request' };
}

/** A list that is asked for one contact. */
function isLookup(one: Recording): boolean {
  const keys = [...queryOf(one).keys()].join();
  const isContact = one.request.method === 'GET' && endpointOf(one) === 'contacts';
  return isContact && /^(uuid|urn)$/.test(keys) && whyNotPlain(one) === undefined;
}

const reports: { [server: string]: Report } = {};
const reasons: string[] = [];

describe.each(servers)('%s', server => {
  const exchanges = recordings(server);
  const tally = new Tally();
  const each = exchanges.map(one => [one.name, one] as const);

  test.each(each)('%s', async (_, one) => {
    const pages = pagesTo(one, exchanges);
    const call = callFor(one, pages);
    const verdict = await tryNamed(call, pages);
    if ('none' in verdict) {
      reasons.push(verdict.none);
      expect(REASONS[verdict.none]?.(one)).toBe(true);
    }
    tally.named(one, verdict);
  });

  test.each(each)('http: %s', async (_, one) => {
    tally.plain(one, await tryPlain(one));
  });

  test.each(each.filter(([, one]) => isLookup(one)))('getContact: %s', async (_, one) => {
    const [value] = queryOf(one).values();
    const server = await answerAs([one]);
    const operation = Adaptor.getContact(String(value));
    const { data, error } = await outcome(operation, server, tokenOf(one));
    const [request] = server.requests;
    if (!request) {
      expectRefusal(error, one);
      return;
    }
    expect(said(request)).toEqual(meant(one));
    if (error) expect(codesFor(one)).toContain(error.code);
    else expect(data).toEqual((dataOf([one]) as unknown[])[0] ?? null);
    tally.also('getContact');
  });

  test('all were tried', () => {
    const report = tally.report(exchanges);
    reports[server] = report;
    const { operation, refused, http, httpRefused, none } = report;
    expect(operation + refused + http + httpRefused + none).toBe(exchanges.length);
  });
});

describe('coverage', () => {
  test('every reason is needed', () => {
    expect([...new Set(reasons)].sort()).toEqual(Object.keys(REASONS).sort());
  });

  test('every operation has its endpoint, and none is made up', () => {
    const listed = Object.entries(resources).flatMap(([endpoint, { methods }]) =>
      (methods as readonly Method[]).flatMap(method =>
        operationsOf(endpoint as ResourceName, method),
      ),
    );
    const helpers = ['execute', 'http', 'webhook', ...Object.keys(common)];
    const offered = Object.keys(Adaptor).filter(name => !helpers.includes(name));
    expect([...new Set([...listed, ...onLists])].sort()).toEqual(offered.sort());
  });

  test('is as the docs say', async () => {
    for (const server of servers) {
      const report = reports[server];
      expect(report).toBeDefined();
      // Past the console, which is silent while tests pass.
      if (report) process.stdout.write(`${summary(server, report)}\n`);
    }
    await expect(`${JSON.stringify(reports, null, 2)}\n`).toMatchFileSnapshot('coverage.json');
  });
});
