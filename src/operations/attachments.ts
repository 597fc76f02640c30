import type { Client } from '../client/client.js';
import { fetchFile, plainType } from '../client/links/file.js';
import { isNearby } from '../client/links/link.js';
import { fail } from '../errors/errors.js';
import { detectFileType } from '../input/fileType.js';
import { count, log } from '../input/log.js';
import type { Attached, Attachment } from '../types/bodies.js';
import type { DownloadOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { decoded } from '../url.js';
import { operation } from './base/operation.js';

const MEGABYTE = 1024 * 1024;
/** The most bytes of all attachments in one operation. Base64 adds a third, and a step may leave 10 MB. */
const MAX_SIZE = 5 * MEGABYTE;

/** The longest name of a file: many file systems accept little more. */
const LONGEST_NAME = 200;

interface Parsed {
  /** As RapidPro wrote it: `image/jpeg`, or in the past `image`. */
  type: string | undefined;
  /** Undefined if it is not a file: a place, or a file that RapidPro could not get. */
  link: string | undefined;
}

interface File {
  content: string | null;
  contentType: string;
  filename: string | null;
  size: number;
}

/** What RapidPro calls a file that it could not get. The link is then the sender's, and leads to an error page or nowhere. */
const UNAVAILABLE = /^unavailable$/i;

/** The link of a file; undefined where there is none. */
function linkIn(type: string | undefined, url: string): string | undefined {
  const isLink = /^(?:https?:|\/(?!\/))/i.test(url);
  return isLink && !UNAVAILABLE.test(type ?? '') ? url : undefined;
}

function refuse(description: string): never {
  throw fail(
    'INVALID_INPUT',
    description,
    'Nothing was downloaded. Use a message from getMessages(), or one of its attachments. If it comes from $ or state, check that the data is there.',
  );
}

/** `image/jpeg:https://…`, as broadcasts and older servers write it, and a link alone. */
function readText(text: string, where: string): Parsed {
  const trimmed = text.trim();
  if (/^https?:/i.test(trimmed)) return { type: undefined, link: trimmed };
  const [, type, rest = ''] = /^([\w.+-]+(?:\/[\w.+-]+)?):(.+)$/s.exec(trimmed) ?? [];
  if (type === undefined) refuse(`${where} is not an attachment.`);
  return { type, link: linkIn(type, rest) };
}

function readOne(value: unknown, where: string): Parsed {
  if (typeof value === 'string') return readText(value, where);
  const { content_type: type, url } = (value ?? {}) as { content_type?: unknown; url?: unknown };
  if (typeof url !== 'string') refuse(`${where} is not an attachment.`);
  const said = typeof type === 'string' && type !== '' ? type : undefined;
  const link = linkIn(said, url.trim());
  if (link === undefined && said === undefined) refuse(`${where} is not an attachment.`);
  return { type: said, link };
}

/** All attachments of a message or a list; undefined for a single attachment. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value === null || typeof value !== 'object' || 'url' in value) return undefined;
  const { attachments } = value as { attachments?: unknown };
  return Array.isArray(attachments) ? attachments : undefined;
}

function tooLarge(most: number): never {
  throw fail(
    'TOO_LARGE',
    `The attachments are larger than ${most} bytes in total.`,
    'Nothing was kept. Raise maxSize if the worker has enough memory. A step can leave 10 MB on the state, and base64 adds a third.',
  );
}

const WHOLE_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** RapidPro's type comes first, because file stores often know less. */
function typeOf(said: string | undefined, header: string | undefined, bytes: Uint8Array): string {
  const plain = plainType(header);
  const types = [said?.toLowerCase(), plain === 'application/octet-stream' ? undefined : plain];
  const whole = types.find(type => type !== undefined && WHOLE_TYPE.test(type));
  return whole ?? detectFileType(bytes)?.type ?? 'application/octet-stream';
}

/** The last part of the path of the link. As a file name, it stays in its folder. */
function nameOf(link: URL, type: string, bytes: Uint8Array): string {
  const name = decoded(link.pathname.split('/').at(-1) ?? '')
    // Invisible letters, and letters that start another folder or reverse the name.
    .replace(/[\p{C}\p{Z}/\\:*?"<>|]+/gu, '_')
    .replace(/^\.+/, '')
    .slice(-LONGEST_NAME);
  const sub = type === 'text/plain' ? 'txt' : type.split('/')[1]?.replace(/\W.*/, '');
  const extension = detectFileType(bytes)?.extension ?? sub;
  return /\.[a-z0-9]{1,8}$/i.test(name) ? name : `${name || 'file'}.${extension || 'bin'}`;
}

/** What the downloads of one operation have in common. */
interface Downloads {
  client: Client;
  /** The most bytes of all of them. */
  most: number;
  allowPrivate: boolean;
  signal: AbortSignal;
}

/** @param left - the bytes that are left to this file */
async function fetchOne(
  { type, link }: Parsed,
  left: number,
  { client, most, allowPrivate, signal }: Downloads,
): Promise<File> {
  if (link === undefined) {
    return { content: null, contentType: type ?? 'unavailable', filename: null, size: 0 };
  }
  // RapidPro 9 gives only the path of files that it stores itself.
  const url = link.startsWith('/') ? new URL(link, client.origin).href : link;
  const { secrets, ca, clock } = client;
  const limited = { limit: left, tooLarge: () => tooLarge(most), expected: type };
  const options = { secrets, ca, allowPrivate, signal, ...limited };
  const { bytes, contentType: header } = await fetchFile(url, options, clock);
  const contentType = typeOf(type, header, bytes);
  return {
    content: bytes.toString('base64'),
    contentType,
    filename: nameOf(new URL(url), contentType, bytes),
    size: bytes.length,
  };
}

/**
 * Download pictures, recordings and other files that a contact sent or received: all attachments of a message, or a single one. The token is never sent to a link. A link must not lead to this machine or its network, unless RapidPro itself is there.
 * @public
 * @function
 * @namespace global
 * @example <caption>The files of each incoming message, page by page</caption>
 * eachPage(
 *   getMessages({ folder: 'inbox', after: '2026-11-01' }),
 *   each(
 *     state => state.data.filter(message => message.attachments.length > 0),
 *     combine(
 *       downloadAttachment($.data),
 *       fn(state => ({ ...state, bytes: (state.bytes ?? 0) + state.data.reduce((sum, file) => sum + file.size, 0) })),
 *     ),
 *   ),
 * );
 * @example <caption>One attachment, at most 1 MB</caption>
 * downloadAttachment($.data.attachments[0], { maxSize: 1000000 });
 * @param {Attachment} attachment - A message, a list of attachments, or one attachment: an object with `content_type` and `url`, `'image/jpeg:https://…'`, or its link.
 * @param {DownloadOptions} [options] - `maxSize` (maximum bytes of all attachments together, up to 104857600; default: 5242880, which is 5 MB), `allowPrivate` (true: links may lead to this machine and its network; default: only if the server of the credential is there), `timeout` (seconds for all downloads; default: 60).
 * @state {object} data - For one attachment: `content` (base64), `contentType`, `filename`, `size` (bytes). For a message or a list: a list of these, in the same order. What is no file, such as a location (`geo`) or a file that RapidPro could not get (`unavailable`), has `content: null`.
 * @throws {RapidProError} `INVALID_INPUT` if it is not an attachment; `TOO_LARGE` above `maxSize`, and then nothing is kept; `INVALID_LINK`; `LINK_FAILED`, also if a web page comes in place of a picture, recording, video or document (of a link alone, the type is not known).
 * @see https://app.rapidpro.io/api/v2/messages
 * @returns {Operation}
 */
export function downloadAttachment(
  attachment: Reference<Attachment | Attachment[] | Attached>,
  options?: Reference<DownloadOptions>,
): Operation {
  return operation('downloadAttachment', arguments, {
    args: { attachment },
    options,
    knownOptions: ['maxSize', 'allowPrivate'],
    async run({ client, args, options }) {
      const value = args.attachment;
      const list = listOf(value);
      const parsed = list
        ? list.map((one, index) => readOne(one, `attachments[${index}]`))
        : [readOne(value, 'The argument')];
      const { maxSize: most = MAX_SIZE, allowPrivate = await isNearby(client.origin) } = options;
      const signal = AbortSignal.timeout(client.timeout * 1000);
      const files: File[] = [];
      let fetched = 0;
      for (const one of parsed) {
        const file = await fetchOne(one, most - fetched, { client, most, allowPrivate, signal });
        fetched += file.size;
        files.push(file);
      }
      log.info(`Fetched ${count(files.length, 'attachment')}, ${fetched} bytes`);
      const noFiles = files.filter(({ content }) => content === null).length;
      if (noFiles > 0) {
        log.warn(
          `${count(noFiles, 'attachment')} without a file: a location, or a file that RapidPro could not get. Their content is null.`,
        );
      }
      const empty = files.filter(({ content }) => content === '').length;
      if (empty > 0) {
        log.warn(
          `${count(empty, 'attachment')} without content: the file behind the link is empty.`,
        );
      }
      return list ? files : files[0];
    },
  });
}
