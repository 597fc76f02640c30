import { BlockList, isIP } from 'node:net';

/** Which addresses belong to this machine or its network, and not to the web. */

type Network = readonly [net: string, bits: number];

const NETWORKS: readonly Network[] = [
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
];

/** Where clouds give a machine its own secrets. There are never files. */
const SECRET_NETWORKS: readonly Network[] = [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
];

/** An IPv4 address can hide in an IPv6 one: mapped, compatible, translated, or behind a translator. */
const DISGUISES = ['::ffff:', '::', '::ffff:0:', '64:ff9b::'];

function add(list: BlockList, [net, bits]: Network): void {
  list.addSubnet(net, bits, 'ipv4');
  for (const disguise of DISGUISES) list.addSubnet(`${disguise}${net}`, 96 + bits, 'ipv6');
  // 6to4 has the IPv4 address after its first two bytes.
  const [a = 0, b = 0, c = 0, d = 0] = net.split('.').map(Number);
  const groups = [a * 256 + b, c * 256 + d].map(group => group.toString(16)).join(':');
  list.addSubnet(`2002:${groups}::`, 16 + bits, 'ipv6');
}

const PRIVATE = new BlockList();
for (const network of [...NETWORKS, ...SECRET_NETWORKS]) add(PRIVATE, network);
for (const [net, bits] of [
  ['64:ff9b:1::', 48],
  // Teredo contains two addresses, one of them inverted. Nobody keeps files there.
  ['2001::', 32],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

const SECRETS = new BlockList();
for (const network of SECRET_NETWORKS) add(SECRETS, network);
SECRETS.addSubnet('fe80::', 10, 'ipv6');
for (const address of ['fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe']) {
  SECRETS.addAddress(address, 'ipv6');
}

/** ISATAP: an IPv4 address at the end, behind any network. */
function isWithinIsatap(address: string): boolean {
  return /(?:^|:)5efe:[\da-f]{1,4}:[\da-f]{1,4}$/.test(
    new URL(`http://[${address}]/`).hostname.slice(1, -1),
  );
}

/** Names that lead there. A proxy may know them when this machine does not. */
const SECRET_NAME =
  /^(?:metadata(?:\.google\.internal|\.goog)?|instance-data(?:\.ec2\.internal)?)\.?$/i;

export function isSecretName(host: string): boolean {
  return SECRET_NAME.test(host);
}

/** Whether a cloud gives machines their secrets at this IP address. */
export function isSecretAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  return SECRETS.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an IP address belongs to this machine or its network. True for anything that is not an address. */
export function isPrivateAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  if (version === 0) return true;
  return (
    PRIVATE.check(bare, version === 6 ? 'ipv6' : 'ipv4') || (version === 6 && isWithinIsatap(bare))
  );
}
