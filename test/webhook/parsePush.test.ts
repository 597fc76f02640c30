import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { servers } from '../../recordings/read.js';
import type { RapidProError } from '../../src/errors/errors.js';
import { fromRun, parsePush } from '../../src/webhook.js';
import { asJson, DEFAULT_BODY, recordedEvents, recordedPush } from './pushes.js';

function refusal(body: unknown): RapidProError {
  try {
    parsePush(body);
  } catch (error) {
    return error as RapidProError;
  }
  return expect.fail('it should have thrown');
}

describe('recorded pushes', () => {
  test('the default body of a Call Webhook node', () => {
    const { body, headers } = recordedPush('call_webhook_post_default_body');
    expect(parsePush(body, headers)).toEqual({
      kind: 'webhook',
      key: expect.stringMatching(/^body-[0-9a-f]{32}$/),
      simulation: false,
      contact: {
        uuid: '7712aaf6-5df5-4df1-89db-d4898a56f808',
        name: 'Leah Kwizera 001',
        urn: { scheme: 'tel', path: '+250788200001' },
      },
      flow: { uuid: '42faa2d2-6ce6-4f92-ab0f-601c2f95e6cb', name: 'Case Report' },
      results: { cases: { value: '5', category: 'Has Number' } },
    });
  });

  test('the event of a resthook, and the same event in the list have one key', () => {
    const { body, headers } = recordedPush('call_resthook');
    const push = parsePush(body, headers);
    expect(push).toMatchObject({
      kind: 'resthook',
      simulation: false,
      contact: { urn: { scheme: 'tel', path: '+250788200001' } },
      flow: { revision: 1 },
      run: { uuid: '2e4c75a1-0838-447d-bf66-a573f70bafc5' },
      results: { cases: { value: '5', input: 'I saw 5 cases' } },
      input: {
        type: 'msg',
        text: 'I saw 5 cases',
        attachments: [],
        urn: { scheme: 'tel', path: '+250788200001', display: '0788 200 001' },
      },
      channel: { name: 'External SMS', address: '+250788000100' },
    });
    // It was sent as an empty text.
    expect(push.contact).not.toHaveProperty('language');
    expect(push.path?.at(-1)).not.toHaveProperty('exit_uuid');
    const listed = recordedEvents('rapidpro-9.0.0').map(({ data }) => parsePush(data).key);
    expect(listed.filter(key => key === push.key)).toHaveLength(1);
  });

  test.each(servers)('events of %s', server => {
    for (const { data } of recordedEvents(server)) {
      const push = parsePush(data);
      expect(push.kind).toBe('resthook');
      expect(push).not.toHaveProperty('simulation');
      expect(push).not.toHaveProperty('other');
      expect(push.key.startsWith(`${push.run?.uuid}-`)).toBe(true);
      expect(push.path?.length).toBeGreaterThan(1);
      expect(Object.values(push.results ?? {}).every(one => typeof one.value === 'string')).toBe(
        true,
      );
      const { language: _, ...contact } = data.contact;
      const migrated = parsePush({ ...data, contact });
      expect(migrated.kind).toBe('legacy');
      expect(migrated.results).toEqual(push.results);
    }
  });
});

describe('what authors make of the body', () => {
  test('what is missing is absent, null and empty text too; an empty answer stays', () => {
    const push = parsePush({
      contact: { uuid: null, name: '', urn: null },
      flow: null,
      results: { a: { value: '', category: '' }, b: null, c: '' },
      input: null,
      channel: null,
    });
    expect(push).toEqual({
      kind: 'webhook',
      key: push.key,
      contact: {},
      results: { a: { value: '' }, c: { value: '' } },
    });
    expect(parsePush({})).toEqual({ kind: 'webhook', key: expect.any(String) });
    // With the run and its path added, the default body is still no old one.
    const { uuid } = DEFAULT_BODY.contact;
    const reported = { ...DEFAULT_BODY, run: { uuid }, path: [{ node_uuid: uuid }] };
    expect(parsePush(reported).kind).toBe('webhook');
  });

  test('what is not known is kept: next to the known keys, or under other', () => {
    const push = parsePush({
      ...DEFAULT_BODY,
      contact: { ...DEFAULT_BODY.contact, fields: { age: '30' } },
      results: { cases: { value: '4', extra: [1] } },
      kind: 'mine',
      facility: { code: 7 },
    });
    expect(push.contact).toMatchObject({ name: 'Amina Diallo', fields: { age: '30' } });
    expect(push.results?.cases).toEqual({ value: '4', extra: [1] });
    expect(push.kind).toBe('webhook');
    expect(push.other).toEqual({ kind: 'mine', facility: { code: 7 } });
  });

  test('bare values stand for objects', () => {
    const { uuid, urn } = DEFAULT_BODY.contact;
    expect(parsePush({ contact: uuid }).contact).toEqual({ uuid });
    expect(parsePush({ contact: urn }).contact?.urn).toEqual({
      scheme: 'tel',
      path: '+221770001122',
    });
    expect(parsePush({ flow: 'Malaria Report' }).flow).toEqual({ name: 'Malaria Report' });
    expect(parsePush({ run: uuid }).run).toEqual({ uuid });
    expect(parsePush({ input: 'four' }).input).toEqual({ text: 'four' });
    expect(parsePush({ results: { a: '4', b: 5, c: true } }).results).toEqual({
      a: { value: '4' },
      b: { value: 5 },
      c: { value: true },
    });
    expect(
      parsePush({ input: { text: '', attachments: ['image/jpeg:https://x.org/a.jpg'] } }).input,
    ).toEqual({
      text: '',
      attachments: [{ content_type: 'image/jpeg', url: 'https://x.org/a.jpg' }],
    });
  });

  test.each([
    ['geo:-1.95,30.06', 'geo', '-1.95,30.06'],
    ['image:https://x.org/a.jpg', 'image', 'https://x.org/a.jpg'],
    ['audio/ogg; codecs=opus:https://x.org/a.ogg', 'audio/ogg; codecs=opus', 'https://x.org/a.ogg'],
    ['image/*:https://x.org/a', 'image/*', 'https://x.org/a'],
    [' geo:1.5,30\n', 'geo', '1.5,30'],
    ['application/vnd.ms-excel:https://x.org/a:b', 'application/vnd.ms-excel', 'https://x.org/a:b'],
  ])('an attachment as text, whatever its type: %s', (attachment, content_type, url) => {
    const push = parsePush({ input: { text: 'x', attachments: [attachment] } });
    expect(push.input?.attachments).toEqual([{ content_type, url }]);
  });

  test('a link of an attachment is not taken for its type', () => {
    const push = parsePush({ input: { attachments: ['https://x.org/a.jpg'] } });
    expect(push.input?.attachments).toEqual([{ url: 'https://x.org/a.jpg' }]);
  });

  test('an attachment without its link has its type alone', () => {
    const push = parsePush({ input: { attachments: ['unavailable:', 'image/jpeg:'] } });
    expect(push.input?.attachments).toEqual([
      { content_type: 'unavailable' },
      { content_type: 'image/jpeg' },
    ]);
  });

  test.each([
    'image:https://x.org/a.jpg',
    { content_type: 'image', url: 'https://x.org/a.jpg' },
    '{"content_type":"image","url":"https://x.org/a.jpg"}',
  ])('one attachment stands for a list of one: %j', attachments => {
    expect(parsePush({ input: { attachments } }).input?.attachments).toEqual([
      { content_type: 'image', url: 'https://x.org/a.jpg' },
    ]);
  });

  test('in a body that comes as text, a number that JavaScript would round becomes text', () => {
    const text = JSON.stringify({ ...DEFAULT_BODY, nid: 'NID', list: ['NID', 7] });
    const body = text.replaceAll('"NID"', '24871234567890123');
    const other = { nid: '24871234567890123', list: ['24871234567890123', 7] };
    expect(parsePush(body)).toMatchObject({ other });
    expect(parsePush({ _json: body })).toMatchObject({ other });
  });

  test('JSON text in place of an object, as a template with quotation marks makes it', () => {
    const plain = parsePush(DEFAULT_BODY);
    expect(parsePush(JSON.stringify(DEFAULT_BODY))).toEqual(plain);
    expect(parsePush({ _json: JSON.stringify(DEFAULT_BODY) })).toEqual(plain);
    const nested = parsePush({
      ...DEFAULT_BODY,
      contact: JSON.stringify(DEFAULT_BODY.contact),
      results: JSON.stringify(DEFAULT_BODY.results),
    });
    expect({ ...nested, key: plain.key }).toEqual(plain);
  });

  test('what a contact wrote is never taken for JSON', () => {
    const texts = ['[1]', '{}', '{"urn":"tel:+1","value":"9"}', '{"a"', '7'];
    for (const text of texts) {
      const push = parsePush({
        input: text,
        results: { a: text, b: { value: text, input: text } },
      });
      expect(push.input).toEqual({ text });
      expect(push.results).toEqual({ a: { value: text }, b: { value: text, input: text } });
    }
  });

  test('URNs: with their query or name, in parts, and hidden', () => {
    const urnOf = (urn: unknown) => parsePush({ contact: { urn } }).contact?.urn;
    expect(urnOf('telegram:12345?id=7#bobby')).toEqual({ scheme: 'telegram', path: '12345' });
    expect(urnOf('mailto:a:b@x.org')).toEqual({ scheme: 'mailto', path: 'a:b@x.org' });
    expect(urnOf({ scheme: 'tel', path: '+1', display: '1' })).toEqual({
      scheme: 'tel',
      path: '+1',
      display: '1',
    });
    expect(urnOf('tel:********')).toEqual({ scheme: 'tel', masked: true });
    expect(urnOf({ scheme: 'tel', path: '********', display: '********' })).toEqual({
      scheme: 'tel',
      masked: true,
    });
  });

  test('what is wrong is named by its path, all at once, and never shown', () => {
    const error = refusal({
      contact: { uuid: 'Amina', urn: '0770001122', name: ['Amina'] },
      flow: 7,
      results: { cases: [4], deep: { value: { a: 1 } } },
      path: { 0: 'x' },
      input: { attachments: 'a.jpg', text: {} },
    });
    expect(error).toMatchObject({ name: 'RapidProError', code: 'INVALID_INPUT' });
    expect(error.description).toContain('contact.uuid must be a uuid');
    const paths = error.errors?.map(text => text.split(' ')[0]);
    expect(paths).toEqual([
      'contact.uuid',
      'contact.urn',
      'contact.name',
      'flow',
      'results.cases',
      'results.deep.value',
      'path',
      'input.attachments',
      'input.text',
    ]);
    expect(JSON.stringify(error)).not.toMatch(/Amina|0770001122|a\.jpg/);
  });

  test.each([undefined, null, '', [], [DEFAULT_BODY], 7, true, '{"contact":', 'contact=1'])(
    'no body at all: %j',
    body => {
      expect(refusal(body).code).toBe('INVALID_INPUT');
    },
  );

  test('keys that change objects are left out at any depth', () => {
    const body = `{"__proto__":{"polluted":1},"contact":{"name":"A","__proto__":{"polluted":1}},
      "results":{"__proto__":{"value":"1"},"constructor":{"value":"2"},"a":{"value":"3"}},
      "x":[{"__proto__":{"polluted":1}}]}`;
    const push = parsePush(body);
    expect(JSON.stringify(push)).not.toMatch(/__proto__|polluted/);
    expect(Object.keys(push.results ?? {})).toEqual(['constructor', 'a']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(push.contact)).toBe(Object.prototype);
  });

  test('a body that is nested without end is refused, not followed', () => {
    const bomb = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(refusal(bomb).description).toContain('nested too deep');
    expect(refusal({ results: bomb }).description).toContain('nested too deep');
  });
});

describe('numbers', () => {
  const results = {
    cases: { value: '4' },
    half: { value: '-0.50' },
    phone: { value: '0788123123' },
    words: { value: '4 cases' },
    huge: { value: '12345678901234567890' },
    scientific: { value: '1e3' },
  };
  const values = (numbers: boolean | string[]) =>
    Object.fromEntries(
      Object.entries(parsePush({ results }, {}, { numbers }).results ?? {}).map(([key, one]) => [
        key,
        one.value,
      ]),
    );

  test('all that look like numbers, and nothing that would lose a digit', () => {
    expect(values(true)).toEqual({
      cases: 4,
      half: -0.5,
      phone: '0788123123',
      words: '4 cases',
      huge: '12345678901234567890',
      scientific: '1e3',
    });
  });

  test('only those that are named, then with leading zeros too', () => {
    expect(values(['phone', 'words'])).toMatchObject({
      cases: '4',
      phone: 788123123,
      words: '4 cases',
    });
    expect(values(false)).toMatchObject({ cases: '4', phone: '0788123123' });
  });

  test('a result can be named as in the flow, too', () => {
    const seen = { cases_seen: { value: ' 7 ' }, cases: { value: '1,200' }, other: { value: '8' } };
    const read = parsePush({ results: seen }, {}, { numbers: ['Cases Seen', ' Cases'] }).results;
    expect(read).toMatchObject({ cases_seen: { value: 7 }, other: { value: '8' } });
    // Whether a comma is for thousands or for decimals, nobody can say.
    expect(read).toMatchObject({ cases: { value: '1,200' } });
  });

  test('the key does not depend on it', () => {
    expect(parsePush(DEFAULT_BODY, {}, { numbers: true }).key).toBe(parsePush(DEFAULT_BODY).key);
  });
});

describe('the key', () => {
  const [event] = recordedEvents('rapidpro-9.0.0');
  const data = event?.data as unknown as {
    run: { uuid: string };
    path: { node_uuid: string }[];
    [key: string]: unknown;
  };
  const key = (changes: object = {}) => parsePush({ ...data, ...changes }).key;
  const { path, run } = data;

  test('is the same for the same place in the same run', () => {
    const reversed = Object.fromEntries(Object.entries(data).reverse());
    expect(parsePush(reversed).key).toBe(key());
    expect(parsePush(JSON.stringify(data)).key).toBe(key());
    // The body of a Call Webhook node that gives its place says as much as the event of a resthook.
    expect(parsePush({ run, path }).key).toBe(key());
    expect(parsePush({ run: run.uuid, path: JSON.stringify(path) }).key).toBe(key());
  });

  test('is another one for another run, another node, and the same node once more', () => {
    const last = path.at(-1);
    const keys = [
      key(),
      key({ run: { uuid: DEFAULT_BODY.contact.uuid } }),
      key({ path: path.slice(0, -1) }),
      key({ path: [...path, last] }),
      key({ path: [...path, path[0], last] }),
      key({ path: [...path.slice(0, -1), { node_uuid: DEFAULT_BODY.contact.uuid }] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is made of the content where the place is not given', () => {
    for (const untold of [{ path: [] }, { path: null }, { path: [{ arrived_on: 'x' }] }]) {
      const one = key(untold);
      expect(one.startsWith(`${run.uuid}-`)).toBe(true);
      expect(key({ ...untold, results: {} })).not.toBe(one);
    }
    expect(key({ run: null })).toMatch(/^body-/);
    expect(key({ run: null, results: {} })).not.toBe(key({ run: null }));
  });
});

describe('headers', () => {
  const simulation = (headers: object) => parsePush(DEFAULT_BODY, headers).simulation;

  test('say whether the simulator sent it, in whatever shape they come', () => {
    expect(simulation({ 'X-Mailroom-Mode': 'simulation' })).toBe(true);
    expect(simulation({ 'x-mailroom-mode': ['simulation'] })).toBe(true);
    expect(simulation([['X-MAILROOM-MODE', 'simulation']])).toBe(true);
    expect(simulation(new Headers({ 'x-mailroom-mode': 'normal' }))).toBe(false);
    expect(simulation({ 'x-mailroom-mode': 'other' })).toBeUndefined();
    expect(simulation({})).toBeUndefined();
  });
});

/** Numbers that JSON.parse rounds: the text of a body has them whole, an object has them no more. */
const isRounded = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) > Number.MAX_SAFE_INTEGER
    : value !== null && typeof value === 'object' && Object.values(value).some(isRounded);

/** Objects as they come from JSON, with keys that RapidPro knows among them. */
const anything = fc.jsonValue({ maxDepth: 4 }).filter(value => !isRounded(value));
const body = fc.record(
  {
    contact: fc.oneof(
      anything,
      fc.record(
        { uuid: fc.uuid(), name: anything, urn: fc.oneof(fc.constant('tel:+1'), anything) },
        { requiredKeys: [] },
      ),
    ),
    flow: anything,
    run: fc.oneof(anything, fc.record({ uuid: fc.uuid() })),
    results: fc.oneof(anything, fc.dictionary(fc.string(), fc.record({ value: fc.string() }))),
    input: anything,
    path: fc.oneof(anything, fc.array(fc.record({ node_uuid: fc.uuid() }))),
    mine: anything,
  },
  { requiredKeys: [] },
);

describe('for any body', () => {
  const read = (given: unknown) => {
    try {
      return parsePush(given);
    } catch (error) {
      expect(error).toMatchObject({ name: 'RapidProError', code: 'INVALID_INPUT' });
      return undefined;
    }
  };

  test('there is a push that survives JSON, or one clear error', () => {
    fc.assert(
      fc.property(fc.oneof(body, anything), given => {
        const push = read(asJson(given));
        if (push) expect(asJson(push)).toEqual(push);
      }),
    );
  });

  test('its key is the same whatever the order of keys, and as text', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      );
    };
    fc.assert(
      fc.property(body, given => {
        const key = read(asJson(given))?.key;
        expect(read(turned(asJson(given)))?.key).toBe(key);
        expect(read(JSON.stringify(given))?.key).toBe(key);
      }),
    );
  });

  test('another answer has another key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const keyOf = (value: string) => parsePush({ ...DEFAULT_BODY, results: { a: value } }).key;
        expect(keyOf(a) === keyOf(b)).toBe(a === b);
      }),
    );
  });
});

test.each([5, 'cases', [5], {}])('the option numbers cannot be %j', numbers => {
  const refused = expect.objectContaining({
    code: 'INVALID_OPTION',
    description: expect.stringMatching(/^options\.numbers/),
  });
  expect(() => parsePush({ results: { a: '5' } }, {}, { numbers } as never)).toThrow(refused);
  expect(() => fromRun({ values: {} }, { numbers } as never)).toThrow(refused);
});

test('the scheme of a URN is in small letters, however it came', () => {
  for (const urn of ['TEL:+250788123123', { scheme: 'TEL', path: '+250788123123' }]) {
    expect(parsePush({ contact: { urn } }).contact?.urn).toEqual({
      scheme: 'tel',
      path: '+250788123123',
    });
  }
});
