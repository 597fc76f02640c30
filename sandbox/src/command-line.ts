import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Dialect } from '../../src/resources.js';
import type { SandboxOptions } from './options.js';
import { checkSeed } from './seeds/check-seed.js';
import type { Seed } from './seeds/types.js';

export const HELP = `rapidpro-sandbox: a small RapidPro on this computer, for trying out OpenFn jobs.

  rapidpro-sandbox [--port N] [--token TEXT] [--dialect NAME] [--seed NAME] [--throttle N]
                   [--write FILE] [--quiet] [--body-limit MB]

  Example: rapidpro-sandbox --dialect textit --throttle off --write state.json

  --port N          The port on loopback. Default: 8282, or any free one if that is taken.
  --token TEXT      The administrator's token. Default: a random one.
  --dialect NAME    v9 (RapidPro 9.0) or textit (the newer line that TextIt runs). Default: v9.
  --seed NAME       maternal-health (600 contacts of a made-up program), empty, or a JSON file with
                    groups, fields, contacts, flows, runs and so on in the format of the API.
                    Default: maternal-health.
  --throttle N      Requests allowed per hour, or off. Default: like the real server.
  --write FILE      Writes the address and the token into a state file for OpenFn's command. Other
                    keys of the file stay.
  --quiet           Does not print requests.
  --body-limit MB   The largest accepted body. Default: 32.
  --help            Shows this text.

It also prints the address of a page for the browser. There you see contacts, messages, runs and
requests, and reply as a contact. Programs use /sandbox/api/ instead, which answers as soon as the
sandbox is ready:

  curl --silent --retry 30 --retry-connrefused --retry-delay 1 http://127.0.0.1:8282/sandbox/api/

No data leaves this computer, and nobody gets a message. Stop it with Ctrl+C.
`;

/** The parsed command line. */
interface Command {
  help: boolean;
  options: SandboxOptions;
  /** A description of the seed. */
  holds: string;
  /** The file that gets the address and the token. */
  write: string | undefined;
  quiet: boolean;
}

/** An invalid command line. */
export class UsageError extends Error {}

/** @param args - The arguments after the command's name. */
export function readCommand(args: string[]): Command {
  const { help = false, port, token, dialect, seed = 'maternal-health', ...more } = parse(args);
  const { throttle, write, quiet = false, 'body-limit': bodyLimit } = more;
  const options: SandboxOptions = {};
  if (help) return { help, options, holds: '', write, quiet };
  if (port !== undefined) options.port = whole(port, '--port', 0, 65_535);
  if (token !== undefined) options.token = token;
  if (dialect !== undefined) options.dialect = dialectOf(dialect);
  if (throttle !== undefined) {
    options.throttle = throttle === 'off' ? false : whole(throttle, '--throttle', 1);
  }
  if (bodyLimit !== undefined) {
    options.bodyLimit = whole(bodyLimit, '--body-limit', 1) * 1024 * 1024;
  }
  if (seed === 'maternal-health') options.seed = seed;
  else if (seed !== 'empty') options.seed = readSeed(seed);
  return { help, options, holds: holding(seed), write, quiet };
}

function parse(args: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        port: string,
        token: string,
        dialect: string,
        seed: string,
        throttle: string,
        write: string,
        'body-limit': string,
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error).replace(/\.$/, '')}.`);
  }
}

function holding(seed: string): string {
  if (seed === 'maternal-health') return '600 contacts of a made-up maternal health program';
  return seed === 'empty' ? 'nothing yet' : `what ${seed} has`;
}

function whole(text: string, option: string, least: number, most?: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= (most ?? Number.MAX_SAFE_INTEGER)) {
    return number;
  }
  const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option} takes a whole number ${range}, not ${text}.`);
}

function dialectOf(text: string): Dialect {
  if (text === 'v9' || text === 'textit') return text;
  throw new UsageError(`--dialect is v9 or textit, not ${text}.`);
}

function readSeed(file: string): Seed {
  if (!existsSync(file)) {
    throw new UsageError(
      `--seed is maternal-health, empty or a JSON file. There is no file ${file}.`,
    );
  }
  let seed: unknown;
  try {
    seed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`The seed ${file} cannot be read: ${messageOf(error)}.`);
  }
  try {
    checkSeed(seed as Seed);
  } catch (error) {
    throw new UsageError(`The seed ${file} cannot be used: ${messageOf(error)}`);
  }
  return seed as Seed;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
