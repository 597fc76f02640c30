import { describe, expect, test } from 'vitest';
import { start } from '../scripts/run-child.js';
import { COMMON, OPERATIONS, ROOT, readText } from './project.js';

interface Entry {
  name: string;
  params: string[];
  docs: { description: string; tags: { title: string; caption?: string }[] };
  valid: boolean;
}

test('ast.json and configuration-schema.json are what the source gives', async () => {
  // Newer versions of Node.js warn of what its own code does.
  const args = ['--no-warnings', '--import', 'tsx', 'scripts/generate.ts', '--check'];
  const { code, stderr } = await start(process.execPath, args, { cwd: ROOT });
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

describe('ast.json', () => {
  const ast = JSON.parse(readText('ast.json')) as { operations: Entry[]; common: Entry[] };
  const names = (entries: Entry[]) => entries.map(({ name }) => name);

  test('describes every operation and the common helpers', () => {
    expect(names(ast.operations)).toEqual(expect.arrayContaining(OPERATIONS));
    expect(names(ast.operations)).not.toContain('execute');
    expect(ast.common.length).toBeGreaterThan(10);
    expect(names(ast.common).filter(name => !COMMON.includes(name))).toEqual([]);
  });

  test.each(ast.operations)('$name is documented as the platform wants it', entry => {
    const count = (title: string) => entry.docs.tags.filter(tag => tag.title === title).length;
    expect(entry.valid).toBe(true);
    expect(entry.docs.description).not.toBe('');
    expect(count('param')).toBe(entry.params.length);
    for (const title of ['public', 'function', 'returns'])
      expect([title, count(title)]).toEqual([title, 1]);
    expect(count('state')).toBeGreaterThan(0);
    const examples = entry.docs.tags.filter(({ title }) => title === 'example');
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.filter(({ caption }) => !caption)).toEqual([]);
  });
});

describe('configuration-schema.json', () => {
  const schema = JSON.parse(readText('configuration-schema.json'));

  test('asks for the host and, hidden, the token', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      required: ['host', 'token'],
      properties: {
        host: { type: 'string', format: 'uri', minLength: 1 },
        token: { type: 'string', writeOnly: true, minLength: 1 },
      },
    });
  });

  test('explains every property', () => {
    for (const property of Object.values(schema.properties)) {
      expect(property).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
        examples: expect.any(Array),
      });
    }
  });
});
