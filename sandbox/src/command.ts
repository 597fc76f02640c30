#!/usr/bin/env node
import { HELP, readCommand, UsageError } from './command-line.js';
import { createSandbox, type Sandbox } from './index.js';
import type { LoggedRequest } from './request-log.js';
import type { UnknownConstruct } from './state/unknown.js';

/** Opens a sandbox, prints how to point a job at it, and logs each request until it is stopped. */
async function main(): Promise<void> {
  const { help, options, holds } = readCommand(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const sandbox = await createSandbox({
    ...options,
    page: true,
    onRequest: logRequest,
    onUnknown: logUnknown,
  });
  stopOn(sandbox);
  process.stdout.write(welcome(sandbox, options.dialect ?? 'v9', holds));
}

function welcome({ host, token, page }: Sandbox, dialect: string, holds: string): string {
  const state = JSON.stringify({ configuration: { host, token } }, null, 2);
  return `RapidPro sandbox (${dialect}) on ${host}
It holds ${holds}. Nothing leaves this computer. Ctrl+C ends it.

See what happens, and answer as a contact would, in a browser:
  ${page}

state.json:
${state}

Run a job against it:
  npx @openfn/cli job.js -a @openfn/language-rapidpro -s state.json -o output.json

Requests:
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
  process.stdout.write(`${time}  NOT KNOWN  ${what}, in ${where}: left out\n`);
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
  process.exitCode = 1;
});
