import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from '../../../sandbox/src/index.js';
import { addCampaignEvent, ensureField, updateCampaignEvent } from '../../../src/index.js';
import { captureConsole } from '../../support/captureConsole.js';
import { TOKEN } from '../../support/credential.js';
import { serve } from '../../support/serve.js';
import { answering, denied, failure, run, sent, UUID } from '../run.js';

const CAMPAIGN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const event = {
  campaign: CAMPAIGN,
  relative_to: 'next_visit',
  offset: -1,
  unit: 'days' as const,
  delivery_hour: 9,
  message: 'Tomorrow.',
};

describe.each(['v9', 'textit'] as const)('what a campaign event counts from (%s)', dialect => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox({
      dialect,
      token: TOKEN,
      seed: {
        fields: [{ name: 'Next Visit', type: 'datetime' }, { name: 'Village' }],
        groups: [{ name: 'Mothers' }],
        campaigns: [{ uuid: CAMPAIGN, name: 'Visits', group: 'Mothers' }],
        campaign_events: [
          { uuid: UUID, campaign: 'Visits', relative_to: 'next_visit', offset: 1, unit: 'days' },
        ],
      },
    });
  });
  afterEach(() => sandbox.close());
  const writes = () => sandbox.requests().filter(({ method }) => method === 'POST');

  test('is not a field without dates: a new event would fail, and a changed one go by what looks like a date', async () => {
    const ofVillage = { ...event, relative_to: 'village' };
    const operations = [
      [addCampaignEvent(ofVillage), 'event.relative_to'],
      [updateCampaignEvent(UUID, ofVillage), 'changes.relative_to'],
    ] as const;
    for (const [operation, where] of operations) {
      const error = await failure(operation, sandbox);
      expect(error).toMatchObject({ code: 'INVALID_INPUT', outcome: 'none' });
      expect(error.description).toContain(`${where} is not a date field`);
    }
    expect(writes()).toEqual([]);
  });

  test.each(['next_visit', 'created_on', 'last_seen_on'])('is a date: %s', async relative_to => {
    const { data } = await run(addCampaignEvent({ ...event, relative_to }), sandbox);
    expect(data).toMatchObject({ relative_to: { key: relative_to } });
  });

  test('is a date field that was added a moment ago', async () => {
    await run(ensureField({ name: 'Due Date', type: 'datetime' }), sandbox);
    const { data } = await run(addCampaignEvent({ ...event, relative_to: 'due_date' }), sandbox);
    expect(data).toMatchObject({ relative_to: { key: 'due_date' } });
  });

  test('is no field that the workspace has not: RapidPro says so', async () => {
    const error = await failure(addCampaignEvent({ ...event, relative_to: 'nothing' }), sandbox);
    expect(error.code).toBe('UNKNOWN_REFERENCE');
  });
});

test('it is not checked if the token may not read fields', async () => {
  const lines = captureConsole();
  const server = await serve(
    answering('get', 'fields', denied),
    answering('post', 'campaign_events', () => Response.json({ uuid: UUID })),
  );
  await run(addCampaignEvent({ ...event, relative_to: 'village' }), server);
  expect(sent(server)).toEqual([
    expect.stringContaining('GET fields'),
    expect.stringContaining('POST campaign_events'),
  ]);
  expect(lines.join()).toContain('cannot read the fields of the workspace');
});
