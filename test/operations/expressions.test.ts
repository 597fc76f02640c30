import { describe, expect, test } from 'vitest';
import { addCampaignEvent, getMessages, sendBroadcast, sendMessage } from '../../src/index.js';
import { refuseExpressions } from '../../src/input/expressions.js';
import { workspace } from './bulk/workspace.js';
import { FLOW, refused, run } from './run.js';

/** RapidPro leaves a gap where an expression has no value, and says nothing: so it is refused before it is sent. */

const AMINA = 'tel:+250788000001';
const seed = {
  contacts: [{ urns: [AMINA], name: 'Amina Diallo', fields: { age: '27' } }],
  seed: {
    fields: [{ key: 'age', name: 'Age', type: 'number' as const }],
    globals: [{ key: 'hotline', name: 'Hotline', value: '114' }],
  },
};

const broadcast = (text: string) => sendBroadcast({ urns: [AMINA], text });

const GAPS: [text: string, shown: string, advice: string][] = [
  ['Dear @contact.firstname, come.', '@contact.firstname', 'Did you mean @contact.first_name?'],
  ['Dear @contact.fristname', '@contact.fristname', 'Did you mean @contact.first_name?'],
  ['Dear @Contact.FirstName!', '@Contact.FirstName', 'Did you mean @contact.first_name?'],
  ['Dear @contact.nmae', '@contact.nmae', 'Did you mean @contact.name?'],
  ['Dear @contact.last_name', '@contact.last_name', 'the whole name, @contact.name'],
  ['On @contact.phone', '@contact.phone', '@(format_urn(urns.tel))'],
  ['On @contact.phone_number', '@contact.phone_number', '@urns.tel'],
  ['On @contact.tel', '@contact.tel', '@urns.tel'],
  ['To @contact.email', '@contact.email', '@urns.mailto'],
  ['In @contact.village', '@contact.village', 'write @fields.village'],
  ['On @contact.urns.tel', '@contact.urns.…', 'Did you mean @urns.tel?'],
  ['In @contact.groups.name', '@contact.groups.…', '@contact.groups.0'],
  ['Dear @contact.name.Come tomorrow', '@contact.name.…', 'put a space between'],
  ['On @urns.phone', '@urns.phone', 'Did you mean @urns.tel?'],
  ['On @urns.whatsap', '@urns.whatsap', 'Did you mean @urns.whatsapp?'],
  ['On @urns.0', '@urns.0', 'Did you mean @contact.urns.0?'],
  ['Write to info@contact.org', '@contact.org', 'If this is an address, write @@'],
  ['สวัสดี@contact.nameครับ', '@contact.…', 'write @(contact.name)'],
  ['@(upper("a)")) @contact.firstname', '@contact.firstname', '@contact.first_name'],
  ['Dear @(contact.firstname)', '@contact.firstname', 'Did you mean @contact.first_name?'],
  ['Dear @(upper( Contact.FirstName ))', '@Contact.FirstName', '@contact.first_name'],
  ['On @(format_urn(urns.phone)) "', '@urns.phone', 'Did you mean @urns.tel?'],
  ['@(if(true, contact.nme, "contact.name"))', '@contact.nme', 'Did you mean @contact.name?'],
];

const STAYS: [text: string, shown: string][] = [
  ['You said @results.cases.value', '@results.cases.…'],
  ['For @trigger.params.site', '@trigger.params.…'],
  ['Dear @contacts.name', '@contacts.name'],
  ['Dear @contct.first_name', '@contct.first_name'],
];

const GOOD = [
  'Dear @contact.first_name, your age is @fields.age. Call @globals.hotline.',
  'Dear @contact! Dear @CONTACT.NAME.',
  'On @urns.tel, @contact.urn, @contact.urns.0',
  'In @contact.language since @contact.created_on by @contact.channel.name, @contact.status',
  'Your age: @contact.fields.age',
  'A custom field that may be there: @fields.nope, @globals.nope',
  'On a new kind of URN: @urns.signal, @urns.webchat, @urns.vk',
  'Doubled: @@contact.firstname, info@@contact.org',
  'In brackets: @(if(true, "@contact.firstname", "contact.firstname")) @(fields.contact.firstname)',
  'In brackets: @(upper(contact.first_name) & contact.fields.village & contact.urns[0] & urns.tel)',
  'In brackets: @(join(foreach(array("a"), (contact) => contact.firstname), " ")) @@(contact.firstname)',
  'Never closed: @(contact.firstname',
  'Follow @clinic.rw and @contacts, write to info@clinic.rw or me@results.org',
  'สวัสดี@(contact.name)ครับ @contact.first_name، @contact.name’s @contact.id',
  '@contact.tickets @contact.timezone @contact.channel.address @contact.groups.0.name @contact.urns.0',
  'Come @ 9. Me @contact_name',
];

describe.each(['v9', 'textit'] as const)('a broadcast on %s', dialect => {
  test.each(GAPS)('%s is refused', async (text, shown, advice) => {
    const error = await refused(broadcast(text), 'INVALID_INPUT');
    expect(error.description).toContain(
      `broadcast.text contains ${shown}, which RapidPro does not`,
    );
    expect(error.fix).toContain(advice);
    expect(error.fix).toContain('literal: true');
  });

  test.each(GAPS)('%s would have had a gap', async text => {
    const sandbox = await workspace({ dialect, ...seed });
    await run(sendBroadcast({ urns: [AMINA], text }, { literal: true }), sandbox);
    expect(sandbox.unknown().map(({ what }) => what)).toEqual([
      expect.stringContaining('an error'),
    ]);
  });

  test.each(STAYS)('%s is refused', async (text, shown) => {
    const error = await refused(broadcast(text), 'INVALID_INPUT');
    expect(error.description).toContain(`contains ${shown}, which RapidPro does not fill in`);
  });

  test.each(STAYS)('%s would have stayed', async text => {
    const sandbox = await workspace({ dialect, ...seed });
    await run(sendBroadcast({ urns: [AMINA], text }, { literal: true }), sandbox);
    expect(await run(getMessages(), sandbox)).toMatchObject({ data: [{ text }] });
  });

  test.each(GOOD)('%s is sent', async text => {
    const sandbox = await workspace({ dialect, ...seed });
    await run(broadcast(text), sandbox);
    expect(sandbox.sent()).toHaveLength(1);
  });
});

test('each language and quick reply is looked at', async () => {
  const text = { eng: 'Hi @contact', fra: 'Chère @contact.firstname' };
  const one = await refused(sendBroadcast({ urns: [AMINA], text }), 'INVALID_INPUT');
  expect(one.description).toContain('broadcast.text.fra contains @contact.firstname');
  const quick_replies = ['Yes', '@contact.phone'];
  const two = await refused(
    sendBroadcast({ urns: [AMINA], text: 'Is it you?', quick_replies }),
    'INVALID_INPUT',
  );
  expect(two.description).toContain('broadcast.quick_replies[1].text contains @contact.phone');
});

test('a campaign sends what flows know, and nothing else', async () => {
  const event = (message: string) =>
    addCampaignEvent({
      campaign: FLOW,
      relative_to: 'due_date',
      offset: 1,
      unit: 'days',
      delivery_hour: 8,
      message,
    });
  const error = await refused(event('Dear @contact.firstname'), 'INVALID_INPUT');
  expect(error.description).toContain('event.message contains @contact.firstname');
  expect(() => refuseExpressions('@trigger.campaign @contact.name', 'event', 'flow')).not.toThrow();
});

test.each([
  ['Dear @contact.name', '@contact.name'],
  ['Dear @contact!', '@contact'],
  ['Dear @contact.name.', '@contact.name'],
  ['On @(format_date(fields.due))', '@(…)'],
  ['You said @results.cases.value', '@results.cases.…'],
])('sendMessage names the expression in %s', async (text, shown) => {
  const error = await refused(sendMessage({ contact: AMINA, text }), 'INVALID_INPUT');
  expect(error.description).toContain(`message.text contains ${shown}, an expression that`);
});

test('what could be a name is not shown', async () => {
  const error = await refused(broadcast('Dear @contact.Aïssatou'), 'INVALID_INPUT');
  expect(error.description).toContain('@contact.…,');
  expect(JSON.stringify(error)).not.toContain('Aïssatou');
});

test('long texts take no time', () => {
  for (const part of ['@', '@(', '@contact.', '@contact.name', '@a.name', '@(""', 'x@urns.tel ']) {
    const text = part.repeat(Math.ceil(200_000 / part.length));
    const start = performance.now();
    try {
      refuseExpressions(text, 'text', 'broadcast');
    } catch {
      // What it says is tested above.
    }
    expect(performance.now() - start).toBeLessThan(500);
  }
});
