/**
 * Writes what is made from the source: `ast.json`, `configuration-schema.json`, `docs/reference/api.md`,
 * `docs/reference/errors.md`, `docs/reference/operations.md` and `docs/reference/records.md`.
 * With `--check` nothing is written, and a file that is not up to date fails.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationSchema } from '../src/configuration.js';
import { type AdaptorDescription, describeAdaptor } from './generate/ast.js';
import { describeCoverage } from './generate/coverage.js';
import { credentialForm } from './generate/credential-form.js';
import { describeErrors } from './generate/errors.js';
import { readInterfaces } from './generate/interfaces.js';
import { describeOperations } from './generate/operations.js';
import { describeRecords } from './generate/records.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const LANGUAGE_COMMON = 'node_modules/@openfn/language-common/ast.json';
/** Written by the test of the recorded exchanges, with `vitest -u`. */
const COUNTS = 'test/operations/recorded/coverage.json';

/** A text, or what becomes one as JSON. */
const made: Record<string, () => unknown> = {
  'ast.json': () =>
    inLines(describeAdaptor(join(root, 'src/Adaptor.ts'), readText(LANGUAGE_COMMON))),
  'configuration-schema.json': () => credentialForm(configurationSchema),
  'docs/reference/api.md': () => describeCoverage(JSON.parse(readText(COUNTS))),
  'docs/reference/errors.md': () => describeErrors(),
  'docs/reference/operations.md': operationsPage,
  'docs/reference/records.md': describeRecords,
};

/** Where the types of arguments are declared. */
const TYPE_FILES = [
  ...readdirSync(join(root, 'src/types')).map(name => `src/types/${name}`),
  'src/http.ts',
  'src/webhook/push.ts',
  'src/operations/eachMissedPush.ts',
];

/** The operations of a file by the names that a job calls them by. */
function operationsOf(file: string, namespace = '') {
  const { operations } = describeAdaptor(join(root, file), '{"operations":[]}');
  return operations.map(each => ({ ...each, name: `${namespace}${each.name}` }));
}

function operationsPage(): string {
  const operations = [
    ...operationsOf('src/Adaptor.ts'),
    ...operationsOf('src/http.ts', 'http.'),
    ...operationsOf('src/webhook.ts', 'webhook.'),
    ...operationsOf('src/util.ts', 'util.'),
  ];
  return describeOperations(operations, readInterfaces(TYPE_FILES.map(name => join(root, name))));
}

/** JSON with a line for each operation: half as large as with a line for each value. */
function inLines({ operations, ...others }: AdaptorDescription): string {
  const lines = operations.map(operation => `    ${JSON.stringify(operation)}`);
  const rest = JSON.stringify(others).slice(1);
  return `{\n  "operations": [\n${lines.join(',\n')}\n  ],\n  ${rest}\n`;
}

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
