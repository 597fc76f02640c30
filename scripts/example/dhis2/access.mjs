import { randomBytes } from 'node:crypto';
import { done, refusal } from './messages.mjs';
import { newUid } from './uid.mjs';

const SHAPE = /^d2p_[A-Za-z0-9]{32,}$/;

/**
 * Who asks. Without credentials, and with a scheme that DHIS2 does not know, the answer is a redirect to the page to log in.
 *
 * @returns {{ user: object } | { answer: object }}
 */
export function whoAsks(store, headers, baseUrl, passwordOf) {
  const [scheme, secret = ''] = (headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') return byPassword(store, secret, passwordOf);
  if (scheme === 'ApiToken') return byToken(store, secret);
  if (headers['x-requested-with'] === 'XMLHttpRequest') {
    return { answer: refusal(401, 'Unauthorized') };
  }
  return { answer: { status: 302, body: '', headers: { Location: `${baseUrl}/dhis-web-login/` } } };
}

function byPassword(store, secret, passwordOf) {
  const [username, ...rest] = Buffer.from(secret, 'base64').toString().split(':');
  const user = [...store.users.values()].find(one => one.username === username);
  if (!user || passwordOf(user) !== rest.join(':')) return { answer: refusal(401, 'Unauthorized') };
  if (user.disabled) return { answer: refusal(401, 'Account disabled') };
  return { user };
}

function byToken(store, token) {
  const headers = { 'WWW-Authenticate': 'ApiToken' };
  if (!SHAPE.test(token)) {
    return { answer: { ...refusal(400, 'Checksum validation failed'), headers } };
  }
  const user = store.users.get(store.tokens.get(token)?.user);
  if (!user) return { answer: { ...refusal(401, 'The API token does not exists'), headers } };
  return { user };
}

/** A personal access token for a user. */
export function makeToken(store, user) {
  const key = `d2p_${randomBytes(21).toString('hex')}`;
  const uid = newUid();
  store.tokens.set(key, { uid, user: user.id });
  return { key, uid };
}

/** `POST /api/apiToken`. */
export function createToken({ store, user, baseUrl }) {
  const { key, uid } = makeToken(store, user);
  const response = {
    key,
    uid,
    klass: 'org.hisp.dhis.security.apikey.ApiToken',
    errorReports: [],
    responseType: 'ObjectReport',
  };
  const headers = { Location: `${baseUrl}/api/apiToken/${uid}` };
  return done(undefined, { status: 201, response, headers });
}

/** Whether a user has a right. */
export const may = (user, authority) =>
  user.authorities?.some(one => one === 'ALL' || one === authority) ?? false;
