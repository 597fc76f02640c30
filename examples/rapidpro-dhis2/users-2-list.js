// The status of each user, for the desk.

const SEVERAL =
  'Has several units, so the field with the clinic is not changed. If they report, fill it in by hand.';

fn(state => {
  const {
    settings,
    now,
    items: before = [],
    found,
    severalUnits,
    notRemoved,
    problems,
    counts,
    rapidpro,
    unitOf,
  } = state;
  const items = found.map(item =>
    item.status === 'done' && !item.cause && severalUnits.includes(item.id)
      ? { ...item, cause: SEVERAL }
      : item,
  );
  // A list that was cut off looks like one that many people left.
  const leaving = notRemoved
    ? {
        status: 'refused',
        cause: notRemoved.description,
        mend: `${notRemoved.fix} In the settings: users.leaveAtMost`,
      }
    : { status: 'done' };
  const all = [...items, { id: 'who-leaves', ...leaving }];
  const data = { ...counts, problems: problems.length };
  return {
    settings,
    now,
    items: [...before, ...all.map(item => ({ kind: 'user', ...item }))],
    // Refused users who are no longer chosen do not matter.
    settles: [{ prefix: 'user-', cause: 'No longer among the selected DHIS2 users.' }],
    final: { ...(rapidpro ? { rapidpro } : {}), unitOf, problems, data },
  };
});
