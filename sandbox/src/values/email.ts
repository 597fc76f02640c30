import { isIP } from 'node:net';

const ATOM = "[-!#$%&'*+/=?^_`{}|~0-9a-z]+";
const QUOTED = '"[!#-[\\]-~]*"';
const LOCAL = new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})$`, 'i');
const LABEL = '[a-z0-9\\u00a1-\\uffff](?:[a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff])?';
const DOMAIN = new RegExp(
  `^(?:${LABEL}\\.)+[a-z0-9\\u00a1-\\uffff][a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff]$`,
  'i',
);
/** The e-mail addresses that the server accepts: an ASCII local part, a domain name in any script, or `localhost`. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return false;
  const domain = text.slice(at + 1);
  const known = domain === 'localhost' || DOMAIN.test(domain) || isAddress(domain);
  return known && LOCAL.test(text.slice(0, at));
}

/** `[192.0.2.1]` */
function isAddress(domain: string): boolean {
  return /^\[.*\]$/.test(domain) && isIP(domain.slice(1, -1)) !== 0;
}
