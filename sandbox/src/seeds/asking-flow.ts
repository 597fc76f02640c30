import type { repeatable } from './random.js';
import type { FlowSeed } from './types.js';

/** An answer that a flow recognizes, and the reply to it. */
interface KnownAnswer {
  category: string;
  /** The flow editor's test, such as `has_any_word`, and its arguments. */
  test: string;
  words?: string;
  reply: string;
}

/** A flow that asks one question. */
export interface Asking {
  name: string;
  question: string;
  /** The question in other languages. */
  translations: Record<string, string>;
  /** The name of the result that the answer is saved as. */
  result: string;
  answers: KnownAnswer[];
  /** The reply to any other answer. */
  otherwise: string;
}

/**
 * A flow that asks, waits, saves the answer and replies. It has the editor's export format, and the same uuids every
 * time.
 */
export function askingFlow(asking: Asking, chance: ReturnType<typeof repeatable>): FlowSeed {
  const { name, question, translations, result, answers, otherwise } = asking;
  const [ask, askId] = [chance.uuid(), chance.uuid()];
  const known = [...answers, { category: 'Other', test: '', reply: otherwise }];
  const ways = known.map(answer => ({
    ...answer,
    uuid: chance.uuid(),
    exit: chance.uuid(),
    node: chance.uuid(),
    say: chance.uuid(),
    out: chance.uuid(),
    id: chance.uuid(),
  }));
  const tested = ways.filter(({ test }) => test !== '');
  const localization = Object.fromEntries(
    Object.entries(translations).map(([language, text]) => [
      language,
      { [askId]: { text: [text] } },
    ]),
  );
  const asks = {
    uuid: ask,
    actions: [{ uuid: askId, type: 'send_msg', text: question }],
    router: {
      type: 'switch',
      operand: '@input.text',
      wait: { type: 'msg' },
      result_name: result,
      default_category_uuid: ways.at(-1)?.uuid,
      categories: ways.map(way => ({ uuid: way.uuid, name: way.category, exit_uuid: way.exit })),
      cases: tested.map(({ id, test, words, uuid }) => ({
        uuid: id,
        type: test,
        arguments: words === undefined ? [] : [words],
        category_uuid: uuid,
      })),
    },
    exits: ways.map(way => ({ uuid: way.exit, destination_uuid: way.node })),
  };
  const says = ways.map(way => ({
    uuid: way.node,
    actions: [{ uuid: way.say, type: 'send_msg', text: way.reply }],
    exits: [{ uuid: way.out, destination_uuid: null }],
  }));
  const uuid = chance.uuid();
  return {
    uuid,
    name,
    definition: {
      uuid,
      name,
      type: 'messaging',
      language: 'eng',
      spec_version: '13.5.0',
      revision: 1,
      localization,
      nodes: [asks, ...says],
    },
  };
}
