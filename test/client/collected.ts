import type { Part, Position } from '../../src/client/orderedList.js';
import type { RapidProError } from '../../src/errors/errors.js';

/** What a read of parts gave, up to its end or an error. */
export interface Collected {
  numbers: number[];
  parts: (Pick<Part, 'since' | 'missesChanges'> & {
    count: number;
    position?: Position | undefined;
  })[];
  error?: RapidProError;
}

export async function collect(source: AsyncIterable<Part>): Promise<Collected> {
  const numbers: number[] = [];
  const parts: Collected['parts'] = [];
  try {
    for await (const { records, next, since, missesChanges } of source) {
      numbers.push(...records.map(({ n }) => Number(n)));
      const position = next && (JSON.parse(JSON.stringify(next())) as Position);
      parts.push({ since, missesChanges, count: records.length, position });
    }
  } catch (error) {
    return { numbers, parts, error: error as RapidProError };
  }
  return { numbers, parts };
}
