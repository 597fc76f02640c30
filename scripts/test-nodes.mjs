// npm run test:nodes: the tests on every line of Node.js that the package supports.
// The Node.js binaries come from npm. Arguments are handed on to vitest: without any, what a new
// Node.js is most likely to break. "npm run test:nodes -- test" runs all tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The oldest Node.js that package.json allows, and the newest of every line since. */
const VERSIONS = (process.env.NODES ?? '20.18.1,22,24,26').split(',');
const PARTS = [
  'test/client',
  'test/errors',
  'test/legacy',
  'test/packaging',
  'test/webhook',
  'test/properties',
];

/** Installs a Node.js under tmp/ and gives the path of its binary. */
function install(version) {
  const folder = join(ROOT, 'tmp/nodes', version);
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const binary = join(folder, 'node_modules', name, file);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  // A manifest of its own: npm would otherwise install into the project.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', `${name}@${version}`, '--no-audit', '--no-fund', '--no-save'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0 || !existsSync(binary)) throw new Error(`Node.js ${version} did not install.`);
  return binary;
}

const given = process.argv.slice(2);
const parts = given.length > 0 ? given : PARTS;
const failed = [];
for (const version of VERSIONS) {
  const binary = install(version);
  const found = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\nNode.js ${found}`);
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--reporter=dot', ...parts];
  const { status } = spawnSync(binary, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) failed.push(found);
}
if (failed.length > 0) {
  console.error(`\nTests failed on Node.js ${failed.join(', ')}.`);
  process.exitCode = 1;
}
