import { uniqueName } from '../body/names.js';
import { readShape, required } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { listPage } from '../core/list.js';
import { forbidden } from '../core/reply.js';
import { isoTime } from '../state/clock.js';
import { newUuid } from '../state/ids.js';
import type { Topic } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { findByUuid } from './filters.js';

export const topics = endpoint<Topic>({
  limited: 'topics',

  get: call =>
    listPage(call, {
      rows: call.workspace.topics.by('created'),
      show: topic => showTopic(topic, call.workspace),
    }),

  find: (call, lookup) => findByUuid(lookup, 'Topic', uuid => call.workspace.topics.find(uuid)),

  post(call, body, topic) {
    const { workspace } = call;
    if (topic?.system) throw forbidden('Cannot modify system object.');
    const rule = required(uniqueName(() => workspace.topics, topic));
    const { name } = readShape({ name: rule }, body, call);
    if (topic) {
      topic.name = name;
      return { status: 200, data: showTopic(topic, workspace) };
    }
    const made = workspace.topics.add({
      id: workspace.nextId('topic'),
      uuid: newUuid(),
      name,
      system: false,
      createdOn: workspace.tick(),
    });
    return { status: 201, data: showTopic(made, workspace) };
  },
});

function showTopic(topic: Topic, workspace: Workspace): unknown {
  const tickets = [...workspace.tickets].filter(ticket => ticket.topic === topic);
  const open = tickets.filter(({ status }) => status === 'open').length;
  return {
    uuid: topic.uuid,
    name: topic.name,
    counts: { open, closed: tickets.length - open },
    system: topic.system,
    created_on: isoTime(topic.createdOn),
  };
}
