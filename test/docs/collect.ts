import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Sample {
  /** The page, or the source file. */
  file: string;
  line: number;
  /** As the fence says it; empty without one. */
  language: string;
  code: string;
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(end) && !name.includes('node_modules'))
    .map(name => join(folder, name))
    .sort();
}

/** Every page that somebody reads. */
export const pages = [
  'README.md',
  'CHANGELOG.md',
  'sandbox/README.md',
  ...filesIn('docs', '.md'),
  ...filesIn('examples', '.md'),
];

/** The fenced code of a page, indented or not. */
export function fences(file: string, text = readFileSync(file, 'utf8')): Sample[] {
  const found: Sample[] = [];
  let open: { fence: string; sample: Sample } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, fence = '', language = ''] = /^ *(`{3,}|~{3,}) *(\w*)/.exec(line) ?? [];
    if (open && fence.startsWith(open.fence) && language === '') {
      found.push(open.sample);
      open = undefined;
    } else if (open) open.sample.code += `${line}\n`;
    else if (fence) open = { fence, sample: { file, line: index + 1, language, code: '' } };
  }
  return found;
}

/** The examples in the comments of the source. */
export function sourceExamples(): Sample[] {
  return [...filesIn('src', '.ts'), ...filesIn('sandbox/src', '.ts')].flatMap(file => {
    const text = readFileSync(file, 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const found: Sample[] = [];
    const visit = (node: ts.Node): void => {
      // The same comment hangs on a declaration and on its parts: it is taken once.
      for (const tag of ts.getJSDocTags(node)) {
        if (tag.tagName.text !== 'example') continue;
        const line = source.getLineAndCharacterOfPosition(tag.pos).line + 1;
        if (found.some(sample => sample.line === line)) continue;
        const comment = ts.getTextOfJSDocComment(tag.comment) ?? '';
        const code = comment.replace(/^<caption>.*?<\/caption>\n?/s, '').trim();
        found.push({ file, line, language: 'js', code });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}
