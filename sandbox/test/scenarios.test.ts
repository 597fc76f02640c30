import { describe, expect, it } from 'vitest';
import { servers } from '../../recordings/read.js';
import { isListed } from './differences.js';
import { play, scenarios } from './replay/scenario.js';

describe.each(servers)('the scenarios of %s', server => {
  it.each(scenarios(server).map(one => [one.name, one] as const))('%s', async (name, scenario) => {
    const found = await play(scenario);
    if (isListed(server, 'scenario', name)) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });
});
