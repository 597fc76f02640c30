/** Chooses the format of a response from the suffix, `?format=` and the Accept header. */
export type Form = 'json' | 'page' | 'none';

function accepted(header: string | null): { type: string; html: boolean; json: boolean }[] {
  return (header || '*/*').split(',').map(part => {
    const type = (part.split(';')[0] ?? '').trim().toLowerCase();
    return {
      type,
      json: ['application/json', 'application/*', '*/*'].includes(type),
      html: ['text/html', 'text/*', '*/*'].includes(type),
    };
  });
}

/** How specific a media range is. The server prefers the most specific one. */
const exactness = (type: string): number => (type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2);

/** `none` means 406. With the suffix only JSON is available; without it, HTML is preferred to JSON. */
export function formOf(accept: string | null, jsonOnly: boolean): Form {
  const wishes = accepted(accept).sort((a, b) => exactness(b.type) - exactness(a.type));
  if (jsonOnly) return wishes.some(wish => wish.json) ? 'json' : 'none';
  for (const level of [2, 1, 0]) {
    const here = wishes.filter(wish => exactness(wish.type) === level);
    if (here.some(wish => wish.html)) return 'page';
    if (here.some(wish => wish.json)) return 'json';
  }
  return 'none';
}
