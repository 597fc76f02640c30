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

  test.each(codes)('%s has one line, with an anchor or a section of its own', code => {
    const lines = page.split('\n').filter(line => /^\| [<[`]/.test(line));
    expect(lines.filter(line => line.split(' | ')[0]?.includes(`\`${code}\``))).toHaveLength(1);
    const anchor = page.includes(`<a id="${code.toLowerCase()}"></a>\`${code}\``);
    const section = page.includes(`\n### ${code}\n`);
    expect([anchor, section].filter(Boolean)).toHaveLength(1);
    expect(page.includes(`| [\`${code}\`](#${code.toLowerCase()}) |`)).toBe(section);
  });

  test.each([...codes, ...ITEM_CODES])('%s is made somewhere', code => {
    expect(source).toContain(`'${code}'`);
  });

  test.each(['means', 'todo'] as const)('is not made where a code lacks "%s"', key => {
    const texts = { ...errorTexts, TOO_LARGE: { ...errorTexts.TOO_LARGE, [key]: ' ' } };
    expect(() => describeErrors(texts)).toThrow(`TOO_LARGE has no text for "${key}"`);
  });
});
