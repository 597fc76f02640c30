import { type ErrorCode, fail } from '../../errors/errors.js';
import { digitsTakenWhole, foreignFault, type UrnFault } from '../../input/urns.js';
import type { Query } from '../../types/request.js';
import type { WorkspaceFacts } from './workspaceFacts.js';

/** A URN, and its place in the job. */
interface Placed {
  urn: string;
  where: string;
}

/**
 * What is wrong with a phone number without plus that RapidPro would read as one abroad. The country of the workspace is
 * read for the first such number.
 *
 * @param isContactWrite - a token that is not allowed to read the workspace may still write contacts
 */
export async function homeNumberFault(
  facts: WorkspaceFacts,
  urn: string,
  isContactWrite: boolean,
): Promise<UrnFault | undefined> {
  if (digitsTakenWhole(urn) === undefined) return undefined;
  const read = () => facts.country();
  const country = isContactWrite ? await facts.unlessForbidden('country', read) : await read();
  return country === undefined ? undefined : foreignFault(urn, country);
}

/**
 * Refuses numbers that RapidPro would read as ones abroad, before anything is sent.
 *
 * @throws RapidProError `INVALID_URN`, or the code given; what the reading of the workspace throws
 */
export async function refuseHomeNumbers(
  facts: WorkspaceFacts,
  urns: Iterable<Placed>,
  { isContactWrite = false, code = 'INVALID_URN' as ErrorCode } = {},
): Promise<void> {
  for (const { urn, where } of urns) {
    const fault = await homeNumberFault(facts, urn, isContactWrite);
    if (fault) throw fail(code, `${where} ${fault.what}.`, fault.fix);
  }
}

/** Refuses such a number in the filters of a list. */
export async function refuseHomeFilter(facts: WorkspaceFacts, { urn }: Query): Promise<void> {
  if (typeof urn !== 'string') return;
  await refuseHomeNumbers(facts, [{ urn, where: 'filters.urn' }], { code: 'INVALID_FILTER' });
}

/** The URNs of a list, with their places. */
export function placed(urns: readonly string[] = [], where: string): Placed[] {
  return urns.map((urn, index) => ({ urn, where: `${where}[${index}]` }));
}
