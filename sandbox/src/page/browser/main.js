/**
 * Polls the sandbox every second and draws what changed.
 *
 * @typedef {import('../types.js').View} View
 */
import { activity } from './activity.js';
import { act, look } from './ask.js';
import { chosen } from './chosen.js';
import { contacts } from './contacts.js';
import { byId } from './dom.js';
import { header } from './header.js';

const EVERY = 1000;
/** A slow poll is followed by a pause many times as long, so that polling does not slow a job down. */
const REST = 10;

const looking = { search: '', most: 50, lines: 50, contact: location.hash.slice(1) };
const notice = byId('notice', HTMLElement);

/** @type {View | undefined} */
let shown;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
/** Numbers the polls, so that an outdated response is not drawn. */
let looks = 0;

/**
 * @typedef {object} Tools
 * @property {(uuid: string) => void} choose - opens a contact's conversation
 * @property {(changes: { search?: string, most?: number, lines?: number }) => void} list - changes how much is listed
 * @property {typeof act} act - runs an action and reports an error
 */

/** As in page.css. */
const NARROW = matchMedia('(max-width: 960px)');

/** @type {Tools} */
const tools = {
  async choose(uuid) {
    looking.contact = uuid;
    history.replaceState(null, '', `#${uuid}`);
    shown = undefined;
    await update();
    // Where the rooms stand below each other, the conversation may be out of sight. Only now is it as long as it will be.
    if (NARROW.matches) byId('chosen', HTMLElement).scrollIntoView();
  },
  list(changes) {
    Object.assign(looking, changes);
    again();
  },
  async act(name, body) {
    try {
      await act(name, body);
      notify('');
    } catch (error) {
      notify(error instanceof TypeError ? GONE : String(/** @type {Error} */ (error).message));
    }
    again();
  },
};

const GONE = 'The sandbox is not running. Start it again: rapidpro-sandbox';
const parts = [header(tools), contacts(tools), chosen(tools), activity(tools)];

/** @param {string} text */
function notify(text) {
  if (notice.textContent !== text) notice.textContent = text;
}

/** Polls now, and draws even if nothing changed. */
function again() {
  shown = undefined;
  void update();
}

async function update() {
  clearTimeout(next);
  const mine = ++looks;
  const began = performance.now();
  try {
    const view = await look({
      search: looking.search,
      contact: looking.contact,
      most: String(looking.most),
      lines: String(looking.lines),
      since: shown?.revision ?? '',
    });
    if (mine !== looks) return;
    shown = view ?? shown;
    if (notice.textContent === GONE) notify('');
    if (shown) for (const part of parts) part(shown);
  } catch {
    if (mine !== looks) return;
    notify(GONE);
  }
  next = setTimeout(update, Math.max(EVERY, (performance.now() - began) * REST));
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(next);
  else void update();
});
addEventListener('hashchange', () => tools.choose(location.hash.slice(1)));

void update();
