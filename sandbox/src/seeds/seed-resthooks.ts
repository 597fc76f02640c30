import type { Resthook } from '../state/model.js';
import type { SeedContext } from './seed-context.js';
import type { ResthookEventSeed, ResthookSeed, SubscriberSeed } from './types.js';

export function seedResthook(context: SeedContext, row: ResthookSeed): void {
  const createdOn = context.time(row.created_on);
  context.workspace.resthooks.add({
    id: context.workspace.nextId('resthook'),
    slug: row.resthook,
    createdOn,
    modifiedOn: row.modified_on ? context.time(row.modified_on) : createdOn,
  });
}

function hookOf({ workspace }: SeedContext, slug: string): Resthook {
  for (const one of workspace.resthooks) if (one.slug === slug) return one;
  throw new TypeError(`The seed has no resthook ${slug}`);
}

export function seedResthookEvent(context: SeedContext, row: ResthookEventSeed): void {
  context.workspace.resthookEvents.add({
    id: context.workspace.nextId('resthook event'),
    resthook: hookOf(context, row.resthook),
    data: row.data,
    createdOn: context.time(row.created_on),
  });
}

export function seedResthookSubscriber(context: SeedContext, row: SubscriberSeed): void {
  context.workspace.subscribers.add({
    id: context.id('subscriber', row.id),
    resthook: hookOf(context, row.resthook),
    targetUrl: row.target_url,
    createdOn: context.time(row.created_on),
  });
}
