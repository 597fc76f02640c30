/**
 * What happens, newest first: requests, messages, runs, what was sent to many, and what came out empty or was left out.
 *
 * @typedef {import('../types.js').View} View
 * @typedef {import('../types.js').RequestLine} RequestLine
 * @typedef {import('./main.js').Tools} Tools
 */
import { el, fill, linkButton } from './dom.js';
import { drawRequest } from './request.js';
import { tabs } from './tabs.js';
import { count, grouped, nameOf, timeOf } from './words.js';

const NOT_KNOWN =
  'Errors print nothing on a real server either. The rest it would do: the sandbox left it out.';

/** @param {Tools} tools */
export function activity({ choose, list }) {
  const names = ['Requests', 'Messages', 'Runs', 'Sends', 'Not known'];
  const [requests, messages, runs, sends, unknown] = tabs(names);
  if (!requests || !messages || !runs || !sends || !unknown) throw new Error('A tab is missing.');
  let listed = 50;
  for (const { more } of [requests, messages, runs, sends, unknown]) {
    more.addEventListener('click', () => {
      listed += 100;
      list({ lines: listed });
    });
  }
  /** @param {{ uuid: string, name: string | null }} contact */
  const link = contact => linkButton(nameOf(contact), () => choose(contact.uuid));

  /** What somebody reads stays when a job's requests push it out of the list. @type {Map<number, RequestLine>} */
  const open = new Map();
  /** @param {RequestLine} request @param {boolean} isOpen */
  const opened = (request, isOpen) => {
    if (isOpen) open.set(request.number, request);
    else open.delete(request.number);
  };

  /** @param {View} view */
  return view => {
    const { contacts, ...lists } = view;
    show(requests, lists.requests, 'No requests yet. Connect a job and run it.');
    // After a reseed, nobody reads what is forgotten.
    if (lists.requests.total === 0) open.clear();
    const last = lists.requests.items.at(-1)?.number ?? 0;
    const read = [...open.values()].filter(({ number }) => number < last).reverse();
    fill(
      requests.list,
      [...lists.requests.items, ...read],
      ({ number }) => number,
      one => drawRequest(one, opened),
    );
    show(messages, lists.messages, 'No messages yet.');
    fill(
      messages.list,
      lists.messages.items,
      ({ id }) => id,
      one => drawMessage(one, link),
    );
    const waiting = `${grouped(lists.runs.waiting)} of ${count(lists.runs.total, 'run')} ${lists.runs.waiting === 1 ? 'waits' : 'wait'} for an answer.`;
    show(runs, lists.runs, 'No runs yet.', waiting);
    fill(
      runs.list,
      lists.runs.items,
      ({ uuid }) => uuid,
      one => drawRun(one, link),
    );
    show(sends, lists.sends, 'No broadcasts or flow starts yet.');
    fill(sends.list, lists.sends.items, ({ kind, id }) => `${kind} ${id}`, drawSend);
    show(unknown, lists.unknown, 'No errors, and nothing left out.', NOT_KNOWN);
    fill(unknown.list, lists.unknown.items, ({ number }) => number, drawUnknown);
  };
}

/**
 * @param {import('./tabs.js').Tab} tab
 * @param {{ total: number, items: unknown[] }} list
 * @param {string} none - shown if the list is empty
 * @param {string} note - shown otherwise
 */
function show(tab, { total, items }, none, note = '') {
  const cut = total > items.length ? `The newest ${items.length} of ${grouped(total)}.` : '';
  tab.more.hidden = total <= items.length || items.length >= MOST;
  tab.setCaption(grouped(total), total === 0 ? none : [note, cut].filter(Boolean).join(' '));
}

/** The most that the sandbox lists. */
const MOST = 1000;

/** @param {string} on */
const time = on => el('span', { class: 'time quiet' }, timeOf(on));

/** @typedef {(contact: { uuid: string, name: string | null }) => HTMLElement} Link */

/**
 * @param {import('../types.js').MessageLine} message
 * @param {Link} link
 */
function drawMessage({ on, direction, contact, text, status }, link) {
  const isIn = direction === 'in';
  return el(
    'li',
    {},
    time(on),
    el('span', { class: `way ${direction}` }, isIn ? 'from' : 'to'),
    link(contact),
    status === 'failed' ? el('span', { class: 'chip bad' }, 'failed') : '',
    el('span', { class: 'what' }, text),
  );
}

/**
 * @param {import('../types.js').RunLine} run
 * @param {Link} link
 */
function drawRun({ on, flow, contact, state, answers }, link) {
  const given = answers.map(({ name, value, category }) =>
    category === null || category.toLowerCase() === value.toLowerCase()
      ? `${name}: ${value}`
      : `${name}: ${value} (${category})`,
  );
  const kind = state === 'waiting' ? 'waiting' : state === 'failed' ? 'bad' : '';
  return el(
    'li',
    {},
    time(on),
    link(contact),
    el('span', { class: `chip ${kind}` }, state),
    el('span', { class: 'what' }, [flow, ...given].join(' · ')),
  );
}

/** @param {import('../types.js').SendLine} send */
function drawSend({ on, kind, what, status, contacts, urns, groups }) {
  const to = [
    contacts > 0 ? count(contacts, 'contact') : '',
    urns > 0 ? count(urns, 'URN') : '',
    ...groups,
  ].filter(Boolean);
  return el(
    'li',
    {},
    time(on),
    el('span', { class: 'method' }, kind === 'start' ? 'Flow start' : 'Broadcast'),
    el('span', { class: `chip ${status === 'failed' ? 'bad' : ''}` }, status),
    el('span', { class: 'quiet' }, `to ${to.join(', ')}`),
    el('span', { class: 'what' }, what),
  );
}

/** @param {import('../types.js').UnknownLine} unknown */
function drawUnknown({ what, expression, place }) {
  return el(
    'li',
    {},
    el('span', { class: 'chip warn' }, what),
    expression ? el('code', { class: 'what' }, expression) : '',
    el('span', { class: 'quiet' }, `in ${place}`),
  );
}
