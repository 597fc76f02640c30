import type { Call } from '../core/call.js';
import { ServerError } from '../core/reply.js';
import { canonicalUuid } from '../state/ids.js';
import type { Media } from '../state/model.js';
import { type Rule, readValue, refsOf, refTo } from './rules.js';

const MOST_ATTACHMENTS = 10;

/** `type:url`, and the first uuid in the URL. */
const ATTACHMENT =
  /^(?:image|audio|video|application|geo|unavailable|\w+\/[-+.\w]+):.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/s;

/** Finds media by uuid, or by `type:url` where the URL contains the uuid of an uploaded file. */
function findMedia(text: string, { workspace }: Call): Media | undefined {
  const uuid = canonicalUuid(text) ?? ATTACHMENT.exec(text)?.[1];
  return uuid === undefined ? undefined : workspace.media.find(uuid);
}

const media = refTo(findMedia);

const attachment: Rule<Media> = {
  read(input, call) {
    const isText = typeof input === 'string';
    // `v9` looks for a colon in what may be a number.
    if (!isText && 'value' in readValue(anyRef, input, call) && call.workspace.dialect === 'v9') {
      throw new ServerError('an attachment that is not a text');
    }
    return media.read(input, call);
  },
};

/** What can be a reference at all. */
const anyRef = refTo(text => text);

export const attachments = refsOf(attachment, MOST_ATTACHMENTS);

export const attachmentText = ({ contentType, url }: Media): string => `${contentType}:${url}`;
