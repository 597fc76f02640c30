import { afterAll, describe, expect, it } from 'vitest';
import { recordings, servers } from '../../recordings/read.js';
import { isListed } from './differences.js';
import { closeAll, repeat } from './replay/exchange.js';

afterAll(closeAll);

describe.each(servers)('the exchanges of %s', server => {
  it.each(recordings(server).map(one => [one.name, one] as const))('%s', async (name, exchange) => {
    const found = await repeat(exchange);
    if (isListed(server, 'exchange', name)) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });
});
