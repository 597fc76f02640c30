import { randomUUID } from 'node:crypto';

// Flows as RapidPro's editor makes them: nodes that ask and wait, then one that calls a webhook or says thanks.

const BODY = `@(json(object(
  "contact", object("uuid", contact.uuid, "name", contact.name, "urn", contact.urn),
  "flow", object("uuid", run.flow.uuid, "name", run.flow.name),
  "run", object("uuid", run.uuid),
  "results", foreach_value(results, extract_object, "value", "category")
)))`;

/**
 * A flow that asks one question after the other.
 *
 * @param {object} flow
 * @param {string} flow.uuid
 * @param {string} flow.name
 * @param {{ name: string, text: string, type: 'has_text' | 'has_number' }[]} flow.questions
 * @param {{ url: string, secret: string }} [flow.webhook] - what is called at the end
 * @param {string} flow.thanks
 */
export function askingFlow({ uuid, name, questions, webhook, thanks }) {
  const ids = questions.map(() => ({ ask: randomUUID(), wait: randomUUID() }));
  const last = randomUUID();
  const nodes = questions.flatMap((question, index) => {
    const { ask, wait } = ids[index];
    const next = ids[index + 1]?.ask ?? last;
    const say = { uuid: randomUUID(), type: 'send_msg', text: question.text };
    return [
      { uuid: ask, actions: [say], exits: [exitTo(wait)] },
      { uuid: wait, ...waiting(question, next) },
    ];
  });
  const call = webhook && {
    uuid: randomUUID(),
    type: 'call_webhook',
    method: 'POST',
    url: webhook.url,
    headers: { 'Content-Type': 'application/json', 'X-Secret': webhook.secret },
    body: BODY,
    result_name: 'Webhook',
  };
  const say = { uuid: randomUUID(), type: 'send_msg', text: thanks };
  nodes.push({ uuid: last, actions: [...(call ? [call] : []), say], exits: [exitTo(null)] });
  return { uuid, name, definition: { uuid, name, language: 'eng', revision: 1, nodes } };
}

const exitTo = destination_uuid => ({ uuid: randomUUID(), destination_uuid });

function waiting({ name, type }, next) {
  const [good, other] = [randomUUID(), randomUUID()];
  const exits = [exitTo(next), exitTo(next)];
  return {
    router: {
      type: 'switch',
      operand: '@input.text',
      wait: { type: 'msg' },
      result_name: name,
      cases: [{ type, arguments: [], category_uuid: good }],
      categories: [
        { uuid: good, name: 'Answered', exit_uuid: exits[0].uuid },
        { uuid: other, name: 'Other', exit_uuid: exits[1].uuid },
      ],
      default_category_uuid: other,
    },
    exits,
  };
}
