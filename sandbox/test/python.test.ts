import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandbox } from '../src/index.js';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(`python/${name}`, import.meta.url));

/** Most that is waited for the client to be installed, in milliseconds. */
const INSTALLATION = 60_000;

/** Whether there is a Python that has the client, in its own folder or in ours; if not, why. */
let isThere = false;
let reason = '';
const folder = mkdtempSync(join(tmpdir(), 'sandbox-python-'));
const env = { ...process.env, PYTHONPATH: folder };

const python = (timeout: number, ...args: string[]) => run('python3', args, { timeout, env });

async function findPython(): Promise<void> {
  const client = ['-c', 'import temba_client.v2'];
  try {
    await python(20_000, '--version');
    await python(20_000, ...client).catch(async () => {
      const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '10'];
      await python(INSTALLATION, ...pip, '--target', folder, 'rapidpro-python');
      await python(20_000, ...client);
    });
    isThere = true;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    reason = code === 'ENOENT' ? 'There is no Python 3.' : (message.split('\n')[0] ?? '');
  }
}

beforeAll(findPython, INSTALLATION + 70_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

it.for(['v9', 'textit'] as const)(
  'the Python client works against it (%s)',
  async (dialect, { skip }) => {
    if (!isThere) return skip(`The Python client is not tried: ${reason}`);
    const sandbox = await createSandbox({ dialect, page: true });
    try {
      const example = [here('example.py'), sandbox.host.slice(0, -1), here('clinic.json')];
      const { stdout } = await python(50_000, ...example);
      expect(stdout.match(/^ok /gm)).toHaveLength(4);
    } finally {
      await sandbox.close();
    }
  },
);
