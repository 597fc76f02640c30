// Writes the daily list of the desk for a person in charge, but only if something needs a person.

const SHOWN = 2; // ids of each cause, in a message
const LONGEST = 640; // characters that RapidPro takes in a message

// As many lines as fit, and how many do not.
function fitted([head, ...lines]) {
  const more = count => `And ${count} more kinds: open the desk.`;
  let text = head;
  for (const [index, line] of lines.entries()) {
    const left = lines.length - index;
    const rest = left > 1 ? `\n${more(left)}` : '';
    if (`${text}\n${line}${rest}`.length > LONGEST) return `${text}\n${more(left)}`;
    text = `${text}\n${line}`;
  }
  return text;
}

fn(state => {
  const { settings, desk, now } = state;
  const { contact, mail } = settings.desk.tell;
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: settings.timeZone }).format(
    new Date(now),
  );
  const isDay = until => /^\d{4}-\d{2}-\d{2}$/.test(until ?? '');
  // What waits for the next run, or for an hour, should not wait longer than a day.
  const yesterday = new Date(now - 24 * 60 * 60 * 1000).toISOString();
  const isLate = ({ status, until, since }) =>
    status === 'waiting' && (isDay(until) ? until < today : since < yesterday);
  const toTell = desk.filter(
    entry =>
      entry.kind !== 'tell' && (['refused', 'unknown'].includes(entry.status) || isLate(entry)),
  );
  // One line for each kind and cause.
  const lines = new Map();
  for (const { kind, status, id, cause = 'It has waited too long.', mend } of toTell) {
    const key = `${kind} ${status}: ${cause}`;
    const line = lines.get(key) ?? { key, mend, ids: [] };
    line.ids.push(id);
    lines.set(key, line);
  }
  const sorted = [...lines.values()].sort((a, b) => b.ids.length - a.ids.length);
  const write = shown => [
    `RapidPro and DHIS2, ${today}: ${toTell.length} to check.`,
    ...sorted.map(({ key, mend, ids }) => {
      const some = ids.slice(0, shown).join(', ');
      const more = ids.length > shown ? `, and ${ids.length - shown} more` : '';
      return `${ids.length} x ${key}${mend ? ` Mend: ${mend}.` : ''} (${some}${more})`;
    }),
  ];
  // If today's list was sent, or may have been, it is not sent again. A refused one is.
  const isTold = channel =>
    desk.some(
      ({ kind, id, status }) =>
        kind === 'tell' && id === `${today}-${channel}` && status !== 'refused',
    );
  const channels = [contact && 'message', mail && 'mail'].filter(Boolean);
  const open = toTell.length > 0 ? channels.filter(channel => !isTold(channel)) : [];
  return {
    settings,
    now,
    problems: state.problems,
    today,
    open,
    told: [],
    waiting: toTell.length,
    message: fitted(write(SHOWN)),
    mail: write(Number.POSITIVE_INFINITY).join('\n'),
    // The claim, before anything is sent.
    items: open.map(channel => ({
      kind: 'tell',
      id: `${today}-${channel}`,
      status: 'unknown',
      cause: 'It is unclear whether the list was sent.',
    })),
  };
});
