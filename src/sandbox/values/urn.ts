import type { Locale } from './types.js';

export type UrnUse = 'body' | 'lookup' | 'reference';
export type UrnError = 'invalid' | 'server-error' | 'not-valid';

export interface StoredUrn {
  /** As stored, `tel:+250788123123`: identity only, without display. */
  urn: string;
  /** What `expand_urns` shows as `display`. */
  display: string | null;
}

export function normalizeUrn(
  text: string,
  _locale: Pick<Locale, 'country' | 'dialect'>,
  _use: UrnUse,
): StoredUrn | { error: UrnError } {
  return { urn: text, display: null };
}

/** The text that the server makes of one item of a `urns` list, or its validation messages. */
export function urnText(value: unknown): { text: string } | { errors: string[] } {
  return { text: String(value) };
}
