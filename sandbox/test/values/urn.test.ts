import { describe, expect, test } from 'vitest';
import { JsonNumber, normalizeUrn, storeUrn } from '../../src/values/index.js';

const kenya = (dialect: 'v9' | 'textit') => ({ country: 'KE', dialect });

test('the display of a Twitter id is a name of Twitter', () => {
  for (const dialect of ['v9', 'textit'] as const) {
    const store = (text: string) => normalizeUrn(text, { country: 'RW', dialect }, 'body');
    expect(store('twitterid:12#@Bob')).toEqual({ urn: 'twitterid:12', display: 'bob' });
    expect(store('twitterid:12#a b')).toEqual({ error: 'invalid' });
    expect(store(`twitterid:12#${'a'.repeat(16)}`)).toEqual({ error: 'invalid' });
  }
});

describe('what a lookup compares', () => {
  test.each([
    ['tel:0712 345 678', 'tel:+254712345678'],
    ['twitter:@Ann_Lee', 'twitter:ann_lee'],
    ['mailto: Ann@Example.org ', 'mailto:ann@example.org'],
    ['ext:a b?x=y#shown', 'ext:a b'],
    ['ext:a%23b', 'ext:a%23b'],
    ['tel:MTN', 'tel:mtn'],
  ])('%s', (text, urn) => {
    expect(normalizeUrn(text, kenya('v9'), 'lookup')).toMatchObject({ urn });
  });

  test('a reference does not know the country', () => {
    expect(normalizeUrn('tel:0712345678', kenya('v9'), 'reference')).toMatchObject({
      urn: 'tel:0712345678',
    });
  });

  test.each(['', 'ann', ':x', 'ext:', 'ext:a#b#c', 'ext:a?b?c', 'Ext:a', 'constructor:a'])(
    'no URN: "%s"',
    text => {
      expect(normalizeUrn(text, kenya('v9'), 'lookup')).toEqual({ error: 'invalid' });
    },
  );
});

describe('what only the engine refuses', () => {
  test.each(['jiochat:ann', 'webchat:short', 'line:a-b', 'deleted:1'])('%s', text => {
    expect(normalizeUrn(text, kenya('v9'), 'body')).toEqual({ error: 'server-error' });
    expect(normalizeUrn(text, kenya('textit'), 'body')).toEqual({ error: 'not-valid' });
  });

  test.each(['jiochat:123', 'webchat:abcdefghijklmnopqrstuvwx:ann@example.org', 'line:Uab_1'])(
    'not %s',
    text => {
      expect(normalizeUrn(text, kenya('v9'), 'body')).toMatchObject({ urn: text });
    },
  );
});

describe('schemes of one line', () => {
  test('discord is RapidPro 9’s', () => {
    expect(normalizeUrn('discord:7', kenya('v9'), 'body')).toMatchObject({ urn: 'discord:7' });
    expect(normalizeUrn('discord:7', kenya('textit'), 'body')).toEqual({ error: 'invalid' });
  });

  test('business-scoped identifiers are the newer line’s', () => {
    const urn = 'whatsapp:KE.Abc1';
    expect(normalizeUrn('whatsapp:ke.Abc1', kenya('textit'), 'body')).toMatchObject({ urn });
    expect(normalizeUrn('whatsapp:ke.Abc1', kenya('v9'), 'body')).toEqual({ error: 'invalid' });
  });
});

describe('an item of a list', () => {
  const errors = (value: unknown) => {
    const result = storeUrn(value, kenya('v9'));
    return 'errors' in result ? result.errors : result;
  };
  const invalid = (text: string) => [
    `Invalid URN: ${text}. Ensure phone numbers contain country codes.`,
  ];

  test.each([
    [false, invalid('False')],
    [new JsonNumber('1e3'), invalid('1000.0')],
    [["it's", null], invalid(`["it's", None]`)],
    ['\u00a0', ['This field may not be blank.']],
    [null, ['This field may not be null.']],
    ['ext:a\0b', ['Null characters are not allowed.']],
    [`ext:${'x'.repeat(250)}#ab`, ['Ensure this field has no more than 255 characters.']],
  ])('%j', (value, expected) => {
    expect(errors(value)).toEqual(expected);
  });

  test('the display stays beside the URN', () => {
    expect(storeUrn('telegram:77?a=b#Ann', kenya('textit'))).toEqual({
      urn: 'telegram:77',
      display: 'Ann',
    });
  });
});

describe('e-mail addresses', () => {
  const accepted = (address: string) =>
    'urn' in normalizeUrn(`mailto:${address}`, kenya('v9'), 'body');

  test.each(['a.b+c@ex-ample.co.uk', "o'hara@example.org", 'x@[127.0.0.1]', 'x@例え.org'])(
    '%s is one',
    address => {
      expect(accepted(address)).toBe(true);
    },
  );

  test.each(['.a@b.org', 'a..b@c.org', 'a@b', 'a@b-.org', 'a b@c.org', 'a@@c.org', '@c.org'])(
    '%s is none',
    address => {
      expect(accepted(address)).toBe(false);
    },
  );
});
