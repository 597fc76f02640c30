import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { fail, type RapidProError } from './errors/errors.js';
import { isLoopback, parseUrl } from './url.js';

/**
 * What a credential contains. `configuration-schema.json`, from which Lightning builds its form, is generated
 * from this. Use only what that form understands: plain strings, `format: uri`, `minLength`.
 */
export const configurationSchema = z
  .looseObject({
    host: z
      .string()
      .min(1)
      .meta({
        title: 'Host',
        description: 'The address of your RapidPro server, as you see it in the browser.',
        format: 'uri',
        default: 'https://app.rapidpro.io/',
        examples: [
          'https://app.rapidpro.io/',
          'https://textit.com/',
          'https://rapidpro.example.org/',
        ],
      }),
    token: z
      .string()
      .min(1)
      .meta({
        title: 'API token',
        description:
          'Your API token. Copy it from your workspace settings or your account in RapidPro.',
        writeOnly: true,
        examples: ['a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0'],
      }),
    apiVersion: z
      .string()
      .optional()
      .meta({
        title: 'API version',
        description: 'The version of the API. Leave it empty: there is only v2.',
        examples: ['v2'],
      }),
    webhookSecret: z
      .string()
      .optional()
      .meta({
        title: 'Webhook secret',
        description:
          'Only for jobs that RapidPro starts: a text of 8 or more characters that its pushes must carry. webhook.parse() checks it. Otherwise, leave it empty.',
        writeOnly: true,
        examples: ['a-long-text-of-your-own'],
      }),
    ca: z
      .string()
      .optional()
      .meta({
        title: 'Certificate of your own authority',
        description:
          'Only if your own authority issued the certificate of your server, or of a gateway in front of it: paste the certificate of that authority, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----. Otherwise, leave it empty.',
        examples: ['-----BEGIN CERTIFICATE----- MIIB… -----END CERTIFICATE-----'],
      }),
  })
  .meta({ title: 'RapidPro credential' });

export interface Configuration {
  /** Scheme, host and port: `https://app.rapidpro.io`. */
  origin: string;
  /** What comes before every endpoint: `/api/v2/`, or `/rapidpro/api/v2/` if the host has a path. */
  basePath: string;
  token: string;
  /** What pushes from RapidPro must carry, if the credential has it. */
  webhookSecret?: string;
  /** Certificates of trusted authorities besides the public ones, in PEM. */
  ca?: string;
  /** True if the token travels unencrypted to another machine. */
  insecure: boolean;
}

function invalid(description: string, fix: string): RapidProError {
  return fail('INVALID_CONFIGURATION', description, fix);
}

/** The names in credentials of other adaptors. */
const OTHER_NAMES = {
  host: /^(?:host_?|base_?|api_?|instance_?|server_?)?(?:url|host|server|address)$/i,
  token: /^(?:api_?|access_?|auth_?)?(?:token|key)$/i,
};

/** A text in the credential, by its name. */
function textOf(raw: object, name: 'host' | 'token', fix: string): string {
  const value = (raw as Record<string, unknown>)[name];
  if (typeof value === 'string' && value !== '') return value;
  if (value !== undefined && value !== null && value !== '') {
    const kind = Array.isArray(value)
      ? 'a list'
      : `a${/^o/.test(typeof value) ? 'n' : ''} ${typeof value}`;
    throw invalid(`"${name}" in the credential is ${kind}, not text.`, `Put it in quotes. ${fix}`);
  }
  const other = Object.keys(raw).find(key => key !== name && OTHER_NAMES[name].test(key));
  throw invalid(
    `The credential has no ${name}.`,
    other ? `It has "${other}": here the name is "${name}". ${fix}` : fix,
  );
}

function parseHost(raw: object): URL {
  const fix =
    'Set "host" in the credential to the address of your server, for example https://app.rapidpro.io/';
  const text = textOf(raw, 'host', fix).trim();
  if (text === '') throw invalid('The credential has no host.', fix);
  // A word with a colon is a scheme, unless a port follows: `localhost:8000`.
  const withScheme = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text) ? text : `https://${text}`;
  const url = /[\s\\]/.test(withScheme) ? undefined : parseUrl(withScheme);
  if (!url) throw invalid('The host in the credential is not an address.', fix);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid('The host in the credential does not begin with https://.', fix);
  }
  if (url.username || url.password) {
    throw invalid(
      'The host in the credential contains a user name or password.',
      'Remove the part before @ from "host". RapidPro needs only the API token.',
    );
  }
  if (/[?#]/.test(withScheme)) {
    throw invalid('The host in the credential contains "?" or "#".', fix);
  }
  return url;
}

function parseToken(raw: object): string {
  const fix = 'Copy the API token from your RapidPro account into "token" of the credential.';
  // What is pasted often comes with a line break.
  const token = textOf(raw, 'token', fix).trim();
  if (token === '') throw invalid('The credential has no token.', fix);
  if (/^Token\s/i.test(token)) {
    throw invalid(
      'The token in the credential begins with the word "Token".',
      `Leave out that word. ${fix}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw invalid(
      'The token in the credential contains spaces, line breaks or other invalid characters.',
      `A token is one word of letters and digits. ${fix}`,
    );
  }
  return token;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g;
/** A certificate has a few thousand characters, and a network has few authorities. */
const LONGEST_CA = 200_000;

/** Reads a certificate, whatever happened to its line breaks; undefined if it is invalid. */
function readCertificate(base64: string): X509Certificate | undefined {
  try {
    // Forms turn line breaks into spaces; files of variables keep them as a backslash and a letter.
    return new X509Certificate(Buffer.from(base64.replace(/\\[rn]|\s/g, ''), 'base64'));
  } catch {
    return undefined;
  }
}

function parseCa(ca: unknown): string | undefined {
  if (ca === undefined || ca === null || (typeof ca === 'string' && ca.trim() === ''))
    return undefined;
  const fix =
    'Nothing was sent. Put the certificate of the authority itself into "ca": the whole text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----. Leave it empty if your server has a public certificate.';
  if (typeof ca !== 'string' || ca.length > LONGEST_CA) {
    throw invalid('"ca" in the credential is not the text of a certificate.', fix);
  }
  if (/PRIVATE KEY/.test(ca)) {
    throw invalid(
      '"ca" in the credential contains a private key.',
      'Nothing was sent. Remove it: a private key must stay on its server, and this one should be replaced now. Use the certificate of the authority, which is public.',
    );
  }
  const parts = [...ca.matchAll(CERTIFICATE)].map(([, base64 = '']) => readCertificate(base64));
  const certificates = parts.filter(part => part !== undefined);
  const rest = ca.replace(CERTIFICATE, '');
  if (parts.length === 0 || certificates.length < parts.length || rest.includes('-----')) {
    throw invalid('"ca" in the credential is not a complete certificate.', fix);
  }
  if (certificates.some(one => !one.ca && !one.checkIssued(one))) {
    throw invalid(
      '"ca" in the credential is the certificate of a server, not of an authority.',
      'Nothing was sent. Ask the people who run the server or the gateway for the certificate of the authority that signed it.',
    );
  }
  return certificates.map(String).join('');
}

/** A shorter secret is easy to guess, and could be part of unrelated words. */
export const SHORTEST_SECRET = 8;

/** The webhook secret of a credential; empty if there is none. */
export function webhookSecretOf(raw: unknown): string {
  const { webhookSecret } = (raw ?? {}) as { webhookSecret?: unknown };
  // Pasted text often has spaces around it, which a header cannot have.
  return typeof webhookSecret === 'string' ? webhookSecret.trim() : '';
}

/**
 * Checks a credential and splits it into what a request needs. Sends nothing.
 *
 * @throws RapidProError `INVALID_CONFIGURATION`
 */
export function parseConfiguration(raw: unknown): Configuration {
  const fix =
    'Choose a RapidPro credential for this step, or put { "configuration": { "host": "…", "token": "…" } } in the state file.';
  if (raw === null || typeof raw !== 'object') {
    throw invalid(
      'The state has no credential: the step has none, or an earlier fn() returned a state without it.',
      `Return the whole state from fn(): { ...state, more: 1 }. ${fix}`,
    );
  }
  // What the platform passes to a step without a credential.
  if (Object.keys(raw).length === 0) throw invalid('The step has no credential.', fix);
  const { apiVersion, ca: text } = raw as Record<string, unknown>;
  const url = parseHost(raw);
  const version = apiVersion ?? '';
  if (version !== '' && version !== 'v2') {
    throw invalid('The API version in the credential is not v2.', 'Leave "apiVersion" empty.');
  }
  // People also paste the address of the API itself.
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api(\/v2)?$/, '');
  const webhookSecret = webhookSecretOf(raw);
  const ca = parseCa(text);
  return {
    origin: url.origin,
    basePath: `${path}/api/v2/`,
    token: parseToken(raw),
    ...(webhookSecret.length >= SHORTEST_SECRET ? { webhookSecret } : {}),
    ...(ca === undefined ? {} : { ca }),
    insecure: url.protocol === 'http:' && !isLoopback(url.hostname),
  };
}
