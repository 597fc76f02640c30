import type { ErrorCode } from './errors.js';
import type { FieldError } from './flatten.js';

/**
 * What RapidPro's own English sentences mean. Servers may translate them, so for an unknown sentence, status and shape
 * decide the code.
 */

interface Refusal {
  pattern: RegExp;
  code: ErrorCode;
  fix: string;
}

/** What the newer servers say about a campaign event for some seconds after its creation. */
const BUSY = /currently being scheduled/i;

const REFUSALS: readonly Refusal[] = [
  {
    pattern: /URN belongs to another contact|URN is in use by another contact/i,
    code: 'URN_TAKEN',
    fix: 'Another contact already has this phone number or address. Use upsertContact() to update that contact instead.',
  },
  {
    pattern: /Invalid URN|URN is not valid/i,
    code: 'INVALID_URN',
    fix: 'Write a phone number with its country code: "tel:+250788123123". See docs/guides/numbers-and-dates.md.',
  },
  {
    pattern: /must be unique/i,
    code: 'NAME_TAKEN',
    fix: 'This name is already taken in the workspace. Use what exists, or choose another name.',
  },
  {
    pattern: /No such object/i,
    code: 'UNKNOWN_REFERENCE',
    fix: 'The workspace does not have this, or it is archived. Check the spelling or the uuid, and that the credential belongs to the right workspace.',
  },
  {
    pattern: /Invalid contact field key/i,
    code: 'UNKNOWN_FIELD',
    fix: 'Use the key of the field, not its name: getFields() lists both. If the field is missing, create it with ensureField().',
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
): { code: ErrorCode; fix: string } | undefined {
  const found = errors.map(({ text }) => {
    const sentence = text.slice(0, LONGEST);
    return REFUSALS.find(({ pattern }) => pattern.test(sentence));
  });
  const [first] = found;
  return first && found.every(refusal => refusal === first) ? first : undefined;
}

/** Whether the refusal is temporary. */
export function isBusy(errors: readonly FieldError[]): boolean {
  return errors.some(({ text }) => BUSY.test(text.slice(0, LONGEST)));
}
