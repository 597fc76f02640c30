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

describe('cursors', () => {
  const cursorOf = (tokens: string) => Buffer.from(tokens).toString('base64');

  it.each([
    // Python's base64 skips what is no letter of it, padding that comes too early, and what follows its end.
    ['empty', '', 200],
    ['of an offset', cursorOf('o=1'), 200],
    ['with padding first', '=bz0x', 200],
    ['with padding inside', 'bz=0x', 200],
    ['with too much padding', 'bz0x====', 200],
    ['with letters behind its end', 'bz0xcg==bz0x', 404],
    ['with signs inside', 'bz!0*x', 200],
    ['without its padding', 'bz0xcg', 404],
    ['with half of its padding', 'bz0xcg=', 404],
    ['of one letter too many', 'bz0xb', 404],
    ['of letters that are not ASCII', 'é', 404],
    ['of bytes that are not ASCII', cursorOf('o=1ä'), 404],
    ['with a blank before its number', cursorOf('o= 1'), 200],
    ['with a number in groups', cursorOf('o=1_0'), 200],
    ['with a number of nothing', cursorOf('o='), 404],
    ['with a number below zero', cursorOf('o=-1'), 404],
    ['with a fraction', cursorOf('o=1.0'), 404],
    ['with a number that is too long', cursorOf(`o=${'1'.repeat(4301)}`), 404],
    ['with a direction that is none', cursorOf('r=x'), 404],
    ['with a question mark first', cursorOf('?o=x'), 200],
    ['without tokens', cursorOf('nothing'), 200],
    ['with a day alone', cursorOf('p=2026-01-01'), 200],
    ['with a position that is no time', cursorOf('p=R1708283'), 500],
  ])('%s', async (_, cursor, status) => {
    const { get } = await open({ contacts: 2 });
    const answer = await get(`contacts.json?cursor=${encodeURIComponent(cursor)}`);
    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.data).toEqual({ detail: 'Invalid cursor' });
  });

  it('of another list, or of another order, are times like others', async () => {
    const opened = await open({ contacts: 300, seed: { groups: [{ name: 'All' }] } });
    const { next } = (await opened.get<Page<Shown>>('contacts.json')).data;
    const cursor = new URL(next ?? '').searchParams.get('cursor') ?? '';
    const query = new URLSearchParams({ cursor });
    for (const path of ['messages.json', 'groups.json', 'runs.json', 'fields.json']) {
      expect((await opened.get(`${path}?${query}`)).status).toBe(200);
    }
    const reversed = await opened.get<Page<Shown>>(`contacts.json?reverse=1&${query}`);
    expect(reversed.data.results).toHaveLength(PAGE - 1);
  });
});

describe('links to other pages', () => {
  it.each([
    // As Python writes a query: sorted by name, each value of a name, a plus for a blank.
    ['reverse=1&after=2000-01-01', 'after=2000-01-01&cursor=_&reverse=1'],
    ['reverse=true&deleted=0', 'cursor=_&deleted=0&reverse=true'],
    ['z=1&a=2&z=0', 'a=2&cursor=_&z=1&z=0'],
    ['foo=a%20b+c%2Bd', 'cursor=_&foo=a+b+c%2Bd'],
    ["foo=~-._!'()*", 'cursor=_&foo=~-._%21%27%28%29%2A'],
    ['foo=%C3%A9%F0%9F%98%80', 'cursor=_&foo=%C3%A9%F0%9F%98%80'],
    ['foo=%FF', 'cursor=_&foo=%EF%BF%BD'],
    ['foo=%zz%', 'cursor=_&foo=%25zz%25'],
    ['foo&bar=', 'bar=&cursor=_&foo='],
    ['&&foo=1&', 'cursor=_&foo=1'],
    ['foo=a;b=c', 'cursor=_&foo=a%3Bb%3Dc'],
    ['foo=a=b', 'cursor=_&foo=a%3Db'],
    ['?foo=1', '%3Ffoo=1&cursor=_'],
    ['cursor=&B=1&a=1', 'B=1&a=1&cursor=_'],
    ['cursor=x&cursor=', 'cursor=_'],
    ['format=json', 'cursor=_&format=json'],
    ['foo[]=1', 'cursor=_&foo%5B%5D=1'],
  ])('%s', async (query, wanted) => {
    const { get } = await open({ contacts: 300 });
    const { next } = (await get<Page<Shown>>(`contacts.json?${query}`)).data;
    const [path, text = ''] = String(next).split('?');
    expect(path).toMatch(/\/api\/v2\/contacts\.json$/);
    expect(text.replace(/cursor=[A-Za-z0-9%]+/, 'cursor=_')).toBe(wanted);
    const { previous, results } = (await get<Page<Shown>>(next ?? '')).data;
    expect(results).toHaveLength(50);
    expect(previous).toContain(`${path}?`);
  });

  it('keep the path of the request', async () => {
    const { get } = await open({ contacts: 300 });
    const { next } = (await get<Page<Shown>>('contacts.json/?x=1')).data;
    expect(next).toMatch(/\/api\/v2\/contacts\.json\/\?cursor=[^&]+&x=1$/);
    expect((await get(next ?? '')).status).toBe(200);
  });

  it.each([1000, 1001])('has at most 1,000 parameters: %i', async count => {
    const { get } = await open({ contacts: 2 });
    const { status, data } = await get(`contacts.json?${'a=1&'.repeat(count - 1)}b=2`);
    expect(status).toBe(count > 1000 ? 400 : 200);
    if (count > 1000) expect(String(data)).toContain('Bad Request (400)');
  });
});

function shifted(micros: string, by: number): string {
  return `${String(Number.parseInt(micros, 10) + by).padStart(6, '0')}Z`;
}
