import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { invalid } from '../core/reply.js';
import { newUuid } from '../state/ids.js';
import type { Media } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { findByUuid } from './filters.js';

const MOST_BYTES = 25 * 1024 * 1024;
const NO_FILE = 'The submitted data was not a file. Check the encoding type on the form.';
const NEWER_IMAGES = ['apng', 'avif', 'gif', 'jpeg', 'png', 'webp'];

function isTaken(type: string, { dialect }: Workspace): boolean {
  const [kind, sub = ''] = type.split('/');
  if (kind === 'audio' || kind === 'video' || type === 'application/pdf') return true;
  return kind === 'image' && (dialect === 'v9' || NEWER_IMAGES.includes(sub));
}

export const media = endpoint<Media>({
  find: (call, lookup) => findByUuid(lookup, 'Media', uuid => call.workspace.media.find(uuid)),

  async postForm(call, form) {
    const { workspace } = call;
    const file = form.get('file');
    if (file === null) throw invalid({ file: ['No file was submitted.'] });
    if (!(file instanceof File)) throw invalid({ file: [NO_FILE] });
    if (file.size === 0) throw invalid({ file: ['The submitted file is empty.'] });
    if (!isTaken(file.type, workspace)) throw invalid({ file: ['Unsupported file type.'] });
    if (file.size > MOST_BYTES) {
      throw invalid({ file: ['Limit for file uploads is 25.0 MB.'] });
    }
    const uuid = newUuid();
    const made = workspace.media.add({
      id: workspace.nextId('media'),
      uuid,
      contentType: file.type,
      url: urlOf(call, uuid, file.name),
      filename: file.name,
      size: file.size,
      file: new Uint8Array(await file.arrayBuffer()),
    });
    const { contentType: content_type, url, filename, size } = made;
    return { status: 201, data: { uuid, content_type, url, filename, size } };
  },
});

/** `v9` returns a path on its own site, `textit` a URL of its file store. */
function urlOf({ workspace, incoming }: Call, uuid: string, name: string): string {
  const path = `/media/orgs/${workspace.id}/media/${uuid.slice(0, 4)}/${uuid}/${encodeURIComponent(name)}`;
  return workspace.dialect === 'v9' ? path : `${incoming.origin}${path}`;
}

/** An uploaded file at a path; undefined if there is none. As a link of a real server's file store, it asks for no token. */
export function uploadedFile(workspaces: readonly Workspace[], path: string): Response | undefined {
  const [, top, orgs, , , , uuid = ''] = path.split('/');
  if (top !== 'media' || orgs !== 'orgs') return undefined;
  for (const { media } of workspaces) {
    const { file, contentType } = media.find(uuid) ?? {};
    // A browser that is led here runs nothing of it under this address.
    const headers = { 'content-type': String(contentType), 'content-security-policy': 'sandbox' };
    if (file) return new Response(file, { headers });
  }
  return undefined;
}
