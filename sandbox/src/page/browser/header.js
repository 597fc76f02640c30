/**
 * The top of the page: the sandbox, its credentials, and the use of its rate limits.
 *
 * @typedef {import('../types.js').View} View
 * @typedef {import('../types.js').Usage} Usage
 * @typedef {import('./main.js').Tools} Tools
 */
import { byId, el, fill } from './dom.js';
import { grouped, until } from './words.js';

const DIALECTS = new Map([
  ['v9', 'like RapidPro 9'],
  ['textit', 'like TextIt'],
]);

/** @param {Tools} tools */
export function header({ act }) {
  const usage = byId('usage', HTMLElement);
  connecting();
  /** @type {Record<string, () => void>} */
  const acts = {
    'use-up': () => act('throttle', { used: 'all' }),
    'set-back': () => act('throttle', { used: 'none' }),
    fail: () => act('fault', { kind: 'bad-gateway' }),
    cut: () => act('fault', { kind: 'reset' }),
  };
  for (const button of document.querySelectorAll('button[data-act]')) {
    button.addEventListener('click', () => {
      acts[button.getAttribute('data-act') ?? '']?.();
    });
  }

  /** @param {View} view */
  return ({ server, throttle, faults }) => {
    const { dialect, host, token, workspace } = server;
    document.title = `${workspace} · RapidPro sandbox`;
    byId('workspace', HTMLElement).textContent = workspace;
    byId('dialect', HTMLElement).textContent = DIALECTS.get(dialect) ?? dialect;
    byId('address', HTMLElement).textContent = host;
    const state = JSON.stringify({ configuration: { host, token } }, null, 2);
    const shown = byId('state', HTMLElement);
    if (shown.textContent !== state) shown.textContent = state;
    const lines = throttle.map(one => ({ ...one, rest: one.freesOn && until(one.freesOn) }));
    fill(usage, lines, ({ scope }) => scope, drawUsage);
    const waits = faults.map(faultWords).join(' ');
    const waiting = byId('faults', HTMLElement);
    if (waiting.textContent !== waits) waiting.textContent = waits;
    if (throttle.length === 0) usage.textContent = 'There is no limit.';
  };
}

const UNITS = new Map([
  [60, 'minute'],
  [1, 'second'],
]);

/** @param {Usage & { rest: string | null }} usage */
function drawUsage({ scope, used, limit, seconds, rest }) {
  const name = scope.replace(/^v2\./, '').replace(/^v2$/, 'the rest');
  const unit = seconds === 3600 ? '' : ` per ${UNITS.get(seconds) ?? `${seconds} s`}`;
  const bar = el('progress', {
    max: String(limit),
    value: String(used),
    'aria-label': `Used for ${name}`,
  });
  const numbers = `${grouped(used)} / ${grouped(limit)}${unit}`;
  const note = rest === null ? '' : used >= limit ? `full, free in ${rest}` : `back in ${rest}`;
  return el(
    'li',
    { class: used >= limit ? 'full' : undefined },
    el('span', { class: 'scope' }, name),
    el('span', { class: 'numbers' }, numbers),
    bar,
    el('span', { class: 'quiet note' }, note),
  );
}

/** @type {Record<string, string>} */
const FAULTS = { 'bad-gateway': 'fails', reset: 'is cut' };

/** @param {View['faults'][number]} fault */
function faultWords({ kind, times, path }) {
  const which = times === 1 ? 'The next request' : `Each of the next ${times} requests`;
  return `${which}${path ? ` for ${path}` : ''} ${FAULTS[kind] ?? `meets the fault ${kind}`}.`;
}

/** The box with state.json. */
function connecting() {
  const box = byId('connect-box', HTMLDialogElement);
  const renew = [copying('copy', 'state'), copying('copy-command', 'command')];
  byId('connect', HTMLButtonElement).addEventListener('click', () => {
    for (const one of renew) one();
    box.showModal();
  });
  byId('connect-close', HTMLButtonElement).addEventListener('click', () => box.close());
}

/**
 * Lets a button copy what an element shows. Returns what gives the button its own words again.
 *
 * @param {string} button
 * @param {string} from
 */
function copying(button, from) {
  const copy = byId(button, HTMLButtonElement);
  const words = copy.textContent;
  copy.addEventListener('click', async () => {
    const shown = byId(from, HTMLElement);
    try {
      await navigator.clipboard.writeText(shown.textContent ?? '');
      copy.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(shown);
      copy.textContent = 'Selected: press Ctrl+C';
    }
  });
  return () => {
    copy.textContent = words;
  };
}
