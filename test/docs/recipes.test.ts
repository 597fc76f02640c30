import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

interface Recipe {
  title: string;
  failure?: string;
  /** Messages, broadcasts and runs that came of the first run, and of the second. */
  once: number;
  again: number;
}

const page = readFileSync('docs/cookbook.md', 'utf8');
const titles = [...page.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title);

/** What a recipe says of itself, without its jobs. */
function prose(title: string): string {
  const section = page.split(`\n### ${title}\n`)[1]?.split(/\n##/)[0] ?? '';
  return section.replace(/^```[\s\S]*?^```/gm, '');
}

describe('each recipe of the cookbook, run twice', () => {
  let recipes: Recipe[];

  beforeAll(async () => {
    await built();
    const args = ['--experimental-vm-modules', '--no-warnings', 'test/docs/recipes-twice.mjs'];
    const { stdout, stderr } = await start(process.execPath, args, { cwd: ROOT, timeout: 110_000 });
    expect(stderr.replace(/^RapidPro: .*$/gm, '').trim()).toBe('');
    recipes = JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
  });

  test.each(titles)('%s does what it says', title => {
    const own = recipes.filter(recipe => recipe.title === title);
    expect(own.length).toBeGreaterThan(0);
    expect(own.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    const again = own.some(recipe => recipe.again > 0);
    expect(again).toBe(/it sends again/.test(prose(title)));
  });

  test.each([
    'Send once, however often the job runs',
    'Start a flow once for each person',
    'Remind who did not answer, once',
    'Birthdays',
    'Send again what failed',
    'Register and start',
  ])('%s does reach somebody the first time', title => {
    expect(recipes.find(recipe => recipe.title === title)?.once).toBeGreaterThan(0);
  });
});
