import { HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { getContact, getWorkspace } from '../../src/index.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve } from '../support/serve.js';
import { answering, contactsServer, failure, refused, run, sent, UUID } from './run.js';

const contact = { uuid: UUID, name: 'Amina', urns: ['mailto:a+b&c=1/x@y.org'] };

test('getContact finds a contact by uuid', async () => {
  const server = await serve(...contactsServer(contact));
  const { data, references, response } = await run(getContact(UUID.toUpperCase()), server);
  expect(data).toEqual(contact);
  expect(references).toEqual(['earlier', 'before']);
  expect(response).toMatchObject({ method: 'GET', path: 'contacts', statusCode: 200, requests: 1 });
  expect(sent(server)).toEqual([`GET contacts?uuid=${UUID}`]);
});

test('getContact finds a contact by URN, whatever characters it has', async () => {
  const server = await serve(...contactsServer(contact));
  const { data } = await run(
    getContact(state => state.urn as string),
    server,
    { urn: ' mailto:a+b&c=1/x@y.org ' },
  );
  expect(data).toEqual(contact);
  expect(server.requests[0]?.url).toBe(
    '/api/v2/contacts.json?urn=mailto%3Aa%2Bb%26c%3D1%2Fx%40y.org',
  );
});

test('getContact gives null where there is none', async () => {
  const server = await serve(...contactsServer());
  expect((await run(getContact('tel:+250788123123'), server)).data).toBeNull();
  expect((await run(getContact(UUID), server)).data).toBeNull();
  expect(server.requests).toHaveLength(2);
});

test.each([
  [undefined, 'INVALID_INPUT'],
  [null, 'INVALID_INPUT'],
  ['', 'INVALID_INPUT'],
  ['  ', 'INVALID_INPUT'],
  [{ uuid: UUID }, 'INVALID_INPUT'],
  [[UUID], 'INVALID_INPUT'],
  [788123123, 'INVALID_INPUT'],
  ['+250 788 300 099', 'INVALID_URN'],
  ['Amina Diallo', 'INVALID_URN'],
  ['TEL:+250788300099', 'INVALID_URN'],
  ['tel:', 'INVALID_URN'],
])('getContact refuses %j', async (value, code) => {
  const error = await refused(getContact((() => value) as never), code);
  expect(JSON.stringify(error)).not.toMatch(/Amina|300099/);
});

test('getContact reports an anonymous workspace', async () => {
  const detail = 'URN lookups not allowed for anonymous organizations';
  const server = await serve(
    answering('get', 'contacts', () => HttpResponse.json({ detail }, { status: 400 })),
  );
  expect((await failure(getContact('tel:+250788123123'), server)).code).toBe('ANONYMOUS_WORKSPACE');
});

test('getWorkspace gives the workspace and logs its uuid alone', async () => {
  const lines = captureConsole();
  const workspace = { uuid: UUID, name: 'Clinic of Kigali', anon: false };
  const server = await serve(answering('get', 'workspace', () => HttpResponse.json(workspace)));
  const { data, response } = await run(getWorkspace({ timeout: 5 }), server);
  expect(data).toEqual(workspace);
  expect(response).toMatchObject({ method: 'GET', path: 'workspace', requests: 1 });
  expect(lines.join('\n')).toContain(UUID);
  expect(lines.join('\n')).not.toContain('Kigali');
});

test.each(['[]', '"text"', 'null', '5'])('a workspace that is %s is none', async body => {
  const server = await serve(
    answering('get', 'workspace', () => new Response(body, { status: 200 })),
  );
  expect((await failure(getWorkspace(), server)).code).toBe('NOT_RAPIDPRO');
});
