import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/configuration.js';
import { personalTexts, redact } from '../../src/errors/redact.js';
import { responseError } from '../../src/errors/responseErrors.js';
import type { Json } from '../../src/types/json.js';
import { cpuTime } from '../support/cpuTime.js';

/** With letters: a row of digits is masked anyway. */
const TOKEN = 'q7Rk2mVx9TzLp4WbHn8cYd3sFg6jKa1eXu5oPi0v';
const NAME = 'Zoë Uwamahoro';
const TEXT = 'Your test is positive, come on Monday at nine.';
const body = {
  name: NAME,
  urns: ['tel:+250788123123', 'twitter:jane_doe'],
  text: TEXT,
  quick_replies: ['你的检测结果是阳性', '🦄'],
};
const personal = personalTexts({ path: 'contacts', body });

const shown = (text: string) => redact(text, personal, [TOKEN]);

const htmlEscaped = (text: string) =>
  [...text].map(letter => (/\w| /.test(letter) ? letter : `&#${letter.codePointAt(0)};`)).join('');
const jsonEscaped = (text: string) =>
  [...text]
    .map(letter =>
      letter > '~' ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
    )
    .join('');

const DISGUISES: [string, (text: string) => string][] = [
  ['as it was sent', text => text],
  ['in capitals', text => text.toUpperCase()],
  ['in small letters', text => text.toLowerCase()],
  ['encoded for an address', encodeURIComponent],
  ['encoded for a form', text => new URLSearchParams({ x: text }).toString().slice(2)],
  ['escaped as JSON does', jsonEscaped],
  ['escaped for a page', htmlEscaped],
  ['in base64', text => Buffer.from(text).toString('base64')],
  ['in base64 for an address', text => Buffer.from(text).toString('base64url')],
  ['in hex', text => Buffer.from(text).toString('hex')],
];

describe.each(DISGUISES)('an echo %s is left out', (_, disguise) => {
  test('the token', () => {
    const text = shown(`Bad token ${disguise(TOKEN)}, sorry`);
    expect(text).toContain('Bad token');
    expect(text).not.toContain(disguise(TOKEN).slice(4, 16));
  });

  test('the name', () => {
    const text = shown(`Nom invalide: ${disguise(NAME)}. Désolé`);
    expect(text).toContain('Nom invalide');
    expect(text).not.toContain(disguise(NAME));
    expect(text).not.toContain(disguise('Uwamahoro'));
  });

  test('the text of a message', () => {
    const text = shown(`Ujumbe: ${disguise(TEXT)}`);
    expect(text).toContain('Ujumbe');
    expect(text).not.toContain(disguise(TEXT).slice(8, 24));
  });
});

describe('a webhook secret that a server repeats is left out', () => {
  const SECRETS = [
    'hook-Secret42x99',
    'two words, and a third',
    'a"quoted" <one>!',
    '"!!"??"§§"--',
    'naïve+çedille=7',
  ];
  const twice = (text: string) => encodeURIComponent(encodeURIComponent(text));
  const ways: [string, (text: string) => string][] = [
    ...DISGUISES.filter(([name]) => !/letters|capitals/.test(name)),
    ['encoded twice', twice],
    ['in base64, encoded', text => twice(Buffer.from(text).toString('base64'))],
    ['in base64 behind a letter', text => `x${Buffer.from(text).toString('base64')}`],
    ['in base64 of more', text => Buffer.from(`u:${text}:x`).toString('base64')],
    ['in hex behind a digit', text => `7${Buffer.from(text).toString('hex')}`],
  ];

  test.each(SECRETS.flatMap(secret => ways.map(([name, way]) => [secret, name, way] as const)))(
    '%s, %s',
    (secret, _, way) => {
      for (const url of [
        `https://x.org/i/abc?secret=${way(secret)}`,
        `https://x.org/i/${way(secret)}`,
        way(secret),
      ]) {
        const error = responseError(
          {
            ...{ method: 'POST', path: 'resthook_subscribers' },
            body: { resthook: 'new-report', target_url: url },
          },
          parseConfiguration({ host: 'https://a.org', token: TOKEN, webhookSecret: secret }),
          {
            body: { target_url: [`Enter a valid URL: ${url}`], other: { [url]: ['bad'] } },
            ...{ statusCode: 400, isJson: true, authenticated: true },
          },
        );
        const text = JSON.stringify(error) + error.message;
        expect(text).toContain('Enter a valid URL: ');
        expect(error.errors).toHaveLength(2);
        for (const line of [...(error.errors ?? []), error.message]) {
          expect(line).not.toContain(way(secret));
          expect(line).not.toContain(way(secret).slice(2, -2));
        }
      }
    },
  );

  test('in the address of a redirect', () => {
    const { description, fix } = responseError(
      { method: 'GET', path: 'contacts' },
      parseConfiguration({ host: 'https://a.org', token: TOKEN, webhookSecret: 'hooksecret42' }),
      {
        ...{ statusCode: 302, body: undefined, isJson: false, authenticated: false },
        location: 'https://hooksecret42.example.org/',
      },
    );
    expect(description + fix).not.toContain('hooksecret42');
  });
});

describe('an echo in pieces is left out', () => {
  test.each([
    ['the first half of the token', TOKEN.slice(0, 20)],
    ['the second half of the token', TOKEN.slice(20)],
    ['the token behind other letters', `xx${TOKEN}xx`],
    ['the token with its word', Buffer.from(`Token ${TOKEN}`).toString('base64')],
    ['one of the names', 'Uwamahoro'],
    ['the short one of the names', 'Zoë'],
    ['the start of the message', 'Your test is positive'],
    ['the end of the message', 'come on Monday at nine'],
    ['what follows the scheme of an address', 'jane_doe'],
    ['a part of a text without spaces', '结果是'],
    ['a picture', '🦄'],
  ])('%s', (_, piece) => {
    expect(shown(`No ${piece} here`)).toBe('No … here');
  });

  test('words that a message shares with an error stay', () => {
    expect(shown('Your field is invalid: come back on Tuesday')).toBe(
      'Your field is invalid: come back on Tuesday',
    );
  });
});

describe('a number that was sent is masked, however it is written', () => {
  test.each([
    '0788-123-123',
    '(0788) 123123',
    '0788 123 123',
    '+250.788.123.123',
    '00250 788123123',
    '٠٧٨٨١٢٣١٢٣',
    '०७८८-१२३-१२३',
    '𝟘𝟟𝟠𝟠𝟙𝟚𝟛𝟙𝟚𝟛',
  ])('%s', number => {
    const text = shown(`Not valid: ${number} for 12 of 1234567 contacts`);
    expect(text).toMatch(/^Not valid: (\(?|00250 )….{0,2} for 12 of 1234567 contacts$/);
  });
});

describe('so is one that a server writes in a way of its own', () => {
  const sent = { path: 'contacts', body: { urns: ['tel:0788123123'] } };
  const show = (text: string, request: Parameters<typeof personalTexts>[0] = sent) =>
    redact(text, personalTexts(request));

  test.each([
    '0788_123_123',
    '0788,123,123',
    '0788:123:123',
    '0788*123*123',
    '0788~123~123',
    '0788|123|123',
    '0788\u2212123\u2212123',
    '0788·123•123',
    '[0788] [123] [123]',
    '<b>0788</b>123123',
    '0788&nbsp;123&#160;123',
    '0788%20123%20123',
    '0788 123 123 2',
    '0788-123-123 (1',
    '2 0788-123-123',
    '0788-123-123, 0788-123-124',
    '078812 3123x5',
  ])('%s', number => {
    const shown = show(`The value ${number} is not right for 12 of 1234567 contacts.`);
    expect(shown).not.toMatch(/0788|123.{0,4}123/);
    expect(shown).toMatch(/is not right for 12 of 1234567 contacts\.$/);
  });

  test.each<[string, string, Json]>([
    ['in a message', 'messages', { contact: 'x', text: 'Call 0788 123-123 today.' }],
    ['in a note', 'ticket_actions', { note: 'Call 0788123123' }],
    ['behind a key that RapidPro does not have', 'contacts', { name: 'A', phone: '0788123123' }],
    ['as a number', 'contacts', { fields: { mobile: 788123123 } }],
    ['as a key', 'contacts', { fields: { '+250788123123': 'x' } }],
  ])('that was sent %s', (_, path, body) => {
    expect(show('Not 0788_123_123.', { path, body })).toMatch(/^Not …(23)?\.$/);
  });

  test('a name in place of a key, and a short one in capitals', () => {
    const body = { fields: { 'Uwamahoro Diane': 'x' }, name: 'Eva' };
    expect(show('fields: Uwamahoro Diane, EVA', { path: 'contacts', body })).toBe('fields: …, …');
    expect(show('age: no', { path: 'contacts', body: { fields: { age: 'x' } } })).toBe('age: no');
  });

  test('dates, ids and counts that were not sent stay', () => {
    const text = 'On 2026-01-31 at 10:00, 12 of 345,678 in 4.5 s: 0788 123 124';
    expect(show(text)).toBe(text);
  });
});

describe('what does things to a terminal or a log is left out', () => {
  test.each([
    ['colors', '\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['a title of the window', '\u001b]0;pwned\u0007text', ']0;pwned text'],
    ['a line of its own', 'a\r\n2026-01-31 ERROR b\u2028c\u0085d', 'a 2026-01-31 ERROR b c d'],
    ['eight-bit controls', '\u009b2Ja\u0000b\u007fc', '2Ja b c'],
    ['letters from right to left', 'a\u202eevil\u202c \u2066b\u2069 c\u200ed', 'aevil b cd'],
    ['nothing wide', 'a\u200bb\ufeffc\u00add', 'abcd'],
    ['half a letter', 'a\ud800b', 'a\ufffdb'],
  ])('%s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('a number that invisible letters cut is masked all the same', () => {
    expect(redact('tel:+2507\u200b88123123')).toBe('tel:…23');
  });

  test('joiners that languages need stay', () => {
    expect(redact('می\u200cخواهم 👩\u200d⚕️')).toBe('می\u200cخواهم 👩\u200d⚕️');
  });

  test('a text that is cut short has no half letter at its end', () => {
    expect(redact(`${'x'.repeat(299)}👋 and more`).isWellFormed()).toBe(true);
  });
});

describe('the error', () => {
  const configuration = parseConfiguration({ host: 'https://rapidpro.example.org', token: TOKEN });
  const refuse = (refused: object, sent: Json = body) =>
    responseError({ method: 'POST', path: 'contacts', body: sent }, configuration, {
      statusCode: 400,
      body: undefined,
      isJson: true,
      authenticated: true,
      ...refused,
    });

  test('keys are cleaned as texts are', () => {
    const error = refuse({
      body: { [`\u001b[2J${TOKEN}`]: [`${NAME}\nfake line`], [NAME]: { 0: ['tel:+250788123123'] } },
    });
    const all = JSON.stringify(error) + error.message;
    expect(all).not.toMatch(/\\u001b|q7Rk2mVx|Uwamahoro|788123123|\\n/);
    expect(error.errors).toHaveLength(2);
  });

  test('keys that belong to objects themselves are texts like others', () => {
    const error = refuse({
      body: JSON.parse(
        '{"__proto__": {"polluted": ["a"]}, "constructor": ["b"], "toString": ["c"], "length": ["d"]}',
      ),
    });
    expect(error.errors).toEqual([
      '__proto__.polluted: a',
      'constructor: b',
      'toString: c',
      'length: d',
    ]);
    expect({}).not.toHaveProperty('polluted');
  });

  test('a redirect that carries the token away is not named by it', () => {
    const error = refuse({ statusCode: 302, location: `https://${TOKEN}.evil.example/` });
    expect(error.code).toBe('REDIRECTED');
    expect(JSON.stringify(error)).not.toContain(TOKEN.slice(0, 12));
  });

  test('a redirect to an endless name is reported in short', () => {
    const error = refuse({ statusCode: 302, location: `https://${'a.'.repeat(5000)}example/` });
    expect(error.description.length).toBeLessThan(600);
  });

  describe('a million letters sent, and a million in the answer', () => {
    const MILLION = 1_000_000;
    const words = Array.from({ length: MILLION / 8 }, (_, place) => `w${place.toString(36)} `);
    const long = words.join('').padEnd(MILLION, 'x');
    const shapes: [string, string, unknown][] = [
      ['of many words', long, long],
      ['of many words, given in pieces', long, long.match(/.{20000}/g)],
      ['of one word', 'y'.repeat(MILLION), 'y'.repeat(MILLION)],
      ['of what looks like base64', 'QUJD'.repeat(MILLION / 4), ['QUJD'.repeat(MILLION / 4)]],
      [
        'of what looks like a pattern',
        '(a+)+$['.repeat(MILLION / 7),
        '(a+)+$['.repeat(MILLION / 7),
      ],
      ['of what looks like numbers', '+1 (2) '.repeat(MILLION / 7), '+1((((('.repeat(MILLION / 7)],
      ['of signs that mark', '\u0301'.repeat(MILLION), 'e\u0301'.repeat(MILLION / 2)],
    ];
    test.each(shapes)('%s: reported in short and in time', (_, text, echo) => {
      const started = cpuTime();
      const error = responseError(
        { method: 'POST', path: 'contacts', body: { name: text, text } },
        configuration,
        { statusCode: 400, body: { text: echo }, isJson: true, authenticated: true },
      );
      expect(cpuTime() - started).toBeLessThan(5000);
      expect(error.code).toBe('VALIDATION_FAILED');
      expect(JSON.stringify(error).length).toBeLessThan(50 * 400);
      expect(JSON.stringify(error)).not.toContain(text.slice(0, 30));
    });
  });

  test('of more than can be looked through, nothing is shown', () => {
    const note = Array.from({ length: 3 }, (_, place) => `${place} `.repeat(500_000));
    const error = refuse({ body: { text: ['Not this'] } }, { note });
    expect(error.errors).toEqual(['…: …']);
  });

  test('what is sent deep down is left out too', () => {
    const params = JSON.parse(`${'{"a":'.repeat(40)}"Uwamahoro"${'}'.repeat(40)}`);
    const error = refuse({ body: { params: ['No Uwamahoro here'] } }, { params });
    expect(error.errors).toEqual(['params: No … here']);
  });
});
