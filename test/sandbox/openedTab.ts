import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type OpenedPage, openPage } from '../../sandbox/test/page/opened.js';
import {
  type Browser,
  chromiumPath,
  startBrowser,
} from '../../sandbox/test/support/browser/chromium.js';
import type { Tab } from '../../sandbox/test/support/browser/tab.js';

export const WAIT = { timeout: 10_000 };

if (!chromiumPath) {
  process.stderr.write(
    'The page is not tested in a browser: no Chromium at CHROME_PATH or /usr/bin/chromium.\n',
  );
}

export type OpenedTab = OpenedPage & { tab: Tab };

/** A browser for the tests of a describe(); what it returns opens the page of a new sandbox. */
export function withBrowser(): (options?: Parameters<typeof openPage>[0]) => Promise<OpenedTab> {
  let browser: Browser;
  beforeAll(() => {
    browser = startBrowser(chromiumPath ?? '');
  });
  afterAll(() => browser.close());
  return async options => {
    const sandbox = await openPage(options);
    const tab = await browser.open(sandbox.page);
    onTestFinished(() => tab.close());
    // Whatever a test does: no error on the console, and no request that leaves this sandbox.
    onTestFinished(() => {
      expect(tab.errors).toEqual([]);
      const elsewhere = tab.requests.filter(address => !address.startsWith(sandbox.page));
      expect(elsewhere).toEqual([]);
      expect(tab.requests.length).toBeGreaterThan(10);
    });
    return { ...sandbox, tab };
  };
}

/** Waits for a text of an element: `await shows(tab, '#name').toBe('Ann')`. */
export const shows = (tab: Tab, selector: string) => expect.poll(() => tab.text(selector), WAIT);
