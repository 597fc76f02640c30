import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorTexts, itemTexts } from '../../scripts/generate/error-texts.js';
import { describeErrors } from '../../scripts/generate/errors.js';

const codes = Object.keys(errorTexts);
const ITEM_CODES = Object.keys(itemTexts);

/** The source, without the list of codes itself and without the sandbox. */
const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !/^sandbox|client[\\/]errors\.ts$/.test(name))
  .map(name => readFileSync(join('src', name), 'utf8'))
  .join('\n');

describe('docs/reference/errors.md', () => {
  const page = readFileSync('docs/reference/errors.md', 'utf8');

  test.each(codes)('%s has a section and a link to it', code => {
    expect(page).toContain(`\n### ${code}\n`);
    expect(page).toContain(`[\`${code}\`](#${code.toLowerCase()})`);
  });

  test.each([...codes, ...ITEM_CODES])('%s is made somewhere', code => {
    expect(source).toContain(`'${code}'`);
  });

  test.each(['means', 'todo'] as const)('is not made where a code lacks "%s"', key => {
    const texts = { ...errorTexts, TOO_LARGE: { ...errorTexts.TOO_LARGE, [key]: ' ' } };
    expect(() => describeErrors(texts)).toThrow(`TOO_LARGE has no text for "${key}"`);
  });
});
