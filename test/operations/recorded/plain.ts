import type { Recording } from '../../../recordings/read.js';
import { http } from '../../../src/index.js';
import type { Json } from '../../../src/types/json.js';
import type { Operation } from '../../../src/types/state.js';
import { bodyOf, outside, queryOf } from './exchange.js';

/** The call of `http.request` for a recorded request. It is made for each, even where it must fail. */
export function plainCall(recorded: Recording): Operation {
  const { method, path, body } = recorded.request;
  const pairs = queryOf(recorded);
  const query = Object.fromEntries([...new Set(pairs.keys())].map(key => [key, pairs.getAll(key)]));
  const sent = method === 'POST' ? { body: (bodyOf(recorded) ?? body) as Json } : {};
  return http.request(method, path, { query, maxWait: 0, ...sent });
}

/** Why `http.request` cannot make a request; undefined where it can, or refuses it as the server does. */
export function whyNotPlain(recorded: Recording): string | undefined {
  const { method, body } = recorded.request;
  const isText = method === 'POST' && bodyOf(recorded) === undefined && body !== null;
  if (isText && /^\(.*\)$/s.test(String(body))) return 'the recording gives the body in words';
  return outside(recorded) ?? (isText ? 'the body is not JSON' : undefined);
}
