import type { Recording } from '../../recordings/read.js';

/**
 * What of an exchange is a person's and may stand in no error: URNs, e-mail addresses, phone numbers,
 * contacts' names, and the texts of messages and notes. Found by shape and by key, on purpose in
 * another way than the code under test.
 */

const SHAPES = [
  // A URN with its path: what stands after the scheme must be gone.
  /(?:tel|mailto|whatsapp|telegram|twitter|facebook|ext):([^\s"',}\]]{5,})/g,
  /([\w.+-]+@[\w-]+\.[\w.]+)/g,
  /(\+\d{6,})/g,
  /(?<![\w-])(\d{9,})(?![\w-])/g,
];

const KEYS = /^(text|note|message|body)$/;

function strings(value: unknown): string[] {
  if (value !== null && typeof value === 'object') return Object.values(value).flatMap(strings);
  return typeof value === 'string' ? [value] : [];
}

function byKey(value: unknown, isContact: boolean): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (KEYS.test(key) || (isContact && key === 'name')) return strings(item);
    return byKey(item, isContact);
  });
}

/** The personal texts of a recorded exchange that are long enough not to be chance. */
export function personalTextsOf({ request, response }: Recording): string[] {
  const everything = [
    decodeURIComponent(request.query ?? ''),
    JSON.stringify(request.body ?? ''),
    JSON.stringify(response.body ?? ''),
  ].join('\n');
  const byShape = SHAPES.flatMap(shape => [...everything.matchAll(shape)].map(([, text]) => text));
  const sent = byKey(request.body, request.path.includes('contacts'));
  return [...new Set([...byShape, ...sent])].filter(
    (text): text is string => text !== undefined && text.trim().length > 3,
  );
}
