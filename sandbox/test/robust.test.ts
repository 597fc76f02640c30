import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resources } from '../../src/resources.js';
import { maternalHealth, type Sandbox } from '../src/index.js';
import { open } from './opened.js';

/** Whatever is sent, the sandbox responds as a server and its counts stay consistent. */

const OWN_FAULT = 'The sandbox itself failed';

interface Listed {
  results: Record<string, unknown>[];
}

async function send(
  { host, token, handle }: Sandbox,
  method: string,
  target: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
  const url = `${host}api/v2/${target}`;
  const sends = method !== 'GET' && body !== undefined;
  const response = await handle(new Request(url, { method, headers, ...(sends ? { body } : {}) }));
  return { status: response.status, text: await response.text() };
}

const list = async (sandbox: Sandbox, path: string): Promise<Listed['results']> =>
  (JSON.parse((await send(sandbox, 'GET', `${path}.json`)).text) as Listed).results;

/** Names and ids in the workspace, so that some generated values match. */
async function known(sandbox: Sandbox): Promise<unknown[]> {
  const paths = ['contacts', 'groups', 'flows', 'labels', 'messages', 'campaigns', 'tickets'];
  const rows = (await Promise.all(paths.map(path => list(sandbox, path)))).map(all =>
    all.slice(0, 4),
  );
  return rows.flat().flatMap(({ uuid, id, name }) => [uuid, id, name].filter(Boolean));
}

const KEYS = [
  ...['name', 'language', 'urns', 'groups', 'fields', 'note', 'contacts', 'contact', 'action'],
  ...['group', 'text', 'attachments', 'base_language', 'quick_replies', 'flow', 'params', 'type'],
  ...['label', 'value', 'messages', 'tickets', 'assignee', 'topic', 'campaign', 'relative_to'],
  ...['offset', 'unit', 'delivery_hour', 'message', 'resthook', 'target_url', 'key', 'urn'],
];
const WORDS = [
  ...['eng', 'tel:+250788123123', 'add', 'block', 'delete', 'label', 'archive', 'close', 'assign'],
  ...['days', 'text', 'number', 'datetime', 'due_date', 'age', '2026-01-01', '\u0000', '😀', ''],
];

function requests(words: unknown[]) {
  const leaf = fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(...WORDS),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const key = fc.constantFrom(...KEYS, 'eng', 'age');
  const value = fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(leaf, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(key, leaf, { maxKeys: 3 }) },
  );
  return fc.record({
    path: fc.constantFrom(...Object.keys(resources)),
    method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'DELETE'),
    query: fc.dictionary(
      fc.constantFrom('uuid', 'urn', 'key', 'id', 'group', 'before', 'cursor', 'folder', 'contact'),
      leaf,
      { maxKeys: 2 },
    ),
    body: fc.dictionary(key, value, { maxKeys: 6 }),
  });
}

/** Formats a query value. `String` fails on an object whose `toString` is not a function. */
const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

describe.each(['v9', 'textit'] as const)('any request to the sandbox (%s)', dialect => {
  it("gets a server's response, and counts stay consistent", async () => {
    const { sandbox } = await open({
      dialect,
      seed: maternalHealth({ contacts: 20 }),
      throttle: false,
    });
    const asked = requests(await known(sandbox));
    await fc.assert(
      fc.asyncProperty(asked, async ({ path, method, query, body }) => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [name, textOf(value)]),
        );
        const target = `${path}.json?${search}`;
        const { status, text } = await send(sandbox, method, target, JSON.stringify(body));
        expect(text).not.toContain(OWN_FAULT);
        expect([200, 201, 204, 400, 403, 404, 405, 409, 415, 500]).toContain(status);
      }),
      { numRuns: 800 },
    );
    await sandbox.settled();
    const contacts = sandbox.contacts();
    for (const { uuid, count } of await list(sandbox, 'groups')) {
      const members = contacts.filter(({ groups }) => groups.some(group => group.uuid === uuid));
      expect(members.length).toBe(count);
    }
  });
});
