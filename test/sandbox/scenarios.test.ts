import { describe, expect, it } from 'vitest';
import { servers } from '../support/recordings.js';
import { play, scenarios } from './replay/scenario.js';

describe.each(servers)('the scenarios of %s', server => {
  it.each(scenarios(server).map(one => [one.name, one] as const))('%s', async (_, scenario) => {
    expect(await play(scenario)).toEqual([]);
  });
});
