import { isIP } from 'node:net';
import type { Dialect } from '../../../src/resources.js';

const ATOM = "[-!#$%&'*+/=?^_`{}|~0-9a-z]+";
const QUOTED = '"[!#-[\\]-~]*"';
const LOCAL = new RegExp(`^(?:${ATOM}(?:\\.${ATOM})*|${QUOTED})$`, 'i');
const LABEL = '[a-z0-9\\u00a1-\\uffff](?:[a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff])?';
const DOMAIN = new RegExp(
  `^(?:${LABEL}\\.)+[a-z0-9\\u00a1-\\uffff][a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff]$`,
  'i',
);
/** The e-mail addresses that the server accepts: an ASCII local part, a domain name in any script, or `localhost`. */
function isEmail(text: string): boolean {
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

/** The rules of a scheme for its paths. */
export interface Scheme {
  /** The only dialect that supports it. */
  only?: Dialect;
  /** What the API validates, by dialect if they differ. A violation is an error of the request. */
  valid?: (path: string, dialect: Dialect) => boolean;
  /** What the engine validates in addition. In `v9` a violation is a 500. */
  engine?: (path: string, dialect: Dialect) => boolean;
  normal?: (path: string, dialect: Dialect) => string;
}

const isDigits = (path: string) => /^[0-9]+$/.test(path);
const isInteger = (path: string) => /^[-+]?[0-9]+(?:_[0-9]+)*$/.test(path);
const lower = (path: string) => path.toLowerCase();

/** WhatsApp's business-scoped ids: a country and a name. */
const isBusinessId = (path: string) => /^[a-z]{2}\.[a-z0-9]{1,128}$/i.test(path);
const withUpperCountry = (path: string) => path.slice(0, 2).toUpperCase() + path.slice(2);

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const TWO_UUIDS = new RegExp(`^${UUID}/${UUID}$`, 'i');

/** An e-mail address for `v9`; an id, and perhaps an address, for `textit`. */
const WEB_CHAT: Record<Dialect, RegExp> = {
  v9: /^[^\s@]+@[^\s@]+$/,
  textit: /^[a-zA-Z0-9]{24}(?::[^\s@]+@[^\s@]+)?$/,
};

export const schemes: Readonly<Record<string, Scheme>> = {
  bsuid: { only: 'textit', valid: isBusinessId, normal: withUpperCountry },
  deleted: { engine: () => false },
  discord: { only: 'v9', valid: isInteger, engine: isDigits },
  ext: {},
  facebook: {
    valid: path => path.startsWith('ref:') || isInteger(path),
    engine: path => path.startsWith('ref:') || isDigits(path),
  },
  fcm: {},
  freshchat: { valid: path => TWO_UUIDS.test(path) },
  instagram: { valid: isDigits },
  jiochat: { engine: isDigits },
  line: { engine: path => /^[a-zA-Z0-9_]{1,36}$/.test(path) },
  mailto: { valid: isEmail, normal: lower },
  rocketchat: {},
  slack: {},
  tel: { engine: path => /^(?:\+[0-9]{1,64}|[0-9a-z]{1,64})$/.test(path) },
  telegram: { valid: isDigits },
  twitter: {
    valid: path => /^[a-zA-Z0-9_]{1,15}$/.test(path),
    normal: path => lower(path).replace(/^@/, ''),
  },
  twitterid: { valid: isDigits },
  viber: { valid: path => /^[a-zA-Z0-9_=/+]{1,24}$/.test(path) },
  vk: {},
  webchat: { engine: (path, dialect) => WEB_CHAT[dialect].test(path) },
  wechat: {},
  whatsapp: {
    valid: (path, dialect) => isDigits(path) || (dialect === 'textit' && isBusinessId(path)),
    normal: (path, dialect) =>
      dialect === 'textit' && isBusinessId(path) ? withUpperCountry(path) : path,
  },
};

/** The scheme of that name, if the dialect supports it. */
export function schemeOf(name: string, dialect: Dialect): Scheme | undefined {
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  return scheme?.only && scheme.only !== dialect ? undefined : scheme;
}
