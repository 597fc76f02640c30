import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerName } from '../../recordings/read.js';
import { isListed } from './differences.js';
import { RowPlayer } from './replay/rows.js';
import { TouchPlayer, type TouchRow } from './replay/touch.js';
import { readRecording, recordings as withoutTouch } from './values/recorded-rows.js';

const recordings = withoutTouch.map(one => ({
  ...one,
  ...(readRecording(`normalisation/${one.server}.json`) as { touch: TouchRow[] }),
  rows: one.rows,
}));

/** The tolerance in seconds for a recorded clock time, which has whole seconds. */
const CLOCK = 2.5;

/** Equal except for a time of day from the clock. */
function sameButForTheClock(player: RowPlayer, wanted: unknown, found: unknown): boolean {
  if (typeof wanted !== 'string' || typeof found !== 'string') return false;
  if (!player.followsClock(found)) return false;
  const apart = Math.abs(Date.parse(wanted) - Date.parse(found)) / 1000;
  return apart <= CLOCK && wanted.slice(-6) === found.slice(-6);
}

describe.each(recordings)('what $server stores', ({ server, rows }) => {
  const name = server as ServerName;
  const player = new RowPlayer(name);
  beforeAll(() => player.open());
  afterAll(() => player.close());

  it.each(rows.map((row, index) => [index, row.what, row] as const))(
    'row %i, %s',
    async (index, _, row) => {
      const found = await player.play(row);
      const wanted = player.expected(row);
      const holds =
        found.status === wanted.status && sameButForTheClock(player, wanted.stored, found.stored);
      if (isListed(name, 'row', String(index))) expect(found).not.toEqual(wanted);
      else if (!holds) expect(found).toEqual(wanted);
    },
  );
});

describe.each(recordings)('what moves modified_on on $server', ({ server, touch }) => {
  const name = server as ServerName;
  const player = new TouchPlayer(name);
  beforeAll(() => player.open());
  afterAll(() => player.close());

  it.each(touch.map(row => [row.what, row] as const))('%s', async (what, row) => {
    if (what.startsWith('create:')) {
      expect(await player.created()).toEqual({ status: row.status, bumped: row.bumped });
      return;
    }
    const found = await player.play(row);
    expect(found).toMatchObject({
      status: row.status,
      bumped: row.bumped,
      changed_keys: expect.arrayContaining(row.changed_keys),
      ...(row.answer_has_final_modified_on ? { answerIsFinal: true } : {}),
      ...(row.error ? { body: row.error } : {}),
      ...(row.stored ? { after: row.stored } : {}),
    });
    // The rows on letter case did not record which key had changed.
    if (!row.stored) expect(found.changed_keys).toEqual([...row.changed_keys].sort());
    if (row.asker_urns) expect(found.body).toMatchObject({ urns: { length: row.asker_urns } });
  });
});
