import type { Resthook } from '../state/model.js';
import type { Bed } from './bed.js';
import type { ResthookEventSeed, ResthookSeed, SubscriberSeed } from './types.js';

export function plantResthook(bed: Bed, row: ResthookSeed): void {
  const createdOn = bed.time(row.created_on);
  bed.workspace.resthooks.add({
    id: bed.workspace.nextId('resthook'),
    slug: row.resthook,
    createdOn,
    modifiedOn: row.modified_on ? bed.time(row.modified_on) : createdOn,
  });
}

function hookOf({ workspace }: Bed, slug: string): Resthook {
  for (const one of workspace.resthooks) if (one.slug === slug) return one;
  throw new TypeError(`The seed has no resthook ${slug}`);
}

export function plantResthookEvent(bed: Bed, row: ResthookEventSeed): void {
  bed.workspace.resthookEvents.add({
    id: bed.workspace.nextId('resthook event'),
    resthook: hookOf(bed, row.resthook),
    data: row.data,
    createdOn: bed.time(row.created_on),
  });
}

export function plantSubscriber(bed: Bed, row: SubscriberSeed): void {
  bed.workspace.subscribers.add({
    id: bed.id('subscriber', row.id),
    resthook: hookOf(bed, row.resthook),
    targetUrl: row.target_url,
    createdOn: bed.time(row.created_on),
  });
}
