import { isArrayBuffer, isUint8Array } from 'node:util/types';
import type { Clock } from '../client/clock.js';
import { fetchFile } from '../client/links/file.js';
import type { LinkOptions } from '../client/links/link.js';
import { fail } from '../errors/errors.js';
import { ignoreFailures, resolveValue } from '../input/expand.js';
import { detectFileType, looksLikePage } from '../input/fileType.js';
import { shownId } from '../input/identifiers.js';
import { log } from '../input/log.js';
import type { UploadOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { asWritten } from './base/asObject.js';
import { operation } from './base/operation.js';

/** The largest file that RapidPro accepts, in bytes. */
const MAX_FILE = 25 * 1024 * 1024;

/** Far more characters than a secret has, with the text around it. */
const LONGEST_SECRET = 10_000;

interface FileContent {
  bytes: Uint8Array<ArrayBuffer>;
  /** In the words of the server of a link. */
  contentType?: string | undefined;
}

function refuse(description: string, fix: string): never {
  throw fail('INVALID_INPUT', description, fix);
}

function tooLarge(): never {
  refuse(
    `The file is larger than ${MAX_FILE / 1024 / 1024} MB.`,
    'RapidPro does not accept larger ones. Make the picture smaller or the recording shorter.',
  );
}

function checkSize(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) refuse('The file is empty.', 'Check the data that it comes from.');
  return bytes.length > MAX_FILE ? tooLarge() : bytes;
}

function fromBase64(text: string): FileContent {
  // Each character fits one part only: a long text without a comma would be searched for each of its beginnings.
  const [, contentType, how, data = text] = /^data:([^;,]*)((?:;[^,]*)?),(.*)$/is.exec(text) ?? [];
  if (how !== undefined && !/;base64$/i.test(how)) {
    refuse(
      'The file is a data: link, but not in base64.',
      'Write it like this: data:image/png;base64,…',
    );
  }
  const compact = data.replace(/\s+/g, '');
  if (compact.length > MAX_FILE * 1.4) tooLarge();
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) {
    refuse(
      'The file is text, but neither base64 nor a link.',
      'Use base64 text, a link that starts with https://, or a Buffer.',
    );
  }
  return { bytes: checkSize(new Uint8Array(Buffer.from(compact, 'base64'))), contentType };
}

/** The bytes of a Buffer, of one that has been through JSON, or of an ArrayBuffer. */
function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  // A job's Uint8Array comes from another realm, so instanceof fails.
  if (isUint8Array(value)) return new Uint8Array(value);
  if (isArrayBuffer(value)) return new Uint8Array(value);
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? new Uint8Array(data) : undefined;
}

/** Reads a file from a job: a Buffer, base64 text, or a link. */
async function readFileContent(
  file: unknown,
  options: LinkOptions & { expected: string | undefined },
  clock: Clock,
): Promise<FileContent> {
  const bytes = bytesOf(file);
  if (bytes) return { bytes: checkSize(bytes) };
  if (typeof file !== 'string' || file.trim() === '') {
    ignoreFailures(file);
    refuse(
      'There is no file.',
      'Use a Buffer, base64 text or a link. If it comes from $ or state, check that the data is there.',
    );
  }
  const text = file.trim();
  if (/^https?:/i.test(text)) {
    const limited = { ...options, limit: MAX_FILE, tooLarge };
    const { bytes, contentType } = await fetchFile(text, limited, clock);
    return { bytes: checkSize(new Uint8Array(bytes)), contentType };
  }
  // A secret instead of base64 could not be found after decoding.
  if (text.length <= LONGEST_SECRET) options.secrets.checkText('The file', text);
  return fromBase64(text);
}

/** What RapidPro accepts. The newer servers accept fewer types of images, and say so. */
const TAKEN = /^(image|audio|video)\/[\w.+-]+$|^application\/pdf$/;

function describeFile({ bytes, contentType }: FileContent, given: UploadOptions) {
  const seen = detectFileType(bytes);
  const type = (given.contentType ?? seen?.type ?? contentType ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (!type || !TAKEN.test(type)) {
    refuse(
      type
        ? `RapidPro does not accept files of the type ${type.slice(0, 60)}.`
        : 'The type of the file is unknown.',
      'RapidPro accepts images, audio, video and PDF. Add the type: { contentType: "image/png" }.',
    );
  }
  if (looksLikePage(bytes)) {
    refuse(
      'The file is a web page, not a picture, recording, video or PDF.',
      'Look at the step that it comes from: it may have got a login page.',
    );
  }
  const filename = given.filename ?? `file.${seen?.extension ?? type.split('/')[1]}`;
  return { type, filename };
}

/**
 * Upload a picture, recording, video or PDF to RapidPro, to send it as an attachment. At most 25 MB.
 * @public
 * @function
 * @namespace global
 * @example <caption>A picture from the web, sent to a group</caption>
 * uploadMedia('https://example.org/poster.png');
 *
 * sendBroadcast({ groups: ['Mothers'], text: 'Our new poster', attachments: [$.data.uuid] });
 * @example <caption>Base64 text from another system</caption>
 * uploadMedia($.data.photo, { filename: 'photo.jpg', contentType: 'image/jpeg' });
 * @param {string} file - A link (`https://…`), base64 text, a `data:` link in base64, or a Buffer. The token is never sent to a link, which must not lead to this machine or its network.
 * @param {UploadOptions} [options] - `filename`, `contentType` (default: detected from the content), `allowPrivate` (true: links may lead to this machine and its network; default: false); `timeout` (seconds per request or download; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The media: `uuid`, `content_type`, `url`, `filename`, `size`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_INPUT` if the file is empty, too large, of an unknown type, or of one that RapidPro does not accept, such as a web page; `INVALID_LINK`; `LINK_FAILED`, also if a web page comes in place of a file with the given `contentType`; `VALIDATION_FAILED`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/media
 * @returns {Operation}
 */
export function uploadMedia(
  file: Reference<string> | Uint8Array,
  options?: Reference<UploadOptions>,
): Operation {
  return operation('uploadMedia', arguments, {
    args: {},
    resolvedLater: file,
    options,
    knownOptions: ['filename', 'contentType', 'allowPrivate'],
    async run({ client, options, state }) {
      // Bytes are not JSON, so this argument is resolved here.
      const source = resolveValue(state, file, 'file');
      const link = {
        secrets: client.secrets,
        ca: client.ca,
        allowPrivate: options.allowPrivate === true,
        signal: AbortSignal.timeout(client.timeout * 1000),
        expected: options.contentType,
      };
      const content = await readFileContent(source, link, client.clock);
      const upload = { bytes: content.bytes, ...describeFile(content, options) };
      const { body } = await client.request({
        method: 'POST',
        path: 'media',
        file: upload,
        repeatable: true,
      });
      const media = asWritten(body);
      log.info(`Uploaded media ${shownId(media)}`);
      return media;
    },
  });
}
