import type { Tag, Type } from 'doctrine';
import type { AdaptorDescription } from './ast.js';
import { errorTexts, itemTexts } from './error-texts.js';
import type { Member, Shape } from './interfaces.js';
import { groupTexts, operationGroups } from './operation-groups.js';

export type DocumentedOperation = AdaptorDescription['operations'][number];

const HEAD = `# Operations

<!-- Made by \`npm run generate\` from the documentation in src/. -->

Every operation: its arguments, its result in \`state.data\`, and its errors. For examples of how to combine them, see the guides:
[reading](../guides/reading.md), [writing](../guides/writing.md), [sending](../guides/sending.md), [sync](../guides/sync.md), [real time](../guides/real-time.md). At the end are the [helpers](#helpers) of \`util\`.

How to read this page:

- \`?\` marks an optional argument or key. Its type follows after the colon. [Options](#options) lists the keys of \`Options\`, \`ListOptions\` and so on.
- Keys without a type are text.
- Any argument can be a value, a reference such as \`$.data.uuid\`, or a function of state: \`state => state.data.map(contact => contact.uuid)\`.
- **Afterwards** is what \`state.data\` contains then. Its old value joins \`state.references\`, and \`state.response\` has \`method\`, \`path\`,
  \`statusCode\`, \`duration\` (milliseconds) and \`requests\` (how many were needed).
- **Errors** are specific to the operation. Others can happen in [every operation](#errors-of-every-operation). See [errors](errors.md) for all codes.
- "Default" is what applies when you leave an option out. Times are in seconds.
- "RapidPro 9" and "TextIt" are the two kinds of servers. Anything that exists only on one of them says so.
`;

/** Types whose table stands once, at the top. */
const SHARED = [
  'Options',
  'WriteOptions',
  'ListOptions',
  'ArchivedListOptions',
  'BulkOptions',
  'UpsertContactsOptions',
  'SyncOptions',
  'UpsertOptions',
  'MessageOptions',
  'SendOptions',
  'ActionOptions',
  'NamedActionOptions',
  'MemberOptions',
  'UploadOptions',
  'HttpOptions',
  'HttpRequestOptions',
];

/** What a type adds to the one that it extends, in the table of its own. */
const EXTENDS: Record<string, string> = {
  WriteOptions: 'Options',
  ListOptions: 'Options',
  ArchivedListOptions: 'ListOptions',
  BulkOptions: 'WriteOptions',
  UpsertContactsOptions: 'BulkOptions',
  SyncOptions: 'BulkOptions',
  UpsertOptions: 'WriteOptions',
  MemberOptions: 'NamedActionOptions',
  MessageOptions: 'WriteOptions',
  SendOptions: 'WriteOptions',
  ActionOptions: 'Options',
  NamedActionOptions: 'ActionOptions',
  UploadOptions: 'Options',
  HttpOptions: 'Options',
  HttpRequestOptions: 'HttpOptions',
};

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `Default: 60.` and `` `'add'` (default) `` become a column of their own. */
export function splitDefault(text: string): { text: string; byDefault: string } {
  const named = /(`[^`]+`) \(default\)/.exec(text)?.[1];
  if (named) return { text: text.replace(' (default)', ''), byDefault: named };
  const found = /(?:^|(?<=[.;] ))[Dd]efault: ([^.;]+)\.( |$)/.exec(text);
  if (!found?.[1]) return { text, byDefault: '' };
  const rest = `${text.slice(0, found.index)}${text.slice(found.index + found[0].length)}`;
  return { text: rest.trim().replace(/;$/, '.'), byDefault: found[1] };
}

function optionRows(members: readonly Member[]): string[][] {
  return members.map(member => {
    const { text, byDefault } = splitDefault(member.text);
    if (!byDefault && member.optional && member.type === 'boolean') {
      throw new Error(`The option "${member.name}" does not say its default.`);
    }
    return [`\`${member.name}\``, cell(`\`${member.type}\``), cell(text), cell(byDefault)];
  });
}

function shared(shapes: ReadonlyMap<string, Shape>): string {
  const sections = SHARED.map(name => {
    const members = shapeOf(shapes, name).members;
    const base = EXTENDS[name];
    const known = new Set(base ? shapeOf(shapes, base).members.map(member => member.name) : []);
    const own = members.filter(member => !known.has(member.name));
    const also = base ? `Those of [${base}](#${anchor(base)}), and:\n\n` : '';
    const rows = optionRows(own);
    return `### ${name}\n\n${also}${table(['Option', 'Type', 'What it means', 'Default'], rows)}\n`;
  });
  return `## Options\n\nThe last argument of an operation says how to go about it.\n\n${sections.join('\n')}`;
}

function shapeOf(shapes: ReadonlyMap<string, Shape>, name: string): Shape {
  const shape = shapes.get(name);
  if (!shape) throw new Error(`There is no interface ${name} in src/types.`);
  return shape;
}

function typeName(type: Type | null | undefined): string {
  if (!type) return '';
  if (type.type === 'OptionalType') return typeName(type.expression);
  if (type.type === 'TypeApplication') return typeName(type.applications[0]);
  return type.type === 'NameExpression' ? type.name : '';
}

function isList(type: Type | null | undefined): boolean {
  if (type?.type === 'OptionalType') return isList(type.expression);
  return type?.type === 'TypeApplication';
}

const CODE = /`([A-Z]+(?:_[A-Z]+)+|SIMULATION|TIMEOUT|REDIRECTED)`/g;

class Page {
  /** Where the table of a type stands. */
  readonly #places = new Map<string, string>();

  constructor(readonly shapes: ReadonlyMap<string, Shape>) {}

  operation({ name, docs, params }: DocumentedOperation): string {
    const tags = (title: string) => docs.tags.filter(tag => tag.title === title);
    const given = tags('param');
    const parts = [
      `### ${name}`,
      `\`${name}(${params.map((param, index) => parameter(param, given[index])).join(', ')})\``,
      docs.description,
      given.flatMap(tag => this.#argument(tag, name)).join('\n'),
      this.#outcome(name, docs.tags),
      ...tags('example').map(example),
    ];
    return `${parts.filter(part => part !== '').join('\n\n')}\n`;
  }

  /** Lines on an argument, if its name does not say all; its keys, if they were not listed before. */
  #argument({ name, type, description }: Tag, operation: string): string[] {
    const kind = typeName(type);
    if (SHARED.includes(kind)) return [];
    const shape = this.shapes.get(kind);
    if (!shape?.text) return [`- \`${name}\`: ${description}`];
    const before = this.#places.get(kind);
    if (before) {
      return [
        `- \`${name}\`: ${description} Its keys are those of [${before}](#${anchor(before)}).`,
      ];
    }
    this.#places.set(kind, operation);
    // What begins with the name of a key is a list of keys: those follow, each with more words.
    const repeats = description?.startsWith('`') || kind.endsWith('Filters');
    const byDefault = repeats ? defaultOf(description ?? '') : '';
    const span = /`after` and `before` .*\./.exec(shape.text)?.[0];
    const text = [repeats ? '' : description, span].filter(Boolean).join(' ');
    return [
      `- \`${name}\`${byDefault && ` (${byDefault})`}${text && `: ${text}`}`,
      ...joinSpan(shape.members).map(member => {
        const what = member.type === 'string' ? '' : ` (\`${member.type}\`)`;
        const text = member.text ? `: ${member.text}` : '';
        return `  - \`${member.name}${member.optional ? '?' : ''}\`${what}${text}`;
      }),
    ];
  }

  #outcome(name: string, all: readonly Tag[]): string {
    const tags = (title: string) => all.filter(tag => tag.title === title);
    const states = tags('state');
    const lines = states.flatMap(({ description }) => {
      const found = /^\{(\w+)\} (\w+) - (.*)$/s.exec(description ?? '');
      if (!found) throw new Error(`${name} has a @state that cannot be read.`);
      const [, , key, text] = found;
      if (key === 'response') return [];
      return [key === 'data' ? `**Afterwards:** ${text}` : `**\`state.${key}\`:** ${text}`];
    });
    // A helper leaves nothing on the state.
    if (states.length === 0) {
      lines.push(...tags('returns').map(({ description }) => `**Returns:** ${description}`));
    }
    const errors = tags('throws')
      .map(({ description }) => description ?? '')
      .join(' ');
    if (!errors) throw new Error(`${name} does not say what it throws.`);
    const own = ownErrors(errors, name);
    return [...lines, ...(own ? [`**Errors:** ${own}`] : [])].join('\\\n');
  }
}

/** `contact: ContactBody`, `options?: Options`, `…operations`. */
function parameter(name: string, tag: Tag | undefined): string {
  if (name === 'operations') return '…operations';
  const optional = tag?.type?.type === 'OptionalType' ? '?' : '';
  return `${name}${optional}: ${typeName(tag?.type)}${isList(tag?.type) ? '[]' : ''}`;
}

/** The two ends of a time in one line. */
function joinSpan(members: readonly Member[]): Member[] {
  const before = members.find(member => member.name === 'before');
  if (!before?.text.includes('earlier')) return [...members];
  return members
    .filter(member => member !== before)
    .map(member =>
      member.name === 'after'
        ? {
            ...member,
            name: 'after?`, `before',
            text: 'Only records of this time or later, or earlier.',
          }
        : member,
    );
}

/** The `default: all contacts` that a description ends with. */
function defaultOf(description: string): string {
  const [, text] = /Default: ([^.`]*)\.$/.exec(description) ?? [];
  return text ? `default: ${text}` : '';
}

/** Codes that any operation can end with: they are listed once. */
const EVERYWHERE = new Set([
  'INVALID_FILTER',
  ...Object.entries(errorTexts).flatMap(([code, { everywhere }]) => (everywhere ? [code] : [])),
]);

/**
 * What an operation throws beside the errors of all of them. A word in capitals that is no code is a
 * slip.
 */
export function ownErrors(text: string, where: string): string {
  for (const [, code = ''] of text.matchAll(CODE)) {
    if (!(code in errorTexts || code in itemTexts)) {
      throw new Error(`${where} names the error ${code}, which does not exist.`);
    }
  }
  const parts = text
    .replace(/[.;] the errors of every request(?=[.;]|$)/i, '')
    .replace(/^the errors of every request\.?$/i, '')
    .replace(/\.$/, '')
    .split('; ')
    .map(part => (/^(`[A-Z_]+`(, )?)+$/.test(part) ? withoutCommon(part) : part));
  const rest = parts.filter(part => part !== '').join('; ');
  return rest === '' ? '' : `${rest}.`;
}

function withoutCommon(part: string): string {
  const codes = part.split(', ').filter(code => !EVERYWHERE.has(code.replaceAll('`', '')));
  return codes.join(', ');
}

function example({ description, caption }: Tag & { caption?: string }): string {
  return `${caption ?? 'Example'}:\n\n\`\`\`js\n${(description ?? '').trim()}\n\`\`\``;
}

function contents(): string {
  const rows = Object.entries(operationGroups).map(([title, names]) => {
    const links = names.map(name => `[\`${name}\`](#${anchor(name)})`);
    return `- [${title}](#${anchor(title)}): ${links.join(', ')}`;
  });
  return `## Contents\n\n${rows.join('\n')}\n- [Options](#options), [errors of every operation](#errors-of-every-operation)\n`;
}

function everyRequest(): string {
  const links = [...EVERYWHERE].map(code => `[\`${code}\`](errors.md#${code.toLowerCase()})`);
  return `## Errors of every operation\n\nThese are not named with each operation:\n${links.join(', ')}.\n`;
}

/**
 * The page with every operation.
 *
 * @param operations - with their names as a job writes them: `http.get`
 * @param shapes - what their arguments can hold
 */
export function describeOperations(
  operations: readonly DocumentedOperation[],
  shapes: ReadonlyMap<string, Shape>,
): string {
  const byName = new Map(operations.map(operation => [operation.name, operation]));
  const grouped = Object.values(operationGroups).flat();
  const missing = [...byName.keys()].filter(name => !grouped.includes(name));
  if (missing.length > 0)
    throw new Error(`In no group of operation-groups.ts: ${missing.join(', ')}`);
  const page = new Page(shapes);
  const groups = Object.entries(operationGroups).map(([title, names]) => {
    const sections = names.map(name => {
      const operation = byName.get(name);
      if (!operation) throw new Error(`operation-groups.ts names ${name}, which does not exist.`);
      return page.operation(operation);
    });
    const text = groupTexts[title] ? `${groupTexts[title]}\n\n` : '';
    return `## ${title}\n\n${text}${sections.join('\n')}`;
  });
  return [HEAD, contents(), ...groups, shared(shapes), everyRequest()].join('\n');
}
