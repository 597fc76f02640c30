import { BlockList, isIP } from 'node:net';

/** Which addresses are of this machine or its network, and not of the web. */

const NETWORKS = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;

/** An IPv4 address can hide in an IPv6 one: mapped, compatible, or behind a translator. */
const DISGUISES = ['::ffff:', '::', '64:ff9b::'];

const PRIVATE = new BlockList();
for (const [net, bits] of NETWORKS) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
  for (const disguise of DISGUISES) PRIVATE.addSubnet(`${disguise}${net}`, 96 + bits, 'ipv6');
  // 6to4 has the IPv4 address after its first two bytes.
  const [a = 0, b = 0] = net.split('.').map(Number);
  PRIVATE.addSubnet(`2002:${(a * 256 + b).toString(16)}::`, 16 + bits, 'ipv6');
}
for (const [net, bits] of [
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

/** Where clouds give a machine its own secrets. No file is ever there. */
const SECRETS = new BlockList();
SECRETS.addSubnet('169.254.0.0', 16, 'ipv4');
for (const disguise of DISGUISES) SECRETS.addSubnet(`${disguise}169.254.0.0`, 112, 'ipv6');
SECRETS.addSubnet('2002:a9fe::', 32, 'ipv6');
SECRETS.addSubnet('fe80::', 10, 'ipv6');
SECRETS.addAddress('fd00:ec2::254', 'ipv6');
SECRETS.addAddress('100.100.100.200', 'ipv4');

/** Whether an IP address is one at which a cloud gives a machine its secrets. */
export function isSecretAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  return SECRETS.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an IP address is one of this machine or its network. What is no address is, too. */
export function isPrivateAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  return version === 0 || PRIVATE.check(bare, version === 6 ? 'ipv6' : 'ipv4');
}
