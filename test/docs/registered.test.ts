import { execute, upsertContact } from '@openfn/language-rapidpro';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { expect, test } from 'vitest';

test('a mother is registered once', async () => {
  const sandbox = await createSandbox({ seed: { groups: [{ name: 'Mothers' }] } });
  const configuration = { host: sandbox.host, token: sandbox.token };
  const register = execute(upsertContact({ urns: ['tel:+250788123123'], groups: ['Mothers'] }));
  await register({ configuration });
  await register({ configuration });
  expect(sandbox.contacts()).toHaveLength(1);
  await sandbox.close();
});
