import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';

vi.setConfig({ hookTimeout: 300_000 });

interface Example {
  title: string;
  failure?: string;
  skipped?: true;
}

const page = readFileSync('docs/reference/operations.md', 'utf8');
const titles = page
  .split(/^### /m)
  .slice(1)
  .flatMap(section => {
    const name = section.slice(0, section.indexOf('\n'));
    const count = section.match(/^```js$/gm)?.length ?? 0;
    return Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);
  });

describe('the examples of every operation', () => {
  let examples: Map<string, Example>;

  beforeAll(async () => {
    await built();
    const args = ['--experimental-vm-modules', '--no-warnings', 'test/docs/examples-run.mjs'];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: ROOT, timeout: 280_000 });
    expect(stderr.replace(/^RapidPro: .*$/gm, '').trim()).toBe('');
    const all = JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as Example[];
    examples = new Map(all.map(example => [example.title, example]));
  });

  test.each(titles)('%s runs', title => {
    expect(examples.get(title)?.failure).toBeUndefined();
    expect(examples.has(title)).toBe(true);
  });

  test('none is left out but what needs the Internet', () => {
    const skipped = [...examples.values()].filter(example => example.skipped);
    expect(skipped.map(({ title }) => title)).toEqual(['uploadMedia 1']);
    expect(examples.size).toBe(titles.length);
  });
});
