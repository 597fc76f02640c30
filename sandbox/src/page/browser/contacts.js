/**
 * The list of contacts, most recently changed first, with its search.
 *
 * @typedef {import('../types.js').View} View
 * @typedef {import('../types.js').ContactLine} ContactLine
 * @typedef {import('./main.js').Tools} Tools
 */
import { byId, el, fill } from './dom.js';
import { addressOf, count, grouped, nameOf } from './words.js';

const STEP = 100;

/** @param {Tools} tools */
export function contacts({ choose, list }) {
  const items = byId('contacts', HTMLElement);
  const empty = byId('no-contacts', HTMLElement);
  const more = byId('more', HTMLButtonElement);
  const search = byId('search', HTMLInputElement);
  const countLine = byId('contacts-count', HTMLElement);
  let listed = 0;
  search.addEventListener('input', () => list({ search: search.value, most: 50 }));
  more.addEventListener('click', () => list({ most: listed + STEP }));
  items.addEventListener('keydown', event => walk(items, event));

  /** @param {View} view */
  return ({ contacts: found, chosen }) => {
    listed = found.items.length;
    fill(
      items,
      found.items,
      ({ uuid }) => uuid,
      one => drawContact(one, choose),
    );
    mark(items, chosen?.uuid);
    const isSearch = found.total !== found.all;
    const text = isSearch
      ? `${grouped(found.total)} of ${grouped(found.all)}`
      : count(found.all, 'contact');
    if (countLine.textContent !== text) countLine.textContent = text;
    more.hidden = found.total <= listed;
    items.hidden = listed === 0;
    empty.hidden = listed > 0;
    if (listed === 0) empty.replaceChildren(...(found.all > 0 ? NO_MATCH() : NOBODY()));
  };
}

const NO_MATCH = () => [el('p', {}, 'No contact matches this search.')];
const NOBODY = () => [
  el('p', {}, 'No contacts yet. Create the first one in a job:'),
  el('pre', {}, "upsertContact({\n  name: 'Aline Uwase',\n  urns: ['tel:+250788123123'],\n});"),
];

/**
 * @param {ContactLine} contact
 * @param {(uuid: string) => void} choose
 */
function drawContact(contact, choose) {
  const { uuid, name, urn, status, flow, groups } = contact;
  const small = [name && urn ? addressOf(urn) : '', groups.join(', ')].filter(Boolean);
  const button = el(
    'button',
    { type: 'button', 'data-uuid': uuid },
    el('span', { class: 'who' }, nameOf(contact)),
    status === 'active' ? '' : el('span', { class: 'chip' }, status),
    flow ? el('span', { class: 'chip waiting', title: `In the flow ${flow}` }, 'waiting') : '',
    el('span', { class: 'small quiet' }, small.join(' · ')),
  );
  button.addEventListener('click', () => choose(uuid));
  return el('li', {}, button);
}

/**
 * Marks the selected contact. Tab reaches one button of the list; the arrow keys move to the others.
 *
 * @param {HTMLElement} items
 * @param {string | undefined} uuid
 */
function mark(items, uuid) {
  const buttons = [...items.querySelectorAll('button')];
  const current = buttons.find(button => button.dataset.uuid === uuid);
  const focused = buttons.find(button => button === document.activeElement);
  const entry = focused ?? current ?? buttons[0];
  for (const button of buttons) {
    button.tabIndex = button === entry ? 0 : -1;
    if (button === current) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

/** @type {Record<string, (at: number, last: number) => number>} */
const MOVES = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: at => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

/**
 * @param {HTMLElement} items
 * @param {KeyboardEvent} event
 */
function walk(items, event) {
  const move = MOVES[event.key];
  if (!move) return;
  event.preventDefault();
  const buttons = [...items.querySelectorAll('button')];
  const at = buttons.findIndex(button => button.contains(document.activeElement));
  const to = buttons[move(at, buttons.length - 1)];
  for (const button of buttons) button.tabIndex = button === to ? 0 : -1;
  to?.focus();
}
