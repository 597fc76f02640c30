import { describe, expect, test } from 'vitest';
import {
  distinctUrns,
  hasNoPlus,
  isFullNumber,
  isLocalNumber,
  isPlainUrn,
  sameUrn,
  UrnForms,
  urnIdentity,
  urnTail,
} from '../../src/input/sameUrn.js';
import { cpuTime } from '../support/cpuTime.js';

describe('URNs that RapidPro stores as the same one', () => {
  test.each([
    ['tel:+250788123123', 'tel:+250788123123'],
    ['tel:+250 788-123.123 #Amina', 'tel:+250788123123'],
    ['TEL:+250788123123', 'tel:+250788123123'],
    [' tel:+250 788 123 123 ', 'tel:+250788123123'],
    ['tel:00250788123123', 'tel:+250788123123'],
    ['tel:250788123123', 'tel:+250788123123'],
    ['tel:0788123123', 'tel:0788123123'],
    ['tel:0788001230', 'tel:0788001230'],
    ['tel:MTN (Rwanda)', 'tel:mtnrwanda'],
    ['tel:M-PESA 00', 'tel:mpesa00'],
    ['mailto:Amina@Example.org', 'mailto:amina@example.org'],
    ['mailto: amina@example.org ?x=y', 'mailto:amina@example.org'],
    ['twitter:@Amina', 'twitter:amina'],
    ['twitter:Amina', 'twitter:amina'],
    ['telegram:123#Amina', 'telegram:123'],
    ['ext:@Ward A', 'ext:@Ward A'],
    ['ext: a:B ', 'ext:a:B'],
    ['viber:AbC/+=', 'viber:AbC/+='],
  ])('%s is %s', (urn, identity) => {
    expect(urnIdentity(urn)).toBe(identity);
  });

  test.each([
    ['tel:+250788123123', 'tel:123123'],
    ['tel:0788-123-123', 'tel:123123'],
    ['tel:123', 'tel:123'],
    ['ext:Ward A', 'ext:ward a'],
    ['mailto:Amina@example.org', 'mailto:amina@example.org'],
  ])('%s may be any with %s', (urn, tail) => {
    expect(urnTail(urn)).toBe(tail);
  });

  test('the first one stays', () => {
    expect(
      distinctUrns(['tel:+250 788123123', 'tel:+250788123123', 'ext:a', 'ext:A', 'ext:a']),
    ).toEqual(['tel:+250 788123123', 'ext:a', 'ext:A']);
  });
});

test('digits that servers take for a whole number are the same with and without plus', () => {
  expect(urnIdentity('tel:27821000000')).toBe(urnIdentity('tel:+27 82 100 0000'));
  expect(urnIdentity('tel:0782100000')).not.toBe(urnIdentity('tel:+0782100000'));
  expect(urnIdentity('tel:2782100000')).toBe('tel:2782100000');
});

describe('a URN that servers store unchanged or refuse', () => {
  test.each([
    ['tel:+250788123123', true],
    ['tel:+12025550143', true],
    ['tel:+1234567890', true],
    ['tel:+123456789', false],
    ['tel:+123456789012345', true],
    ['tel:+1234567890123456', false],
    ['tel:+0788123123123', false],
    ['tel:250788123123', false],
    ['tel:+250 788123123', false],
    ['tel:+2507881231x3', false],
    // A zero after the calling code is not dialed from abroad.
    ['tel:+2500788123123', false],
    ['tel:+2507088123123', true],
    ['tel:+33012345678', false],
    ['tel:+30123456789', true],
    ['tel:+4402079460018', false],
    ['tel:+7012345678', false],
    ['tel:+70123456789', false],
    ['tel:+20123456789', true],
    ['tel:+5215512345678', false],
    ['tel:+525512345678', true],
    ['tel:+15215512345', true],
    ['telegram:123456', true],
    ['instagram:123456', true],
    ['whatsapp:250788123123', true],
    ['whatsapp:250788123123x', false],
    ['xtelegram:123', false],
    ['telegram:123#Amina', false],
    ['mailto:amina.d+x@example.org', true],
    ['mailto:amina@example.co.ke', true],
    ['mailto:amina@example', false],
    ['mailto:Amina@example.org', false],
    ['mailto:@example.org', false],
    ['ext:Ward-7', true],
    [`ext:${'x'.repeat(200)}`, true],
    [`ext:${'x'.repeat(201)}`, false],
    ['ext:Ward 7', false],
    ['ext:50%', false],
    ['ext:a?b', false],
    ['facebook:123', false],
  ])('%s: %s', (urn, is) => {
    expect(isPlainUrn(urn)).toBe(is);
  });
});

test.each([
  ['tel:0788000001', true],
  ['tel:788000001', true],
  ['tel:00250788000001', true],
  ['tel: 00250788000001', true],
  ['tel:0', true],
  ['tel:0788000001#Amina', true],
  ['tel:+250788000001', false],
  ['tel:0788ABC', false],
  ['tel:0ABC', false],
  ['ext:tel:0788000001', false],
  ['ext:tel:0', false],
  ['ext:tel:00250788000001', false],
  ['whatsapp:0788000001', false],
])('%s is a number without its country: %s', (name, isLocal) => {
  expect(isLocalNumber(name)).toBe(isLocal);
});

test.each([
  ['tel:0788000001', true],
  ['tel:788 000 001#Amina', true],
  ['tel:MPESA', true],
  ['tel:+250788000001', false],
  // Servers add the plus.
  ['tel:250788000001', false],
  ['tel:00250788000001', false],
  ['whatsapp:250788000001', false],
  ['ext:tel:0788000001', false],
])('no list of a server shows %s as it is: %s', (urn, is) => {
  expect(hasNoPlus(urn)).toBe(is);
});

test.each([
  ['tel:+250788000001', true],
  ['tel:+250 (788) 000-001', true],
  ['tel:00250788000001', true],
  ['tel:250788000001', true],
  ['tel:+1234567', true],
  ['tel:+123456', false],
  ['tel:0788000001', false],
  ['tel:788000001', false],
  ['tel:+250788000001#Amina', false],
  ['tel:mpesa', false],
  ['ext:tel:+250788000001', false],
])('%s is written in its only form: %s', (urn, isFull) => {
  expect(isFullNumber(urn)).toBe(isFull);
});

test.each([
  ['tel:+250788000001', 'tel:+250 788 000 001', true],
  ['tel:+250788000001', 'tel:0788000001', true],
  ['tel:0788000001', 'tel:788 000 001', true],
  ['tel:+250788000001', 'tel:+1788000001', false],
  // With their country codes, they are two, though one ends as the other.
  ['tel:+250788000001', 'tel:+50788000001', false],
  ['tel:202 555 0143', 'tel:555 0143', true],
  ['tel:25 550 143', 'tel:550 143', false],
  ['tel:+250788000001', 'tel:000001', false],
  // More than a country code is missing.
  ['tel:+250788000001', 'tel:88000001', false],
  ['tel:0788000001', 'whatsapp:250788000001', false],
  ['tel:mpesa', 'tel:MPESA', true],
  ['tel:mpesa', 'tel:pesa', false],
  ['ext:a', 'ext:A', false],
])('%s and %s seem to be one: %s', (one, other, are) => {
  expect(sameUrn(one, other)).toBe(are);
  expect(sameUrn(other, one)).toBe(are);
});

test.each([
  ['ext:tel:+250788000001', 'tel:+250788000001', false],
  ['tel:+250788000001', 'ext:tel:+250788000001', false],
  ['whatsapp:250788000001', 'tel:+250788000001', true],
  ['tel:0788000001', 'tel:+250788000001', true],
  ['tel:+250788000001', 'tel:0788000001', true],
  ['tel:+250788000001', 'tel:0788000002', false],
])('a list with %s may have %s: %s', (listed, asked, may) => {
  const forms = new UrnForms();
  forms.add(listed);
  expect(forms.has(asked)).toBe(may);
});

test.each(['-', '/', '1x ', ' ', '(0'])(
  'a number of a server of a megabyte of %j takes no time',
  part => {
    const start = cpuTime();
    const urn = `tel:${part.repeat(1_000_000 / part.length)}`;
    const all = [urnIdentity, urnTail, isPlainUrn, isLocalNumber, isFullNumber];
    for (const ask of all) ask(urn);
    expect(sameUrn(urn, 'tel:+250788000001')).toBe(false);
    const forms = new UrnForms();
    forms.add(urn);
    expect(forms.has(urn)).toBe(true);
    expect(cpuTime() - start).toBeLessThan(1000);
  },
);
