/** How a response is written: as JSON, or as a page. `none` means 406; `unknown`, a format that there is none of, 404. */
export interface Form {
  kind: 'json' | 'page' | 'none' | 'unknown';
  /** `Accept: application/json; indent=4` asks for JSON on several lines. */
  indent: number | null;
}

type Kind = 'json' | 'page';

const MEDIA: Record<Kind, readonly string[]> = {
  page: ['text/html', 'text/*', '*/html', '*/*'],
  json: ['application/json', 'application/*', '*/json', '*/*'],
};

/** Without another wish, the server prefers the first one. */
const FORMATS: Record<string, readonly Kind[]> = {
  '': ['page', 'json'],
  api: ['page'],
  json: ['json'],
};

interface Wish {
  type: string;
  params: ReadonlyMap<string, string>;
}

function wishesOf(header: string): Wish[] {
  return header.split(',').map(part => {
    const [type = '', ...params] = part.split(';').map(one => one.trim());
    const pairs = params.map(one => {
      const [name = '', value = ''] = one.split('=').map(side => side.trim());
      return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const;
    });
    return { type: type.toLowerCase(), params: new Map(pairs) };
  });
}

/** How specific a media range is. The server prefers the most specific one, and knows no `q`. */
function exactness({ type, params }: Wish): number {
  if (type.startsWith('*')) return 0;
  if (type.endsWith('/*')) return 1;
  return [...params.keys()].some(name => name !== 'q') ? 3 : 2;
}

/**
 * Chooses the format of a response from the suffix or `?format=`, and the Accept header. `format` is empty where none is asked
 * for: HTML is preferred then.
 */
export function formOf(accept: string | null, format: string): Form {
  const kinds = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!kinds) return { kind: 'unknown', indent: null };
  const wishes = wishesOf(accept ?? '*/*');
  for (const level of [3, 2, 1, 0]) {
    for (const kind of kinds) {
      const found = wishes.find(one => exactness(one) === level && MEDIA[kind].includes(one.type));
      if (found) return { kind, indent: indentOf(found) };
    }
  }
  return { kind: 'none', indent: null };
}

const MOST_INDENT = 8;

function indentOf({ params }: Wish): number | null {
  const indent = params.get('indent');
  if (indent === undefined || !/^[+-]?\d+$/.test(indent)) return null;
  const spaces = Math.min(Number(indent), MOST_INDENT);
  return spaces > 0 ? spaces : null;
}
