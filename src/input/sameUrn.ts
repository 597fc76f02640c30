import { anyForm } from './stored.js';
import { plainNumber } from './urns.js';

/**
 * When two URNs are the same. The job and each line of servers write one number in different ways, and only the server knows
 * the country of a number without its code. So each purpose has the question that errs on its safe side. None of the answers
 * is ever sent.
 *
 * | question | answer | for |
 * | --- | --- | --- |
 * | the same but for punctuation, capitals and display? | equal {@link urnIdentity} | duplicates of a list, what a contact shows |
 * | or one number with and without its country code? | {@link sameUrn} | which URN of a contact was meant |
 * | perhaps the same in any server's eyes? | equal {@link urnTail} | locks; the few to ask `sameUrn()` about, or to write in full |
 * | perhaps in the list, in any form and on any service? | {@link UrnForms} | who stays in a group |
 * | stored unchanged by every server? | {@link isPlainUrn} | whoever is not shown with it does not have it |
 * | shown by every server in another form? | {@link hasNoPlus} | looking for it in a list is no use |
 * | not found by a server? | {@link isLocalNumber} | it is looked up, and sent in full |
 * | written in one form only? | {@link isFullNumber} | recipients of several requests, none of them twice |
 */

const WHOLE_NUMBER = /^tel:\+[1-9]\d{7,14}$/;

/** The part of a URN that identifies it, without punctuation of phone numbers, display parts and letter case. */
export function urnIdentity(urn: string): string {
  // Most look like this, and a long list keeps each of them, so no second text is created.
  if (WHOLE_NUMBER.test(urn)) return urn;
  const [bare = ''] = urn.trim().split(/[?#]/);
  const colon = bare.indexOf(':');
  const scheme = bare.slice(0, colon).toLowerCase();
  const path = bare.slice(colon + 1).trim();
  if (scheme === 'tel') {
    const digits = path.replace(/[\s().-]/g, '').toLowerCase();
    return `tel:${plainNumber(path) ?? digits.replace(/^00/, '+')}`;
  }
  if (scheme === 'mailto' || scheme === 'twitter')
    return `${scheme}:${path.toLowerCase().replace(/^@/, '')}`;
  return `${scheme}:${path}`;
}

/** Leaves out URNs that differ only in punctuation. The first one stays. */
export function distinctUrns(urns: readonly string[]): string[] {
  const seen = new Set<string>();
  return urns.filter(urn => seen.size < seen.add(urnIdentity(urn)).size);
}

/** What a URN has in common with every URN that RapidPro may store as the same one: of phone numbers, the last digits. */
export function urnTail(urn: string): string {
  const identity = urnIdentity(urn).toLowerCase();
  return identity.startsWith('tel:') ? `tel:${identity.replace(/\D/g, '').slice(-6)}` : identity;
}

/** A phone number, as {@link urnIdentity} writes it. */
const PHONE = /^tel:(\+?)0*(\d+)$/;
/** With this many last digits, a number identifies a person. */
const TELLING = 7;

/** Whether two URNs seem to be the same: alike as {@link urnIdentity} writes them, or one number in two forms. */
export function sameUrn(a: string, b: string): boolean {
  const [one, other] = [urnIdentity(a), urnIdentity(b)];
  if (one === other) return true;
  const [[, plus, digits = ''] = [], [, otherPlus, others = ''] = []] = [
    PHONE.exec(one) ?? [],
    PHONE.exec(other) ?? [],
  ];
  // With their country codes, they are two.
  if (plus && otherPlus) return false;
  const [short = '', long = ''] = [digits, others].sort((x, y) => x.length - y.length);
  return short.length >= TELLING && long.length - short.length <= 3 && long.endsWith(short);
}

/** In so many digits two numbers of one list are hardly the same. */
const SURE_DIGITS = 8;
const LEAST_DIGITS = 6;

/** The digits of a phone number without the zeros before them; undefined for other addresses. */
function significantDigits(urn: string): string | undefined {
  const [, path] = /^(?:tel|whatsapp):([^?#]*)/.exec(urn) ?? [];
  return path?.replace(/\D/g, '').replace(/^0+/, '') || undefined;
}

/** The URNs of a list, in any form. In doubt it has one. */
export class UrnForms {
  readonly #urns = new Set<string>();
  /** Digits of whole phone numbers, whatever their scheme. */
  readonly #numbers = new Set<string>();
  /** The last digits of numbers that RapidPro may write in another way, by how many there are. */
  readonly #tails = new Map<number, Set<string>>();
  /** How the numbers end, by how many digits that is: made when first needed. */
  readonly #endings = new Map<number, Set<string>>();

  add(urn: string): void {
    this.#urns.add(anyForm(urnIdentity(urn)));
    const digits = significantDigits(urn);
    if (digits === undefined) return;
    this.#numbers.add(digits);
    if (isPlainUrn(urn)) return;
    const isWhole = plainNumber(urn.slice(urn.indexOf(':') + 1))?.startsWith('+') === true;
    const tail = isWhole ? digits.slice(-SURE_DIGITS) : digits;
    if (tail.length < LEAST_DIGITS) return;
    const tails = this.#tails.get(tail.length) ?? new Set();
    this.#tails.set(tail.length, tails.add(tail));
  }

  has(urn: string): boolean {
    if (this.#urns.has(anyForm(urnIdentity(urn)))) return true;
    const digits = significantDigits(urn);
    if (digits === undefined) return false;
    if (this.#numbers.has(digits)) return true;
    for (const [length, tails] of this.#tails) if (tails.has(digits.slice(-length))) return true;
    // RapidPro keeps some numbers as they are dialed at home.
    const isLocal = !isPlainUrn(urn) && digits.length >= LEAST_DIGITS;
    return isLocal && this.#endingsOf(digits.length).has(digits);
  }

  /** A list may have a hundred thousand numbers, and a group as many members to compare with them. */
  #endingsOf(length: number): Set<string> {
    let endings = this.#endings.get(length);
    if (!endings) {
      endings = new Set();
      for (const number of this.#numbers) endings.add(number.slice(-length));
      this.#endings.set(length, endings);
    }
    return endings;
  }
}

/** Calling codes with one or two digits. All others have three. */
const CALLING_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/**
 * A whole international number. Shorter ones, a zero after the calling code and Mexico's former 1 would need a table
 * of all countries.
 */
function isWholeNumber(digits: string): boolean {
  const national = digits.replace(CALLING_CODE, '');
  return /^[1-9]\d{9,14}$/.test(digits) && !national.startsWith('0') && !/^521/.test(digits);
}

const PLAIN_URNS =
  /^(?:(?:telegram|instagram|whatsapp):\d+|mailto:[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|ext:[^\s?#%]{1,200})$/;

/** Whether every server either stores a URN unchanged or refuses it. */
export function isPlainUrn(urn: string): boolean {
  return urn.startsWith('tel:+') ? isWholeNumber(urn.slice(5)) : PLAIN_URNS.test(urn);
}

/** Whether RapidPro certainly writes a phone number differently: with the country code. */
export function hasNoPlus(urn: string): boolean {
  return /^tel:(?!\+)/.test(urnIdentity(urn));
}

/** Whether servers cannot find a contact by this phone number, because it has no country code. */
export function isLocalNumber(urn: string): boolean {
  return /^tel:0*[1-9]\d*$|^tel:0+$/.test(urnIdentity(urn)) || /^tel:\s*00/.test(urn);
}

/** Whether a phone number is written with nothing but its country code and digits, so that no other text is the same one. */
export function isFullNumber(urn: string): boolean {
  const plain = urn.replace(/[\s().-]/g, '').replace(/^tel:00/, 'tel:+');
  return /^tel:(?:\+\d{7,15}|[1-9]\d{10,14})$/.test(plain);
}
