import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { responseError } from '../../src/errors/responseErrors.js';
import { http, startFlow, uploadMedia } from '../../src/index.js';
import type { Json } from '../../src/types/json.js';
import type { ApiRequest } from '../../src/types/request.js';
import { failure } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { TOKEN } from '../support/credential.js';
import { answer } from '../support/faults.js';
import { writtenServer } from '../support/rawServer.js';

/** Whatever was sent, wherever in a request, no error repeats it. */

const refusal = (request: Omit<ApiRequest, 'method'>, said: Json) =>
  responseError(
    { method: 'POST', ...request },
    { origin: 'https://rapidpro.example', basePath: '/api/v2/', insecure: false, token: TOKEN },
    { statusCode: 400, body: said, isJson: true, authenticated: true },
  );
const shownOf = (request: Omit<ApiRequest, 'method'>, said: Json) =>
  inspect(refusal(request, said), { depth: 9, showHidden: true });

const SECRETS = [
  'Amina Diallo',
  'tuberculosis',
  'Your HIV result is positive',
  '1198780012345678',
  'positive',
];
const ECHOES: [string, (text: string) => string][] = [
  ['as it is', text => text],
  ['in capitals', text => text.toUpperCase()],
  ['in base64', text => Buffer.from(text).toString('base64')],
];
const nested = (text: string, levels: number): Json =>
  levels === 0 ? text : { inner: nested(text, levels - 1) };
const PLACES: [string, (text: string) => Omit<ApiRequest, 'method'>][] = [
  ['an endpoint that nobody knows', text => ({ path: 'patients', body: { full_name: text } })],
  ['deep in it', text => ({ path: 'patients', body: { patient: [{ remark: [text] }] } })],
  ['very deep in it', text => ({ path: 'patients', body: nested(text, 300) })],
  ['a type in it', text => ({ path: 'patients', body: { patient: { type: text } } })],
  ['a name in it', text => ({ path: 'patients', body: { name: text } })],
  ['the whole body', text => ({ path: 'patients', body: text })],
  ['a list as the body', text => ({ path: 'patients', body: [text] })],
  ['its query', text => ({ path: 'patients', query: { search: text } })],
  ['an unknown key of a contact', text => ({ path: 'contacts', body: { x: { y: text } } })],
  ['an unknown filter', text => ({ path: 'contacts', query: { diagnosis: text } })],
  ['a note of a ticket', text => ({ path: 'ticket_actions', body: { note: text } })],
  ['parameters, very deep', text => ({ path: 'flow_starts', body: { params: nested(text, 90) } })],
];

describe.each(PLACES)('sent as %s', (_, place) => {
  test.each(ECHOES)('an echo %s is not shown, also as a key', (_, echo) => {
    for (const secret of SECRETS) {
      const echoed = echo(secret);
      for (const said of [
        { text: [`Bad ${echoed} here`] },
        { non_field_errors: [echoed] },
        { [echoed]: [`bad ${echoed}`] },
        { detail: `${echoed} is not known.` },
      ] as Json[]) {
        const shown = shownOf(place(secret), said);
        expect(shown).not.toContain(echoed);
        expect(shown.toLowerCase()).not.toContain(secret.toLowerCase());
      }
      expect(shownOf(place(secret), { text: [`Bad ${echoed} here`] })).toMatch(/Bad …\S* here/);
    }
  });
});

test('a key that is no key of an API is masked like a value', () => {
  for (const key of ['Amina Diallo', 'Amina', '0788123']) {
    const request = { path: 'patients', body: { [key]: 1, patient: { [key]: 2 } } };
    expect(shownOf(request, { detail: `No ${key}.` })).not.toContain(key);
    expect(shownOf(request, { patient: { [key]: ['No.'] } })).not.toContain(key);
  }
  const request = { path: 'patients', body: { full_name: 'x', patient: { birth_date: 1 } } };
  expect(refusal(request, { patient: { birth_date: ['No date.'] } }).errors).toEqual([
    'patient.birth_date: No date.',
  ]);
});

test.each<[string, Omit<ApiRequest, 'method'>, string]>([
  [
    'a group',
    { path: 'contact_actions', body: { group: 'Mothers of Kigali' } },
    'Mothers of Kigali',
  ],
  ['the name of a group', { path: 'groups', body: { name: 'Mothers' } }, 'Mothers'],
  ['a label', { path: 'messages', query: { label: 'Urgent' } }, 'Urgent'],
  ['an action', { path: 'ticket_actions', body: { action: 'add_note' } }, 'add_note'],
  ['a language', { path: 'contacts', body: { language: 'english' } }, 'english'],
  ['a unit', { path: 'campaign_events', body: { unit: 'fortnights' } }, 'fortnights'],
  ['a topic', { path: 'ticket_actions', body: { topic: 'Births' } }, 'Births'],
])('what the job’s author chose is shown: %s', (_, request, text) => {
  expect(shownOf(request, { detail: `${text} is wrong.` })).toContain(`${text} is wrong`);
});

describe('the name of a file', () => {
  const file = (filename: string) => ({
    path: 'media',
    file: { bytes: new Uint8Array([1]), filename, type: 'image/png' },
  });

  test.each([
    ['Amina Diallo HIV.png', 'Amina Diallo HIV.png', '….png'],
    ['Amina Diallo HIV.png', 'Diallo', '…'],
    ['amina_diallo-hiv.png', 'AMINA DIALLO', '… …'],
    ['0788123123.jpg', '0788123123.jpg', '….jpg'],
    ['0788123123.jpg', '+250 788 123 123', '…23'],
    ['HIV.tar.gz', 'HIV.tar.gz', '….gz'],
    ['Amina', 'Amina', '…'],
  ])('%s as %s', (filename, echoed, shown) => {
    expect(refusal(file(filename), { file: [`Bad: ${echoed}`] }).errors).toEqual([
      `file: Bad: ${shown}`,
    ]);
  });

  test('one that the adaptor chose hides no words', () => {
    const said = { file: ['The file is no image.'] };
    expect(refusal(file('file.png'), said).errors).toEqual(['file: The file is no image.']);
  });
});

describe('parts of what was sent', () => {
  const start = (params: Json) => ({ path: 'flow_starts', body: { params } });

  test.each([
    ['Amina Diallo', 'Diallo, Amina', '…, …'],
    ['Amina Diallo', 'Amina Dia…', '… …'],
    ['Amina Diallo', 'na Diallo', 'na …'],
    ['Eva Li', 'EVA', '…'],
    ['tuberculosis, lungs', "('lungs')", "('…')"],
  ])('of %s: %s', (sent, echoed, shown) => {
    for (const params of [{ who: sent }, { list: [{ deep: sent }] }] as Json[]) {
      expect(refusal(start(params), { params: [`Bad ${echoed}`] }).errors).toEqual([
        `params: Bad ${shown}`,
      ]);
    }
  });

  test('but the words of a message do not hide those of the server', () => {
    const text = 'Your phone number will be on the list for this valid day, please come';
    const said = { detail: 'The phone is not valid for this channel.' };
    for (const request of [
      start({ text }),
      { path: 'messages', body: { text: 'Your phone' } },
      { path: 'contacts', body: { fields: { remark: text } } },
    ] as Omit<ApiRequest, 'method'>[]) {
      expect(refusal(request, said).errors).toEqual(['The phone is not valid for this channel.']);
    }
  });
});

test('a job finds none of it in what it catches or logs', async () => {
  const lines = captureConsole();
  const secret = 'Amina Diallo';
  const said = JSON.stringify({ [secret]: [`${secret}, DIALLO`], text: [secret] });
  const server = await writtenServer(answer(400, said, { 'X-Temba-Org': '1' }));
  const FLOW = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
  for (const operation of [
    http.post('patients', { patient: { full_name: secret } }),
    uploadMedia('data:image/png;base64,iVBORw0KGgo=', { filename: `${secret}.png` }),
    startFlow({ flow: FLOW, urns: ['tel:+250788123123'], params: { who: secret } }),
  ]) {
    const error = await failure(operation, server);
    expect(error.statusCode).toBe(400);
    const everything = inspect([error, lines], { depth: 9, showHidden: true });
    expect(everything).not.toMatch(/amina|diallo/i);
  }
});
