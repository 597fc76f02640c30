#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { HELP, readCommand, UsageError } from './command-line.js';
import { createSandbox, type Sandbox, type SandboxOptions } from './index.js';
import type { LoggedRequest } from './request-log.js';
import type { UnknownConstruct } from './state/unknown.js';

/** Opens a sandbox, prints how to point a job at it, and logs each request until it is stopped. */
async function main(): Promise<void> {
  const { help, options, holds, write, quiet } = readCommand(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const sandbox = await opened({
    ...options,
    page: true,
    ...(quiet ? {} : { onRequest: logRequest, onUnknown: logUnknown }),
  });
  stopOn(sandbox);
  const { host, token } = sandbox;
  if (write !== undefined) writeState(write, { host, token });
  process.stdout.write(welcome(sandbox, holds, write));
  if (!quiet) process.stdout.write('\nRequests:\n');
}

/** The port where nobody asks for another. */
const PORT = 8282;

/** Opens a sandbox at the port that was asked for, at the usual one, or at any. */
async function opened(options: SandboxOptions): Promise<Sandbox> {
  const port = options.port ?? PORT;
  try {
    return await createSandbox({ ...options, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (options.port !== undefined) {
      throw new UsageError(`Port ${port} is in use. Choose another one, or leave --port out.`);
    }
    process.stdout.write(`Port ${port} is in use, so the sandbox uses another one.\n`);
    return createSandbox({ ...options, port: 0 });
  }
}

/** Writes the credential into a state, and keeps what else the file holds. */
function writeState(file: string, credential: { host: string; token: string }): void {
  let before: { configuration?: unknown } = {};
  try {
    if (existsSync(file)) before = Object(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new UsageError(`${file} is not a file of JSON, so nothing is written into it.`);
  }
  const configuration = { ...Object(before.configuration), ...credential };
  const state = `${JSON.stringify({ ...before, configuration }, null, 2)}\n`;
  try {
    writeFileSync(file, state, { mode: 0o600 });
  } catch {
    throw new UsageError(`${file} cannot be written. Check that its folder exists.`);
  }
}

const ADAPTOR = '@openfn/language-rapidpro';

/** The adaptor for OpenFn's command: the one that is installed here, this checkout, or else the published one. */
function adaptor(): string {
  const installed = `./node_modules/${ADAPTOR}`;
  if (existsSync(installed)) return `${ADAPTOR}=${installed}`;
  return nameOf('package.json') === ADAPTOR ? `${ADAPTOR}=.` : ADAPTOR;
}

function nameOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).name;
  } catch {
    return undefined;
  }
}

function welcome(
  { host, token, page, dialect }: Sandbox,
  holds: string,
  written: string | undefined,
): string {
  const state = JSON.stringify({ configuration: { host, token } }, null, 2);
  const given =
    written === undefined
      ? `state.json (--write writes it):\n${state}`
      : `${written} has its address and its token.`;
  return `RapidPro sandbox (${dialect}) on ${host}
It holds ${holds}. Nothing leaves this computer. Ctrl+C ends it.

See what happens, and answer as a contact would, in a browser:
  ${page}

${given}

Run a job against it:
  echo "getContacts({}, { limit: 3 });" > job.js
  npx @openfn/cli job.js -a ${adaptor()} -s ${written ?? 'state.json'} -o output.json
Or run its operations from a script with Node.js alone: the README of @openfn/language-rapidpro shows how.
`;
}

function logRequest({ method, status, path, query, as }: LoggedRequest): void {
  const time = new Date().toTimeString().slice(0, 8);
  const target = query ? `${path}?${query}` : path;
  process.stdout.write(`${time}  ${method.padEnd(6)} ${status}  ${target}  (${as ?? 'nobody'})\n`);
}

function logUnknown({ what, expression, place }: UnknownConstruct): void {
  const time = new Date().toTimeString().slice(0, 8);
  const where = expression ? `${expression} of ${place}` : place;
  process.stdout.write(`${time}  UNKNOWN  ${what}, in ${where}\n`);
}

function stopOn(sandbox: Sandbox): void {
  const stop = () => {
    void sandbox.close();
    process.stdout.write('\nThe sandbox is closed.\n');
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

// If the reader closes the output (`| head -1`), the sandbox keeps serving without logging.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${text} See --help.\n` : `${text}\n`);
  // A sandbox that is already open must not keep the command alive.
  process.exit(1);
});
