import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Dialect } from '../../src/resources.js';
import type { SandboxOptions } from './options.js';
import type { Seed } from './seeds/types.js';

export const HELP = `rapidpro-sandbox: a small RapidPro on this computer, for trying out OpenFn jobs.

  rapidpro-sandbox [--port N] [--token TEXT] [--dialect NAME] [--seed NAME] [--throttle N]

  Example: rapidpro-sandbox --port 8282 --dialect textit --throttle off

  --port N          The port on loopback. Default: any free port.
  --token TEXT      The administrator's token. Default: a random one.
  --dialect NAME    v9 (RapidPro 9.0) or textit (the newer line that TextIt runs). Default: v9.
  --seed NAME       maternal-health (600 contacts of a made-up program), empty, or a JSON file with
                    groups, fields, contacts, flows, runs and so on in the format of the API.
                    Default: maternal-health.
  --throttle N      Requests allowed per hour, or off. Default: as the real server.
  --help            This text.

It also serves a page for the browser and prints its address. There you see contacts, messages,
runs and requests, and reply as a contact.

Nothing leaves this computer, and nobody gets a message. Ctrl+C stops it.
`;

/** The parsed command line. */
export interface Command {
  help: boolean;
  options: SandboxOptions;
  /** A description of the seed. */
  holds: string;
}

/** An invalid command line. */
export class UsageError extends Error {}

/** @param args - The arguments after the command's name. */
export function readCommand(args: string[]): Command {
  const { help = false, port, token, dialect, seed = 'maternal-health', throttle } = parse(args);
  const options: SandboxOptions = {};
  if (help) return { help, options, holds: '' };
  if (port !== undefined) options.port = whole(port, '--port', 65_535);
  if (token !== undefined) options.token = token;
  if (dialect !== undefined) options.dialect = dialectOf(dialect);
  if (throttle !== undefined) {
    options.throttle = throttle === 'off' ? false : whole(throttle, '--throttle');
  }
  if (seed === 'maternal-health') options.seed = seed;
  else if (seed !== 'empty') options.seed = readSeed(seed);
  return { help, options, holds: holding(seed) };
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
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function holding(seed: string): string {
  if (seed === 'maternal-health') return '600 contacts of a made-up maternal health program';
  return seed === 'empty' ? 'nothing yet' : `what ${seed} has`;
}

function whole(text: string, option: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= most) return number;
  throw new UsageError(`${option} takes a whole number, not ${text}.`);
}

function dialectOf(text: string): Dialect {
  if (text === 'v9' || text === 'textit') return text;
  throw new UsageError(`--dialect is v9 or textit, not ${text}.`);
}

const PARTS: Record<keyof Seed, true> = {
  workspace: true,
  users: true,
  channels: true,
  boundaries: true,
  fields: true,
  groups: true,
  labels: true,
  flows: true,
  contacts: true,
  runs: true,
  flow_starts: true,
  broadcasts: true,
  media: true,
  messages: true,
  topics: true,
  tickets: true,
  globals: true,
  campaigns: true,
  campaign_events: true,
  resthooks: true,
  resthook_subscribers: true,
  resthook_events: true,
  archives: true,
  channel_events: true,
  classifiers: true,
  optins: true,
  templates: true,
};

function readSeed(file: string): Seed {
  let seed: unknown;
  try {
    seed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`The seed ${file} cannot be read: ${messageOf(error)}`);
  }
  if (typeof seed !== 'object' || seed === null || Array.isArray(seed)) {
    throw new UsageError(
      `The seed ${file} is not an object with groups, fields, contacts and so on.`,
    );
  }
  const unknown = Object.keys(seed).find(key => !Object.hasOwn(PARTS, key));
  if (unknown !== undefined) {
    const known = Object.keys(PARTS).join(', ');
    throw new UsageError(`The seed ${file} has the unknown key ${unknown}. Known keys: ${known}.`);
  }
  return seed;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
