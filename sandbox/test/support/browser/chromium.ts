import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { DevTools } from './devtools.js';
import { Tab } from './tab.js';

const PATHS = [process.env.CHROME_PATH, '/usr/bin/chromium'];

/** The path of Chromium; undefined if it is not installed. */
export const chromiumPath = PATHS.find(path => path !== undefined && existsSync(path));

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Commands and responses use two pipes: no port is opened.
  '--remote-debugging-pipe',
];

export interface Browser {
  /** Opens a URL in a new tab and waits until it is loaded. */
  open(address: string): Promise<Tab>;
  close(): Promise<void>;
}

/** Starts a headless Chromium with an empty profile. */
export function startBrowser(path: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'rapidpro-chromium-'));
  const child = spawn(path, [...FLAGS, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const tools = new DevTools(child.stdio[3] as Writable, child.stdio[4] as Readable);
  return {
    open: address => Tab.open(tools, address),
    async close() {
      await Promise.race([tools.send('Browser.close').catch(() => {}), ended(child)]);
      await ended(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
