import { expect, it } from 'vitest';
import type { Sandbox } from '../src/index.js';
import { open } from './opened.js';

/** Bodies of a megabyte that try to keep the sandbox busy, and what a server answers. */

const MEGABYTE = 1_000_000;

/** Far more than any takes: what looks at a run of characters once for each of them takes minutes. */
const MOST_MILLISECONDS = 5000;

const URN = 'tel:+250788123123';

const filled = (unit: string): string => unit.repeat(Math.floor(MEGABYTE / unit.length));
const listed = (item: string): string => `[${filled(`${item},`)}${item}]`;
/** An object of as many keys as fit. */
const keyed = (value: string): string =>
  `{${Array.from({ length: 80_000 }, (_, n) => `"k${n}":${value}`).join(',')}}`;
const inText = (text: string): string => JSON.stringify({ contact: URN, text });

async function timed({ host, token, handle }: Sandbox, path: string, body: string) {
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
  const start = performance.now();
  const request = new Request(`${host}api/v2/${path}.json`, { method: 'POST', headers, body });
  const { status } = await handle(request);
  expect(performance.now() - start).toBeLessThan(MOST_MILLISECONDS);
  return status;
}

it.each([
  ['a long text', 'messages', inText(filled('a')), 400],
  ['blanks within a text', 'messages', inText(`a${filled(' ')}a`), 400],
  ['blanks within a name', 'groups', `{"name":"a${filled(' ')}a"}`, 400],
  ['blanks within a URN', 'contacts', `{"urns":["ext:a${filled(' ')}a"]}`, 400],
  ['braces within a uuid', 'messages', `{"contact":"a${filled('{')}a","text":"a"}`, 400],
  ['zeros within a field', 'contacts', `{"fields":{"age":"0.${filled('0')}1"}}`, 201],
  ['blanks within a date', 'contacts', `{"fields":{"due":"a${filled(' ')}a"}}`, 201],
  ['a text of emoji', 'messages', inText(filled('😀')), 400],
  ['a text of escapes', 'messages', `{"contact":"${URN}","text":"${filled('\\n')}"}`, 400],
  ['expressions that are sent as they are', 'messages', inText(filled('@(1)')), 400],
  ['many names', 'labels', `{${filled('"a":1,')}"name":"Urgent"}`, 201],
  ['an open list', 'labels', filled('['), 500],
  ['objects within each other', 'labels', filled('{"a":'), 500],
  ['a list nested deeply', 'labels', `{"name":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, 500],
  ['a list nested less deeply', 'labels', `{"name":${'['.repeat(800)}${']'.repeat(800)}}`, 400],
  ['a long number', 'labels', `{"name":${filled('9')}}`, 400],
  ['lines and then garbage', 'labels', `${filled('\n')}x`, 400],
  ['what is no JSON', 'labels', filled('é'), 400],
  ['half a million empty URNs', 'contacts', `{"urns":${listed('""')}}`, 400],
  [
    'hundreds of thousands of wrong URNs',
    'broadcasts',
    `{"text":"a","urns":${listed('"a"')}}`,
    400,
  ],
  ['URNs that are numbers', 'contacts', `{"urns":${listed('1')}}`, 400],
  ['URNs that are lists', 'contacts', `{"urns":${listed('[]')}}`, 400],
  ['URNs of which each is right', 'contacts', `{"urns":${listed('"tel:+250788123124"')}}`, 400],
  ['groups that there are not', 'contacts', `{"groups":${listed('"a"')}}`, 400],
  ['groups that are keys', 'contacts', `{"groups":${keyed('1')}}`, 400],
  ['fields that there are not', 'contacts', `{"fields":${keyed('"x"')}}`, 400],
  ['fields that are lists', 'contacts', `{"fields":${keyed('[]')}}`, 400],
  ['contacts that there are not', 'contact_actions', `{"contacts":${listed('1')}}`, 400],
  ['messages that there are not', 'message_actions', `{"messages":${listed('1')}}`, 400],
  ['many languages', 'broadcasts', `{"urns":["${URN}"],"text":${keyed('"x"')}}`, 400],
  ['many attachments', 'broadcasts', `{"urns":["${URN}"],"attachments":${keyed('["a"]')}}`, 400],
  ['many params', 'flow_starts', `{"urns":["${URN}"],"params":${keyed('"x"')}}`, 400],
  [
    'params that are a list',
    'flow_starts',
    `{"urns":["${URN}"],"extra":{"a":${listed('1')}}}`,
    400,
  ],
  ['an integer of many digits', 'campaign_events', `{"offset":"${filled('1_')}1"}`, 400],
  ['a URN of codes', 'contacts', `{"urns":["ext:${filled('%25')}"]}`, 400],
])('answers %s in time', async (_, path, body, status) => {
  const fields = [
    { key: 'age', name: 'Age', type: 'number' as const },
    { key: 'due', name: 'Due', type: 'datetime' as const },
  ];
  const { sandbox } = await open({ seed: { fields, contacts: [{ urns: [URN] }] } });
  expect(await timed(sandbox, path, body)).toBe(status);
});

it('looks at the first 1,000 of a list or object alone', async () => {
  const { sandbox } = await open();
  const headers = { authorization: `Token ${sandbox.token}`, 'content-type': 'application/json' };
  const refusal = async (body: object) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await sandbox.handle(new Request(`${sandbox.host}api/v2/contacts.json`, init));
    return (await answer.json()) as { urns: object; fields: object };
  };
  const wrong = await refusal({ urns: Array(1500).fill('a') });
  expect(Object.keys(wrong.urns)).toHaveLength(1000);
  const many = ['Ensure this field has no more than 100 elements.'];
  expect(await refusal({ urns: [...Array(1000).fill('ext:1'), 'a'] })).toEqual({ urns: many });
  const fields = Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`k${n}`, []]));
  expect(Object.keys((await refusal({ fields })).fields)).toHaveLength(1000);
});

it('takes no longer message of a contact than its page', async () => {
  const { sandbox } = await open({ contacts: [{ urns: [URN] }] });
  await expect(sandbox.reply(URN, 'a'.repeat(10_001))).rejects.toThrow('10,000 characters');
});
