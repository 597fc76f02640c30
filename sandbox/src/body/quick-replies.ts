import type { Issues } from '../core/reply.js';
import { ServerError } from '../core/reply.js';
import type { QuickReply } from '../state/model.js';
import { isObject } from './parse.js';
import { choice, listOf, type Read, type Rule, readValue, text } from './rules.js';

const MOST = 10;
const KINDS = ['text', 'form', 'url', 'location'] as const;

const parts: Record<keyof QuickReply, Rule<string>> = {
  type: choice(...KINDS),
  text: text({ most: 64 }),
  extra: text({ most: 1000 }),
};

function complaint({ type, text, extra }: QuickReply): string | undefined {
  switch (type) {
    case 'form':
    case 'url':
      return text && extra
        ? undefined
        : `Quick replies of type '${type}' require 'text' and 'extra' values.`;
    case 'location':
      return extra ? "Quick replies of type 'location' cannot have 'extra' value." : undefined;
    default:
      return text ? undefined : "Quick replies of type 'text' require 'text' value.";
  }
}

const quickReply: Rule<QuickReply> = {
  read(input, call): Read<QuickReply> {
    if (!isObject(input)) throw new ServerError('a quick reply that is not an object');
    const issues: Issues = {};
    const kept: QuickReply = { type: 'text' };
    for (const key of ['type', 'text', 'extra'] as const) {
      if (input[key] === undefined) continue;
      const read = readValue(parts[key], input[key], call);
      if ('issue' in read) issues[key] = read.issue;
      else kept[key] = read.value;
    }
    if (Object.keys(issues).length > 0) return { issue: issues };
    const wrong = complaint(kept);
    return wrong ? { issue: [wrong] } : { value: kept };
  },
};

export const quickReplies = listOf(quickReply, MOST);
