import { BATCH_LIMIT } from '../../../src/resources.js';
import { complaints } from '../body/names.js';
import { byUuidOrName } from '../body/references.js';
import {
  choice,
  issue,
  oneRef,
  type Rule,
  readShape,
  refTo,
  required,
  text,
  typeName,
  value,
} from '../body/rules.js';
import type { Call } from '../core/call.js';
import { endpoint } from '../core/endpoint.js';
import { invalidAsAWhole } from '../core/reply.js';
import type { Label, Message } from '../state/model.js';
import { JsonNumber } from '../values/index.js';
import { addLabel } from './labels.js';

/** Finds messages by id. Unknown ids are returned separately and are not an error. */
interface Named {
  messages: Message[];
  failures: unknown[];
}

const messagesRule: Rule<Named> = {
  read(input, { workspace }) {
    if (Array.isArray(input) && input.length > BATCH_LIMIT) {
      return issue(`Ensure this field has no more than ${BATCH_LIMIT} elements.`);
    }
    if (!Array.isArray(input)) {
      return issue(`Expected a list of items but got type "${typeName(input)}".`);
    }
    const named: Named = { messages: [], failures: [] };
    for (const item of input) {
      const isWhole = item instanceof JsonNumber && typeName(item) === 'int';
      if (!isWhole && typeof item !== 'string' && typeof item !== 'boolean') {
        return issue('Must be a string or integer');
      }
      const id = isWhole ? Number(item.source) : item;
      // For Python, true is 1.
      const message = typeof id === 'string' ? undefined : workspace.messages.get(Number(id));
      if (message && message.visibility !== 'deleted') named.messages.push(message);
      else named.failures.push(id);
    }
    const sent = named.messages.find(({ direction }) => direction === 'out');
    return sent ? issue(`Not an incoming message: ${sent.id}`) : value(named);
  },
};

const labelRule = oneRef(
  refTo<Label>((given, call) => byUuidOrName(call.workspace.labels, given, 'uuids')),
);

const shape = {
  messages: required(messagesRule),
  action: required(choice('label', 'unlabel', 'archive', 'restore', 'delete')),
  label: labelRule,
  label_name: text({ most: 64, checks: complaints }),
};

export const messageActions = endpoint({
  post(call, body) {
    const { messages: named, action, label, label_name: name } = readShape(shape, body, call);
    const wants = action === 'label' || action === 'unlabel';
    if (label && name) throw invalidAsAWhole("Can't specify both label and label_name.");
    if (wants && !label && !name) {
      throw invalidAsAWhole(`For action "${action}" you should also specify a label`);
    }
    if (!wants && (label || name)) {
      throw invalidAsAWhole(`For action "${action}" you should not specify a label`);
    }
    if (action === 'delete') call.engine.requireInTextit(call.workspace);
    const meant = label ?? (name === undefined ? undefined : labelNamed(call, name, action));
    for (const message of named.messages) act(call, message, action, meant);
    return named.failures.length > 0
      ? { status: 200, data: { failures: named.failures } }
      : { status: 204, emptyAction: true };
  },
});

/** A missing label is created when messages are labeled, and ignored when they are unlabeled, where the name is in the same case. */
function labelNamed(call: Call, name: string, action: string): Label | undefined {
  const isSame = (label: Label) =>
    action === 'label' ? label.name.toLowerCase() === name.toLowerCase() : label.name === name;
  for (const label of call.workspace.labels) if (!label.deleted && isSame(label)) return label;
  return action === 'label' ? addLabel(call.workspace, name) : undefined;
}

function act(
  { workspace }: Call,
  message: Message,
  action: string,
  label: Label | undefined,
): void {
  if (!change(message, action, label) || action === 'delete') return;
  // In `textit`, archiving and restoring do not change `modified_on`; in neither does a deletion.
  if (workspace.dialect === 'textit' && (action === 'archive' || action === 'restore')) return;
  message.modifiedOn = workspace.ticker.next();
  workspace.messages.moved(message);
}

function change(message: Message, action: string, label: Label | undefined): boolean {
  switch (action) {
    case 'label':
      if (!label || message.labels.includes(label)) return false;
      message.labels.push(label);
      return true;
    case 'unlabel':
      if (!label || !message.labels.includes(label)) return false;
      message.labels = message.labels.filter(one => one !== label);
      return true;
    case 'archive':
      return show(message, 'visible', 'archived');
    case 'restore':
      return show(message, 'archived', 'visible');
    default:
      message.labels = [];
      message.text = '';
      message.attachments = [];
      message.visibility = 'deleted';
      return true;
  }
}

function show(message: Message, from: Message['visibility'], to: Message['visibility']): boolean {
  if (message.visibility !== from) return false;
  message.visibility = to;
  return true;
}
