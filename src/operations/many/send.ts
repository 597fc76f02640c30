import type { Client } from '../../client/client.js';
import { changed, fail, RapidProError } from '../../errors/errors.js';
import { checkRecipients } from '../../input/bodies.js';
import type { Body } from '../../input/body.js';
import { isUuid, shownId } from '../../input/identifiers.js';
import { count, log } from '../../input/log.js';
import { LITERAL } from '../../input/options.js';
import { isLocalNumber } from '../../input/sameUrn.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Recipients } from '../../types/bodies.js';
import type { LeftOut, SendPlan } from '../../types/bulk.js';
import type { Dictionary } from '../../types/json.js';
import { asWritten } from '../base/asObject.js';
import { adviceFor } from '../base/nameAdvice.js';
import type { Call } from '../base/operation.js';
import { placed } from '../base/workspaceFacts.js';
import { urnsOf } from '../contact/contactUrns.js';
import { inactiveStatus } from '../contact/status.js';
import { isName, uuidOf } from '../lists/named.js';
import { ranges } from './items.js';
import { DRY_REQUESTS, type Found, type Groups, lookUpIfPossible, readGroups } from './lookUp.js';
import {
  type Chunk,
  isOneRequest,
  logUnsure,
  NO_SECOND_NAMES,
  planRecipients,
  type RecipientPlan,
  type Resolved,
  referenceTo,
} from './recipients.js';
import { compareNames } from './secondNames.js';

/** Which items of a list some requests were for. */
function placesOf(chunks: readonly Chunk[], list: keyof Chunk['positions']): [number, number][] {
  return ranges(chunks.flatMap(({ positions }) => positions[list] ?? []));
}

/**
 * A send that stopped in the middle. The error contains what a person needs to continue without reaching anyone twice.
 *
 * @param answers - those to the requests before the one that failed
 */
function partialSend(
  error: RapidProError,
  { chunks, leftOut }: RecipientPlan,
  list: 'contacts' | 'urns',
  answers: readonly Dictionary[],
): RapidProError {
  const at = answers.length;
  const isUnknown = error.outcome === 'unknown';
  const failed = placesOf(chunks.slice(at, at + 1), list);
  return changed(error, {
    code: 'PARTIAL_SEND',
    description: `The send stopped at request ${at + 1} of ${chunks.length}: ${error.description}`,
    fix: `${error.fix} "details" lists positions in "${list}": reached (done), maybe reached (unknown), and not reached (failed, notAttempted). Positions start at 0, and both ends are included. Send again only to failed and notAttempted.`,
    details: {
      reason: error.code,
      list,
      done: placesOf(chunks.slice(0, at), list),
      ids: answers.map(shownId),
      unknown: isUnknown ? failed : [],
      failed: isUnknown ? [] : failed,
      notAttempted: placesOf(chunks.slice(at + 1), list),
      ...(leftOut.length > 0 ? { leftOut } : {}),
    },
    outcome: 'unknown',
  });
}

/** More would fill the log. `state.data` has all of them. */
const MOST_IDS = 5;

/** Whom RapidPro itself leaves out of a flow start, and with which value of what. */
const PASSED_OVER = [
  ['restart_participants', /^(?:false|f|no?|off|0)$/i, 'those who have been in this flow before'],
  ['exclude_active', /^(?:true|t|y(?:es)?|on|1)$/i, 'those who are in another flow now'],
] as const;

/** It is not known yet how many that is. */
function passedOverBy(body: Body): string {
  const passedOver = PASSED_OVER.filter(([key, words]) => words.test(String(body[key] ?? '')));
  const who = passedOver.map(([, , people]) => people).join(' and ');
  return who === '' ? '' : `. RapidPro leaves out ${who}`;
}

function logSent(path: ResourceName, answers: Dictionary[], summary: string, body: Body): void {
  const { nouns } = resources[path];
  const shown =
    answers.length > MOST_IDS
      ? count(answers.length, nouns)
      : `${nouns[answers.length === 1 ? 0 : 1]} ${answers.map(shownId).join(', ')}`;
  log.info(`Accepted ${shown} for ${summary}${passedOverBy(body)}`);
}

/** What a send needs of its call. */
type Sending = Pick<Call<never>, 'client' | 'facts' | 'options'>;

export const SEND_OPTIONS = ['onlyActive', 'dryRun', ...LITERAL];

/**
 * Whom to look up before something is sent: inactive contacts, contacts that servers would not find, and those of whom
 * two could be the same person.
 */
function namesToLookUp({ contacts = [], urns = [] }: Recipients, onlyActive: boolean): string[] {
  if (onlyActive) return [...contacts, ...urns];
  const byUrn = contacts.filter(name => !isUuid(name));
  const several = contacts.length > 1 ? byUrn : byUrn.filter(isLocalNumber);
  return isOneRequest({ urns }) ? several : [...several, ...urns];
}

/** Uuids of groups, if one could be given by both its name and its uuid. */
async function groupsByName(client: Client, groups: readonly string[] = []) {
  const names = groups.filter(group => !isUuid(group));
  if (names.length === 0 || names.length === groups.length) return new Map<string, string>();
  const known = await readGroups(client, names, Number.POSITIVE_INFINITY);
  return known.uuidsOf(names);
}

/** The place of a recipient in the job. */
function placeIn({ contacts, urns }: Recipients, where: string) {
  const places = () => [...placed(urns, `${where}.urns`), ...placed(contacts, `${where}.contacts`)];
  return (name: string) => places().find(({ urn }) => urn === name)?.where ?? where;
}

/** What RapidPro would say about unknown contacts and groups, for a dry run. */
function refuseUnknown(
  where: string,
  advice = 'Check the spelling or the uuid, and that the credential belongs to the right workspace. Move phone numbers that RapidPro may not know to "urns".',
): never {
  throw fail(
    'UNKNOWN_REFERENCE',
    `${where} is not in this workspace, so RapidPro would refuse the whole request.`,
    `Nothing was sent. ${advice}`,
  );
}

/** What a dry run reports. */
type Rehearsed = SendPlan & Pick<RecipientPlan, 'summary'>;

/** Who would be reached, in at most {@link DRY_REQUESTS} requests. */
async function rehearse(
  { client, options: { onlyActive = false } }: Sending,
  recipients: Recipients,
  where: string,
): Promise<Rehearsed> {
  const { contacts = [], urns = [], groups = [] } = recipients;
  const left = () => DRY_REQUESTS - client.requests;
  const known = await readGroups(client, groups, Math.min(1, left()));
  for (const [index, group] of groups.entries()) {
    if (known.isWhole && !known.of(group)) {
      refuseUnknown(`${where}.groups[${index}]`, adviceFor(group, known.names));
    }
  }
  if (groups.some(group => known.of(group)?.status === 'evaluating')) {
    log.warn(
      'RapidPro is still looking for the members of one of the groups. A send would reach only those found so far: wait until getGroups() shows the "status" "ready".',
    );
  }
  const found = await lookUpIfPossible(client, [...contacts, ...urns], {
    mustKnow: onlyActive,
    most: left(),
    whereOf: placeIn(recipients, where),
  });
  for (const [index, contact] of contacts.entries()) {
    if (found.get(contact) === null) refuseUnknown(`${where}.contacts[${index}]`);
  }
  const resolved = {
    contacts: found,
    groups: known.uuidsOf(groups),
    onlyActive,
    secondNames: NO_SECOND_NAMES,
  };
  const plan = await planRecipients(recipients, resolved);
  return reportOf(plan, recipients, found, known);
}

function reportOf(
  { summary, chunks, recipients, duplicates, leftOut }: RecipientPlan,
  { contacts = [], urns = [], groups = [] }: Recipients,
  found: Found,
  known: Groups,
): Rehearsed {
  const members = groups.map(group => known.of(group)?.count);
  const reached = chunks.flatMap(({ positions }) => positions.contacts ?? []);
  const withoutUrn = reached.filter(index => {
    const contact = found.get(contacts[index] ?? '');
    return contact && urnsOf(contact).length === 0;
  });
  return {
    summary,
    dryRun: true,
    requests: chunks.length,
    recipients,
    contacts: placesOf(chunks, 'contacts'),
    urns: placesOf(chunks, 'urns'),
    groups: placesOf(chunks, 'groups'),
    ...(groups.length > 0 && members.every(count => typeof count === 'number')
      ? { members: members.reduce((sum: number, count) => sum + Number(count), 0) }
      : {}),
    duplicates,
    leftOut,
    ...(withoutUrn.length > 0 ? { withoutUrn: ranges(withoutUrn) } : {}),
    notChecked:
      [...contacts, ...urns].filter(name => !found.has(name)).length +
      groups.filter(group => !known.of(group)).length,
  };
}

function logPlan(
  path: ResourceName,
  { requests, members, withoutUrn, notChecked }: SendPlan,
  to: string,
  body: Body,
): void {
  const [noun] = resources[path].nouns;
  const unchecked = notChecked > 0 ? ` Not looked up: ${notChecked}.` : '';
  const people =
    members === undefined ? '' : ` (${members} members; anyone in two groups counts twice)`;
  log.info(
    `Dry run: a ${noun} for ${to || 'nobody'}${people} takes ${count(requests, 'request')}. Nothing was sent${passedOverBy(body)}.${unchecked}`,
  );
  if (withoutUrn === undefined) return;
  log.warn(
    'Some contacts have no phone number or other address, so no message reaches them. See data.withoutUrn',
  );
}

function logLeftOut(leftOut: readonly LeftOut[]): void {
  if (leftOut.length === 0) return;
  log.info(
    `Left out as stopped, blocked or archived: ${count(leftOut.length, 'contact')}. See data.leftOut`,
  );
}

/** RapidPro 9 sends only the text. */
function logQuickReplies(client: Client, { quick_replies }: Body): void {
  if (quick_replies === undefined || quick_replies === null || client.dialect !== 'v9') return;
  log.warn(
    'RapidPro 9 cannot send quick replies through its API. The message was sent without them.',
  );
}

async function sendChunks(
  client: Client,
  path: 'broadcasts' | 'flow_starts',
  body: Body,
  plan: RecipientPlan,
): Promise<Dictionary[]> {
  const answers: Dictionary[] = [];
  for (const { key, recipients, positions } of plan.chunks) {
    try {
      const { body: answer } = await client.request({
        method: 'POST',
        path,
        body: { ...body, ...recipients },
        positions,
      });
      answers.push(asWritten(answer, path));
    } catch (error) {
      if (!(error instanceof RapidProError) || key === undefined) throw error;
      // Refused before anyone was reached: as with a single request.
      if (answers.length === 0 && error.outcome !== 'unknown') throw error;
      throw partialSend(error, plan, key, answers);
    }
  }
  return answers;
}

/** A flow start with the uuid of its flow, which can be started. A broadcast has none. */
async function withFlow(
  { client, facts, options }: Sending,
  body: Body,
  where: string,
): Promise<Body> {
  const { flow } = body;
  if (isName(flow)) return { ...body, flow: await uuidOf(client, 'flows', flow, where) };
  const isThere = await facts.refuseArchived(flow, where);
  // For a real start, RapidPro itself says so.
  if (options.dryRun && isThere === false) refuseUnknown(where);
  return body;
}

function resultOf(
  { chunks, recipients, leftOut }: RecipientPlan,
  answers: Dictionary[],
  onlyActive: boolean,
) {
  const also = onlyActive ? { leftOut } : {};
  const [only] = answers;
  if (chunks.length === 0) return { sent: false, recipients, ...also };
  if (chunks.length === 1 && only) return { ...only, ...also };
  return { chunks: answers, recipients, ...also };
}

/** The recipient of a message, in full if RapidPro would not find the number. A contact that is not active is in `leftOut`. */
async function addressee(
  client: Client,
  name: string,
  onlyActive: boolean,
): Promise<{ contact: string; leftOut: LeftOut[] }> {
  if (!onlyActive && (isUuid(name) || !isLocalNumber(name))) return { contact: name, leftOut: [] };
  const found = await lookUpIfPossible(client, [name], { mustKnow: onlyActive });
  const contact = found.get(name);
  if (!contact) return { contact: name, leftOut: [] };
  const uuid = String(contact.uuid);
  const status = onlyActive ? inactiveStatus(contact) : undefined;
  return {
    contact: referenceTo(name, contact),
    leftOut: status === undefined ? [] : [{ list: 'contact', index: 0, uuid, status }],
  };
}

/** Sends a message to one contact. Never repeats a request with an unknown outcome. */
export async function sendToOne(
  { client, facts, options }: Sending,
  message: { contact: string },
): Promise<Dictionary> {
  const { onlyActive = false } = options;
  await facts.refuseHomeNumbers([{ urn: message.contact, where: 'message.contact' }]);
  const { contact, leftOut } = await addressee(client, message.contact, onlyActive);
  if (leftOut.length > 0) {
    logLeftOut(leftOut);
    return { sent: false, recipients: 0, leftOut };
  }
  const body = { ...message, contact } as Body;
  const answer = await client.request({ method: 'POST', path: 'messages', body });
  logQuickReplies(client, body);
  const sent = asWritten(answer.body, 'messages');
  if (sent.status === 'failed') {
    log.warn(
      'RapidPro accepted the message but cannot deliver it: the contact is blocked, stopped or archived, or has no address that it can reach.',
    );
  } else {
    log.info(`Sent message ${shownId(sent)}`);
  }
  return sent;
}

/**
 * Sends a broadcast or starts a flow, once for each recipient. Never repeats a request with an unknown outcome.
 *
 * @returns the server's answer; above 100 recipients `chunks`, a list of answers, and `recipients`
 * @throws RapidProError `PARTIAL_SEND` if it stopped in the middle
 */
export async function sendToAll(
  call: Sending,
  path: 'broadcasts' | 'flow_starts',
  { contacts, urns, groups, ...given }: Body & Recipients,
  where: string,
): Promise<Dictionary> {
  const { client, facts } = call;
  const { onlyActive = false, dryRun = false } = call.options;
  const recipients = { contacts, urns, groups };
  // Refuses what is clearly wrong before anything is read.
  await checkRecipients(recipients, where);
  await planRecipients(recipients);
  await facts.refuseHomeNumbers(placed(contacts, `${where}.contacts`));
  await facts.refuseHomeNumbers(placed(urns, `${where}.urns`));
  const body = await withFlow(call, given, `${where}.flow`);
  if (dryRun) {
    const { summary, ...plan } = await rehearse(call, recipients, where);
    logPlan(path, plan, summary, body);
    return plan;
  }
  const found = await lookUpIfPossible(client, namesToLookUp(recipients, onlyActive), {
    mustKnow: onlyActive,
    whereOf: placeIn(recipients, where),
  });
  const resolved: Resolved = {
    contacts: found,
    groups: await groupsByName(client, groups),
    onlyActive,
    secondNames: await compareNames(client, [...(contacts ?? []), ...(urns ?? [])], found),
  };
  const plan = await planRecipients(recipients, resolved);
  if (plan.duplicates > 0) {
    log.info(`Left out ${count(plan.duplicates, 'recipient')} named more than once`);
  }
  logUnsure(plan.unsure);
  logLeftOut(plan.leftOut);
  const answers = await sendChunks(client, path, body, plan);
  if (answers.length === 0) log.info('There are no recipients left. Nothing was sent');
  else logSent(path, answers, plan.summary, body);
  logQuickReplies(client, body);
  return resultOf(plan, answers, onlyActive);
}
