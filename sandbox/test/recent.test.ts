import { expect, it } from 'vitest';
import { maternalHealth } from '../src/index.js';
import { open, type Page } from './opened.js';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse('2028-05-10T12:00:00Z');

it('has women due within a week and recent answers, by its own clock', async () => {
  const { sandbox, get } = await open({ seed: 'maternal-health', clock: { now: () => NOW } });
  const due = sandbox.contacts().map(({ fields }) => Date.parse(fields.due_date ?? '') - NOW);
  expect(due.filter(ahead => ahead > 0 && ahead < 7 * DAY)).toHaveLength(6);
  const after = '?after=2028-05-09T00:00:00Z';
  const runs = await get<Page>(`runs.json${after}`);
  expect(runs.data.results).toHaveLength(6);
  const inbox = await get<Page>(`messages.json${after}&folder=inbox`);
  expect(inbox.data.results.length).toBeGreaterThan(0);
});

it('is the same for the same time, and has no recent times without one', () => {
  expect(maternalHealth({ now: NOW })).toEqual(maternalHealth({ now: NOW }));
  expect(JSON.stringify(maternalHealth())).not.toContain('created_on');
});
