import { HttpResponse, http as msw } from 'msw';
import type { Received } from '../../support/serve.js';

/** What an action server knows. */
interface World {
  /** Contacts, messages or tickets that it does not know. */
  unknown?: readonly (string | number)[];
  /** Contacts that groups do not take. */
  blocked?: readonly string[];
  /** Outgoing messages, or tickets that are so already. */
  unchanged?: readonly (string | number)[];
  /** Groups, labels and topics that it does not know. */
  nothing?: readonly string[];
  /** What to do with the nth request (from 0) instead. */
  instead?: (index: number) => Response | undefined;
  /** The language it speaks. */
  refuse?: { noSuch: string; notActive: string };
}

interface Body {
  action: string;
  group?: string;
  label?: string;
  [key: string]: unknown;
}

const ENGLISH = {
  noSuch: 'No such object',
  notActive: 'Non-active contacts cannot be added to groups',
};

const bad = (body: object) => HttpResponse.json(body, { status: 400 });

/** Refuses and reports as RapidPro does: all for one, naming the first; what it did is in `done`. */
export function actionsServer(key: 'contacts' | 'messages' | 'tickets', world: World = {}) {
  const { unknown = [], blocked = [], unchanged = [], nothing = [], refuse = ENGLISH } = world;
  const done: (string | number)[] = [];
  let index = 0;
  const path = `${key.slice(0, -1)}_actions`;
  const handler = msw.post(`*/api/v2/${path}.json`, async ({ request }) => {
    const body = (await request.json()) as Body;
    const items = body[key] as (string | number)[];
    const instead = world.instead?.(index++);
    if (instead) return instead;
    if (items.length > 100)
      return bad({ [key]: ['Ensure this field has no more than 100 elements.'] });
    for (const reference of ['group', 'label', 'topic', 'assignee']) {
      const value = String(body[reference]);
      if (nothing.includes(value)) return bad({ [reference]: [`${refuse.noSuch}: ${value}`] });
    }
    if (key !== 'messages') {
      const first = items.find(item => unknown.includes(item));
      if (first !== undefined) return bad({ [key]: [`${refuse.noSuch}: ${first}`] });
    }
    const idle = items.filter(item => blocked.includes(String(item)));
    if (body.action === 'add' && idle.length > 0)
      return bad({ non_field_errors: [`${refuse.notActive}: ${idle.join(', ')}`] });
    const failures = items.filter(item => unchanged.includes(item) || unknown.includes(item));
    done.push(...items.filter(item => !failures.includes(item)));
    return failures.length > 0
      ? HttpResponse.json({ failures })
      : new HttpResponse(null, { status: 204 });
  });
  return { handler, done };
}

/** How many items each request had. */
export function sizes(requests: readonly Received[]): number[] {
  return requests.map(({ body }) => {
    const list = Object.values(body as object).find(Array.isArray);
    return list?.length ?? 0;
  });
}

/** So many different uuids. */
export function uuids(amount: number, from = 0): string[] {
  return Array.from(
    { length: amount },
    (_, index) => `0000abcd-0000-4000-8000-${String(index + from).padStart(12, '0')}`,
  );
}

/** So many different URNs; the last two digits repeat after a hundred. */
export function urns(amount: number): string[] {
  return Array.from({ length: amount }, (_, index) => `tel:+25078${1_000_000 + index}`);
}
