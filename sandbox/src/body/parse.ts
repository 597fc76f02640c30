import { fieldCount, type Incoming, MOST_FIELDS } from '../core/incoming.js';
import { badRequest, invalidAsAWhole, Refusal, ServerError, Suspicious } from '../core/reply.js';
import { parseJson, TooDeep } from '../values/index.js';

/** Django's limit on a body that is not a file. */
const MOST_BYTES = 2_621_440;

/** Python's message for bytes that are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badRequest(`JSON parse error - ${utf8Fault(bytes)}`);
  }
}

function utf8Fault(bytes: Uint8Array): string {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0;
    const length =
      first < 0x80
        ? 1
        : first < 0xc2
          ? 0
          : first < 0xe0
            ? 2
            : first < 0xf0
              ? 3
              : first < 0xf5
                ? 4
                : 0;
    const prefix = `'utf-8' codec can't decode byte 0x${first.toString(16)} in position ${at}`;
    if (length === 0) return `${prefix}: invalid start byte`;
    for (let next = 1; next < length; next++) {
      const byte = bytes[at + next];
      if (byte === undefined) return `${prefix}: unexpected end of data`;
      if ((byte & 0xc0) !== 0x80) return `${prefix}: invalid continuation byte`;
    }
    at += length;
  }
  return 'invalid data';
}

/** The media type without its parameters, as the server compares it. */
function mediaType(header: string | null): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

const unsupported = (header: string | null): Refusal =>
  new Refusal(415, { detail: `Unsupported media type "${header ?? ''}" in request.` });

function formFields(text: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (fieldCount(text) > MOST_FIELDS) throw new Suspicious('a form of too many fields');
  for (const [name, value] of new URLSearchParams(text)) fields[name] = value;
  return fields;
}

async function multipartFields(incoming: Incoming): Promise<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of await readForm(incoming)) {
    if (typeof value === 'string') fields[name] = value;
  }
  return fields;
}

const FORM_TYPES = ['multipart/form-data', 'application/x-www-form-urlencoded'];

/** The parts of a form. No body is a form without any. */
export async function readForm(incoming: Incoming): Promise<FormData> {
  if (incoming.body.length === 0) return new FormData();
  const type = incoming.headers.get('content-type') ?? '';
  if (!FORM_TYPES.includes(mediaType(type)))
    throw unsupported(incoming.headers.get('content-type'));
  try {
    return await new Response(incoming.body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw badRequest('Multipart form parse error - Invalid boundary in multipart: None');
  }
}

/** The body of a POST as the server's own code sees it. */
export async function readBody(incoming: Incoming): Promise<Record<string, unknown>> {
  const header = incoming.headers.get('content-type');
  const { body } = incoming;
  if (body.length === 0) return {};
  switch (mediaType(header)) {
    case 'application/json':
    case 'application/*':
    case '*/json':
    case '*/*':
      return readJson(body, charsetOf(header));
    case 'application/x-www-form-urlencoded':
      return formFields(new TextDecoder().decode(body));
    case 'multipart/form-data':
      return multipartFields(incoming);
    default:
      throw unsupported(header);
  }
}

/** The charset that a Content-Type names, in small letters; empty if none. */
function charsetOf(header: string | null): string {
  const [, charset = ''] = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(header ?? '') ?? [];
  return charset.toLowerCase().replaceAll('_', '-');
}

const LATIN_1 = ['latin-1', 'latin1', 'iso-8859-1', 'iso8859-1', 'l1'];
const ASCII = ['ascii', 'us-ascii'];

/** Text in the charset that is named; in UTF-8 where none is, or one that Python does not know. */
function decoded(bytes: Uint8Array, charset: string): string {
  if (LATIN_1.includes(charset)) return Buffer.from(bytes).toString('latin1');
  const at = ASCII.includes(charset) ? bytes.findIndex(byte => byte > 0x7f) : -1;
  if (at < 0) return decodeUtf8(bytes);
  const byte = (bytes[at] ?? 0).toString(16);
  throw badRequest(
    `JSON parse error - 'ascii' codec can't decode byte 0x${byte} in position ${at}: ordinal not in range(128)`,
  );
}

function readJson(body: Uint8Array, charset: string): Record<string, unknown> {
  if (body.length > MOST_BYTES) throw new ServerError('a body above the limit');
  const text = decoded(body, charset);
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    if (error instanceof TooDeep) throw new ServerError('JSON nested this deeply');
    const reason = error instanceof Error ? error.message : String(error);
    throw badRequest(
      reason.startsWith('JSON parse error') ? reason : `JSON parse error - ${reason}`,
    );
  }
  if (!isObject(parsed)) throw invalidAsAWhole('Request body should be a single JSON object');
  return parsed;
}

/** A JSON object. Numbers are parsed into objects of their own class. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  );
}
