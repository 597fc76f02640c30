import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Client } from '../../src/client/client.js';
import { Limiter } from '../../src/client/limiter.js';
import { parseConfiguration } from '../../src/configuration.js';
import type { RapidProError } from '../../src/errors/errors.js';
import { responseError } from '../../src/errors/responseErrors.js';
import type { Json } from '../../src/types/json.js';
import { credential, TOKEN } from '../support/credential.js';
import { fakeClock } from '../support/fakeClock.js';
import { answer } from '../support/faults.js';
import { rawServer } from '../support/rawServer.js';

const refusal = (path: string, body: Json, said: unknown) =>
  responseError(
    { method: 'POST', path, body },
    { origin: 'https://rapidpro.example', basePath: '/api/v2/', insecure: false, token: TOKEN },
    { statusCode: 400, body: said, isJson: true, authenticated: true },
  ).errors;

const MESSAGE = {
  contact: 'tel:+250788123123',
  text: 'Please ensure this field has no more water',
};
const TOO_LONG = 'Ensure this field has no more than 8 characters.';

test.each<[string, string, Json, unknown, string[]]>([
  [
    'a path that has a word that was sent',
    'messages',
    { ...MESSAGE, quick_replies: [{ type: 'text', text: 'type' }] },
    { quick_replies: { 0: { type: [TOO_LONG], text: ['This field may not be blank.'] } } },
    [`quick_replies[0].type: ${TOO_LONG}`, 'quick_replies[0].text: This field may not be blank.'],
  ],
  [
    'a sentence with words that were sent',
    'messages',
    MESSAGE,
    { text: [TOO_LONG] },
    [`text: ${TOO_LONG}`],
  ],
  [
    'a field that is called as a value',
    'contacts',
    { name: 'Amina', fields: { name: 'Amina', age: 'age' } },
    { fields: { name: ['Not a valid string.'], age: ['This field may not be null.'] } },
    ['fields.name: Not a valid string.', 'fields.age: This field may not be null.'],
  ],
  [
    'a URN between words of the server',
    'contacts',
    { urns: ['tel:Ensure phone numbers 0788'] },
    {
      urns: [
        'Invalid URN: tel:Ensure phone numbers 0788. Ensure phone numbers contain country codes.',
      ],
    },
    ['urns: Invalid URN: …. Ensure phone numbers contain country codes.'],
  ],
])('the words of the server are shown: %s', (_, path, body, said, shown) => {
  expect(refusal(path, body, said)).toEqual(shown);
});

test.each<[string, Json, unknown]>([
  ['in a sentence', { name: 'Amina Uwase', urns: [] }, { name: ['Amina Uwase is taken'] }],
  ['behind one', { name: 'Amina Uwase' }, { name: ['No such object: Amina Uwase'] }],
  ['before one', { name: 'Amina Uwase' }, { name: ['"Amina Uwase" is not a valid choice.'] }],
  ['as a key', { name: 'Amina Uwase' }, { 'Amina Uwase': ['is taken'] }],
  ['as a key within', { name: 'Amina' }, { name: { Amina: ['is taken'] } }],
  ['as a whole sentence and more', { name: 'Amina' }, { name: ['This field is required. Amina'] }],
])('a person is not: %s', (_, body, said) => {
  expect(inspect(refusal('contacts', body, said))).not.toMatch(/amina|uwase/i);
});

test.each([TOKEN, TOKEN.slice(0, 18), `gzip, ${TOKEN}`])(
  'a coding that holds the token is not shown',
  async coding => {
    const server = await rawServer(
      answer(200, gzipSync('{}'), { 'Content-Encoding': coding, 'Retry-After': coding }),
    );
    const client = new Client(parseConfiguration(credential(server)), {
      limiter: new Limiter({ clock: fakeClock() }),
    });
    const error = (await client
      .request({ method: 'GET', path: 'contacts' })
      .catch((thrown: unknown) => thrown)) as RapidProError;
    expect(error.code).toBe('INVALID_RESPONSE');
    const everything = inspect([error, error.cause, { ...error }], { depth: 9, showHidden: true });
    for (let at = 0; at + 8 <= TOKEN.length; at++) {
      expect(everything.toLowerCase()).not.toContain(TOKEN.slice(at, at + 8).toLowerCase());
    }
  },
);

test.each([true, false])(
  'https is advised only over an open connection to another machine: %s',
  insecure => {
    const { fix } = responseError(
      { method: 'GET', path: 'contacts' },
      { origin: 'http://rapidpro.example', basePath: '/api/v2/', insecure, token: TOKEN },
      { statusCode: 403, body: { detail: 'No.' }, isJson: true, authenticated: true },
    );
    expect(fix.includes('Also use https://')).toBe(insecure);
  },
);
