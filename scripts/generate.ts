/**
 * Writes what is made from the source: `ast.json`, `configuration-schema.json`, `docs/api.md`,
 * `docs/errors.md` and `docs/operations.md`.
 * With `--check` nothing is written, and a file that is not up to date fails.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationSchema } from '../src/configuration.js';
import { describeAdaptor } from './generate/ast.js';
import { describeCoverage } from './generate/coverage.js';
import { credentialForm } from './generate/credential-form.js';
import { describeErrors } from './generate/errors.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const LANGUAGE_COMMON = 'node_modules/@openfn/language-common/ast.json';
/** Written by the test of the recorded exchanges, with `vitest -u`. */
const COUNTS = 'test/operations/recorded/coverage.json';

/** A text, or what becomes one as JSON. */
const made: Record<string, () => unknown> = {
  'ast.json': () => describeAdaptor(join(root, 'src/Adaptor.ts'), readText(LANGUAGE_COMMON)),
  'configuration-schema.json': () => credentialForm(configurationSchema),
  'docs/api.md': () => describeCoverage(JSON.parse(readText(COUNTS))),
  'docs/errors.md': () => describeErrors(),
};

function readText(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

for (const [name, make] of Object.entries(made)) {
  const file = join(root, name);
  const content = make();
  const fresh = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (fresh === current) console.log(`${name} is up to date.`);
  else if (!check) {
    writeFileSync(file, fresh);
    console.log(`${name} written.`);
  } else {
    console.error(`${name} is not up to date: run npm run generate.`);
    process.exitCode = 1;
  }
}
