import { expect, test } from 'vitest';
import { built, ROOT } from '../packaging/project.js';
import { start } from '../scripts/run-child.js';

test('npm run example:dhis2 runs all workflows and shows both systems, 100 columns wide', async () => {
  await built();
  const args = ['--experimental-vm-modules', '--no-warnings', 'scripts/example-dhis2.mjs'];
  const { code, stdout, stderr } = await start(process.execPath, args, { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('DHIS2: people');
  expect(stdout).toContain('RapidPro: contacts');
  expect(stdout).toContain('The workflows have asked RapidPro for: 2 messages, 1 flow starts');
  expect(stdout.match(/Nothing has changed in either system/g)).toHaveLength(5);
  expect(stdout).toContain('DataElDeath: DHIS2 drops zeros here');
  expect(stdout).toMatch(/VisitOfAmin +\S+ +COMPLETED +61\.5/);
  expect(stdout).toMatch(/Peter Habineza +UserNurse02 +ClinicReme1 +no/);
  expect(stdout).toMatch(/Clerk: "RapidPro and DHIS2, .* to check/);
  expect(stdout).toMatch(/The workflow "resend": 1 sent/);
  expect(stdout).toContain('Votre rapport de la semaine passée manque');
  expect(stdout.split('\n').filter(line => line.length > 100)).toEqual([]);
  expect(stdout).toMatch(/All workflows ran as expected\.\n$/);
}, 90_000);
