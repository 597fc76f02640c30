import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { listPage } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import type { Channel } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { uuidFilter } from './filters.js';

export const channels = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'nothing');
    const address = last(incoming.query, 'address');
    return listPage(call, {
      rows: workspace.channels.by('created'),
      holds: one =>
        (uuid === undefined || one.uuid === uuid) && (!address || one.address === address),
      show: one => showChannel(one, workspace),
    });
  },
});

function showChannel(channel: Channel, { dialect }: Workspace): unknown {
  return {
    uuid: channel.uuid,
    name: channel.name,
    address: channel.address,
    ...(dialect === 'textit' ? { type: channel.type } : {}),
    country: channel.country,
    device: channel.device,
    last_seen: channel.lastSeen === null ? null : isoTime(channel.lastSeen),
    created_on: isoTime(channel.createdOn),
  };
}
