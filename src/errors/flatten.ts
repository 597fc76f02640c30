/**
 * Turns an error body of RapidPro into a flat list of sentences, each with its key before it.
 * `{ "urns": { "0": ["Invalid"] } }` becomes `urns[0]: Invalid`. Texts, lists and objects can be nested in any way.
 */

export interface FieldError {
  /** Where in the body: `urns[0]`, `fields.age`; empty if it is about the whole. */
  path: string;
  text: string;
}

/** Keys for errors about the whole request. */
const WHOLE = new Set(['detail', 'non_field_errors']);
/** Nobody reads more, and a hostile server could send any number. */
const MOST_ERRORS = 50;
const DEEPEST = 8;

function join(path: string, key: string): string {
  if (path === '' && WHOLE.has(key)) return '';
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function collect(value: unknown, path: string, depth: number, found: FieldError[]): void {
  if (found.length >= MOST_ERRORS || depth > DEEPEST || value === null || value === undefined)
    return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const nested = item !== null && typeof item === 'object';
      // A list of texts belongs to its key; objects in a list get their index.
      collect(item, nested ? `${path}[${index}]` : path, depth + 1, found);
    }
  } else if (typeof value === 'object') {
    for (const [key, item] of Object.entries(value))
      collect(item, join(path, key), depth + 1, found);
  } else {
    found.push({ path, text: String(value) });
  }
}

/** Lists what an error body says; empty if it says nothing. */
export function flattenErrors(body: unknown): FieldError[] {
  const found: FieldError[] = [];
  if (body !== null && typeof body === 'object') collect(body, '', 0, found);
  return found;
}

/** Writes a flat error as a person reads it. */
export function formatFieldError({ path, text }: FieldError): string {
  return path === '' ? text : `${path}: ${text}`;
}
