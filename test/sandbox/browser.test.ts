import { describe, expect, it } from 'vitest';
import { ANN, MALLORY, SURVEY } from '../../sandbox/test/page/opened.js';
import { chromiumPath } from '../../sandbox/test/support/browser/chromium.js';
import { execute, sendBroadcast, startFlow, upsertContact } from '../../src/index.js';
import { shows, WAIT, withBrowser } from './openedTab.js';

describe.skipIf(!chromiumPath)('the page in Chromium', () => {
  const opened = withBrowser();

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
    await tab.use('button', 'Show more');
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
    await tab.use('button', 'Reset the limit');
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

  it('opens a request to what it said, what came back, and why', async () => {
    const { tab, post, get } = await opened();
    await post('contacts.json', { name: 'Ben', urns: ['tel:+250788000001'] });
    await shows(tab, '#tab-0-panel').toContain('contacts.json');
    await tab.value(`document.querySelector('#tab-0-panel summary').focus()`);
    await tab.press('Enter');
    const reason = '400: urns: the URN belongs to another contact.';
    await shows(tab, '#tab-0-panel [role=status]').toBe(reason);
    const said = await tab.text('#tab-0-panel .parts');
    expect(said).toContain('"name": "Ben"');
    expect(said).toContain('Answer 400');
    expect(said).toContain('"URN belongs to another contact: tel:+250788000001"');
    // Requests that push it out of the list do not take it from whoever reads it.
    for (let n = 0; n < 55; n++) await get('fields.json?key=visits');
    await shows(tab, '#tab-0-panel').toContain('The newest 50 of 56.');
    await shows(tab, '#tab-0-panel li:last-child [role=status]').toBe(reason);
    await tab.press('Escape');
    await shows(tab, '#tab-0-panel li:last-child').not.toContain('Ben');
    await tab.value(`document.querySelector('#tab-0-panel summary').focus()`);
    await tab.press('Enter');
    await shows(tab, '#tab-0-panel .parts').toMatch(/Query\s+key=visits\s+Answer 200/);
  });

  it('shows which expressions were not known', async () => {
    const { tab, sandbox, post } = await opened();
    const text = { eng: 'On @(datetime_add(now(), 2147483647, "Y")) <b>' };
    await tab.use('tab', 'Not known 0');
    await shows(tab, '#tab-4-panel').toBe('No errors, and nothing left out.');
    await post('broadcasts.json', { contacts: [ANN], text });
    await sandbox.settled();
    await shows(tab, '#tab-4').toBe('Not known 1');
    await shows(tab, '#tab-4-panel').toMatch(
      /left it out[\s\S]*a date this far away[\s\S]*@\(datetime_add\(now\(\), 2147483647, "Y"\)\)\s+in broadcast 1/,
    );
  });

  it('brings the conversation into view on a narrow screen', async () => {
    const { tab } = await opened();
    await tab.resize(360, 500);
    await shows(tab, '#contacts').toContain('Ann');
    const top = () =>
      tab.value<number>(`document.querySelector('#chosen').getBoundingClientRect().top`);
    expect(await top()).toBeGreaterThan(500);
    await tab.value(`document.querySelector('#contacts [data-uuid="${ANN}"]').click()`);
    await shows(tab, '#name').toBe('Ann');
    await expect.poll(async () => Math.abs(await top()), WAIT).toBeLessThan(100);
  });

  it('copies the command and the credential', async () => {
    const { tab, sandbox } = await opened();
    await tab.tools.send('Browser.grantPermissions', {
      origin: new URL(sandbox.host).origin,
      permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'],
    });
    await tab.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    const copied = () => tab.value<string>('navigator.clipboard.readText()');
    await shows(tab, '#address').toBe(sandbox.host);
    await tab.use('button', 'Connect a job');
    await tab.use('button', 'Copy the command');
    await shows(tab, '#copy-command').toBe('Copied');
    expect(await copied()).toMatch(
      /^npx @openfn\/cli job\.js -a @openfn\/language-rapidpro=\S+ -s state\.json /,
    );
    await tab.use('button', 'Copy state.json');
    await shows(tab, '#copy').toBe('Copied');
    const { host, token } = sandbox;
    expect(JSON.parse(await copied())).toEqual({ configuration: { host, token } });
    await tab.press('Escape');
    await tab.use('button', 'Connect a job');
    await shows(tab, '#copy-command').toBe('Copy the command');
  });
});
