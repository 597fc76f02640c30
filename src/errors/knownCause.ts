const NEW_OR_MALFORMED =
  'Groups, fields and topics that were made less than six seconds ago, a URN given twice and a malformed uuid are known causes.';

const CAUSES: { readonly [path: string]: string } = {
  contacts: NEW_OR_MALFORMED,
  contact_actions: NEW_OR_MALFORMED,
  ticket_actions: NEW_OR_MALFORMED,
  campaign_events: 'A field in "relative_to" that is not a field of dates is a known cause.',
};

/** What RapidPro is known to answer 500 to, by the endpoint that is posted to. */
export function knownCause(path: string): string | undefined {
  return CAUSES[path];
}
