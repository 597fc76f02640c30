import { describe, expect, test } from 'vitest';
import {
  addGlobal,
  eachArchivedMessages,
  execute,
  fn,
  http,
  sendBroadcast,
  startFlow,
  upsertContact,
  webhook,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';
import { FLOW, refused, stateFor, UUID } from './run.js';

// Key and value swapped: `{ [row.phone]: 'phone' }`.
const PERSONAL = ['Amina Uwase', '+250722999888', '0722999888', 'amina@example.org'];

describe.each(PERSONAL)('a key that is no plain word is in no error: %s', key => {
  const at = (value: unknown) => ({ [key]: value }) as never;
  test.each<[string, () => Operation, string]>([
    [
      'a filter of archives',
      () =>
        eachArchivedMessages(
          at('2026-01-01'),
          fn(s => s),
        ),
      'FILTER',
    ],
    ['an empty value in a query', () => http.get('contacts', at('')), 'FILTER'],
    ['an object in a query', () => http.get('contacts', at({ a: 1 })), 'FILTER'],
    ['a field that is no text', () => upsertContact({ uuid: UUID, fields: at(true) }), 'INPUT'],
    [
      'a field that is a date',
      () => upsertContact({ uuid: UUID, fields: at(new Date()) }),
      'INPUT',
    ],
    [
      'a parameter that is a promise',
      () => startFlow({ flow: FLOW, contacts: [UUID], params: at(Promise.resolve(1)) }),
      'INPUT',
    ],
    [
      'a reference to nothing',
      () => upsertContact({ uuid: UUID, fields: at((state: State) => (state.none as State).x) }),
      'INPUT',
    ],
    [
      'a text for a language',
      () => sendBroadcast({ contacts: [UUID], text: at(undefined) }),
      'INPUT',
    ],
    ['a body that is no text', () => addGlobal({ name: 'a', value: at(1) }), 'INPUT'],
  ])('%s', async (_, make, code) => {
    const { message, description, fix, errors } = await refused(make(), `INVALID_${code}`);
    expect(JSON.stringify([message, description, fix, errors])).not.toContain(key);
  });

  test('a state that is too large, or holds the token', async () => {
    const lines = captureConsole();
    const server = await serve();
    const large = fn(state => ({ ...state, [key]: 'x'.repeat(9_000_000) }));
    await execute(large)(stateFor(server));
    await execute(fn(state => ({ ...state, [key]: TOKEN })))(stateFor(server));
    expect(lines.filter(line => /MB|token/.test(line))).toHaveLength(2);
    expect(lines.join('\n')).not.toContain(key);
  });
});

test('plain words are shown, and keys of results that begin with a digit', async () => {
  const field = upsertContact({ uuid: UUID, fields: { due_date: true as never } });
  expect((await refused(field, 'INVALID_INPUT')).description).toContain('contact.fields.due_date');
  const dated = upsertContact({ uuid: UUID, fields: { due_date: new Date() as never } });
  expect((await refused(dated, 'INVALID_INPUT')).description).toContain('contact.fields.due_date');
  const push = { contact: { uuid: UUID }, results: { '1st_visit': { value: ['x'] } } };
  expect(() => webhook.parsePush(push)).toThrow(/results\.1st_visit\.value/);
  const query = http.get('contacts', { group: '' });
  expect((await refused(query, 'INVALID_FILTER')).description).toContain('"group" in the query');
});
