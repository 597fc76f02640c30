import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ANN, SEED, SURVEY } from '../../sandbox/test/page/opened.js';
import { chromiumPath } from '../../sandbox/test/support/browser/chromium.js';
import type { Tab } from '../../sandbox/test/support/browser/tab.js';
import { type OpenedTab, shows, WAIT, withBrowser } from './openedTab.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LAYOUT = readFileSync(
  new URL('../../sandbox/test/support/browser/layout.js', import.meta.url),
  'utf8',
);

const WIDTHS = [360, 800, 1440];

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What axe-core finds, by rule and place. */
async function accessFaults(tab: Tab, options: object): Promise<string[]> {
  const run = `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })})`;
  const [passed, found] = await tab.value<[number, Violation[]]>(
    `${run}.then(({ passes, violations }) => [passes.length, violations])`,
  );
  expect(passed, 'rules that axe-core could look at').toBeGreaterThan(0);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Looks at the page as it is now, at each width, and in light and dark colors. */
async function isFaultless(tab: Tab, state: string): Promise<void> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await tab.resize(width, 800);
    const faults = await tab.value<string[]>(`${LAYOUT};layoutFaults()`);
    found.push(...faults.map(fault => `${width} pixels: ${fault}`));
    if (width === 800) continue;
    const faulty = await accessFaults(tab, {});
    found.push(...faulty.map(fault => `${width} pixels: ${fault}`));
  }
  await tab.prefer('dark');
  const dark = await accessFaults(tab, { runOnly: ['color-contrast'] });
  await tab.prefer('light');
  found.push(...dark.map(fault => `dark: ${fault}`));
  expect(found, state).toEqual([]);
}

const LONG = 'Uwamahoro-Nyiramahirwe-wa-Rwagasabo-Mukandayisenga-Umubyeyi';

const MANY = {
  ...SEED,
  fields: [
    ...SEED.fields,
    ...Array.from({ length: 24 }, (_, n) => ({
      key: `more_${n}`,
      name: `More ${n}`,
      type: 'text' as const,
    })),
  ],
  contacts: [
    ...SEED.contacts,
    { name: `${LONG} ${LONG}`, urns: ['tel:+250788000003'], groups: ['Mothers'] },
    { name: 'Blocked', urns: ['tel:+250788000004'], status: 'blocked' as const },
    { urns: ['telegram:123456789012345'] },
  ],
};

/** One of each that the lists hold. */
async function filled({ sandbox, post, get }: OpenedTab): Promise<void> {
  const text = `Hello ${LONG}${LONG} @(datetime_add(now(), 2147483647, "Y"))`;
  await post('broadcasts.json', { contacts: [ANN], groups: ['Mothers'], text: { eng: text } });
  await post('flow_starts.json', { contacts: [ANN], flow: SURVEY });
  await sandbox.settled();
  for (let n = 0; n < 12; n++) {
    await post('broadcasts.json', { contacts: [ANN], text: { eng: `Visit ${n}` } });
  }
  await sandbox.settled();
  await sandbox.reply('tel:+250788000002', `https://example.org/${LONG}${LONG}`);
  await post('contacts.json', { name: LONG, urns: ['tel:+250788000001'] });
  await get(`contacts.json?group=${LONG}&search=a%20word`);
  sandbox.fault({ kind: 'reset' });
  await get('contacts.json').catch(() => {});
}

const TABS = ['Requests', 'Messages', 'Runs', 'Sends', 'Not known'];

describe.skipIf(!chromiumPath)('each state of the page, for axe-core and at each width', () => {
  const opened = withBrowser();

  async function prepared(options?: Parameters<typeof opened>[0]): Promise<OpenedTab> {
    const page = await opened(options);
    await page.tab.prefer('light');
    await page.tab.value(`${AXE};0`);
    return page;
  }

  it('is faultless without contacts', async () => {
    const { tab } = await prepared({});
    await shows(tab, '#no-contacts').toContain('No contacts yet');
    await isFaultless(tab, 'empty');
    for (const [index] of TABS.entries()) {
      await tab.value(`document.querySelector('#tab-${index}').click()`);
      const faults = await accessFaults(tab, {});
      expect(faults, `tab ${index}, empty`).toEqual([]);
    }
  });

  it('is faultless with a conversation open, at each tab', async () => {
    const page = await prepared({ seed: MANY });
    const { tab } = page;
    await filled(page);
    await tab.value(`location.hash = '${ANN}'`);
    await shows(tab, '#waits').toBe('The flow Survey waits for an answer.');
    await shows(tab, '#tab-4').toBe('Not known 1');
    for (const [index, name] of TABS.entries()) {
      await tab.value(`document.querySelector('#tab-${index}').click()`);
      await isFaultless(tab, name);
    }
  });

  it('is faultless with requests, fields and the box open, and when all goes wrong', async () => {
    const page = await prepared({ seed: MANY });
    const { tab, act, sandbox } = page;
    await filled(page);
    await tab.value(`location.hash = '${ANN}'`);
    await shows(tab, '#tab-0').toBe('Requests 17');
    await tab.value(`for (const one of document.querySelectorAll('details')) one.open = true`);
    await shows(tab, '#tab-0-panel').toContain('the URN belongs to another contact');
    await isFaultless(tab, 'requests and fields open');
    await tab.value(`document.querySelector('#connect').click()`);
    await shows(tab, '#state').toContain('configuration');
    await isFaultless(tab, 'the box');
    await tab.press('Escape');
    await act('throttle', { used: 'all' });
    sandbox.fault({ kind: 'bad-gateway', times: 3, when: { path: 'contacts' } });
    await tab.focus('searchbox', 'Search contacts');
    await tab.type('nobody has this name');
    await shows(tab, '#no-contacts').toBe('No contact matches this search.');
    await shows(tab, '#faults').toContain('next 3 requests');
    await tab.value(
      `document.querySelector('#notice').textContent = 'The sandbox does not answer.'`,
    );
    await isFaultless(tab, 'all limits used up, a fault that waits, a search without a match');
  });

  it('is moved through by Tab alone, in order, with the focus in sight', async () => {
    const page = await prepared();
    const { tab } = page;
    await filled(page);
    await tab.resize(1440, 900);
    await tab.value(`location.hash = '${ANN}'`);
    await shows(tab, '#waits').toBe('The flow Survey waits for an answer.');
    await shows(tab, '#tab-0').toBe('Requests 17');
    await tab.value(`document.querySelector('#connect').focus()`);
    const names: string[] = [];
    const NAME = `(() => {
      const one = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const { top, bottom, width } = one.getBoundingClientRect();
      const isSeen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
      const isInView = width > 0 && top >= 0 && bottom <= innerHeight;
      const name = one.id || one.dataset.act || one.localName;
      return name + (isSeen ? '' : ' without focus') + (isInView ? '' : ' out of sight');
    })()`;
    for (let n = 0; n < 16; n++) {
      await tab.press('Tab');
      names.push(await tab.value(NAME));
    }
    const order = ['use-up', 'set-back', 'fail', 'cut', 'search', 'button', 'flow', 'button'];
    order.push('summary', 'log', 'text', 'button', 'tab-0', 'tab-0-panel', 'summary', 'summary');
    expect(names).toEqual(order);
    await tab.press('Enter');
    await expect
      .poll(() => tab.value('document.activeElement.parentElement.open'), WAIT)
      .toBe(true);
    await tab.press('Escape');
    expect(await tab.value('document.activeElement.parentElement.open')).toBe(false);
    expect(await tab.value('document.activeElement.localName')).toBe('summary');
    await tab.press('Shift+Tab');
    await tab.press('Shift+Tab');
    expect(await tab.value('document.activeElement.id')).toBe('tab-0-panel');
    // The box keeps the focus inside, and gives it back.
    await tab.use('button', 'Connect a job');
    for (let n = 0; n < 6; n++) {
      await tab.press('Tab');
      const where = `document.activeElement.closest('dialog')?.id ?? document.activeElement.localName`;
      expect(['connect-box', 'body']).toContain(await tab.value(where));
    }
    await tab.press('Escape');
    expect(await tab.value('document.activeElement.id')).toBe('connect');
  });
});
