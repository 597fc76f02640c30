const NEW_OR_MALFORMED =
  'Known causes: a group, field or topic created less than six seconds ago, a URN given twice, a malformed uuid.';

const CAUSES: { readonly [path: string]: string } = {
  contacts: NEW_OR_MALFORMED,
  contact_actions: NEW_OR_MALFORMED,
  ticket_actions: NEW_OR_MALFORMED,
  campaign_events: 'Known cause: the field in "relative_to" does not hold dates.',
};

/** What RapidPro is known to answer 500 to, by the endpoint that is posted to. */
export function knownCause(path: string): string | undefined {
  return CAUSES[path];
}
