import { endpoint } from '../core/endpoint.js';
import { emptyList, listPage } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import type { User } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { uuidParams } from './filters.js';

const ROLES = ['administrator', 'editor', 'viewer', 'agent', 'surveyor'];

export const users = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const newer = workspace.dialect === 'textit';
    const asked = incoming.query.getAll('role');
    const roles = asked.filter(role => ROLES.includes(role));
    const uuids = newer ? uuidParams(call, 'uuid') : [];
    const emails = newer ? incoming.query.getAll('email') : [];
    if (asked.length > 0 && roles.length === 0) return emptyList();
    return listPage(call, {
      rows: workspace.users.by('created'),
      holds: user =>
        (roles.length === 0 || roles.includes(user.role)) &&
        (uuids.length === 0 || uuids.includes(user.uuid)) &&
        (emails.length === 0 ||
          emails.some(email => email.toLowerCase() === user.email.toLowerCase())),
      show: user => showUser(user, workspace),
    });
  },
});

function showUser(user: User, workspace: Workspace): unknown {
  const names = { first_name: user.firstName, last_name: user.lastName };
  const created_on = isoTime(user.createdOn);
  if (workspace.dialect === 'v9')
    return { email: user.email, ...names, role: user.role, created_on };
  return {
    uuid: user.uuid,
    name: `${user.firstName} ${user.lastName}`,
    email: user.email,
    role: user.role,
    team: user.team ?? (user.role === 'agent' ? workspace.allTopics : null),
    created_on,
    avatar: null,
    ...names,
  };
}
