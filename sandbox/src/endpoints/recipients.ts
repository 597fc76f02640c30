import type { Call } from '../core/call.js';
import { ServerError } from '../core/reply.js';

/**
 * The contacts or groups of a broadcast or a start. One that is named twice, however it is named, breaks the engine of
 * `textit`; `v9` keeps it once.
 */
export function recipients<T>({ workspace }: Call, named: readonly T[] = []): T[] {
  const once = [...new Set(named)];
  if (once.length < named.length && workspace.dialect === 'textit') {
    throw new ServerError('a recipient that is named twice');
  }
  return once;
}
