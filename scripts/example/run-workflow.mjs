import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import vm from 'node:vm';
import { compileJob } from '../compile-job.mjs';
import { installedCopy } from '../installed-copy.mjs';
import { thisPackage } from '../run-job.mjs';

const require = createRequire(import.meta.url);

/** The folder of an installed package. */
function folderOf(name) {
  if (name === thisPackage().name) return thisPackage().path;
  return dirname(require.resolve(`${name}/package.json`));
}

/** Jobs that were compiled, by their text and adaptors: most run more than once. */
const compiled = new Map();

function compile(source, adaptors, file) {
  const key = JSON.stringify([source, adaptors]);
  if (!compiled.has(key)) compiled.set(key, compileJob(source, { adaptors, file }));
  return compiled.get(key);
}

/**
 * Runs workflow files of the OpenFn CLI on the published runtime, each step with its own adaptor and credential, as
 * `openfn workflow.json` does. Needs `node --experimental-vm-modules`. Call `close` at the end.
 *
 * @param {object} options
 * @param {Record<string, object>} options.credentials - by the file that a step names as its configuration
 * @param {object} [options.console] - what `console` is in the jobs
 * @param {() => Record<string, string>} [options.more] - operations to add at the end of a job, by the file that a step names
 */
export function createRunner({ credentials, console: jobConsole = console, more = () => ({}) }) {
  if (!vm.SourceTextModule) throw new Error('Start node with --experimental-vm-modules.');
  const copies = new Map();
  const copyOf = name => {
    if (!copies.has(name)) copies.set(name, installedCopy(name, folderOf(name)));
    return copies.get(name).path;
  };

  /** A step as the runtime takes it: compiled, with its adaptor and what is in its credential. */
  function load(step, folder) {
    const { id, expression, configuration, next } = step;
    const file = resolve(folder, expression);
    // Of collections alone the platform takes a second adaptor beside the first.
    const names = step.adaptors ?? [step.adaptor];
    const adaptors = names.map(name => ({ name, path: folderOf(name) }));
    if (configuration !== undefined && !credentials[configuration]) {
      throw new Error(`There is no credential for ${configuration}, which step ${id} names.`);
    }
    return {
      id,
      ...(next ? { next } : {}),
      expression: compile(
        `${readFileSync(file, 'utf8')}\n${more()[expression] ?? ''}`,
        adaptors,
        file,
      ),
      configuration: credentials[configuration] ?? {},
      linker: Object.fromEntries(
        names.map(name => [name, { path: copyOf(name), version: 'local' }]),
      ),
    };
  }

  return {
    /**
     * @param {string} file - the workflow file
     * @param {object} [state] - what it starts with: the final state of the last run, or a push
     * @returns {Promise<object>} the final state; a step that failed is in its `errors`
     */
    async run(file, state = {}) {
      const { default: run } = await import('@openfn/runtime');
      const { workflow, options } = JSON.parse(readFileSync(file, 'utf8'));
      const steps = workflow.steps.map(step => load(step, dirname(file)));
      const plan = { workflow: { ...workflow, steps }, options };
      // The runtime freezes the console that it gives to a job, so it gets a copy. State goes in as JSON, as from a file.
      const settings = { jobLogger: { ...jobConsole } };
      return run(plan, JSON.parse(JSON.stringify(state)), settings);
    },
    close() {
      for (const { remove } of copies.values()) remove();
      copies.clear();
    },
  };
}

/** The workflow files of the example. */
export const EXAMPLE = join(
  dirname(require.resolve('../../package.json')),
  'examples',
  'rapidpro-dhis2',
);
