import { describe, expect, it } from 'vitest';
import { maternalHealth } from '../src/index.js';
import { open, type Page } from './opened.js';

interface Shown {
  uuid: string;
  name: string | null;
  modified_on: string;
  groups: { name: string }[];
}

const ANN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const BEN = '1d2f5a4c-3b6e-4f80-9c1d-000000000002';
const CLEO = '1d2f5a4c-3b6e-4f80-9c1d-000000000003';

describe('contacts of the sandbox', () => {
  it('creates one, finds it by URN, updates and deletes it', async () => {
    const { get, post, remove } = await open();
    const made = await post<Shown>('contacts.json', { name: 'Ann', urns: ['tel:+250788123123'] });
    expect(made.status).toBe(201);
    expect(made.data).toMatchObject({ name: 'Ann', urns: ['tel:+250788123123'], status: 'active' });
    const found = await get('contacts.json?urn=tel%3A%2B250788123123');
    expect(found.data.results).toEqual([made.data]);
    const one = `contacts.json?uuid=${made.data.uuid}`;
    const changed = await post<Shown>(one, { name: 'Anna' });
    expect(changed).toMatchObject({ status: 200, data: { name: 'Anna' } });
    expect(changed.data.modified_on > made.data.modified_on).toBe(true);
    expect((await remove(one)).status).toBe(204);
    expect((await get('contacts.json')).data.results).toEqual([]);
    const gone = await get('contacts.json?deleted=true');
    expect(gone.data.results).toMatchObject([{ uuid: made.data.uuid, name: null, status: null }]);
  });

  it.each(['v9', 'textit'] as const)('deletes what belongs to one (%s)', async dialect => {
    const { get, remove } = await open({
      dialect,
      seed: {
        channels: [{ name: 'Phone' }],
        flows: [{ name: 'Survey' }],
        contacts: [ANN, BEN].map(uuid => ({ uuid, name: uuid })),
        runs: [
          { flow: 'Survey', contact: ANN },
          { flow: 'Survey', contact: ANN, exit_type: 'completed' },
          { flow: 'Survey', contact: BEN, exit_type: 'completed' },
        ],
        channel_events: [ANN, BEN].map(contact => ({ type: 'call-in', contact, channel: 'Phone' })),
        broadcasts: [{ text: { eng: 'Hello' }, contacts: [ANN, BEN] }],
        flow_starts: [{ flow: 'Survey', contacts: [ANN, BEN] }],
      },
    });
    await remove(`contacts.json?uuid=${ANN}`);
    for (const list of ['runs.json', 'channel_events.json']) {
      expect((await get(list)).data.results).toMatchObject([{ contact: { uuid: BEN } }]);
      expect((await get(`${list}?contact=${ANN}`)).data.results).toEqual([]);
    }
    const broadcasts = (await get('broadcasts.json')).data.results;
    expect(broadcasts).toMatchObject([{ contacts: [{ uuid: BEN }] }]);
    // The newer line interrupts it first, and still counts the runs.
    const runs = dialect === 'v9' ? { completed: 1 } : { completed: 2, interrupted: 1 };
    expect((await get('flows.json')).data.results).toMatchObject([
      { runs: { waiting: 0, ...runs } },
    ]);
    // A start keeps its contacts, without their names.
    const starts = (await get('flow_starts.json')).data.results;
    expect(starts).toMatchObject([{ contacts: [{ uuid: ANN, name: null }, { uuid: BEN }] }]);
  });

  describe.each(['v9', 'textit'] as const)('URNs with a display (%s)', dialect => {
    const seed = {
      channels: [{ name: 'Bot', schemes: ['telegram'] }],
      flows: [{ name: 'Survey' }],
      contacts: [
        { uuid: ANN, urns: ['telegram:12345#bot', 'tel:+250788123123#Ann', 'twitterid:678#ann'] },
        { uuid: BEN, urns: ['twitterid:910#ben'] },
        { uuid: CLEO, urns: ['whatsapp:250788123124#Cleo'] },
      ],
      runs: [ANN, BEN, CLEO].map(contact => ({ flow: 'Survey', contact })),
    };
    // The newer engine leaves it out where there is a channel.
    const ofBot = dialect === 'v9' ? 'bot' : null;

    it.each([false, true])('show it if they are expanded (anonymous: %s)', async anonymous => {
      const { get, post } = await open({ dialect, seed, anonymous });
      const one = `contacts.json?uuid=${ANN}&expand_urns=true`;
      const urns = [
        { scheme: 'telegram', display: ofBot, channel: { name: 'Bot' } },
        { scheme: 'tel', display: 'Ann', channel: null },
        { scheme: 'twitterid', display: 'ann', channel: null },
      ];
      expect((await get(one)).data.results).toMatchObject([{ urns }]);
      // So does the answer to a write.
      expect((await post(one, {})).data).toMatchObject({ urns });
    });

    it('show it in runs, where phone numbers show how they are dialed', async () => {
      const { get, sandbox } = await open({ dialect, seed });
      const shown = async () =>
        (await get<Page<{ contact: object }>>('runs.json')).data.results.map(one => one.contact);
      expect(await shown()).toMatchObject([
        { urn: 'whatsapp:250788123124', urn_display: '0788 123 124' },
        { urn: 'twitterid:910', urn_display: 'ben' },
        { urn: 'telegram:12345', urn_display: 'bot' },
      ]);
      sandbox.configure({ anonymous: true });
      expect(await shown()).toMatchObject([
        { urn: 'whatsapp:********', urn_display: null },
        { urn: 'twitterid:********', urn_display: null },
        { urn: 'telegram:********', urn_display: null },
      ]);
    });
  });

  it('expands the URNs of an answer by their priority in the newer line', async () => {
    const { post } = await open({
      dialect: 'textit',
      seed: { channels: [{ name: 'Phone' }], contacts: [{ uuid: ANN }] },
    });
    const body = { urns: ['facebook:123', 'tel:+250788123123'] };
    const expanded = `contacts.json?uuid=${ANN}&expand_urns=true`;
    const [facebook, tel] = [{ scheme: 'facebook' }, { scheme: 'tel' }];
    expect((await post(expanded, body)).data).toMatchObject({ urns: [tel, facebook] });
    expect((await post(`${expanded}&urn_order=priority`, body)).data).toMatchObject({
      urns: [facebook, tel],
    });
  });

  it('updates smart groups when fields change', async () => {
    const { post } = await open({
      seed: {
        fields: [{ name: 'Age', type: 'number' }],
        groups: [{ name: 'Adults', query: 'age >= 18' }],
      },
    });
    const made = await post<Shown>('contacts.json', { name: 'Ann', fields: { age: 34 } });
    expect(made.data.groups).toMatchObject([{ name: 'Adults' }]);
    const younger = await post<Shown>(`contacts.json?uuid=${made.data.uuid}`, {
      fields: { age: '17' },
    });
    expect(younger.data.groups).toEqual([]);
  });

  it('reports the errors of each key of a body', async () => {
    const { post } = await open();
    const { status, data } = await post('contacts.json', {
      name: '',
      urns: ['bad'],
      groups: ['Nope'],
      fields: { nope: '1' },
    });
    expect(status).toBe(400);
    expect(data).toEqual({
      name: ['This field may not be blank.'],
      urns: { 0: ['Invalid URN: bad. Ensure phone numbers contain country codes.'] },
      groups: ['No such object: Nope'],
      fields: ['Invalid contact field key: nope'],
    });
  });

  it('contains a program of 600 contacts with groups, runs and messages', async () => {
    const { sandbox, get } = await open({ seed: maternalHealth() });
    expect(sandbox.contacts()).toHaveLength(600);
    const groups = await get('groups.json?name=mothers');
    expect(groups.data.results).toMatchObject([{ name: 'Mothers', count: 570 }]);
    expect((await get('runs.json?responded=true')).data.results.length).toBeGreaterThan(100);
    expect((await get('messages.json?folder=inbox')).data.results.length).toBeGreaterThan(20);
  });

  it('reports sent items and requests', async () => {
    const { sandbox, post } = await open({
      contacts: [{ name: 'Ann', urns: ['tel:+250788123123'] }],
    });
    const [ann] = sandbox.contacts();
    await post('messages.json', { contact: ann?.uuid, text: 'hello' });
    await post('broadcasts.json', { urns: ['tel:+250788123123'], text: 'hi @contact' });
    expect(sandbox.sent()).toMatchObject([
      { kind: 'message', contacts: [ann?.uuid], text: 'hello' },
      { kind: 'broadcast', urns: ['tel:+250788123123'], text: { eng: 'hi @contact' } },
    ]);
    expect(sandbox.requests()).toMatchObject([
      { method: 'POST', path: '/api/v2/messages.json', status: 201, as: 'administrator' },
      { method: 'POST', path: '/api/v2/broadcasts.json', status: 201 },
    ]);
    expect(JSON.stringify(sandbox.requests())).not.toContain(sandbox.token);
  });

  it('generates the same contacts every time', async () => {
    const [first, second] = [await open({ contacts: 30 }), await open({ contacts: 30 })];
    const named = ({ sandbox }: typeof first) =>
      sandbox.contacts().map(({ name, urns }) => ({ name, urns }));
    expect(named(first)).toHaveLength(30);
    expect(named(first)).toEqual(named(second));
  });

  it('gives the same response without a socket', async () => {
    const { sandbox, get } = await open({ contacts: 3 });
    const headers = { authorization: `Token ${sandbox.token}` };
    const url = `${sandbox.host}api/v2/contacts.json`;
    const direct = await sandbox.handle(new Request(url, { headers }));
    expect(direct.status).toBe(200);
    expect(await direct.json()).toEqual((await get<Page>('contacts.json')).data);
  });
});
