import type { Incoming } from '../core/incoming.js';

/**
 * Whether a request for the control interface comes from another website. Programs send no origin; a browser sends one with
 * everything but what a person opens, and the interface takes nothing that a form could send.
 */
export function isStrangerToControl(incoming: Incoming, host: string): boolean {
  const { method, headers } = incoming;
  const isProgram = headers.get('origin') === null && headers.get('sec-fetch-site') === null;
  if (method === 'GET' || !isProgram) return isStranger(incoming, host);
  return !ownNames(host).includes(headers.get('host') ?? '');
}

/**
 * Only the page itself may use its endpoints. They expose a token and let contacts reply, and any website open in the
 * same browser can send requests to this computer.
 */
export function isStranger({ method, headers, path }: Incoming, host: string): boolean {
  const names = ownNames(host);
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

function ownNames(host: string): string[] {
  const own = new URL(host);
  return [own.host, `localhost:${own.port}`];
}
