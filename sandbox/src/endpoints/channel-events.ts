import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { listPage } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import type { ChannelEvent } from '../state/model.js';
import { idFilter } from './filters.js';
import { ref } from './shown.js';

export const channelEvents = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const id = idFilter(call, 'id');
    const contact = last(incoming.query, 'contact');
    return listPage(call, {
      rows: workspace.channelEvents.by('created'),
      timeOf: workspace.channelEvents.orders.created,
      holds: one =>
        (id === undefined || one.id === id) && (!contact || one.contact.uuid === contact),
      show: showEvent,
    });
  },
});

function showEvent(event: ChannelEvent): unknown {
  return {
    id: event.id,
    type: event.type,
    contact: ref(event.contact),
    channel: ref(event.channel),
    extra: event.extra,
    occurred_on: isoTime(event.occurredOn),
    created_on: isoTime(event.createdOn),
  };
}
