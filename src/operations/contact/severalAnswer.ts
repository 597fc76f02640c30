import type { Reason } from '../../errors/errors.js';

/** Why nothing is written for a contact that several in RapidPro answer to. */
export function severalAnswer(many: string): Reason {
  return {
    code: 'CONTACT_CLASH',
    description: `${many} contacts in RapidPro answer to what names this one. Nothing was changed.`,
    fix: 'Decide which contact is the right one, and name that one alone.',
  };
}
