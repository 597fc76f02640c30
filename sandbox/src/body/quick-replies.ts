import type { Issues } from '../core/reply.js';
import { ServerError } from '../core/reply.js';
import type { QuickReply } from '../state/model.js';
import { isTruthy } from '../values/python.js';
import { isObject } from './parse.js';
import { choice, listOf, orNull, type Read, type Rule, readValue, text } from './rules.js';

const MOST = 10;
const KINDS = ['text', 'form', 'url', 'location'] as const;

const parts = {
  type: choice(...KINDS) as Rule<string>,
  text: orNull(text({ most: 64 })),
  extra: orNull(text({ most: 1000 })),
};

/** What a kind needs. It is looked at before the values are: whatever Python takes for true will do. */
function complaint({ type = 'text', text, extra }: Record<string, unknown>): string | undefined {
  switch (type) {
    case 'text':
      return isTruthy(text) ? undefined : "Quick replies of type 'text' require a 'text' value.";
    case 'form':
    case 'url':
      return isTruthy(text) && isTruthy(extra)
        ? undefined
        : `Quick replies of type '${type}' require 'text' and 'extra' values.`;
    case 'location':
      return isTruthy(extra)
        ? "Quick replies of type 'location' cannot have an 'extra' value."
        : undefined;
    default:
      return undefined;
  }
}

const quickReply: Rule<QuickReply> = {
  takesNull: true,
  read(input, call): Read<QuickReply> {
    if (!isObject(input)) throw new ServerError('a quick reply that is not an object');
    const wrong = complaint(input);
    if (wrong) return { issue: [wrong] };
    const issues: Issues = {};
    const kept: QuickReply = { type: 'text' };
    for (const key of ['type', 'text', 'extra'] as const) {
      if (input[key] === undefined) continue;
      const read = readValue(parts[key], input[key], call);
      if ('issue' in read) issues[key] = read.issue;
      else Object.assign(kept, { [key]: read.value });
    }
    return Object.keys(issues).length > 0 ? { issue: issues } : { value: kept };
  },
};

export const quickReplies = listOf(quickReply, MOST);
