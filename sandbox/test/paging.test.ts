import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../src/index.js';
import { type Answer, type Opened, open, type Page } from './opened.js';

interface Shown {
  uuid: string;
  modified_on: string;
}

const PAGE = 250;

/** All pages from the first one, in one direction. */
async function follow(
  { get }: Opened,
  path: string,
  direction: 'next' | 'previous' = 'next',
): Promise<Page<Shown>[]> {
  const pages: Page<Shown>[] = [];
  for (let at: string | null = path; at && pages.length < 50; ) {
    const { status, data }: Answer<Page<Shown>> = await get(at);
    expect(status).toBe(200);
    pages.push(data);
    at = data[direction];
  }
  return pages;
}

const uuids = (pages: Page<Shown>[]): string[] =>
  pages.flatMap(({ results }) => results.map(({ uuid }) => uuid));

/** Newest first, as in the list: by time, then by creation. */
function inOrder(sandbox: Sandbox): string[] {
  return sandbox
    .contacts()
    .map(({ uuid, modified_on }, at) => ({ uuid, modified_on: String(modified_on), at }))
    .sort((a, b) =>
      a.modified_on < b.modified_on ? 1 : a.modified_on > b.modified_on ? -1 : b.at - a.at,
    )
    .map(({ uuid }) => uuid);
}

describe('pages of the sandbox', () => {
  it('contain each contact once, forward and back', async () => {
    const opened = await open({ contacts: 612 });
    const pages = await follow(opened, 'contacts.json');
    expect(pages.map(({ results }) => results.length)).toEqual([PAGE, PAGE, 112]);
    expect(uuids(pages)).toEqual(inOrder(opened.sandbox));
    expect(pages[0]?.previous).toBeNull();
    const back = await follow(opened, pages[2]?.previous ?? '', 'previous');
    expect(back.map(({ results }) => results)).toEqual([pages[1]?.results, pages[0]?.results]);
  });

  it('start with the oldest when reversed', async () => {
    const opened = await open({ contacts: 260 });
    const pages = await follow(opened, 'contacts.json?reverse=true');
    expect(uuids(pages)).toEqual(inOrder(opened.sandbox).reverse());
  });

  it.each(['v9', 'textit'] as const)(
    'contain all of many contacts with the same time (%s)',
    async dialect => {
      const opened = await open({ dialect, contacts: 700, seed: { groups: [{ name: 'All' }] } });
      const { sandbox } = opened;
      const all = sandbox.contacts().map(({ uuid }) => uuid);
      // Six hundred contacts share one modified_on, more than two pages.
      sandbox.addToGroup(all.slice(50, 650), 'All');
      expect(new Set(sandbox.contacts().map(one => one.modified_on)).size).toBe(101);
      const pages = await follow(opened, 'contacts.json');
      expect(uuids(pages)).toEqual(inOrder(sandbox));
      const back = await follow(opened, pages.at(-1)?.previous ?? '', 'previous');
      expect(uuids(back.reverse())).toEqual(inOrder(sandbox).slice(0, 2 * PAGE));
      const reversed = await follow(opened, 'contacts.json?reverse=1');
      expect(uuids(reversed)).toEqual(inOrder(sandbox).reverse());
    },
  );

  it('skip a contact that moved to the front meanwhile, and repeat none', async () => {
    const opened = await open({ contacts: 500 });
    const { get, post } = opened;
    const first = (await get<Page<Shown>>('contacts.json')).data;
    const order = inOrder(opened.sandbox);
    await post(`contacts.json?uuid=${order[400]}`, { name: 'Moved' });
    const second = (await get<Page<Shown>>(first.next ?? '')).data;
    expect(uuids([second])).toEqual(order.slice(PAGE).filter(uuid => uuid !== order[400]));
    expect(second.next).toBeNull();
  });

  it('include both ends of a time window', async () => {
    // With half a second, the shifted digits do not carry.
    const clock = { now: () => Date.parse('2026-11-22T10:00:00.500Z') };
    const opened = await open({ contacts: 20, clock });
    const { results } = (await opened.get<Page<Shown>>('contacts.json')).data;
    const [from, to] = [results[12], results[5]];
    const query = new URLSearchParams({
      after: from?.modified_on ?? '',
      before: to?.modified_on ?? '',
    });
    const window = await opened.get<Page<Shown>>(`contacts.json?${query}`);
    expect(window.data.results).toEqual(results.slice(5, 13));
    // One microsecond less on each side excludes both.
    const inner = new URLSearchParams({
      after: String(from?.modified_on).replace(/\d{6}Z/, text => shifted(text, 1)),
      before: String(to?.modified_on).replace(/\d{6}Z/, text => shifted(text, -1)),
    });
    const less = await opened.get<Page<Shown>>(`contacts.json?${inner}`);
    expect(less.data.results).toEqual(results.slice(6, 12));
  });

  it('refuse an invalid cursor', async () => {
    const { get } = await open({ contacts: 2 });
    const { status, data } = await get<{ detail: string }>('contacts.json?cursor=nonsense');
    expect({ status, data }).toEqual({ status: 404, data: { detail: 'Invalid cursor' } });
  });
});

function shifted(micros: string, by: number): string {
  return `${String(Number.parseInt(micros, 10) + by).padStart(6, '0')}Z`;
}
