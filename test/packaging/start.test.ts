import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Finished, start } from '../scripts/run-child.js';
import { built, ROOT } from './project.js';

const FINAL_STATE = join(ROOT, 'tmp/final-state.json');

beforeAll(built);

function startDemo(env: Record<string, string> = {}): Promise<Finished> {
  rmSync(FINAL_STATE, { force: true });
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  return start(process.execPath, [...flags, 'scripts/start.mjs'], { cwd: ROOT, env });
}

async function server() {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

const finalState = () => JSON.parse(readFileSync(FINAL_STATE, 'utf8'));

describe('npm start', () => {
  test('reports what its job read, changed and sent in the sandbox', async () => {
    const { code, stdout, stderr } = await startDemo();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { mothers, reminded, answers, coming } = finalState().data;
    expect(Math.min(mothers - answers, reminded, answers - coming, coming)).toBeGreaterThan(0);
    expect(stdout).toContain(
      `Result    mothers: ${mothers}, reminded: ${reminded}, answers: ${answers}, coming: ${coming}`,
    );
    expect(stdout).toMatch(/^Read {6}.*contacts.*flow runs/m);
    expect(stdout).toMatch(/^Changed {3}1 contact$/m);
    expect(stdout).toContain(`Sent      1 broadcast, to ${reminded} people`);
    expect(stdout).toMatch(/^ {4}RapidPro: Fetched/m);
    expect(stdout).toMatch(/^State {5}tmp\/final-state\.json$/m);
  });

  test('only reads from a server that HOST and TOKEN name', async () => {
    const { host, token, ...sandbox } = await server();
    const { code, stdout, stderr } = await startDemo({ HOST: host, TOKEN: token });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(sandbox.requests().length).toBeGreaterThan(3);
    expect(sandbox.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(stdout).toMatch(/^Changed {3}nothing$/m);
    expect(stdout).toMatch(/^Sent {6}nothing$/m);
    expect(stdout + readFileSync(FINAL_STATE, 'utf8')).not.toContain(token);
  });

  test('says what went wrong and what to do, and fails', async () => {
    const { host } = await server();
    const { code, stdout, stderr } = await startDemo({ HOST: host, TOKEN: 'n0tth3t0k3n' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The job failed: .+$/m);
    expect(stderr).toMatch(/^What to do: .+$/m);
    expect(stdout + stderr).not.toContain('n0tth3t0k3n');
  });

  test('asks for HOST where only TOKEN is set', async () => {
    const { code, stdout, stderr } = await startDemo({ TOKEN: 'n0tth3t0k3n' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^TOKEN is set but HOST is not/);
    expect(stdout + stderr).not.toContain('n0tth3t0k3n');
  });

  test('takes the sandbox where only HOST is set', async () => {
    const { code, stdout } = await startDemo({ HOST: 'my-laptop' });
    expect(code).toBe(0);
    expect(stdout).toContain('a sandbox is used instead of that server');
  });
});
