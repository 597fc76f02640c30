import type { Call } from '../core/call.js';
import type { Media } from '../state/model.js';
import { refsOf, refTo } from './rules.js';

const MOST_ATTACHMENTS = 10;
const ANY_UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Finds media by uuid, or by `type:url` where the URL contains the uuid of an uploaded file. */
function findMedia(text: string, { workspace }: Call): Media | undefined {
  for (const uuid of text.toLowerCase().match(ANY_UUID) ?? []) {
    const found = workspace.media.find(uuid);
    if (found) return found;
  }
  return undefined;
}

export const attachments = refsOf(refTo(findMedia), MOST_ATTACHMENTS);

export const attachmentText = ({ contentType, url }: Media): string => `${contentType}:${url}`;
