import type { Server } from '../state/server.js';
import { docsPage, html } from './html.js';
import type { Form } from './negotiate.js';
import type { Reply } from './reply.js';

/** Serializes a reply in the negotiated format. */
export function write(
  reply: Reply,
  form: Form,
  title: string,
  server: Server,
  headers: Record<string, string>,
): Response {
  const { status, data } = reply;
  const all = { ...headers, ...reply.headers };
  if (status === 204) return noContent(reply, all, server);
  const json = data === undefined ? undefined : jsonText(data, form.indent);
  if (form.kind !== 'json' || json === undefined) {
    return html(status, docsPage(title, server.dialect === 'textit', json ?? ''), all);
  }
  return new Response(json, { status, headers: { 'content-type': 'application/json', ...all } });
}

/** Two line separators are escaped. Without an indent there is no white space. */
function jsonText(data: unknown, indent: number | null): string {
  const json = JSON.stringify(data, null, indent ?? undefined);
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** `v9` announces two bytes with the empty responses of actions. The server writes them. */
function noContent(reply: Reply, headers: Record<string, string>, server: Server): Response {
  const all = new Headers(headers);
  if (reply.emptyAction) all.set('content-type', 'application/json');
  if (server.dialect === 'v9') {
    all.set('content-length', reply.emptyAction && server.rawNoContent ? '2' : '0');
  }
  return new Response(null, { status: 204, headers: all });
}
