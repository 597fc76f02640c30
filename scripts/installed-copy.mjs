import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * The runtime keeps the details of an adaptor's error only where the stack shows a file under
 * `node_modules`, so an adaptor that is run from its own source folder is first copied to such a place.
 *
 * @param {string} name - the package's name
 * @param {string} path - its folder
 * @returns {{ path: string, remove: () => void }} the folder to run it from, and what clears it away
 */
export function installedCopy(name, path) {
  if (path.split(sep).includes('node_modules')) return { path, remove: () => {} };
  // Inside the package's own node_modules, so that the copy finds the dependencies.
  const parent = join(path, 'node_modules', '.run-job');
  mkdirSync(parent, { recursive: true });
  const place = mkdtempSync(join(parent, 'copy-'));
  const copy = join(place, ...name.split('/'));
  for (const file of packagedFiles(path)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(path, file), join(copy, file), { recursive: true });
  }
  return { path: copy, remove: () => rmSync(place, { recursive: true, force: true }) };
}

function packagedFiles(path) {
  const { files } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const chosen = files ?? readdirSync(path).filter(file => !/^(node_modules|\.git)$/.test(file));
  return ['package.json', ...chosen].filter(file => existsSync(join(path, file)));
}
