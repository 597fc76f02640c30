import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import vm from 'node:vm';
import { compileJob } from './compile-job.mjs';
import { installedCopy } from './installed-copy.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const HELP = `Usage: npm run job -- job.js [-s state.json] [-o output.json] [-a name=folder]

  -s, --state FILE       The state to start with; its "configuration" is the credential.
  -o, --output FILE      Where to write the final state. Without it, the state is printed if the job succeeds; of a
                         long one the end, and the whole goes to tmp/final-state.json.
  -a, --adaptor NAME=FOLDER
                         An adaptor and its package folder. Can be repeated. Default: this package.
  -h, --help             This text.
`;

/**
 * Compiles a job and runs it on the published runtime. Needs `node --experimental-vm-modules`.
 *
 * @param {string} source - the job as people write it, or a module that is compiled already
 * @param {object} options
 * @param {{ name: string, path: string }[]} [options.adaptors] - name and package folder of each; without it, this package
 * @param {object} [options.state] - the state that the job starts with: configuration, data, …
 * @param {object} [options.logger] - what the runtime logs to; without it, nowhere
 * @param {object} [options.console] - what `console` is in the job
 * @param {string} [options.file] - the job's file name, for error messages
 * @returns {Promise<object>} the final state; a step that failed is in its `errors`
 */
export async function runJob(source, options = {}) {
  const { adaptors = [thisPackage()], state = {}, logger, file } = options;
  // The runtime freezes the console that it gives to a job, so it gets a copy.
  const jobLogger = { ...(options.console ?? console) };
  if (!vm.SourceTextModule) throw new Error('Start node with --experimental-vm-modules.');
  const compiled = compileJob(source, { adaptors, file });
  const { default: run } = await import('@openfn/runtime');
  const copies = adaptors.map(({ name, path }) => ({ name, ...installedCopy(name, path) }));
  try {
    const modules = Object.fromEntries(
      copies.map(({ name, path }) => [name, { path, version: 'local' }]),
    );
    const settings = { linker: { modules }, defaultStepId: 'job', jobLogger };
    return await run(compiled, state, logger ? { ...settings, logger } : settings);
  } finally {
    for (const { remove } of copies) remove();
  }
}

/** This package, as an adaptor that a job can use. */
export function thisPackage() {
  const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return { name, path: ROOT };
}

/** The error of the step that failed, as the adaptor made it; undefined where none failed. */
export function failureIn(state) {
  const [error] = Object.values(state?.errors ?? {});
  return error && { message: error.message, ...error.details };
}

async function command() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      adaptor: { type: 'string', multiple: true, short: 'a' },
      state: { type: 'string', short: 's' },
      output: { type: 'string', short: 'o' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return undefined;
  }
  const [file] = positionals;
  if (!file) throw new Error(HELP.trimEnd());
  const adaptors = values.adaptor?.map(text => {
    const [name, folder = ''] = text.split('=');
    return { name, path: resolve(folder) };
  });
  const state = values.state ? readState(values.state) : {};
  const final = await runJob(readFileSync(file, 'utf8'), { adaptors, state, file });
  const text = `${JSON.stringify(final, null, 2)}\n`;
  const failure = failureIn(final);
  // What went wrong must not scroll away behind a whole state.
  if (values.output) writeFileSync(values.output, text);
  else if (!failure) print(text);
  return failure;
}

/** Lines that fit on a screen. */
const LINES = 40;
const CHARACTERS = 4000;
const WHOLE = 'tmp/final-state.json';

/** Prints a state, or the end of a long one and where all of it is. */
function print(text) {
  const lines = text.trimEnd().split('\n');
  const end = lines.slice(-LINES).join('\n').slice(-CHARACTERS);
  if (end.length === text.trimEnd().length) return process.stdout.write(text);
  const file = join(ROOT, WHOLE);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`…\n${end}\n`);
  const size = lines.length.toLocaleString('en-US');
  process.stderr.write(`This is the end of ${size} lines. The whole state is in ${file}\n`);
}

function readState(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // What JSON.parse says may quote the file, and the file holds a token.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : error.code;
    throw new Error(`The state file ${file} cannot be read: ${reason}.`);
  }
}

function isCommand() {
  const [, script] = process.argv;
  return script !== undefined && import.meta.url === pathToFileURL(realpathSync(script)).href;
}

if (isCommand()) {
  try {
    const failure = await command();
    if (failure) {
      process.exitCode = 1;
      console.error([failure.message, failure.fix].filter(Boolean).join('\n'));
    }
  } catch (error) {
    process.exitCode = 1;
    console.error(error.message);
  }
}
