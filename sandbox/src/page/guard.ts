import type { Incoming } from '../core/incoming.js';

/**
 * Who may use the page: only itself. It shows a token and lets contacts speak, and any website that is open in the
 * same browser can send requests to this computer.
 */
export function isStranger({ method, headers, path }: Incoming, host: string): boolean {
  const own = new URL(host);
  const names = [own.host, `localhost:${own.port}`];
  // A name that somebody points at this computer (DNS rebinding) is none of the two.
  const asked = headers.get('host');
  if (asked === null || !names.includes(asked)) return true;
  const origin = headers.get('origin');
  const isOwn = origin === `http://${asked}`;
  // A browser says where a script of another site comes from; with what a person opens it says nothing.
  if (!isOwn && (method !== 'GET' || origin !== null)) return true;
  if (method !== 'GET') return false;
  // A link may lead to the page from anywhere; what it shows is only for itself.
  const site = headers.get('sec-fetch-site');
  const isPage = path.endsWith('/');
  return !isPage && site !== null && site !== 'same-origin' && site !== 'none';
}
