import { readFileSync } from 'node:fs';

/** Pages that a command writes: as long as what they list. */
export const GENERATED: readonly string[] = [
  'docs/reference/api.md',
  'docs/reference/errors.md',
  'docs/reference/operations.md',
  'docs/reference/records.md',
  'docs/reference/sandbox-expressions.md',
  'docs/reference/sandbox-seed.md',
  'docs/evidence/faults.md',
  'docs/evidence/hostile-servers.md',
  'docs/evidence/recordings.md',
];

/** What a page says, without code, comments, and the figures that a command writes into it. */
export function proseOf(page: string, text = readFileSync(page, 'utf8')): string {
  return text
    .replace(/<!-- figures -->[\s\S]*<!-- end of figures -->/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^ *(```+|~~~+)[\s\S]*?^ *\1/gm, '');
}

/** The words of a page, code too. */
export function wordsOf(page: string): number {
  const text = readFileSync(page, 'utf8').replace(
    /<!-- figures -->[\s\S]*<!-- end of figures -->/,
    '',
  );
  return text.split(/\s+/).filter(Boolean).length;
}

/** The sentences of a page, each in small letters and without punctuation, Markdown and addresses of links. */
export function sentencesOf(prose: string): string[] {
  return prose
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/\n(?![\n#|>-]|\d+\.)/g, ' ')
    .split(/[.!?:;](?=[\s|*_)]|$)|[|\n]/)
    .map(sentence =>
      sentence
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim(),
    );
}

/** The text without what is code: links there are not links. */
function withoutCode(text: string): string {
  return text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, match => match.replace(/[[\]()]/g, ' '));
}

/** Where the links and pictures of a text lead. */
export function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(
    ([, link = '']) => link,
  );
}
