import { expect, test } from 'vitest';
import { isPrivateAddress, isSecretAddress } from '../../src/client/links/privateAddress.js';

/** Two groups of hex digits: what an IPv4 address is within an IPv6 one. */
const groups = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [a * 256 + b, c * 256 + d].map(group => group.toString(16));
};

const disguises = (address: string) => {
  const [high, low] = groups(address);
  return [
    `::ffff:${address}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `::${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}::1`,
  ];
};

const PRIVATE = ['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.7.7', '100.64.0.1', '0.0.0.0'];
const SECRET = ['169.254.169.254', '168.63.129.16', '192.0.0.192', '100.100.100.200'];

test.each([...PRIVATE, ...SECRET])('%s is refused, however it is written', address => {
  for (const written of [address, ...disguises(address)]) {
    expect([written, isPrivateAddress(written)]).toEqual([written, true]);
  }
});

test.each(SECRET)('%s is a secret one, however it is written', address => {
  const written = [address, ...disguises(address)].filter(one => !one.startsWith('64:ff9b:1'));
  for (const one of written) expect([one, isSecretAddress(one)]).toEqual([one, true]);
});

test.each([
  '2001:0:7f00:1::',
  '2001::80ff:fffe',
  '2001:db8:1:2:0:5efe:7f00:1',
  '2a00:1450:4001::200:5efe:a9fe:a9fe',
  'fd00:ec2::254',
  'fe80::1%eth0',
  '::1',
  'localhost',
])('%s is refused', address => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each([
  '8.8.8.8',
  '168.63.129.17',
  '2a00:1450:4001:81b::200e',
  '2001:4860:4860::8888',
  '2002:808:808::',
  '2a00:1450:5efe:7f00:1::1',
  '::ffff:8.8.8.8',
])('%s is of the web', address => {
  expect([isPrivateAddress(address), isSecretAddress(address)]).toEqual([false, false]);
});
