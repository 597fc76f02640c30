// Installs the Python client into a folder of its own, where Python is there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The interpreter that has rapidpro-python, or a sentence that says why there is none. */
export function preparePython() {
  const folder = fileURLToPath(new URL('../tmp/bench-python/', import.meta.url));
  const python = `${folder}bin/python`;
  const run = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' });
  if (!existsSync(python) && run('python3', '-m', 'venv', folder).status !== 0) {
    return { missing: 'Python 3 with venv is not installed' };
  }
  if (run(python, '-c', 'import temba_client').status !== 0) {
    const installed = run(python, '-m', 'pip', 'install', '--quiet', 'rapidpro-python');
    if (installed.status !== 0) return { missing: 'rapidpro-python could not be installed' };
  }
  return { python };
}
