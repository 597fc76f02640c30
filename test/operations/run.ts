import { HttpResponse, http as msw } from 'msw';
import { expect } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import type { Operation, State } from '../../src/types/state.js';
import { credential } from '../support/credential.js';
import { serve, type TestServer } from '../support/serve.js';

export const UUID = '957c02cb-bf04-413b-80f0-8176d927af44';
export const OTHER_UUID = '7712aaf6-5df5-4df1-89db-d4898a56f808';
export const FLOW = '478d5241-19d5-4c0f-93a7-03a7ab6aa26c';

/** The state in which an operation finds itself in the middle of a job. */
export function stateFor(server: { host: string }, state: State = {}): State {
  return { configuration: credential(server), data: 'before', references: ['earlier'], ...state };
}

/** Runs an operation in the middle of a job. */
export function run(
  operation: Operation,
  server: { host: string },
  state: State = {},
): Promise<State> {
  return operation(stateFor(server, state));
}

/** The error that an operation ends with. */
export async function failure(
  operation: Operation,
  server: { host: string },
  state: State = {},
): Promise<RapidProError> {
  const error = await run(operation, server, state).then(
    () => expect.fail('it should have thrown'),
    (thrown: RapidProError) => thrown,
  );
  expect(error.name).toBe('RapidProError');
  expect(error.fix).not.toBe('');
  return error;
}

/** Expects that an operation is refused before anything is sent. */
export async function refused(
  operation: Operation,
  code: string,
  state: State = {},
): Promise<RapidProError> {
  const server = await serve();
  const error = await failure(operation, server, state);
  expect(error.code).toBe(code);
  expect(server.requests).toEqual([]);
  return error;
}

export function page(results: unknown[], next: string | null = null): Response {
  return HttpResponse.json({ next, previous: null, results });
}

/** What RapidPro says where the token may not do something. */
export function denied(): Response {
  const detail = 'You do not have permission to perform this action.';
  return HttpResponse.json({ detail }, { status: 403 });
}

/** Answers one endpoint with the given answers in turn, the last one for all that follow. */
export function answering(
  method: 'get' | 'post' | 'delete',
  path: string,
  ...answers: (() => Response)[]
) {
  let count = 0;
  return msw[method](`*/api/v2/${path}.json`, () => {
    const answer = answers[Math.min(count++, answers.length - 1)];
    return answer?.() ?? new Response(null, { status: 501 });
  });
}

/** What was sent, short: `POST contacts?urn=tel:+250788123123`. */
export function sent(server: TestServer): string[] {
  return server.requests.map(({ method, path, query }) => {
    const name = path.replace('/api/v2/', '').replace('.json', '');
    const text = [...query].map(([key, value]) => `${key}=${value}`).join('&');
    return `${method} ${name}${text && `?${text}`}`;
  });
}

interface Contact {
  uuid: string;
  urns: string[];
  [key: string]: unknown;
}

/**
 * Contacts that can be looked up by uuid and URN, and take what is posted as RapidPro does when
 * nothing is wrong. For what goes wrong, put a handler before it.
 */
export function contactsServer(...contacts: Contact[]) {
  const find = (query: URLSearchParams) =>
    contacts.filter(
      ({ uuid, urns }) => uuid === query.get('uuid') || urns.includes(query.get('urn') ?? ''),
    );
  return [
    msw.get('*/api/v2/contacts.json', ({ request }) =>
      page(find(new URL(request.url).searchParams)),
    ),
    msw.post('*/api/v2/contacts.json', async ({ request }) => {
      const query = new URL(request.url).searchParams;
      const body = (await request.json()) as object;
      const [found] = find(query);
      // A server keeps the uuid, whatever the body says.
      if (found) return HttpResponse.json(Object.assign(found, body, { uuid: found.uuid }));
      if (query.has('uuid')) return HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      const urn = query.get('urn');
      const added = { uuid: OTHER_UUID, urns: urn ? [urn] : [], ...body };
      contacts.push(added);
      return HttpResponse.json(added, { status: 201 });
    }),
  ];
}
