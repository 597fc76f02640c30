import { fail } from '../errors/errors.js';
import { resolveValue } from '../input/expand.js';
import { shownId } from '../input/identifiers.js';
import { named } from '../input/isOperation.js';
import { log } from '../input/log.js';
import type { UploadOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { asObject } from './base/asObject.js';
import { operation } from './base/operation.js';
import { detectFileType, type FileContent, readFileContent } from './objects/fileContent.js';

/** What RapidPro accepts. The newer servers accept fewer types of images, and say so. */
const TAKEN = /^(image|audio|video)\/[\w.+-]+$|^application\/pdf$/;

function describeFile({ bytes, contentType }: FileContent, given: UploadOptions) {
  const seen = detectFileType(bytes);
  const type = (given.contentType ?? seen?.type ?? contentType ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  if (!type || !TAKEN.test(type)) {
    throw fail(
      'INVALID_INPUT',
      type
        ? `RapidPro does not accept files of the type ${type.slice(0, 60)}.`
        : 'The type of the file is unknown.',
      'RapidPro accepts images, audio, video and PDF. Add the type: { contentType: "image/png" }.',
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
 * @throws {RapidProError} `INVALID_INPUT` if the file is empty, too large, or of an unknown type; `INVALID_LINK`, `LINK_FAILED`; `VALIDATION_FAILED`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/media
 * @returns {Operation}
 */
export function uploadMedia(
  file: Reference<string> | Uint8Array,
  options?: Reference<UploadOptions>,
): Operation {
  return named(
    'uploadMedia',
    operation({
      args: {},
      resolvedLater: file,
      options,
      knownOptions: ['filename', 'contentType', 'allowPrivate'],
      async run({ client, options, state }) {
        // Bytes are not JSON, so this argument is resolved here.
        const source = resolveValue(state, file, 'file');
        const content = await readFileContent(source, {
          secrets: client.secrets,
          ca: client.ca,
          allowPrivate: options.allowPrivate === true,
          signal: AbortSignal.timeout(client.timeout * 1000),
        });
        const upload = { bytes: content.bytes, ...describeFile(content, options) };
        const { body } = await client.request({
          method: 'POST',
          path: 'media',
          file: upload,
          repeatable: true,
        });
        const media = asObject(body);
        log.info(`Uploaded media ${shownId(media)}`);
        return media;
      },
    }),
  );
}
