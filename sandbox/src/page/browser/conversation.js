/**
 * The messages from and to a contact, as on a phone.
 *
 * @typedef {import('../types.js').ChosenContact} ChosenContact
 * @typedef {import('../types.js').MessageLine} MessageLine
 */
import { byId, el, fill } from './dom.js';
import { count, timeOf } from './words.js';

export function conversation() {
  const log = byId('log', HTMLElement);
  let uuid = '';

  /** @param {ChosenContact} contact */
  return contact => {
    const isNew = uuid !== contact.uuid;
    uuid = contact.uuid;
    const wasAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const { total, items } = contact.messages;
    const earlier = total - items.length;
    const first = items[0];
    /** @type {(MessageLine | { id: string, words: string })[]} */
    const lines =
      earlier > 0 ? [{ id: 'earlier', words: `${count(earlier, 'earlier message')}` }] : [];
    if (!first) lines.push({ id: 'none', words: 'No messages yet.' });
    fill(
      log,
      [...lines, ...items],
      one => `${contact.uuid} ${one.id}`,
      one => ('words' in one ? el('p', { class: 'quiet middle' }, one.words) : drawMessage(one)),
    );
    if (isNew) for (const one of log.children) one.classList.remove('fresh');
    if (isNew || wasAtEnd) log.scrollTop = log.scrollHeight;
  };
}

/** @param {MessageLine} message */
function drawMessage({ direction, text, attachments, status, flow, broadcast, on }) {
  const isIn = direction === 'in';
  const from = isIn ? '' : (flow ?? (broadcast === null ? '' : `Broadcast ${broadcast}`));
  const about = [from, timeOf(on), isIn ? '' : status].filter(Boolean).join(' · ');
  return el(
    'div',
    { class: `bubble ${direction}${status === 'failed' ? ' failed' : ''}` },
    el('span', { class: 'unseen' }, isIn ? 'From the contact: ' : 'To the contact: '),
    el('p', {}, text),
    ...attachments.map(one => el('p', { class: 'small' }, `Attachment: ${one}`)),
    el('p', { class: 'small about' }, about),
  );
}
