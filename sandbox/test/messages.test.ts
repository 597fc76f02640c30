import { expect, it } from 'vitest';
import { open, type Page } from './opened.js';

const ANN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const from = (id: number) => ({
  id,
  contact: ANN,
  direction: 'in' as const,
  text: `Message ${id}`,
  created_on: `2024-01-01T00:00:0${id}Z`,
  modified_on: `2024-01-01T00:00:0${id}Z`,
});
const photo = { content_type: 'image/jpeg', url: 'https://files.example.org/1.jpg' };
const seed = {
  contacts: [{ uuid: ANN, urns: ['tel:+250788123123'] }],
  flows: [{ name: 'Survey' }],
  labels: [{ name: 'Spam' }],
  messages: [
    { ...from(1), attachments: [photo], labels: ['Spam'] },
    from(2),
    { ...from(3), type: 'voice' as const },
    { ...from(4), type: 'voice' as const, flow: 'Survey' },
    { ...from(5), type: 'voice' as const, visibility: 'archived' as const },
  ],
};

const idsIn = (rows: Record<string, unknown>[]) => rows.map(({ id }) => id);

it('shows of a deleted message in v9 when it was changed, and nothing that it held', async () => {
  const { get, post } = await open({ seed });
  expect((await post('message_actions.json', { messages: [1], action: 'delete' })).status).toBe(
    204,
  );
  const { results } = (await get('messages.json?folder=incoming')).data;
  expect(idsIn(results)).toEqual([5, 4, 3, 2, 1]);
  expect(results.at(-1)).toMatchObject({
    text: '',
    labels: [],
    attachments: [],
    media: null,
    visibility: null,
    modified_on: '2024-01-01T00:00:01Z',
  });
});

it.each([
  ['v9', [2, 1], [], []],
  ['textit', [3, 2, 1], [4], [5]],
] as const)(
  'has voice in the folders of incoming messages only in the newer line (%s)',
  async (dialect, ...folders) => {
    const { get } = await open({ dialect, seed });
    for (const [index, folder] of ['inbox', 'flows', 'archived'].entries()) {
      const { results } = (await get(`messages.json?folder=${folder}`)).data;
      expect(idsIn(results)).toEqual(folders[index]);
    }
    expect(idsIn((await get('messages.json')).data.results)).toEqual([5, 4, 3, 2, 1]);
  },
);

it.each([
  ['v9', { attachments: [] }, []],
  ['textit', { attachments: [] }, []],
  // v9 looks at what an expression printed, the newer line at what was written.
  ['v9', { text: '@fields.none' }, []],
  ['textit', { text: '@fields.none' }, ['']],
] as const)(
  'sends nothing to whom a broadcast has nothing for (%s, %j)',
  async (dialect, content, texts) => {
    const { get, post, sandbox } = await open({
      dialect,
      seed: { channels: [{ name: 'Phone' }], contacts: seed.contacts },
    });
    expect((await post('broadcasts.json', { contacts: [ANN], ...content })).status).toBe(201);
    await sandbox.settled();
    const messages = (await get<Page<{ text: string }>>('messages.json')).data.results;
    expect(messages.map(({ text }) => text)).toEqual(texts);
    expect((await get('broadcasts.json')).data.results).toMatchObject([
      dialect === 'v9'
        ? { status: 'sent' }
        : { status: 'completed', progress: { total: 1, started: texts.length } },
    ]);
  },
);
