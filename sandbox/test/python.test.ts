import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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

/** A Python that has the client; undefined with the reason where there is none. */
let python: string | undefined;
let reason = '';
const folder = mkdtempSync(join(tmpdir(), 'sandbox-python-'));

const hasClient = (command: string) =>
  run(command, ['-c', 'import temba_client.v2'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );

async function findPython(): Promise<void> {
  if (await hasClient('python3')) {
    python = 'python3';
    return;
  }
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: INSTALLATION });
    const own = [join(folder, 'bin/python'), join(folder, 'Scripts/python.exe')].find(existsSync);
    const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '10'];
    await run(own ?? '', [...pip, 'rapidpro-python'], { timeout: INSTALLATION });
    python = own;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    reason = code === 'ENOENT' ? 'There is no Python 3.' : (message.split('\n')[0] ?? '');
  }
}

beforeAll(findPython, 2 * INSTALLATION + 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.for(['v9', 'textit'] as const)(
  'the Python client works against it (%s)',
  async (dialect, { skip }) => {
    if (!python) return skip(`The Python client is not tried: ${reason}`);
    const sandbox = await createSandbox({ dialect, page: true });
    try {
      const { stdout } = await run(
        python,
        [here('example.py'), sandbox.host.slice(0, -1), here('clinic.json')],
        { timeout: 50_000 },
      );
      expect(stdout.match(/^ok /gm)).toHaveLength(4);
    } finally {
      await sandbox.close();
    }
  },
);
