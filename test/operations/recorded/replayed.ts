import { type HttpResponseResolver, http as msw } from 'msw';
import { expect } from 'vitest';
import { type Recording, replay } from '../../../recordings/read.js';
import type { RapidProError } from '../../../src/errors/errors.js';
import type { Operation } from '../../../src/types/state.js';
import { captureConsole } from '../../support/captureConsole.js';
import { noSleep } from '../../support/noSleep.js';
import { serve, type TestServer } from '../../support/serve.js';
import { page, run } from '../run.js';
import { endpointOf } from './exchange.js';

/** A server that answers as recorded, and an operation that meets it. */

const WORKSPACE = '1c8589ed-2b88-45d9-ba9d-196dff28f529';

/** Look-ups before a write: the contact is there, and its URNs are free. */
const lookup = msw.get('*/api/v2/contacts.json', ({ request }) => {
  const uuid = new URL(request.url).searchParams.get('uuid');
  return page(uuid ? [{ uuid, urns: [] }] : []);
});

/** A write that changes nothing, before URNs are written, shows the contact: see `post_update_empty_body`. */
function orShown(recorded: Recording, answer: HttpResponseResolver): HttpResponseResolver {
  const isUpdate = endpointOf(recorded) === 'contacts' && recorded.request.query !== '';
  const isEmpty = JSON.stringify(recorded.request.body ?? {}) === '{}';
  if (!isUpdate || isEmpty) return answer;
  return async info => {
    const uuid = new URL(info.request.url).searchParams.get('uuid');
    const isLook = uuid !== null && (await info.request.clone().text()) === '{}';
    return isLook ? Response.json({ uuid, urns: [] }) : answer(info);
  };
}

/** What the rules read before a write: a workspace of which nothing else is known. */
const facts = [
  msw.get('*/api/v2/fields.json', () => page([])),
  msw.get('*/api/v2/flows.json', () => page([])),
  msw.get('*/api/v2/globals.json', () => page([])),
  msw.get('*/api/v2/workspace.json', () =>
    Response.json({ uuid: WORKSPACE, country: 'RW', timezone: 'Africa/Kigali' }),
  ),
];

/** An answer for one method; msw asks the next handler for the others. */
function only(method: string, answer: HttpResponseResolver): HttpResponseResolver {
  return info => (info.request.method.toLowerCase() === method ? answer(info) : undefined);
}

/** An action whose refused items are left out the second time. */
function once(recorded: Recording): HttpResponseResolver {
  let requests = 0;
  const answer = replay(recorded);
  return info => (requests++ === 0 ? answer(info) : new Response(null, { status: 204 }));
}

const cursorOf = (query: string | undefined) => new URLSearchParams(query).get('cursor');

/**
 * A cursor that counts within an instant, one record further back: from there the next page is asked for,
 * to see that nothing has moved. Any other cursor as it is.
 */
function oneFurtherBack(cursor: string | null): string | null {
  if (cursor === null) return null;
  const place = new URLSearchParams(Buffer.from(cursor, 'base64').toString());
  const offset = Number(place.get('o') ?? 0) - 1;
  if (offset < 0) return cursor;
  if (offset === 0) place.delete('o');
  else place.set('o', String(offset));
  return Buffer.from(place.toString()).toString('base64');
}

/** The page of a list that the cursor in the address leads to. */
function turnPages(pages: readonly Recording[]): HttpResponseResolver {
  return info => {
    const cursor = cursorOf(new URL(info.request.url).search);
    const index = pages.findIndex(
      ({ request }) => oneFurtherBack(cursorOf(request.query)) === cursor,
    );
    const found = pages[index];
    if (!found) return page([]);
    if (cursor === cursorOf(found.request.query)) return replay(found)(info);
    const body = found.response.body as { results: unknown[] };
    const before = pages[index - 1]?.response.body as { results: unknown[] };
    const results = [...before.results.slice(-1), ...body.results];
    return replay({ ...found, response: { ...found.response, body: { ...body, results } } })(info);
  };
}

/** The recording of a later page as it is asked for: from one record further back. */
export function askedFor(one: Recording): Recording {
  const query = new URLSearchParams(one.request.query);
  const cursor = oneFurtherBack(query.get('cursor'));
  if (cursor === null) return one;
  query.set('cursor', cursor);
  return { ...one, request: { ...one.request, query: query.toString() } };
}

export function answerAs(pages: readonly Recording[]): Promise<TestServer> {
  const [first] = pages;
  if (!first) throw new Error('There is nothing to answer with.');
  const method = first.request.method.toLowerCase();
  if (method === 'get') {
    return serve(msw.get('*', pages.length > 1 ? turnPages(pages) : replay(first)));
  }
  const isAction = endpointOf(first)?.endsWith('_actions') && first.response.status === 400;
  const answer = isAction ? once(first) : orShown(first, replay(first));
  return serve(msw.all(`*${first.request.path}`, only(method, answer)), lookup, ...facts);
}

export interface Outcome {
  data: unknown;
  error: RapidProError | undefined;
}

export async function outcome(
  operation: Operation,
  { host }: TestServer,
  token: string | undefined,
): Promise<Outcome> {
  noSleep();
  captureConsole();
  return run(operation, { host }, { configuration: { host, token } }).then(
    ({ data }) => ({ data, error: undefined }),
    (error: RapidProError) => {
      expect(error.name).toBe('RapidProError');
      return { data: undefined, error };
    },
  );
}
