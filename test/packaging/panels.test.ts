import { describe, expect, test } from 'vitest';
import { OPERATIONS, readText } from './project.js';

/** What OpenFn's documentation and the panels of its editor show of each operation: ast.json. */

interface Tag {
  title: string;
  name?: string;
  caption?: string;
  description: string | null;
  type?: { name?: string; expression?: { name?: string } } | null;
}

interface Shown {
  name: string;
  params: string[];
  docs: { description: string; tags: Tag[] };
}

const { operations }: { operations: Shown[] } = JSON.parse(readText('ast.json'));
const tags = ({ docs }: Shown, title: string) => docs.tags.filter(tag => tag.title === title);

/** They read whatever list they are given. */
const ANY_LIST = ['eachPage', 'eachChange'];

test('nothing is shown but the operations', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual([...OPERATIONS].sort());
});

describe.each(operations.map(operation => [operation.name, operation] as const))(
  '%s',
  (_, shown) => {
    test('says what it does, takes, leaves and throws', () => {
      expect(shown.docs.description.trim()).not.toBe('');
      for (const { name, description, type } of tags(shown, 'param')) {
        expect(description, name).toBeTruthy();
        expect(type, name).toBeTruthy();
      }
      expect(tags(shown, 'param').map(({ name }) => name)).toEqual(shown.params);
      expect(tags(shown, 'throws')).not.toEqual([]);
      expect(tags(shown, 'state')).not.toEqual([]);
    });

    test('has its options as a typedef, which names what the options are', () => {
      const options = tags(shown, 'param').find(({ name }) => name === 'options');
      if (!options) return;
      const type = options.type?.name ?? options.type?.expression?.name;
      expect(type).toMatch(/^(?:[A-Z]\w*)?Options$/);
      expect(options.description).toMatch(/`\w+`/);
      expect(shown.docs.tags.filter(({ name }) => name?.includes('.'))).toEqual([]);
    });

    test('has two examples or more, each with a caption, that differ', () => {
      const examples = tags(shown, 'example');
      expect(examples.length).toBeGreaterThanOrEqual(2);
      for (const { caption, description } of examples) {
        expect(caption).toBeTruthy();
        expect(description).toContain(`${shown.name}(`);
      }
      // How long to wait is the same everywhere, and tells nothing of this one.
      for (const { description } of examples) expect(description).not.toMatch(/maxWait|timeout/);
      const plain = examples.map(({ description }) => description?.replace(/\s+/g, ''));
      expect(new Set(plain).size).toBe(examples.length);
    });

    test('links to the page of RapidPro’s API', () => {
      if (ANY_LIST.includes(shown.name)) return;
      expect(tags(shown, 'see').map(({ description }) => description)).toEqual([
        expect.stringMatching(/^https:\/\/app\.rapidpro\.io\/api\/v2\/[a-z_]+$/),
      ]);
    });
  },
);
