import { describe, expect, it } from 'vitest';
import { open } from './opened.js';

const seed = {
  archives: ['2017-04-05', '2017-05-05', '2017-06-05'].map(start_date => ({
    start_date,
    period: 'daily' as const,
  })),
};

describe.each(['v9', 'textit'] as const)('archives of a time (%s)', dialect => {
  it.each([
    ['before=2017-05-05', 2],
    ['after=2017-05-05', 2],
    ['before=2017-05', 1],
    ['after=2017-5-6', 1],
    ['after=2017', 3],
    // The day that it is then in Greenwich counts.
    ['after=2017-06-05T23:00:00-05:00', 0],
    ['before=2017-06-05T01:00:00%2B05:00', 2],
    ['before=longago', 0],
    ['after=thefuture', 0],
  ])('%s', async (query, count) => {
    const { get } = await open({ dialect, seed });
    expect((await get(`archives.json?${query}`)).data).toMatchObject({ count });
  });
});
