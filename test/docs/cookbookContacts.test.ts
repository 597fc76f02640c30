import { readFileSync } from 'node:fs';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { failureIn, runJob } from '../../scripts/run-job.mjs';
import { ensureGroup, execute, startFlow } from '../../src/index.js';
import { built } from '../packaging/project.js';

beforeAll(built);

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };

const PAGE = 'docs/guides/cookbook-contacts.md';

/** The job of a recipe of the cookbook. */
function recipe(title: string): string {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(`\n## ${title}\n`);
  const [, job] = /^```js\n(.*?)^```/ms.exec(section) ?? [];
  return job ?? expect.fail(`No job under ${title}`);
}

test('the rows of a sheet become contacts once, and what cannot be read is listed', async () => {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token };
  const run = async (before: object) => {
    const state = { ...before, configuration };
    const final = await runJob(recipe('From a spreadsheet to contacts'), {
      state,
      console: silent,
    });
    expect(failureIn(final)).toBeUndefined();
    return final;
  };
  const first = await run({ data: {} });
  expect(first.wrong).toEqual([
    {
      row: 4,
      id: 'M-1003',
      description: expect.stringContaining('has no digits'),
      fix: expect.any(String),
    },
  ]);
  expect(first.data).toMatchObject({ created: [{}, {}], updated: [], failed: [{ index: 2 }] });
  const made = sandbox.contacts().filter(({ fields }) => fields.register_id);
  expect(made.map(({ urns, fields }) => [urns, fields.due_date])).toEqual([
    [['tel:+250788123123'], '2027-03-01T00:00:00.000000+02:00'],
    [['tel:+250788123124'], '2027-03-01T00:00:00.000000+02:00'],
  ]);
  const second = await run(first);
  expect(second.data).toMatchObject({
    created: [],
    updated: [],
    unchanged: [{}, {}],
    failed: [{}],
  });
});

test('whoever texts STOP is opted out, also in the middle of a flow', async () => {
  const sandbox = await createSandbox({ seed: 'maternal-health' });
  onTestFinished(() => sandbox.close());
  const configuration = { host: sandbox.host, token: sandbox.token };
  const isIn = (name: string, urn: string) =>
    sandbox
      .contacts()
      .some(({ urns, groups }) => urns[0] === urn && groups.some(group => group.name === name));
  const [inFlow = '', outside = '', content = ''] = sandbox
    .contacts()
    .filter(
      ({ status, groups }) => status === 'active' && groups.some(one => one.name === 'Mothers'),
    )
    .map(({ urns }) => String(urns[0]));
  const start = startFlow({ flow: 'Danger Signs', urns: [inFlow, content] });
  await execute(ensureGroup('Opted out'), start)({ configuration });
  await sandbox.settled();
  await sandbox.reply(inFlow, 'Stop please');
  await sandbox.reply(outside, 'STOP');
  await sandbox.reply(content, 'bleeding will not stop');
  const final = await runJob(recipe('Opt-out'), {
    state: { data: {}, configuration },
    console: silent,
  });
  expect(failureIn(final)).toBeUndefined();
  const places = [inFlow, outside, content].map(urn => [
    isIn('Opted out', urn),
    isIn('Mothers', urn),
  ]);
  expect(places).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ]);
});
