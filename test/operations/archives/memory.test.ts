import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { start } from '../../scripts/run-child.js';
import { archiveServer, message } from './archiveServer.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('readLarge.ts', import.meta.url));

const RECORDS = 60_000;

test('100 MB of records are read in the memory of a few pages', { timeout: 60_000 }, async () => {
  const records = Array.from({ length: RECORDS }, (_, id) => ({
    ...message(id, '2026-01-01T00:00:00.123456+00:00'),
    text: `A long message, so that what is kept shows: ${id} ${Math.sin(id)}`.padEnd(1500, '.'),
  }));
  const server = await archiveServer([{ start: '2026-01-01', period: 'monthly', records }]);
  const args = ['--expose-gc', '--max-old-space-size=120', '--import', 'tsx', SCRIPT, server.host];
  const { code, stdout, stderr } = await start(process.execPath, args, { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { data, growth } = JSON.parse(stdout);
  expect(data).toEqual({ pages: RECORDS / 250, records: RECORDS });
  expect(growth / 1024 / 1024).toBeLessThan(60);
});
