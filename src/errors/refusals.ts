import type { ErrorCode } from './errors.js';

/** What RapidPro says where it refuses something, and what that means. */

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

/** A place in a list of the API. More digits can be somebody's number. */
const INDEX = '(?:0|[1-9]\\d{0,2})';
const IS_INDEX = new RegExp(`^${INDEX}$`);

function join(path: string, key: string): string {
  if (path === '' && WHOLE.has(key)) return '';
  if (IS_INDEX.test(key)) return `${path}[${key}]`;
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

/**
 * Turns an error body of RapidPro into a flat list of sentences, each with its key before it; empty if it says
 * nothing. `{ "urns": { "0": ["Invalid"] } }` becomes `urns[0]: Invalid`. Texts, lists and objects can be nested in
 * any way.
 */
export function flattenErrors(body: unknown): FieldError[] {
  const found: FieldError[] = [];
  if (body !== null && typeof body === 'object') collect(body, '', 0, found);
  return found;
}

export function formatFieldError({ path, text }: FieldError): string {
  return path === '' ? text : `${path}: ${text}`;
}

/**
 * What one of RapidPro's own English sentences means. Servers may translate them, so for an unknown sentence, status
 * and shape decide the code.
 */
interface Refusal {
  pattern: RegExp;
  code: ErrorCode;
  /** Missing for a URN: it depends on its scheme, see urnAdvice.ts. */
  fix?: string;
}

/** What the newer servers say about a campaign event for some seconds after its creation. */
const BUSY = /currently being scheduled/i;

const REFUSALS: readonly Refusal[] = [
  {
    pattern: /URN belongs to another contact|URN is in use by another contact/i,
    code: 'URN_TAKEN',
    fix: 'Another contact already has this phone number or address. If it is the same person, update that contact with upsertContact(). If it is somebody else, correct the number.',
  },
  {
    pattern: /Invalid URN|URN is not valid/i,
    code: 'INVALID_URN',
  },
  {
    pattern: /must be unique/i,
    code: 'NAME_TAKEN',
    fix: 'This name is already taken in the workspace. Use what exists, or choose another name.',
  },
  {
    pattern: /No such object/i,
    code: 'UNKNOWN_REFERENCE',
    fix: 'The workspace does not have this, or it is archived. Check the spelling or the uuid; a phone number needs its country code, and a contact that has it. Check also that the credential belongs to the right workspace.',
  },
  {
    pattern: /Invalid contact field key/i,
    code: 'UNKNOWN_FIELD',
    fix: 'Use the key of the field, not its name: due_date for Due Date. getFields() lists both. If the field is missing, create it with ensureField().',
  },
  {
    pattern: /must not be query based/i,
    code: 'VALIDATION_FAILED',
    fix: 'This is a smart group: RapidPro decides who is in it, by its query. Use a group without a query, or change the data that the query uses.',
  },
  {
    pattern: /anonymous organizations/i,
    code: 'ANONYMOUS_WORKSPACE',
    fix: 'This workspace hides phone numbers. Find and update its contacts by uuid.',
  },
  {
    pattern: /workspace is currently (flagged|suspended)/i,
    code: 'WORKSPACE_SUSPENDED',
    fix: 'RapidPro has suspended this workspace: it cannot send or change anything. Ask the people who run your RapidPro server.',
  },
  {
    pattern: /invalid or a reserved name/i,
    code: 'VALIDATION_FAILED',
    fix: 'RapidPro keeps this name for itself, or it makes no key. Choose another name.',
  },
  {
    pattern: BUSY,
    code: 'VALIDATION_FAILED',
    fix: 'It was created or changed a moment ago, and RapidPro is still working on it. Run the step again in a minute.',
  },
];

/** RapidPro's sentences are far shorter. */
const LONGEST = 2000;

/** The common meaning of all sentences; undefined if they differ or are unknown. */
export function knownRefusal(
  errors: readonly FieldError[],
): { code: ErrorCode; fix?: string } | undefined {
  const found = errors.map(({ text }) => {
    const sentence = text.slice(0, LONGEST);
    return REFUSALS.find(({ pattern }) => pattern.test(sentence));
  });
  const [first] = found;
  return first && found.every(refusal => refusal === first) ? first : undefined;
}

export function isBusy(errors: readonly FieldError[]): boolean {
  return errors.some(({ text }) => BUSY.test(text.slice(0, LONGEST)));
}

/**
 * RapidPro's own sentences. They contain no personal data, even if a job sent the same words. Only the text before or
 * after them can.
 */

const WHOLE_TEXTS = [
  'This (?:field|dictionary|list|value) (?:is required|may not be (?:blank|null|empty)|must be unique)\\.',
  'Ensure this (?:field|value) (?:has|is) [a-z ]{4,40} \\d+(?: [a-z]+)?\\.',
  'Not an? (?:valid|allowed) [A-Za-z0-9 -]{2,30}\\.',
  'A valid [a-z]+ is required\\.',
  'Must (?:be|provide|specify) (?:a valid|a string|either|at least) [A-Za-z ,]{3,50}\\.?',
  'Expected a (?:list|dictionary) of items but got type "[a-z]+"\\.',
  "Quick replies of type '[a-z]+' require [a-z' ]{5,60}\\.",
  'Cannot be longer than \\d+ characters\\.',
  'Null characters are not allowed\\.',
  'Enter a valid URL\\.',
  'Unsupported file type\\.',
  'Field not allowed when using URN in URL',
  "Deleted contacts can't be modified\\.",
  'Flow or a message text required\\.',
  'No text translation provided in base language\\.',
  'Message text in default flow language is required\\.',
  '(?:Updating URNs|URN lookups) not allowed for anonymous organizations',
  "Non-active contacts can't be added to groups",
  'URN is in use by another contact\\.',
  'URN is not valid\\.',
];
const BEGINNINGS = [
  'Invalid URN: ',
  'No such object: ',
  'URN belongs to another contact: ',
  'Invalid contact field key: ',
  'Contact group must not be query based: ',
  'Non-active contacts cannot be added to groups: ',
  'Not an incoming message: ',
  'No resthook with slug: ',
];
const ENDS = ['\\. Ensure phone numbers contain country codes\\.', ' is not a valid choice\\.'];

const SENTENCE = new RegExp(
  `^(?:(${WHOLE_TEXTS.join('|')})$|(${BEGINNINGS.join('|')})?)(.*?)(${ENDS.join('|')})?$`,
  's',
);
/** A longer one contains what a job sent. */
const LONGEST_OWN = 400;

/**
 * Cleans a text, except RapidPro's own words.
 *
 * @param clean - prepares any other text for a log
 */
export function cleanSentence(text: string, clean: (text: string) => string): string {
  if (text.length > LONGEST_OWN) return clean(text);
  const [, whole, before = '', within = '', behind = ''] = SENTENCE.exec(text) ?? [];
  if (whole !== undefined) return whole;
  const isOwn = before !== '' || behind !== '';
  return isOwn ? `${before}${within === '' ? '' : clean(within)}${behind}` : clean(text);
}

const SEPARATOR = new RegExp(`(\\.|\\[${INDEX}\\])`);

/**
 * Cleans the path that a text is about, except the keys that the job sent and the place after one. What is between
 * them is cleaned as one text, because a number can contain dots.
 *
 * @param clean - prepares any other text for a log
 */
export function pathCleaner(
  sent: unknown,
  clean: (text: string) => string,
): (path: string) => string {
  const keys = new Set<string>();
  collectKeys(sent, keys, 0);
  return path => {
    let shown = '';
    let other = '';
    let takesPlace = true;
    const show = (part: string) => {
      const dot = other.endsWith('.') ? '.' : '';
      const text = other.slice(0, other.length - dot.length);
      shown += `${text === '' ? '' : clean(text)}${dot}${part}`;
      other = '';
    };
    for (const part of path.split(SEPARATOR)) {
      if (part === '') continue;
      const isPlace = part.startsWith('[') && takesPlace;
      const isDot = part === '.' && other === '';
      if (isPlace || isDot || keys.has(part)) show(part);
      else other += part;
      takesPlace = keys.has(part);
    }
    show('');
    return shown;
  };
}

/** Keys as the API writes them. Anything else before a colon may be personal data. */
const KEY = /^[a-z][a-z_]{0,40}$/;
const DEEPEST_KEY = 6;

function collectKeys(value: unknown, keys: Set<string>, depth: number): void {
  if (value === null || typeof value !== 'object' || depth > DEEPEST_KEY) return;
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(value) && KEY.test(key)) keys.add(key);
    collectKeys(item, keys, depth + 1);
  }
}
