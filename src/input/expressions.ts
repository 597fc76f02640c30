import { fail } from '../errors/errors.js';
import type { Fault } from '../errors/fault.js';
import { SCHEMES } from '../errors/urnAdvice.js';
import { findPart, isShown } from './check.js';
import { nearest, nearMiss } from './nearest.js';
import { MEANT } from './urns.js';

/**
 * Expressions in texts, such as `@contact.name` or `@(upper(contact.name))`. A property that does not exist leaves
 * a gap in the text, without an error. Only paths into the contact and its URNs are checked here. Custom fields,
 * globals and functions are left to RapidPro.
 */

/** Where a text goes. This decides what RapidPro fills in. */
type ExpressionPlace = 'message' | 'broadcast' | 'flow';

/** What to say where only the author can know what is meant. */
export const LITERAL_FIX = 'If you really mean this text, use the option { literal: true }.';

/** Properties of contacts in broadcasts, flows and campaigns, on one line of servers or both. */
const VALUES =
  'uuid id ref name first_name language timezone status created_on last_seen_on urn'.split(' ');
const LISTS = ['urns', 'groups', 'tickets'];
const OF_CONTACT = [...VALUES, ...LISTS, 'fields', 'channel'];

/** What only flows have. */
const ONLY_IN_FLOWS = '(?:results|trigger|input|run|parent|child|node|webhook|ticket|locals)';

/** Neither an address such as `info@contact.org` nor `@@contact` is an expression. */
const START = String.raw`(?<![\p{L}\p{N}_.@-])@`;
const OF_FLOW = new RegExp(String.raw`${START}${ONLY_IN_FLOWS}\.[a-z_][\w.]*`, 'iu');
/** What flows and broadcasts fill in, and a single message does not. */
const ANY = new RegExp(
  [
    String.raw`${START}(?:(?:contact(?!\s+us\b)|fields|globals|urns)(?![\p{L}\p{N}_])(?:\.\w+)*`,
    String.raw`${ONLY_IN_FLOWS}\.[a-z_][\w.]*`,
    String.raw`\(\s*(?:["\d]|[a-z_]{1,40}[(.]|(?:contact|fields|globals|urns)\b))`,
  ].join('|'),
  'iu',
);

/** The end of the expression in brackets that opens before `start`. What is in quotes does not count. */
export function expressionEnd(text: string, start: number): number {
  const signs = /\\.|[()"]/gs;
  signs.lastIndex = start;
  let depth = 1;
  let isQuoted = false;
  for (let sign = signs.exec(text); sign; sign = signs.exec(text)) {
    if (sign[0] === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (sign[0] === '(') depth++;
    else if (sign[0] === ')') depth--;
    if (depth === 0) return signs.lastIndex;
  }
  return text.length;
}

/** What may be in brackets: texts, and paths into the contact or its URNs. */
const IN_BRACKETS =
  /"(?:\\.|[^"\\])*"?|(?<![\p{L}\p{N}_.])(?:contact|urns)(?:\.[\p{L}\p{N}_]+)+/giu;

/** Paths as RapidPro finds them, also within a word: `info@contact.org`. */
function* pathsOf(text: string): Generator<{ path: string; isInWord: boolean }> {
  const starts = /@(?:@|\(|([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*))/gu;
  for (let start = starts.exec(text); start; start = starts.exec(text)) {
    const [whole, path] = start;
    if (whole === '@(') {
      const end = expressionEnd(text, starts.lastIndex);
      const inner = text.slice(starts.lastIndex, end);
      starts.lastIndex = end;
      // A function may call its argument "contact", and brackets that never close are no expression.
      const found =
        inner.includes('=>') || !inner.endsWith(')') ? [] : (inner.match(IN_BRACKETS) ?? []);
      for (const one of found) if (!one.startsWith('"')) yield { path: one, isInWord: false };
    }
    if (path === undefined) continue;
    yield { path, isInWord: /[\p{L}\p{N}]/u.test(text.charAt(start.index - 1)) };
  }
}

/** A path as an error may show it. Anything but a plain word could be a name. */
function shown(path: string): string {
  const [root, property, ...others] = path.split('.');
  if (property === undefined) return `@${root}`;
  const first = isShown(property) || /^\d{1,3}$/.test(property) ? property : '…';
  return `@${root}.${first}${others.length > 0 ? '.…' : ''}`;
}

/** What to write instead of a property that contacts do not have. */
function meantProperty(property: string): string {
  const scheme = MEANT[property.replaceAll('_', '')] ?? property;
  if (SCHEMES.includes(scheme)) {
    return `The contact's address is @urns.${scheme}; as people write it, @(format_urn(urns.${scheme})).`;
  }
  if (/^(?:last|family|sur|full|middle)_?name$/.test(property)) {
    return 'RapidPro knows the whole name, @contact.name, and its first word, @contact.first_name.';
  }
  // Thai and other scripts have no spaces between words: `@contact.nameครับ`.
  const begun = OF_CONTACT.findLast(
    known => property.startsWith(known) && /^\P{ASCII}/u.test(property.slice(known.length)),
  );
  if (begun) return `Letters follow without a space: write @(contact.${begun}).`;
  const near = nearest(property, OF_CONTACT);
  if (near) return `Did you mean @contact.${near}?`;
  const field = isShown(property) ? property : 'key';
  return `If it is a contact field, write @fields.${field}.`;
}

/** What is wrong with a path into a contact, or undefined if it may have a value. */
function faultOfContact([property = '', next]: string[]): string | undefined {
  if (property === '' || property.startsWith('__')) return undefined;
  if (!OF_CONTACT.includes(property)) return meantProperty(property);
  if (next === undefined) return undefined;
  if (VALUES.includes(property)) {
    return `@contact.${property} has no parts. If a new sentence begins after the period, put a space between them.`;
  }
  if (!LISTS.includes(property) || /^\d+$/.test(next)) return undefined;
  return property === 'urns' && SCHEMES.includes(next)
    ? `Did you mean @urns.${next}?`
    : `@contact.${property} is a list: @contact.${property}.0 is its first item.`;
}

/** The same for a path into the URNs. Servers add types of URNs, so unknown ones pass. */
function faultOfUrns([scheme = '']: string[]): string | undefined {
  if (/^\d+$/.test(scheme)) return `Did you mean @contact.urns.${scheme}?`;
  if (SCHEMES.includes(scheme)) return undefined;
  const meant = MEANT[scheme.replaceAll('_', '')] ?? nearMiss(scheme, SCHEMES);
  return meant && `Did you mean @urns.${meant}?`;
}

/** The same for a misspelled root: `@contacts.name` stays in the text. */
function faultOfRoot(root: string, [property = '']: string[]): string | undefined {
  const isMeant = OF_CONTACT.includes(property) && nearMiss(root, ['contact']) !== undefined;
  return isMeant ? `Did you mean @contact.${property}?` : undefined;
}

interface ExpressionFault extends Fault {
  /** As far as it may be shown. */
  expression: string;
}

const GAP = 'which RapidPro does not know: people would read nothing in its place';
const STAYS = 'which RapidPro does not fill in: people would read it as it is';

/** The first path in a text that RapidPro cannot fill in for anyone. */
function findFault(text: string): ExpressionFault | undefined {
  for (const { path, isInWord } of pathsOf(text)) {
    const [root = '', ...rest] = path.toLowerCase().split('.');
    const isContact = root === 'contact';
    const gap = isContact ? faultOfContact(rest) : root === 'urns' && faultOfUrns(rest);
    if (gap) {
      const isAddress = isInWord ? 'If this is an address, write @@ in place of @. ' : '';
      return { expression: shown(path), what: GAP, fix: `${isAddress}${gap}` };
    }
    const stays = isInWord || isContact ? undefined : faultOfRoot(root, rest);
    if (stays) return { expression: shown(path), what: STAYS, fix: stays };
  }
  return undefined;
}

function faultAt(text: string, place: ExpressionPlace): ExpressionFault | undefined {
  if (!text.includes('@')) return undefined;
  if (place === 'message') {
    const [found] = ANY.exec(text) ?? [];
    if (found === undefined) return undefined;
    return {
      expression: found.startsWith('@(') ? '@(…)' : shown(found.slice(1)),
      what: 'an expression that sendMessage() does not fill in: people would read it as it is',
      fix: 'Use sendBroadcast({ contacts: [uuid], text: "…" }), which fills in @contact, @fields and @globals, or put the value into the text with a function of state.',
    };
  }
  const flow = place === 'broadcast' ? OF_FLOW.exec(text)?.[0].slice(1) : undefined;
  if (flow !== undefined) {
    return {
      expression: shown(flow),
      what: STAYS,
      fix: 'Only flows have it. Put the value into the text with a function of state. A broadcast fills in @contact, @fields, @globals and @urns.',
    };
  }
  return findFault(text);
}

/**
 * Refuses a text, at any depth, with an expression that RapidPro does not fill in, or fills in with nothing.
 *
 * @param value - one text, a text for each language, or quick replies
 */
export function refuseExpressions(value: unknown, where: string, place: ExpressionPlace): void {
  const faultIn = (part: unknown) => (typeof part === 'string' ? faultAt(part, place) : undefined);
  const found = findPart(value, (part): part is string => faultIn(part) !== undefined);
  const fault = found && faultIn(found.part);
  if (!fault) return;
  throw fail(
    'INVALID_INPUT',
    `${where}${found.path} contains ${fault.expression}, ${fault.what}.`,
    `Nothing was sent. ${fault.fix} ${LITERAL_FIX}`,
  );
}
