/**
 * The selected contact: its details, the conversation, and the actions on its behalf.
 *
 * @typedef {import('../types.js').View} View
 * @typedef {import('../types.js').ChosenContact} ChosenContact
 * @typedef {import('./main.js').Tools} Tools
 */
import { conversation } from './conversation.js';
import { byId, el, fill } from './dom.js';
import { addressOf, nameOf } from './words.js';

/** @param {Tools} tools */
export function chosen({ act }) {
  const text = byId('text', HTMLInputElement);
  const flow = byId('flow', HTMLSelectElement);
  const talk = conversation();
  let uuid = '';
  byId('reply', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault();
    if (text.value.trim() === '') return;
    void act('reply', { contact: uuid, text: text.value });
    text.value = '';
  });
  const start = byId('start', HTMLFormElement);
  start.addEventListener('submit', event => {
    event.preventDefault();
    if (flow.value) void act('start', { contact: uuid, flow: flow.value });
  });

  /** @param {View} view */
  return ({ chosen: contact, flows }) => {
    byId('nobody', HTMLElement).hidden = contact !== null;
    byId('somebody', HTMLElement).hidden = contact === null;
    if (!contact) return;
    if (uuid !== contact.uuid) text.value = '';
    uuid = contact.uuid;
    start.hidden = flows.length === 0;
    fill(
      flow,
      flows,
      one => one.uuid,
      one => el('option', { value: one.uuid }, one.name ?? ''),
    );
    drawPerson(contact);
    talk(contact);
  };
}

/** @param {ChosenContact} contact */
function drawPerson(contact) {
  const { urns, groups, fields, status, language, flow } = contact;
  byId('name', HTMLElement).textContent = nameOf(contact);
  const facts = [...urns.map(addressOf), language ? `speaks ${language}` : ''].filter(Boolean);
  byId('urns', HTMLElement).textContent = facts.join(' · ') || 'No URN, so no messages';
  const chips = [
    ...(status === 'active' ? [] : [{ text: status, kind: 'chip warn' }]),
    ...groups.map(text => ({ text, kind: 'chip' })),
  ];
  fill(
    byId('groups', HTMLElement),
    chips,
    ({ text, kind }) => `${kind} ${text}`,
    ({ text, kind }) => el('span', { class: kind }, text),
  );
  byId('fields-box', HTMLElement).hidden = fields.length === 0;
  fill(
    byId('fields', HTMLElement),
    fields,
    ({ name }) => name,
    ({ name, value }) => el('div', {}, el('dt', {}, name), el('dd', {}, value ?? '–')),
  );
  const waits = byId('waits', HTMLElement);
  waits.textContent = flow ? `The flow ${flow} waits for an answer.` : '';
}
