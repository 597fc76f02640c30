import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { pathOf, schemeOf, seenUrn } from '../engine/urns.js';
import { engineTime, isoTime } from '../state/clock.js';
import type { Run, Urn } from '../state/model.js';
import { localPhone } from '../values/phone.js';
import { anonymousName } from './contact-shown.js';
import { idFilter, uuidFilter, uuidParams } from './filters.js';
import { ref } from './shown.js';

export const runs = endpoint({
  get(call) {
    const { workspace, incoming } = call;
    const uuid = uuidFilter(call, 'refused');
    const id = idFilter(call, 'id');
    const flow = last(incoming.query, 'flow');
    const contact = last(incoming.query, 'contact');
    const responded = isTrue(last(incoming.query, 'responded'));
    const paths = last(incoming.query, 'paths');
    const flowUuid = workspace.dialect === 'textit' ? uuidParams(call, 'flow')[0] : flow;
    return listPage(call, {
      rows: workspace.runs.by('modified'),
      ascending: isTrue(last(incoming.query, 'reverse')),
      timeOf: workspace.runs.orders.modified,
      among:
        id !== undefined
          ? [workspace.runs.get(id)]
          : uuid
            ? [workspace.runs.find(uuid)]
            : undefined,
      holds: run =>
        (uuid === undefined || run.uuid === uuid) &&
        (!flowUuid || run.flow.uuid === flowUuid) &&
        (!contact || run.contact.uuid === contact) &&
        (!responded || run.responded),
      show: run => showRun(run, call, paths === null || isTrue(paths)),
    });
  },
});

function showContact(run: Run, { workspace }: Call): unknown {
  const { contact } = run;
  const [first] = contact.urns;
  const urn = first?.identity;
  const name = contact.deleted ? null : contact.name;
  return {
    uuid: contact.uuid,
    name,
    urn: urn === undefined ? null : seenUrn(workspace, urn),
    urn_display: first === undefined || workspace.anonymous ? null : displayOf(first),
    ...anonymousName(contact, workspace),
  };
}

function displayOf({ identity, display }: Urn): string {
  const path = pathOf(identity);
  const phone = { tel: path, whatsapp: `+${path}` }[schemeOf(identity)];
  // What is not a number comes back as it is.
  const local = phone && localPhone(phone);
  return local === undefined || local === phone ? (display ?? path) : local;
}

function showRun(run: Run, call: Call, withPath: boolean): unknown {
  const v9 = call.workspace.dialect === 'v9';
  const values: Record<string, unknown> = {};
  for (const [key, one] of run.values) {
    values[key] = {
      value: one.value,
      category: one.category,
      node: one.node,
      time: engineTime(one.time),
      ...(v9 ? { input: one.input } : {}),
      name: one.name,
    };
  }
  const over = run.state !== 'active' && run.state !== 'waiting';
  const shown = {
    uuid: run.uuid,
    flow: ref(run.flow),
    contact: showContact(run, call),
    start: run.start && { uuid: run.start.uuid },
    responded: run.responded,
    path: withPath ? run.path.map(({ node, time }) => ({ node, time: engineTime(time) })) : null,
    values,
    created_on: isoTime(run.createdOn),
    modified_on: isoTime(run.modifiedOn),
    exited_on: run.exitedOn === null ? null : isoTime(run.exitedOn),
    exit_type: over ? run.state : null,
  };
  return v9 ? { id: run.id, ...shown } : { ...shown, id: run.id };
}
