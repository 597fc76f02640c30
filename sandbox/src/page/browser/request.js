/**
 * A request in the list. It opens to its query, its body, the answer, and the reason in words.
 *
 * @typedef {import('../types.js').RequestLine} RequestLine
 * @typedef {import('../types.js').RequestDetails} RequestDetails
 * @typedef {import('../types.js').Excerpt} Excerpt
 */
import { requestDetails } from './ask.js';
import { el } from './dom.js';
import { grouped, timeOf } from './words.js';

/** @typedef {(request: RequestLine, isOpen: boolean) => void} Opened */

/**
 * @param {RequestLine} request
 * @param {Opened} opened - is told when it is opened and closed
 */
export function drawRequest(request, opened) {
  const summary = el('summary', {}, ...summaryOf(request));
  const reason = el('p', { class: 'reason', role: 'status' });
  const parts = el('div', { class: 'parts' });
  const box = el('details', {}, summary, reason, parts);
  box.addEventListener('toggle', () => {
    opened(request, box.open);
    if (box.open && parts.childElementCount === 0) void show(request, reason, parts);
  });
  box.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !box.open) return;
    box.open = false;
    summary.focus();
  });
  return el('li', {}, box);
}

/** @type {Record<string, string>} */
const CUT = { reset: 'cut', truncate: 'cut', stall: 'late' };

/** @param {RequestLine} request */
function summaryOf({ on, method, path, query, status, fault, as }) {
  const target = `${path.replace(/^\/api\/v2\//, '')}${query ? `?${readable(query)}` : ''}`;
  const cut = fault === null ? undefined : CUT[fault];
  const isBad = cut !== undefined || status >= 500 || status === 429;
  const kind = isBad ? 'bad' : status >= 400 ? 'warn' : 'good';
  const who = as === 'administrator' ? '' : ` (${as ?? 'nobody'})`;
  return [
    el('span', { class: 'time quiet' }, timeOf(on)),
    el('span', { class: 'method' }, method),
    el('span', { class: `chip ${kind}` }, cut ?? String(status)),
    el('span', { class: 'target', title: path }, `${target}${who}`),
  ];
}

/** @param {string} text */
function readable(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/**
 * @param {RequestLine} request
 * @param {HTMLElement} reason
 * @param {HTMLElement} parts
 */
async function show(request, reason, parts) {
  try {
    const details = await requestDetails(request.number);
    parts.replaceChildren(...drawParts(request, details));
    reason.textContent = details.reason ?? '';
  } catch (error) {
    const isGone = error instanceof TypeError;
    reason.textContent = isGone
      ? 'The sandbox does not answer.'
      : /** @type {Error} */ (error).message;
  }
}

/**
 * @param {RequestLine} request
 * @param {RequestDetails} details
 */
function drawParts({ status, fault }, { query, body, answer }) {
  const pairs = query.text.split('&').map(readable).join('\n');
  const title = fault === 'reset' ? 'Answer' : `Answer ${status}`;
  return [
    ...(query.length === 0 ? [] : drawPart('Query', { ...query, text: pairs })),
    ...(body === null ? [] : drawPart('Body', body)),
    ...(answer === null
      ? [el('p', { class: 'quiet' }, `${title}: nothing`)]
      : drawPart(title, answer)),
  ];
}

/**
 * @param {string} title
 * @param {Excerpt} excerpt
 */
function drawPart(title, { text, shown, length }) {
  const cut = `, the first ${grouped(shown)} of ${grouped(length)} characters`;
  const note = length > shown ? cut : '';
  return [
    el('h3', {}, title, el('span', { class: 'quiet' }, note)),
    // What scrolls must be reached by keyboard.
    el('pre', { tabindex: '0', role: 'group', 'aria-label': title }, text),
  ];
}
