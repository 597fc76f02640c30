import { execute, upsertContact } from '@openfn/language-rapidpro';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { expect, test } from 'vitest';

test('the job registers a mother once, however often it runs', async () => {
  const sandbox = await createSandbox({ seed: { groups: [{ name: 'Mothers' }] } });
  const configuration = { host: sandbox.host, token: sandbox.token };
  const job = execute(upsertContact({ urns: ['tel:+250788123123'], groups: ['Mothers'] }));
  await job({ configuration });
  await job({ configuration });
  expect(sandbox.contacts()).toMatchObject([{ urns: ['tel:+250788123123'] }]);
  await sandbox.close();
});
