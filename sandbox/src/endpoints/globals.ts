import { isTaken } from '../body/names.js';
import { also, readShape, required, text } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { invalidAsAWhole } from '../core/reply.js';
import { isoTime } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { Global } from '../state/model.js';
import { missing } from './filters.js';

const MOST_LETTERS = 36;
const MOST_IN_A_VALUE = 10_000;

function nameOf(known: Global | undefined) {
  const plain = text({
    most: MOST_LETTERS,
    checks: (given, { workspace }) =>
      isTaken(workspace.globals, given, known) ? ['This field must be unique.'] : [],
  });
  return also(plain, given => {
    if (!/^[A-Za-z0-9_\- ]+$/.test(given)) return ['Name contains illegal characters.'];
    return /^[a-z][a-z0-9_]*$/.test(keyOf(given))
      ? undefined
      : ['Name creates Key that is invalid'];
  });
}

const value = required(text({ most: MOST_IN_A_VALUE }));

function keyOf(given: string): string {
  return given
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(/ /g, '_');
}

export const globals = endpoint<Global>({
  limited: 'globals',

  get(call) {
    const { workspace, incoming } = call;
    const key = last(incoming.query, 'key');
    return listPage(call, {
      rows: workspace.globals.by('modified'),
      ascending: isTrue(last(incoming.query, 'reverse')),
      timeOf: workspace.globals.orders.modified,
      holds: one => !key || one.key === key,
      show: showGlobal,
    });
  },

  find({ workspace }, { value: key }) {
    for (const one of workspace.globals) if (one.key === key) return one;
    throw missing('Global');
  },

  post(call, body, known) {
    const { workspace } = call;
    const kept = readShape({ value, name: nameOf(known) }, body, call);
    if (known) {
      known.value = kept.value;
      known.modifiedOn = workspace.tick();
      workspace.globals.moved(known);
      return { status: 200, data: showGlobal(known) };
    }
    if (kept.name === undefined) {
      throw invalidAsAWhole('Name is required when creating new global.');
    }
    const key = keyOf(kept.name);
    const same = [...workspace.globals].find(one => one.key === key);
    if (same) {
      // A different name with the same key replaces the value and keeps the time.
      same.value = kept.value;
      return { status: 201, data: showGlobal(same) };
    }
    const made = workspace.globals.add({
      id: workspace.nextId('global'),
      uuid: newUuid(),
      key,
      name: kept.name,
      value: kept.value,
      modifiedOn: workspace.tick(),
    });
    return { status: 201, data: showGlobal(made) };
  },
});

function showGlobal({ key, name, value, modifiedOn }: Global): unknown {
  return { key, name, value, modified_on: isoTime(modifiedOn) };
}
