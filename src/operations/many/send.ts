import type { Client } from '../../client/client.js';
import { RapidProError } from '../../client/errors.js';
import { type ResourceName, resources } from '../../resources.js';
import type { Dictionary } from '../../types/json.js';
import { asOutcome } from '../base/answered.js';
import type { Body } from '../base/body.js';
import { count, log } from '../base/log.js';
import { shownId } from '../base/shownId.js';
import { isUncertain } from '../base/uncertain.js';
import { type Chunk, planRecipients, ranges } from './recipients.js';

/** What has gone out so far, by position in the job's own list. */
interface Progress {
  answers: Dictionary[];
  done: Chunk[];
}

const RECIPIENTS = ['recipient', 'recipients'] as const;

function indexesOf(chunks: readonly Chunk[]): [number, number][] {
  return ranges(chunks.flatMap(({ indexes }) => indexes));
}

/**
 * A send that stopped in the middle. The error holds what a person needs to go on without reaching
 * anybody twice.
 */
function partialSend(
  error: RapidProError,
  { answers, done }: Progress,
  failed: Chunk,
  rest: readonly Chunk[],
): RapidProError {
  const uncertain = isUncertain(error);
  const ids = answers.map(shownId);
  return new RapidProError({
    code: 'PARTIAL_SEND',
    description: `The send stopped at request ${done.length + 1} of ${done.length + 1 + rest.length}: ${error.description}`,
    fix: `${error.fix} "details" tells by position in "${failed.key}" who was reached (done), who perhaps was (unknown), who was not (failed, notAttempted). Positions count from 0, and both ends are included. Send again only to failed and notAttempted.`,
    statusCode: error.statusCode,
    retryAfter: error.retryAfter,
    errors: error.errors,
    details: {
      reason: error.code,
      list: failed.key,
      done: indexesOf(done),
      ids,
      unknown: uncertain ? indexesOf([failed]) : [],
      failed: uncertain ? [] : indexesOf([failed]),
      notAttempted: indexesOf(rest),
    },
    cause: error,
  });
}

function tellDuplicates(duplicates: number): void {
  if (duplicates > 0) {
    log.info(`Left out ${count(duplicates, RECIPIENTS)} that had been given more than once`);
  }
}

function tellSent(path: ResourceName, answers: Dictionary[], told: string): void {
  const ids = answers.map(shownId).join(', ');
  const [noun] = resources[path].nouns;
  log.info(`Accepted: ${noun} ${ids} for ${told}`);
}

/**
 * Sends a broadcast or starts a flow, once for each recipient. Never repeats a request whose
 * outcome is not known.
 *
 * @returns the server's answer; above 100 recipients `{ chunks: [answer, …], recipients }`
 * @throws RapidProError `PARTIAL_SEND` where it stopped in the middle
 */
export async function sendToAll(
  client: Client,
  path: 'broadcasts' | 'flow_starts',
  { contacts, urns, groups, ...body }: Body & Parameters<typeof planRecipients>[0],
): Promise<Dictionary> {
  const { chunks, recipients, duplicates, told } = planRecipients({ contacts, urns, groups });
  tellDuplicates(duplicates);
  const progress: Progress = { answers: [], done: [] };
  for (const [index, chunk] of chunks.entries()) {
    try {
      const { body: answer } = await client.request({
        method: 'POST',
        path,
        body: { ...body, ...chunk.recipients },
      });
      progress.answers.push(asOutcome(answer));
      progress.done.push(chunk);
    } catch (error) {
      if (!(error instanceof RapidProError) || chunks.length === 1) throw error;
      // Refused before anybody was reached: as if there were one request alone.
      if (index === 0 && !isUncertain(error)) throw error;
      throw partialSend(error, progress, chunk, chunks.slice(index + 1));
    }
  }
  tellSent(path, progress.answers, told);
  const [only] = progress.answers;
  if (chunks.length === 1 && only) return only;
  return { chunks: progress.answers, recipients };
}
