import { expect, test } from 'vitest';
import { deleteContact } from '../../src/Adaptor.js';
import { credential } from '../support/credential.js';
import { badGateway, inTurn, json } from '../support/faults.js';
import { noSleep } from '../support/noSleep.js';
import { rawServer } from '../support/rawServer.js';

const UUID = '957c02cb-bf04-413b-80f0-8176d927af44';

test('a page that is not RapidPro’s does not prove a deletion', async () => {
  noSleep();
  const server = await rawServer(inTurn(badGateway(502), badGateway(404)));
  await expect(deleteContact(UUID)({ configuration: credential(server) })).rejects.toMatchObject({
    code: 'NOT_RAPIDPRO',
  });
});

test('RapidPro’s own word that nothing is left does', async () => {
  noSleep();
  const gone = json({ detail: 'No Contact matches the given query.' }, 404);
  const server = await rawServer(inTurn(badGateway(502), gone));
  const { data } = await deleteContact(UUID)({ configuration: credential(server) });
  expect(data).toEqual({ deleted: true });
});
