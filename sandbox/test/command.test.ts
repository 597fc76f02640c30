import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCommand, UsageError } from '../src/command-line.js';

const COMMAND = fileURLToPath(new URL('../src/command.ts', import.meta.url));

interface Running {
  child: ChildProcess;
  /** The output so far. */
  out(): string;
  ended: Promise<number | null>;
}

const run = (...args: string[]): Running => runIn(process.cwd(), ...args);

function runIn(cwd: string, ...args: string[]): Running {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), COMMAND, ...args],
    {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  child.stdout.on('data', chunk => {
    out += chunk;
  });
  child.stderr.on('data', chunk => {
    out += chunk;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>(resolve => child.once('close', resolve));
  return { child, out: () => out, ended };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sandbox-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

function file(content: string): string {
  const path = join(folder(), 'seed.json');
  writeFileSync(path, content);
  return path;
}

const WAIT = { timeout: 15_000 };

describe('rapidpro-sandbox', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves until it is stopped (%s)',
    async signal => {
      const { child, out, ended } = run('--seed', file('{"contacts":[{"name":"Ann"}]}'));
      await expect.poll(out, WAIT).toContain('Requests:');
      const state = /\{[\s\S]*?\n\}/.exec(out())?.[0] ?? '';
      const { configuration } = JSON.parse(state);
      expect(configuration.host).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(out()).toContain('openfn');
      const answer = await request(`${configuration.host}api/v2/contacts.json?status=active`, {
        headers: { authorization: `Token ${configuration.token}` },
      });
      expect(await answer.body.json()).toMatchObject({ results: [{ name: 'Ann' }] });
      await expect
        .poll(out, WAIT)
        .toMatch(
          /\d\d:\d\d:\d\d {2}GET {4}200 {2}\/api\/v2\/contacts\.json\?status=active {2}\(administrator\)\n/,
        );
      expect(out().split(configuration.token)).toHaveLength(2);
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(out()).toContain('The sandbox is closed.');
    },
    30_000,
  );

  it('prints the address of its page', async () => {
    const { out } = run('--seed', 'empty');
    await expect.poll(out, WAIT).toContain('Requests:');
    const page = /http:\S+\/sandbox\//.exec(out())?.[0] ?? '';
    const answer = await request(page);
    expect(await answer.body.text()).toContain('<title>RapidPro sandbox</title>');
  }, 30_000);

  it('keeps serving when nobody reads its output (| head -1)', async () => {
    const { child, out, ended } = run('--seed', 'empty');
    await expect.poll(out, WAIT).toContain('Requests:');
    const { host } = JSON.parse(/\{[\s\S]*?\n\}/.exec(out())?.[0] ?? '').configuration;
    const before = out();
    child.stdout?.destroy();
    for (const _ of [1, 2, 3]) {
      const { statusCode, body } = await request(`${host}api/v2/contacts.json`);
      await body.dump();
      expect(statusCode).toBe(403);
    }
    child.kill('SIGTERM');
    expect([await ended, out()]).toEqual([0, before]);
  }, 30_000);

  it('writes the state of a job, with the adaptor that is installed, and no requests', async () => {
    const here = folder();
    mkdirSync(join(here, 'node_modules/@openfn/language-rapidpro'), { recursive: true });
    writeFileSync(
      join(here, 'state.json'),
      '{"data":{"a":1},"configuration":{"host":"old","webhookSecret":"kept"}}',
    );
    const { out } = runIn(here, '--seed', 'empty', '--write', 'state.json', '--quiet');
    await expect.poll(out, WAIT).toContain('output.json');
    const state = JSON.parse(readFileSync(join(here, 'state.json'), 'utf8'));
    const { webhookSecret, ...configuration } = state.configuration;
    expect(state.data).toEqual({ a: 1 });
    expect(webhookSecret).toBe('kept');
    expect(out()).toContain(
      'npx @openfn/cli job.js -a @openfn/language-rapidpro=./node_modules/@openfn/language-rapidpro -s state.json -o output.json\n',
    );
    expect(out()).toContain(
      '\nOr run its operations from a script with Node.js alone: the README of @openfn/language-rapidpro shows how.\n',
    );
    expect(out()).not.toContain(configuration.token);
    const ready = await request(`${configuration.host}sandbox/api/`);
    expect(await ready.body.json()).toMatchObject(configuration);
    expect(out()).not.toMatch(/Requests:|GET/);
  }, 30_000);

  it('names this checkout as the adaptor in it', async () => {
    const here = folder();
    writeFileSync(join(here, 'package.json'), '{"name":"@openfn/language-rapidpro"}');
    const { out } = runIn(here, '--seed', 'empty');
    await expect.poll(out, WAIT).toContain('output.json');
    expect(out()).toContain(' -a @openfn/language-rapidpro=. -s state.json ');
  }, 30_000);

  it('takes another port where the usual one is in use, but not where one was asked for', async () => {
    const usual = createServer();
    const take = () =>
      new Promise(done =>
        usual.once('error', done).once('listening', done).listen(8282, '127.0.0.1'),
      );
    // A command of the test before may still be ending there. If another program keeps the port, it is in use as well.
    for (let tries = 0; tries < 50 && !usual.listening; tries++) {
      await take();
      await wait(usual.listening ? 0 : 100);
    }
    onTestFinished(() => void usual.close());
    const asked = run('--seed', 'empty', '--port', '8282');
    const any = run('--seed', 'empty');
    expect(await asked.ended).toBe(1);
    expect(asked.out()).toBe(
      'Port 8282 is in use. Choose another one, or leave --port out. See --help.\n',
    );
    await expect.poll(any.out, WAIT).toContain('Requests:');
    expect(any.out()).toContain('Port 8282 is in use, so the sandbox uses another one.\n');
  }, 30_000);

  it('explains an invalid command', async () => {
    const { out, ended } = run('--dialect', 'v8');
    expect(await ended).toBe(1);
    expect(out()).toBe('--dialect is v9 or textit, not v8. See --help.\n');
  }, 30_000);
});

describe('the command line', () => {
  it('accepts the options of a sandbox', () => {
    const args = ['--port', '8282', '--dialect', 'textit', '--throttle', 'off', '--token', 'abc'];
    expect(readCommand(args).options).toEqual({
      port: 8282,
      dialect: 'textit',
      throttle: false,
      token: 'abc',
      seed: 'maternal-health',
    });
    expect(readCommand(['--throttle', '60', '--seed', 'empty']).options).toEqual({ throttle: 60 });
    expect(readCommand(['--help']).help).toBe(true);
    expect(readCommand(['--body-limit', '2']).options.bodyLimit).toBe(2 * 1024 * 1024);
  });

  it.each([
    [['--port', 'x'], '--port takes a whole number from 0 to 65535, not x.'],
    [['--port', '70000'], '--port takes a whole number from 0 to 65535, not 70000.'],
    [['--throttle', 'fast'], '--throttle takes a whole number of at least 1, not fast.'],
    [['--throttle', '0'], '--throttle takes a whole number of at least 1, not 0.'],
    [['--body-limit', '0'], '--body-limit takes a whole number of at least 1, not 0.'],
    [
      ['--seed', 'missing.json'],
      '--seed is maternal-health, empty or a JSON file. There is no file missing.json.',
    ],
    [['--bogus'], "Unknown option '--bogus'"],
  ])('refuses %s', (args, message) => {
    expect(() => readCommand(args)).toThrow(UsageError);
    expect(() => readCommand(args)).toThrow(message);
  });

  it('refuses a seed with unknown contents', () => {
    expect(() => readCommand(['--seed', file('[]')])).toThrow('is not an object');
    expect(() => readCommand(['--seed', file('{"groops":[]}')])).toThrow(
      'has the unknown key "groops". Did you mean "groups"?',
    );
    expect(() => readCommand(['--seed', file('{"groups":[{"quary":"a = 1"}]}')])).toThrow(
      'has the unknown key "quary". Did you mean "query"?',
    );
  });
});
