/** Tabs, moved between with the arrow keys. */
import { byId, el } from './dom.js';

/**
 * @typedef {object} Tab
 * @property {HTMLElement} list - what the tab holds
 * @property {HTMLButtonElement} more - lists more of it
 * @property {(count: string, note: string) => void} setCaption - sets a count beside the tab's name, and a line above its list
 */

/**
 * @param {string[]} names
 * @returns {Tab[]}
 */
export function tabs(names) {
  const bar = byId('tabs', HTMLElement);
  const panels = byId('tab-panels', HTMLElement);
  const made = names.map((name, index) => {
    const id = `tab-${index}`;
    const counted = el('span', { class: 'count' });
    const tab = el(
      'button',
      { type: 'button', role: 'tab', id, 'aria-controls': `${id}-panel` },
      `${name} `,
      counted,
    );
    const note = el('p', { class: 'quiet small tab-note' });
    const list = el('ul', { class: 'list lines' });
    const more = el('button', { type: 'button', class: 'wide' }, 'Show more');
    more.hidden = true;
    const panel = el(
      'div',
      {
        role: 'tabpanel',
        id: `${id}-panel`,
        'aria-labelledby': id,
        class: 'scroll',
        tabindex: '0',
      },
      note,
      list,
      more,
    );
    bar.append(tab);
    panels.append(panel);
    return { tab, panel, list, more, counted, note };
  });

  /** @param {number} index */
  const select = index => {
    for (const [at, { tab, panel }] of made.entries()) {
      tab.setAttribute('aria-selected', String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      panel.hidden = at !== index;
    }
  };
  select(0);
  for (const [index, { tab }] of made.entries()) {
    tab.addEventListener('click', () => select(index));
    tab.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      const to = (index + step + made.length) % made.length;
      select(to);
      made[to]?.tab.focus();
    });
  }
  return made.map(({ list, more, counted, note }) => ({
    list,
    more,
    setCaption(number, text) {
      counted.textContent = number;
      note.textContent = text;
    },
  }));
}
