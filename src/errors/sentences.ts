/**
 * RapidPro's own sentences. They contain no personal data, even if a job sent the same words. Only the text before or
 * after them can.
 */

const WHOLE = [
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
const BEFORE = [
  'Invalid URN: ',
  'No such object: ',
  'URN belongs to another contact: ',
  'Invalid contact field key: ',
  'Contact group must not be query based: ',
  'Non-active contacts cannot be added to groups: ',
  'Not an incoming message: ',
  'No resthook with slug: ',
];
const BEHIND = ['\\. Ensure phone numbers contain country codes\\.', ' is not a valid choice\\.'];

const SENTENCE = new RegExp(
  `^(?:(${WHOLE.join('|')})$|(${BEFORE.join('|')})?)(.*?)(${BEHIND.join('|')})?$`,
  's',
);
/** A longer one contains what a job sent. */
const LONGEST = 400;

/**
 * Cleans a text, except RapidPro's own words.
 *
 * @param clean - prepares any other text for a log
 */
export function cleanSentence(text: string, clean: (text: string) => string): string {
  if (text.length > LONGEST) return clean(text);
  const [, whole, before = '', within = '', behind = ''] = SENTENCE.exec(text) ?? [];
  if (whole !== undefined) return whole;
  const isOwn = before !== '' || behind !== '';
  return isOwn ? `${before}${within === '' ? '' : clean(within)}${behind}` : clean(text);
}

/**
 * Cleans the path that a text is about, except the keys that the job sent.
 *
 * @param sent - the body
 * @param clean - prepares any other text for a log
 */
export function pathCleaner(
  sent: unknown,
  clean: (text: string) => string,
): (path: string) => string {
  const keys = new Set<string>();
  collectKeys(sent, keys, 0);
  return path =>
    path
      .split(/(\.|\[\d+\])/)
      .map((part, place) => (place % 2 === 1 || keys.has(part) ? part : clean(part)))
      .join('');
}

/** Keys as the API writes them. Anything else before a colon may be personal data. */
const KEY = /^[a-z][a-z_]{0,40}$/;
const DEEPEST = 6;

function collectKeys(value: unknown, keys: Set<string>, depth: number): void {
  if (value === null || typeof value !== 'object' || depth > DEEPEST) return;
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(value) && KEY.test(key)) keys.add(key);
    collectKeys(item, keys, depth + 1);
  }
}
