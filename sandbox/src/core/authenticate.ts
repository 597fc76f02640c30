import type { Role } from '../state/model.js';
import type { Server } from '../state/server.js';
import { docsPage, html } from './html.js';
import type { Incoming } from './incoming.js';

/** The password of every user of a sandbox. */
const PASSWORD = 'sandbox';

/** The roles that the form accepts, and which users may get a token for each. */
const ROLES: Record<string, readonly Role[]> = {
  A: ['administrator'],
  E: ['administrator', 'editor'],
  S: ['administrator', 'editor', 'surveyor'],
};

const HEADERS = { vary: 'Cookie', 'content-language': 'en-us' };

/** The `v9` form that gives a user tokens for a username and a password. */
export function authenticateForm(server: Server, incoming: Incoming): Response {
  const form = new URLSearchParams(new TextDecoder().decode(incoming.body));
  const allowed = ROLES[form.get('role') ?? ''];
  if (incoming.method !== 'POST' || !allowed) {
    return html(200, docsPage('API Authentication', false, ''), HEADERS);
  }
  const found = server.workspaces.flatMap(workspace => {
    const user = [...workspace.users].find(({ email }) => email === form.get('username'));
    return user ? [{ workspace, user }] : [];
  });
  if (found.length === 0 || form.get('password') !== PASSWORD) return html(403, '', HEADERS);
  const tokens = found
    .filter(({ user }) => allowed.includes(user.role))
    .map(({ workspace, user }) => ({
      org: { uuid: workspace.settings.uuid, name: workspace.settings.name, id: workspace.id },
      token: server.grant(workspace, user, user.role),
    }));
  return new Response(JSON.stringify({ tokens }), {
    headers: { 'content-type': 'application/json', ...HEADERS },
  });
}
