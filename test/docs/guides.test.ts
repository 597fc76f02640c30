import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';
import { fences } from './collect.js';
import { pagesOf } from './runs.js';

vi.setConfig({ hookTimeout: 300_000 });

interface Ran {
  page: string;
  title: string;
  failure?: string;
  /** Messages, broadcasts and runs that came of the first run, and of the second. */
  once: number;
  again: number;
}

/** Pages whose jobs all work on the sandbox as they stand. */
const PAGES = pagesOf('test/docs/guides.test.ts');

/** The one job that is meant to fail when it is run again. */
function isMeant({ page, title, failure }: Ran): boolean {
  return (
    page === 'docs/start/migrating-from-2.md' &&
    title === 'addContact' &&
    /^URN_TAKEN:/.test(failure ?? '')
  );
}

const COOKBOOK = PAGES.filter(page => page.startsWith('docs/guides/cookbook-'));
const cookbook = COOKBOOK.map(page => readFileSync(page, 'utf8')).join('\n');
const recipes = [...cookbook.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);

let all: Ran[];

beforeAll(async () => {
  await built();
  const script = ['--experimental-vm-modules', '--no-warnings', 'test/docs/run-twice.mjs'];
  const settings = { cwd: ROOT, timeout: 280_000 };
  const { stdout, stderr } = await start(process.execPath, [...script, ...PAGES], settings);
  expect(stderr.replace(/^RapidPro: .*$/gm, '').trim()).toBe('');
  all = JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
});

test.each(PAGES)('the jobs of %s run, and run again', page => {
  const jobs = fences(page).filter(({ language }) => language === 'js');
  const own = all.filter(ran => ran.page === page);
  expect(own).toHaveLength(jobs.length);
  const failed = own.filter(ran => ran.failure && !isMeant(ran));
  expect(failed.map(({ title, failure }) => `${title}: ${failure}`)).toEqual([]);
});

/** What a recipe says of itself, without its jobs. */
function prose(title: string): string {
  const section = cookbook.split(`\n## ${title}\n`)[1]?.split(/\n##/)[0] ?? '';
  return section.replace(/^```[\s\S]*?^```/gm, '');
}

describe('a recipe of the cookbook, run twice', () => {
  test.each(recipes)('%s reaches somebody twice only if it says so', title => {
    const own = all.filter(ran => COOKBOOK.includes(ran.page) && ran.title === title);
    expect(own.length).toBeGreaterThan(0);
    const again = own.some(ran => ran.again > 0);
    expect(again).toBe(/it sends again/.test(prose(title)));
  });

  test.each([
    'Send once, however often the job runs',
    'Start a flow once for each person',
    'Remind people who did not answer, once',
    'Notify everyone due this week, once',
    'Birthdays',
    'Resend failed messages',
    'Register someone and start a flow',
  ])('%s does reach somebody the first time', title => {
    expect(all.find(ran => ran.title === title)?.once).toBeGreaterThan(0);
  });
});
