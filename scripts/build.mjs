import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const HELP = `Usage: node scripts/build.mjs [adaptor] [sandbox] [--force]

Builds what has changed since the last build. Without a name, both packages.

  --force   Builds even if nothing has changed.
`;

/**
 * What each package is built from, what comes out, and how.
 *
 * @type {Record<string, import('./build.mjs').Part>}
 */
export const PARTS = {
  adaptor: {
    title: 'the adaptor',
    inputs: ['src', 'scripts/types.ts', 'scripts/types', 'tsup.config.ts', 'tsconfig.json'],
    outputs: ['dist', 'types'],
    commands: ['npx tsup --silent', 'node --import tsx scripts/types.ts'],
    seconds: 15,
  },
  sandbox: {
    title: 'the sandbox',
    inputs: [
      ...['src', 'clean.mjs', 'package.json', 'tsup.config.ts', 'tsconfig.types.json'].map(
        name => `sandbox/${name}`,
      ),
      ...['src/resources.ts', 'tsconfig.json'],
    ],
    outputs: ['sandbox/dist', 'sandbox/types'],
    commands: ['npm run --silent build -w sandbox'],
    seconds: 20,
  },
};

/** For what any build depends on: tools and packages. */
const COMMON = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];

/** The files under some paths. */
function filesIn(root, paths) {
  return paths.flatMap(path => {
    const place = join(root, path);
    if (!existsSync(place)) return [];
    if (!statSync(place).isDirectory()) return [path];
    return readdirSync(place, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length))
      .sort();
  });
}

/** What the sources hold: a file that was only touched changes nothing. */
function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const file of filesIn(root, paths)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** What was built, by size and time: somebody may have deleted or replaced it. */
function printOf(root, paths) {
  const lines = filesIn(root, paths).map(file => {
    const { size, mtimeMs } = statSync(join(root, file));
    return `${file} ${size} ${mtimeMs}`;
  });
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

const stampOf = (root, name) => join(root, 'node_modules/.cache/rapidpro-build', `${name}.json`);

function readStamp(root, name) {
  try {
    return JSON.parse(readFileSync(stampOf(root, name), 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Whether what is built is what its sources make.
 *
 * @param {string} name - of the part
 * @param {import('./build.mjs').Settings} [settings]
 */
export function isFresh(name, { root = ROOT, parts = PARTS } = {}) {
  const { inputs, outputs } = parts[name];
  const stamp = readStamp(root, name);
  return (
    outputs.every(path => existsSync(join(root, path))) &&
    stamp.outputs === printOf(root, outputs) &&
    stamp.inputs === hashOf(root, [...inputs, ...COMMON])
  );
}

/**
 * Builds the parts that are not fresh. Says on standard error what it builds and about how long that takes.
 *
 * @param {readonly string[]} names - of the parts
 * @param {import('./build.mjs').Settings} [settings]
 * @returns {string[]} the names of those that were built
 * @throws if a command fails
 */
export function build(names, settings = {}) {
  const { root = ROOT, parts = PARTS, force = false, run = runIn(root) } = settings;
  const { say = text => process.stderr.write(`${text}\n`) } = settings;
  const stale = names.filter(name => force || !isFresh(name, { root, parts }));
  for (const name of stale) {
    const { title, inputs, outputs, commands, seconds } = parts[name];
    const before = readStamp(root, name);
    // What changes while it is being built is built the next time.
    const hash = hashOf(root, [...inputs, ...COMMON]);
    const started = performance.now();
    const about = before.seconds ?? seconds;
    say(`Building ${title}: about ${about} ${about === 1 ? 'second' : 'seconds'}.`);
    for (const command of commands) run(command);
    const took = Math.max(1, Math.round((performance.now() - started) / 1000));
    const file = stampOf(root, name);
    mkdirSync(dirname(file), { recursive: true });
    const stamp = { inputs: hash, outputs: printOf(root, outputs), seconds: took };
    writeFileSync(file, `${JSON.stringify(stamp)}\n`);
  }
  return stale;
}

function runIn(cwd) {
  return command => {
    const { status } = spawnSync(command, { cwd, shell: true, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`The build failed: ${command}`);
  };
}

function command() {
  const args = process.argv.slice(2);
  const names = args.filter(arg => arg !== '--force');
  if (names.some(name => !(name in PARTS))) {
    process.stdout.write(HELP);
    return names.includes('--help') || names.includes('-h');
  }
  if (!existsSync(join(ROOT, 'node_modules/tsup'))) {
    throw new Error('The packages that the build needs are not installed. Run npm install first.');
  }
  build(names.length > 0 ? names : Object.keys(PARTS), { force: args.includes('--force') });
  return true;
}

const [, script] = process.argv;
if (script && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  try {
    if (!command()) process.exitCode = 1;
  } catch (error) {
    process.exitCode = 1;
    console.error(error.message);
  }
}
