import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The tests of what goes over the wire, and of what is refused before. */
const FOLDERS = ['client', 'input', 'legacy', 'operations', 'webhook'];
/** What stays here: the other package, and what judges both or needs what this repository builds. */
const STAYS = /^(?:sandbox|scripts|bench|test\/(?:ledger|packaging|docs|scripts|examples))\//;
/** Measures memory, or puts another module in the place of one: for a process of its own. */
const APART = /memory\.test\.ts$/;
const MOCKS = /\bvi\.mock\(/;
/** There the changeset raises the version of the manifest later than that of the source. */
const VERSION = 'version.test.ts';

/**
 * The tests that need no more than the package, its recordings and msw, and the files that they need.
 *
 * @param {string} root - this repository
 * @returns {string[]} paths in it
 */
export function testsThatTravel(root) {
  const chosen = new Set();
  for (const folder of FOLDERS) {
    const place = join(root, 'test', folder);
    for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.test.ts') || APART.test(name) || name === VERSION) continue;
      const needed = neededBy(join(place, name), root);
      for (const file of needed ?? []) chosen.add(file);
    }
  }
  return [...chosen].sort();
}

/** The files that a test imports or reads, itself among them; undefined if one of them stays here. */
function neededBy(test, root) {
  const needed = new Set();
  const left = [test];
  while (left.length > 0) {
    const file = left.pop();
    const path = relative(root, file);
    if (STAYS.test(path)) return undefined;
    if (needed.has(path) || path.startsWith('src/')) continue;
    needed.add(path);
    const text = readFileSync(file, 'utf8');
    if (MOCKS.test(text)) return undefined;
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName === '@openfn/rapidpro-sandbox') return undefined;
      if (fileName.startsWith('.')) left.push(sourceOf(join(dirname(file), fileName)));
    }
    // What the recordings read is laid out with them.
    for (const read of path.startsWith('test/') ? filesRead(file, text) : []) {
      const readPath = relative(root, read);
      if (!TRAVELS.test(readPath)) return undefined;
      if (readPath.startsWith('test/')) needed.add(readPath);
    }
  }
  return needed;
}

/** What a test may read: its own files, and what is laid out anyway. */
const TRAVELS = /^(?:test|recordings(?!\/scenarios))\//;

/** The files that a test reads beside its imports; of a place that is put together, all in its folder. */
function filesRead(file, text) {
  const places = text.matchAll(/new URL\(\s*(['"`])(\.?[^'"`]+)\1,\s*import\.meta\.url/g);
  return [...places].flatMap(([, , place]) => {
    const [start] = place.split('${');
    const from = resolve(dirname(file), start);
    if (start === place) return [from];
    const folder = start.endsWith('/') ? from : dirname(from);
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(folder, entry.name));
  });
}

function sourceOf(path) {
  const found = [path.replace(/\.js$/, '.ts'), path.replace(/\.mjs$/, '.d.mts'), path].find(
    existsSync,
  );
  if (!found) throw new Error(`${path} is imported, but is not there.`);
  return found;
}
