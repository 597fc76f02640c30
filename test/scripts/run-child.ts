import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FinalState } from '../../scripts/run-job.mjs';
import { folderOf } from './fake-adaptor.js';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Settings {
  cwd?: string;
  env?: Record<string, string>;
  /** True: not even `PATH` and `HOME` are passed on. */
  bare?: boolean;
  /** Milliseconds. */
  timeout?: number;
}

/** Starts a program without the environment of the tests and waits for its end. */
export function start(command: string, args: string[], options: Settings = {}): Promise<Finished> {
  const { cwd, bare = false, timeout = 60_000 } = options;
  const { PATH = '', HOME = '' } = process.env;
  const env = { ...(bare ? {} : { PATH, HOME }), ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, timeout, env });
    const finished: Finished = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', chunk => {
      finished.stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      finished.stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', code => resolve({ ...finished, code }));
  });
}

const script = fileURLToPath(new URL('../../scripts/run-job.mjs', import.meta.url));

/** Runs a job on the published runtime, in a process of its own, as the command does. */
export async function runApart(
  job: string,
  adaptors: { name: string; path: string }[],
  state: object = {},
  settings: Settings = {},
): Promise<Finished & { state: FinalState | undefined }> {
  const folder = folderOf({ 'job.js': job, 'state.json': JSON.stringify(state) });
  const output = join(folder, 'out.json');
  const finished = await start(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      script,
      join(folder, 'job.js'),
      ...adaptors.flatMap(({ name, path }) => ['--adaptor', `${name}=${path}`]),
      ...['--state', join(folder, 'state.json'), '--output', output],
    ],
    settings,
  );
  return { ...finished, state: readJson(output) };
}

function readJson(file: string): FinalState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
