const ATOM = "[-!#$%&'*+/=?^_`{}|~0-9a-z]+";
const LOCAL = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'i');
const LABEL = '[a-z0-9\\u00a1-\\uffff](?:[a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff])?';
const DOMAIN = new RegExp(
  `^(?:${LABEL}\\.)+[a-z0-9\\u00a1-\\uffff][a-z0-9\\u00a1-\\uffff-]{0,61}[a-z0-9\\u00a1-\\uffff]$`,
  'i',
);
const ADDRESS = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)\]$/i;

/** What the server takes for an e-mail address: an ASCII local part, a domain name of any script, or `localhost`. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 320) return false;
  const domain = text.slice(at + 1);
  const known = domain === 'localhost' || DOMAIN.test(domain) || ADDRESS.test(domain);
  return known && LOCAL.test(text.slice(0, at));
}
