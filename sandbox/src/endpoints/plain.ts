import { uniqueName } from '../body/names.js';
import { readShape, required } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { isoTime } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { Plain } from '../state/model.js';
import { findByUuid, uuidFilter } from './filters.js';

/** Objects that only `v9` has, shown as they were seeded. */

export const classifiers = endpoint({
  get(call) {
    const { classifiers: table } = call.workspace;
    const uuid = uuidFilter(call, 'broken');
    return listPage(call, {
      rows: table.by('created'),
      timeOf: table.orders.created,
      holds: one => uuid === undefined || one.uuid === uuid,
      show: ({ uuid: shownUuid, name, createdOn, shown }) => ({
        uuid: shownUuid,
        name,
        type: 'wit',
        intents: [],
        ...shown,
        created_on: isoTime(createdOn),
      }),
    });
  },
});

export const templates = endpoint({
  get(call) {
    const { templates: table } = call.workspace;
    return listPage(call, {
      rows: table.by('modified'),
      ascending: isTrue(last(call.incoming.query, 'reverse')),
      timeOf: table.orders.modified,
      show: ({ uuid, name, createdOn, modifiedOn, shown }) => ({
        uuid,
        name,
        translations: [],
        ...shown,
        created_on: isoTime(createdOn),
        modified_on: isoTime(modifiedOn),
      }),
    });
  },
});

export const optins = endpoint<Plain>({
  get: call => listPage(call, { rows: call.workspace.optins.by('created'), show: showOptin }),

  find: (call, lookup) => findByUuid(lookup, 'OptIn', uuid => call.workspace.optins.find(uuid)),

  post(call, body, known) {
    const { workspace } = call;
    const { name } = readShape({ name: required(uniqueName(() => workspace.optins)) }, body, call);
    const at = workspace.tick();
    const made = workspace.optins.add({
      id: workspace.nextId('plain'),
      uuid: newUuid(),
      name,
      createdOn: at,
      modifiedOn: at,
      shown: {},
    });
    return { status: known ? 200 : 201, data: showOptin(made) };
  },
});

function showOptin({ uuid, name, createdOn }: Plain): unknown {
  return { uuid, name, created_on: isoTime(createdOn) };
}
