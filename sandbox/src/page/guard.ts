import type { Incoming } from '../core/incoming.js';

/**
 * Only the page itself may use its endpoints. They expose a token and let contacts reply, and any website open in the
 * same browser can send requests to this computer.
 */
export function isStranger({ method, headers, path }: Incoming, host: string): boolean {
  const own = new URL(host);
  const names = [own.host, `localhost:${own.port}`];
  // Rejects any other host name that resolves to this computer (DNS rebinding).
  const asked = headers.get('host');
  if (asked === null || !names.includes(asked)) return true;
  const origin = headers.get('origin');
  const isOwn = origin === `http://${asked}`;
  // A browser sends the origin of another site's script, and none for a page that a person opens.
  if (!isOwn && (method !== 'GET' || origin !== null)) return true;
  if (method !== 'GET') return false;
  // Any site may link to the page; its data is only for the page.
  const site = headers.get('sec-fetch-site');
  const isPage = path.endsWith('/');
  return !isPage && site !== null && site !== 'same-origin' && site !== 'none';
}
