import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createSandbox, maternalHealth, type Seed } from '../src/index.js';
import { SEED_KEYS } from '../src/seeds/keys.js';
import { open, type Page } from './opened.js';

const CLINIC = new URL('python/clinic.json', import.meta.url);
const clinic = (): Seed => JSON.parse(readFileSync(CLINIC, 'utf8'));
const NOW = Date.parse('2028-05-10T12:00:00Z');
const dialects = ['v9', 'textit'] as const;

describe.each(dialects)('the made-up program (%s)', dialect => {
  it('is a workspace as real ones are', async () => {
    const { get, sandbox } = await open({
      dialect,
      seed: 'maternal-health',
      clock: { now: () => NOW },
    });
    const rows = async (path: string) =>
      (await get<Page<Record<string, never>>>(path)).data.results;
    const of = async (path: string, key: string) =>
      [...new Set((await rows(path)).map(row => row[key]))].sort();
    expect(await of('tickets.json', 'status')).toEqual(['closed', 'open']);
    expect((await get<{ languages: string[] }>('workspace.json')).data.languages).toContain('kin');
    expect(await rows('campaign_events.json')).toHaveLength(1);
    expect(await rows('resthook_subscribers.json')).toHaveLength(1);
    expect(await of('archives.json', 'archive_type')).toEqual(['message', 'run']);
    const contacts = sandbox.contacts();
    expect(new Set(contacts.map(one => one.status))).toEqual(
      new Set(['active', 'blocked', 'stopped', 'archived']),
    );
    const made = contacts.map(one => Date.parse(one.created_on));
    expect(Math.max(...made) - Math.min(...made)).toBeGreaterThan(700 * 86_400_000);
    expect(contacts.filter(one => one.last_seen_on).length).toBeGreaterThan(300);
    const phones = contacts.flatMap(one => one.fields.household_phone ?? []);
    expect(new Set(phones).size).toBeLessThan(phones.length);
  });

  it('has asked everybody who is to answer', async () => {
    const { get, sandbox } = await open({ dialect, seed: maternalHealth({ contacts: 100 }) });
    const waiting = sandbox.contacts().filter(one => one.flow);
    expect(waiting.length).toBeGreaterThan(3);
    for (const { uuid } of waiting) {
      const runs = await get<Page>(`runs.json?contact=${uuid}`);
      const messages = await get<Page>(`messages.json?contact=${uuid}`);
      expect(runs.data.results.filter(run => run.exit_type === null)).toHaveLength(1);
      expect(messages.data.results.map(one => one.direction)).toContain('out');
    }
  });

  it('has archives that can be downloaded', async () => {
    const { get } = await open({ dialect, seed: 'maternal-health' });
    const archives =
      await get<Page<{ download_url: string; size: number; record_count: number }>>(
        'archives.json',
      );
    for (const { download_url, size, record_count } of archives.data.results) {
      const file = Buffer.from(await (await fetch(download_url)).arrayBuffer());
      const lines = gunzipSync(file).toString().trim().split('\n');
      expect([file.length, lines.length]).toEqual([size, record_count]);
      expect(JSON.parse(lines[0] ?? '')).toHaveProperty('contact.uuid');
    }
  });

  it('takes a seed with each key that there is', async () => {
    const seed = clinic();
    expect(Object.keys(seed).sort()).toEqual(Object.keys(SEED_KEYS).sort());
    const { get } = await open({ dialect, seed });
    const only: Record<string, string> = { classifiers: 'v9', optins: 'v9', templates: 'v9' };
    const none = ['workspace', 'media', 'resthook_events'];
    for (const kind of Object.keys(SEED_KEYS) as (keyof Seed)[]) {
      if (none.includes(kind) || (only[kind] ?? dialect) !== dialect) continue;
      const { data } = await get<Page>(`${kind}.json`);
      const own = data.results.filter(row => row.system !== true);
      expect([kind, own.length]).toEqual([kind, (seed[kind] as object[]).length]);
    }
  });
});

it('is the same for one number, byte for byte, and another for another', () => {
  const of = (number?: number) =>
    JSON.stringify(maternalHealth({ now: NOW, ...(number && { number }) }));
  expect(of(7)).toBe(of(7));
  expect(of(7)).not.toBe(of(8));
  expect(of()).toBe(of(2026));
});

it.each([
  [{ sead: {} }, 'Did you mean "seed"?'],
  [{ dialekt: 'v9' }, 'Did you mean "dialect"?'],
  [{ limits: { group: 1 } }, 'Did you mean "groups"?'],
  [{ seed: { contact: [] } }, 'Did you mean "contacts"?'],
  [{ seed: { colors: [] } }, 'unknown key "colors". The known keys'],
  [{ seed: 'empty' }, '"seed" must be "maternal-health" or an object'],
  [{ seed: { workspace: { timezone: 'Kigali' } } }, '"timezone" must be an IANA time zone'],
  [{ seed: { contacts: [{ urns: ['0788123123'] }] } }, 'A URN has a scheme'],
  [{ dialect: 'v10' }, '"dialect" must be "v9" or "textit"'],
  [{ country: 'Kenya' }, '"country" must be a country of two capital letters'],
  [{ timezone: 'Kigali' }, '"timezone" must be an IANA time zone'],
  [{ languages: ['en'] }, '"languages" must be a list of three-letter languages'],
  [{ throttle: 'lots' }, '"throttle" must be false, a number'],
  [{ limits: { groups: 'x' } }, '"limits" must be a number for each'],
  [{ contacts: 'x' }, '"contacts" must be a list of contacts, or how many'],
  [{ seed: { contacts: [{ urn: 'tel:1' }] } }, 'Did you mean "urns"?'],
  [{ seed: { contacts: {} } }, "The seed's contacts are not a list"],
  [{ contacts: [{ nmae: 'Ann' }] }, 'Did you mean "name"?'],
  [{ otherSeed: 'maternal-health' }, '"otherSeed" must be an object with lists of rows'],
  [{ anonymous: 'false' }, '"anonymous" must be true or false'],
  [{ rawNoContent: 0 }, '"rawNoContent" must be true or false'],
  [{ page: 'no' }, '"page" must be true or false'],
  [{ seed: { workspace: { anon: 'no' } } }, '"anon" must be true or false'],
  [{ clock: 5 }, '"clock" must be an object with a function now()'],
  [{ clock: {} }, '"clock" must be an object with a function now()'],
  [{ engineCache: '5' }, '"engineCache" must be a number'],
  [{ scheduling: -1 }, '"scheduling" must be a number'],
  [{ bodyLimit: '1 MB' }, '"bodyLimit" must be a number'],
  [{ port: '8282' }, '"port" must be a number'],
  [{ token: 7 }, '"token" must be a text'],
  [{ token: '' }, '"token" must be a text'],
  [{ hosts: 'example.org' }, '"hosts" must be a list of host names'],
  [{ onRequest: 'log' }, '"onRequest" must be a function'],
  [{ onUnknown: {} }, '"onUnknown" must be a function'],
  [{ deliveries: { timeOut: 1 } }, 'Did you mean "timeout"?'],
  [{ deliveries: { refusePrivate: 'no' } }, '"refusePrivate" must be true or false'],
  [{ deliveries: { timeout: '1' } }, '"timeout" must be a number'],
])('refuses %j', async (options, message) => {
  await expect(createSandbox(options as never)).rejects.toThrow(message);
});

function document(): string {
  const lines = [
    '# Seeds of the sandbox',
    '',
    'The initial contents of a sandbox: an object with lists of rows in the format of the API, so that you can use',
    'lists from a real workspace. Almost everything is optional. Times are ISO texts. Contacts, groups and flows are',
    'identified by uuid or name. Unknown keys are refused.',
    '',
    'For a complete example, see [clinic.json](../../sandbox/test/python/clinic.json), and run',
    '`npx rapidpro-sandbox --seed clinic.json`.',
  ];
  for (const [kind, { about, keys, derived = [] }] of Object.entries(SEED_KEYS)) {
    lines.push('', `## ${kind}`, '', about, '');
    const rows = Object.entries(keys);
    if (rows.length > 0) lines.push('| Key | |', '| --- | --- |');
    for (const [key, text] of rows) lines.push(`| \`${key}\` | ${text.replaceAll('|', '\\|')} |`);
    const also = derived.map(key => `\`${key}\``).join(', ');
    if (also) lines.push('', `Other keys of the API are allowed, but not read: ${also}.`);
  }
  return `${lines.join('\n')}\n`;
}

it('refuses a URN that two contacts have, however it is written', async () => {
  const contacts = [
    { name: 'Ann', urns: ['tel:+250788000001'] },
    { name: 'Ben', urns: ['tel:0788000001'] },
  ];
  await expect(createSandbox({ country: 'RW', seed: { contacts } })).rejects.toThrow(
    'The seed gives two contacts the same URN',
  );
});

it('matches docs/reference/sandbox-seed.md', async () => {
  const file = fileURLToPath(new URL('../../docs/reference/sandbox-seed.md', import.meta.url));
  await expect(document()).toMatchFileSnapshot(file);
});
