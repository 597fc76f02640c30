import { expect, test } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';

test('npm run example:dhis2 runs all three workflows and shows both systems', async () => {
  await built();
  const args = ['--experimental-vm-modules', '--no-warnings', 'scripts/example-dhis2.mjs'];
  const { code, stdout, stderr } = await start(process.execPath, args, { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('DHIS2: people');
  expect(stdout).toContain('RapidPro: contacts');
  expect(stdout).toContain('The workflows have asked RapidPro for: 2 messages, 1 flow starts');
  expect(stdout.match(/Nothing has changed in either system/g)).toHaveLength(2);
  expect(stdout).toMatch(/All three workflows ran as expected\.\n$/);
}, 90_000);
