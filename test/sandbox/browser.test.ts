import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ANN, MALLORY, type OpenedPage, openPage, SURVEY } from '../../sandbox/test/page/opened.js';
import {
  type Browser,
  chromiumPath,
  startBrowser,
} from '../../sandbox/test/support/browser/chromium.js';
import type { Tab } from '../../sandbox/test/support/browser/tab.js';
import { execute, sendBroadcast, startFlow, upsertContact } from '../../src/index.js';

const WAIT = { timeout: 10_000 };

if (!chromiumPath) {
  process.stderr.write(
    'The page is not tested in a browser: no Chromium at CHROME_PATH or /usr/bin/chromium.\n',
  );
}

describe.skipIf(!chromiumPath)('the page in Chromium', () => {
  let browser: Browser;
  beforeAll(() => {
    browser = startBrowser(chromiumPath ?? '');
  });
  afterAll(() => browser.close());

  async function opened(): Promise<OpenedPage & { tab: Tab }> {
    const sandbox = await openPage();
    const tab = await browser.open(sandbox.page);
    // Whatever a test does: no error on the console, and no request that leaves this sandbox.
    onTestFinished(() => {
      expect(tab.errors).toEqual([]);
      const elsewhere = tab.requests.filter(address => !address.startsWith(sandbox.page));
      expect(elsewhere).toEqual([]);
      expect(tab.requests.length).toBeGreaterThan(10);
    });
    return { ...sandbox, tab };
  }

  const shows = (tab: Tab, selector: string) => expect.poll(() => tab.text(selector), WAIT);

  it('says which fault waits, until it has struck', async () => {
    const { tab, sandbox, get } = await opened();
    await shows(tab, '#contacts').toContain('Ann');
    sandbox.fault({ kind: 'bad-gateway', times: 2 });
    await shows(tab, '#faults').toBe('Each of the next 2 requests fails.');
    await get('contacts.json');
    await shows(tab, '#faults').toBe('The next request fails.');
    await get('contacts.json');
    await shows(tab, '#faults').toBe('');
  });

  it('lists more than the newest 50', async () => {
    const { tab, get } = await opened();
    await shows(tab, '#contacts').toContain('Ann');
    for (let n = 0; n < 60; n++) await get('fields.json');
    await shows(tab, '#tab-0-panel').toContain('The newest 50 of 60.');
    await tab.value(`document.querySelector('#tab-0-panel button').click()`);
    await expect
      .poll(() => tab.value(`document.querySelectorAll('#tab-0-panel li').length`), WAIT)
      .toBe(60);
    expect(await tab.value(`document.querySelector('#tab-0-panel button').hidden`)).toBe(true);
  });

  it('shows what a job does, and takes a reply with which the run goes on', async () => {
    const { tab, sandbox } = await opened();
    await shows(tab, '#contacts').toContain('Ann');
    const { host, token } = sandbox;
    await execute(
      upsertContact({ urns: ['tel:+250788000001'], name: 'Ann Uwase', fields: { visits: 4 } }),
      sendBroadcast({ contacts: [ANN], text: 'The clinic is open on Saturday.' }),
      startFlow({ flow: SURVEY, contacts: [ANN] }),
    )({ configuration: { host, token } });
    await shows(tab, '#contacts').toContain('Ann Uwase');
    await shows(tab, '#contacts').toContain('waiting');
    await shows(tab, '#tab-panels').toMatch(/POST\s+201\s+broadcasts\.json/);
    await shows(tab, '#usage').toMatch(/broadcasts\s+1 \/ 36,000/);

    await tab.focus('searchbox', 'Search contacts');
    await tab.type('ann');
    await shows(tab, '#contacts-count').toBe('1 of 2');
    await tab.value(`document.querySelector('#contacts button').focus()`);
    await tab.press('Enter');
    await shows(tab, '#somebody').toContain('The clinic is open on Saturday.');
    await shows(tab, '#waits').toBe('The flow Survey waits for an answer.');

    await tab.focus('textbox', 'Reply as this contact');
    await tab.type('I will come');
    await tab.press('Enter');
    await shows(tab, '#log').toContain('I will come');
    await shows(tab, '#waits').toBe('');
    await tab.use('tab', 'Runs 1');
    await shows(tab, '#tab-panels').toMatch(/Ann Uwase\s+completed\s+Survey · Answer: I will come/);
  });

  it('keeps a name with a script in it a text', async () => {
    const { tab, sandbox } = await opened();
    await shows(tab, '#contacts').toContain(MALLORY);
    await sandbox.reply('tel:+250788000002', '<img src=x onerror=alert(1)>');
    await tab.use('tab', 'Messages 1');
    await shows(tab, '#tab-panels').toContain('<img src=x onerror=alert(1)>');
    await tab.use('button', MALLORY);
    await shows(tab, '#name').toBe(MALLORY);
    await shows(tab, '#log').toContain('<img src=x onerror=alert(1)>');
    expect(await tab.value(`document.querySelectorAll('script, img').length`)).toBe(2);
  });

  it('is moved through by the keyboard', async () => {
    const { tab, sandbox } = await opened();
    await shows(tab, '#contacts').toContain('Ann');
    const focused = () => tab.value<string>('document.activeElement.innerText');
    await tab.focus('searchbox', 'Search contacts');
    await tab.press('Tab');
    const first = await focused();
    await tab.press('ArrowDown');
    const second = await focused();
    expect([first, second].sort()).toEqual([
      expect.stringContaining(MALLORY),
      expect.stringContaining('Ann'),
    ]);
    // A change brings a contact to the top; who stands on it stays on it.
    const uuid = await tab.value<string>('document.activeElement.dataset.uuid');
    await sandbox.reply(uuid, 'hello');
    await expect.poll(() => tab.text('#contacts li:first-child'), WAIT).toBe(second);
    expect(await focused()).toBe(second);
    await tab.focus('tab', 'Requests 0');
    await tab.press('ArrowRight');
    expect(await focused()).toContain('Messages');
  });

  it('hands out the credential, and orders what goes wrong', async () => {
    const { tab, sandbox, get } = await opened();
    await shows(tab, '#address').toBe(sandbox.host);
    await tab.use('button', 'Connect a job');
    const { host, token } = sandbox;
    const state = { configuration: { host, token } };
    await expect.poll(async () => JSON.parse(await tab.text('#state')), WAIT).toEqual(state);
    await tab.press('Escape');
    await tab.use('button', 'Use up the limit');
    await shows(tab, '#usage').toMatch(/contacts\s+2,500 \/ 2,500\s+full, free in 60 min/);
    await tab.use('button', 'Set it back');
    await shows(tab, '#usage').toMatch(/contacts\s+0 \/ 2,500/);
    await tab.use('button', 'Fail the next request');
    await expect.poll(async () => (await get('contacts.json')).status, WAIT).toBe(502);
  });

  it('lets a contact enter a flow', async () => {
    const { tab } = await opened();
    await shows(tab, '#contacts').toContain('Ann');
    await tab.value(`location.hash = '${ANN}'`);
    await shows(tab, '#name').toBe('Ann');
    await tab.use('button', 'Start flow');
    await shows(tab, '#waits').toBe('The flow Survey waits for an answer.');
  });
});
