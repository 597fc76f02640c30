import { readFileSync } from 'node:fs';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';
import { fences } from './collect.js';

beforeAll(built);

/** Tests that a page shows are files here, and so they run. */
const SHOWN_TESTS: Record<string, string> = {
  'docs/guides/testing-jobs.md': 'test/docs/registerJob.test.ts',
  'docs/start/typescript.md': 'test/docs/registered.test.ts',
};

test.each(Object.entries(SHOWN_TESTS))('%s shows a test that runs: %s', (page, file) => {
  const shown = fences(page).map(({ code }) => code.trim());
  expect(shown).toContain(readFileSync(file, 'utf8').trim());
});

/** What is done with the other samples of TypeScript, by what they export, and what must come out. */
const CALLS: Record<string, { call: string; gives: unknown }> = {
  facilities: { call: '[...await facilities(configuration)].length > 1', gives: true },
  sync: {
    call: "await sync(configuration, ['tel:+250780000001', 'tel:1'])",
    gives: ['1: INVALID_URN'],
  },
  count: { call: 'await count(configuration) > 250', gives: true },
  '': { call: 'true', gives: true },
};

const programs = fences('docs/start/typescript.md')
  .map(({ code }) => code)
  .filter(code => !code.includes("from 'vitest'"));

test.each(programs)('a sample of TypeScript runs with the built package:\n%s', async code => {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  const { host, token } = sandbox;
  const [, name = ''] = /^export async function (\w+)/m.exec(code) ?? [];
  const { call, gives } = CALLS[name] ?? expect.fail(`Nobody calls ${name}`);
  const given = name ? `const configuration = ${JSON.stringify({ host, token })};` : '';
  const source = `${code.replace('https://app.rapidpro.io/', host)}
    ${given} console.log('gives ' + JSON.stringify(${call}));`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const args = ['--input-type=module', '-e', outputText];
  const {
    stdout,
    stderr,
    code: exit,
  } = await start(process.execPath, args, {
    cwd: ROOT,
    env: { TOKEN: token },
  });
  await sandbox.close();
  expect(exit, stderr).toBe(0);
  expect(JSON.parse(/^gives (.*)$/m.exec(stdout)?.[1] ?? 'null')).toEqual(gives);
});
