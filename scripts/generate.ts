/**
 * Writes what is made from the source: `ast.json` and `configuration-schema.json`.
 * With `--check` nothing is written, and a file that is not up to date fails.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationSchema } from '../src/configuration.js';
import { describeAdaptor } from './generate/ast.js';
import { credentialForm } from './generate/credential-form.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const made: Record<string, () => unknown> = {
  'ast.json': () => describeAdaptor(join(root, 'src/Adaptor.ts'), languageCommon()),
  'configuration-schema.json': () => credentialForm(configurationSchema),
};

function languageCommon(): string {
  return readFileSync(join(root, 'node_modules/@openfn/language-common/ast.json'), 'utf8');
}

for (const [name, make] of Object.entries(made)) {
  const file = join(root, name);
  const fresh = `${JSON.stringify(make(), null, 2)}\n`;
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
