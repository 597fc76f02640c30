// Reads the DHIS2 users who should be contacts: active users of the chosen units and user groups.

const PER_PAGE = 100;
const FIELDS =
  'id,name,phoneNumber,disabled,organisationUnits[id,path],userGroups[id],userRoles[id,name]';

const PAGE = 'DHIS2 answered with a page instead of data: check its address and the credential.';

// All pages; nothing if the list changed during the read, because someone may have slipped onto an earlier page.
async function readAll(state) {
  const users = new Map();
  let total;
  for (let page = 1; ; page++) {
    const query = { fields: FIELDS, order: 'id:asc', pageSize: PER_PAGE, page };
    const { data } = await get('/api/users', { query })(state);
    if (!data?.users) throw new Error(PAGE);
    total ??= data.pager?.total;
    if (data.pager?.total !== total) return undefined;
    for (const user of data.users) users.set(user.id, user);
    if (data.users.length < PER_PAGE) return [...users.values()];
  }
}

fn(async state => {
  if (state.settings.users.units.length === 0) {
    throw new Error('users.units in the settings is empty: add units, or disable this workflow.');
  }
  for (let attempt = 1; attempt <= 3; attempt++) {
    const users = await readAll(state);
    if (users) return { ...state, users };
  }
  throw new Error('DHIS2 users changed while they were read. The next run tries again.');
});

fn(state => {
  const { users, rapidpro } = state.settings;
  const { units, userGroups, groups, idField, roleField, leaveAtMost } = users;
  const isBelow = ({ id, path }) =>
    units.some(unit => id === unit || path?.split('/').includes(unit));
  const isChosen = user =>
    user.disabled !== true &&
    (user.organisationUnits ?? []).some(isBelow) &&
    (userGroups.length === 0 || (user.userGroups ?? []).some(({ id }) => userGroups.includes(id)));
  const severalUnits = []; // people whose clinic is not clear
  const unitOf = state.unitOf ?? {}; // by user: the unit that the last run wrote
  const written = {};
  const people = state.users.filter(isChosen).map(user => {
    const own = user.organisationUnits.filter(isBelow);
    const before = unitOf[user.id];
    const isLeft = before && !own.some(({ id }) => id === before);
    if (own.length > 1) severalUnits.push(user.id);
    else written[user.id] = own[0].id;
    const roles = (user.userRoles ?? []).map(({ name, id }) => name ?? id).sort();
    return {
      id: user.id,
      name: user.name?.trim(),
      phone: user.phoneNumber,
      fields: {
        [roleField]: roles.join(', ') || null,
        // The field that reports and reminders use. With several units it stays empty: a report must not go to the wrong one.
        ...(own.length === 1 ? { [rapidpro.clinicField]: own[0].id } : {}),
      },
      // A unit that this workflow wrote is removed when they leave it. What a person wrote by hand stays.
      emptied: isLeft && own.length > 1 ? { [rapidpro.clinicField]: before } : {},
    };
  });
  return {
    ...state,
    people,
    severalUnits,
    unitOf: written,
    register: { groups, idField, fields: [idField, roleField], leaveAtMost },
  };
});
