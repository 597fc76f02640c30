import { describe, expect, test } from 'vitest';
import {
  checkOptions,
  NO_BODY_KEYS,
  OPTIONS,
  refuseUnknownOptions,
} from '../../src/input/options.js';
import { refusalOf } from './refusal.js';

/** The options of operations, without a server. */

const ALL = Object.keys(OPTIONS);

test.each<[options: object, settings: object]>([
  [{}, {}],
  [{ timeout: 0.01 }, { timeout: 0.01 }],
  [
    { timeout: 3600, maxWait: 0 },
    { timeout: 3600, maxWait: 0 },
  ],
  [{ maxWait: 86_400 }, { maxWait: 86_400 }],
  // One that evaluated to nothing is left out, unless the operation would do more without it.
  [{ timeout: null, maxWait: undefined, resume: null }, {}],
  [{ limit: 1 }, { limit: 1 }],
  [{ concurrency: 10 }, { concurrency: 10 }],
  [{ concurrency: 1 }, { concurrency: 1 }],
  // No wait may outlast the deadline.
  [{ deadline: 1 }, { deadline: 1, maxWait: 1 }],
  [{ deadline: 86_400 }, { deadline: 86_400, maxWait: 60 }],
  [
    { deadline: 100, maxWait: 90 },
    { deadline: 100, maxWait: 90 },
  ],
  [
    { deadline: 100, maxWait: 500 },
    { deadline: 100, maxWait: 100 },
  ],
  [
    { deadline: 100, maxWait: 0 },
    { deadline: 100, maxWait: 0 },
  ],
  [{ deadline: null, maxWait: 500 }, { maxWait: 500 }],
  [
    { resume: true, archived: false },
    { resume: true, archived: false },
  ],
  [
    { filename: 'a.png', contentType: 'image/png' },
    { filename: 'a.png', contentType: 'image/png' },
  ],
  [{ maxSize: 104_857_600 }, { maxSize: 104_857_600 }],
  [{ urns: 'exact' }, { urns: 'exact' }],
  [{ groups: 'exact' }, { groups: 'exact' }],
  [{ groups: { exact: [' A '] } }, { groups: { exact: ['A'] } }],
  [{ duplicates: 'last' }, { duplicates: 'last' }],
  [{ group: ' Mothers ' }, { group: 'Mothers' }],
  [{ group: undefined }, {}],
  [{ key: 'uuid' }, { key: 'uuid' }],
  [{ key: 'fields.tei_id' }, { key: 'fields.tei_id' }],
  [{ numbers: ['age'] }, { numbers: ['age'] }],
  [{ numbers: false }, { numbers: false }],
  [{ removeMissing: { groups: [' A '] } }, { removeMissing: { groups: ['A'], atMost: '10%' } }],
  // A default that is written out is the same as none.
  [{ urns: 'add', groups: 'add', duplicates: 'fail' }, {}],
  [
    { groups: { exact: ['A'] }, urns: 'replace' },
    { groups: { exact: ['A'] }, urns: 'replace' },
  ],
  [{ duplicates: 'first' }, { duplicates: 'first' }],
  [
    { removeMissing: { groups: ['A'], atMost: 0 } },
    { removeMissing: { groups: ['A'], atMost: 0 } },
  ],
  [
    { removeMissing: { groups: ['A'], atMost: ' 10.5 % ' } },
    { removeMissing: { groups: ['A'], atMost: ' 10.5 % ' } },
  ],
  [
    { removeMissing: { groups: ['A'], atMost: '100%' } },
    { removeMissing: { groups: ['A'], atMost: '100%' } },
  ],
  // What is sent stays, also if it evaluated to nothing: a later check says so.
  [
    { query: undefined, body: undefined },
    { query: null, body: null },
  ],
  [
    { query: null, body: 7 },
    { query: null, body: 7 },
  ],
])('%j becomes %j', (options, settings) => {
  expect(checkOptions(options, ALL)).toEqual(settings);
  expect(Object.keys(checkOptions(options, ALL)).sort()).toEqual(Object.keys(settings).sort());
});

const EXACT =
  'options.groups must be "add", "exact" or, for some groups only, { exact: ["Mothers"] }.';
const AT_MOST = 'must be a whole number of people, or a share such as "10%".';

test.each<[options: unknown, description: string]>([
  [7, 'options must be an object, such as { timeout: 30 }.'],
  [null, 'options must be an object, such as { timeout: 30 }.'],
  [undefined, 'options must be an object, such as { timeout: 30 }.'],
  ['timeout', 'options must be an object, such as { timeout: 30 }.'],
  [{ timeout: 0 }, 'options.timeout must be at least 0.01 seconds.'],
  [{ timeout: 3601 }, 'options.timeout must be at most 3600 seconds.'],
  [{ timeout: '30' }, 'options.timeout must be a number of seconds.'],
  [{ maxWait: -1 }, 'options.maxWait must be at least 0 seconds.'],
  [{ maxWait: 86_401 }, 'options.maxWait must be at most 86400 seconds.'],
  [{ deadline: 0.5 }, 'options.deadline must be at least 1 seconds.'],
  [{ limit: 0 }, 'options.limit must be 1 or more.'],
  [{ limit: 1.5 }, 'options.limit must be a whole number of records.'],
  [{ limit: '5' }, 'options.limit must be a whole number of records.'],
  [{ limit: null }, 'options.limit has no value: what it refers to is missing on the state.'],
  [{ limit: undefined }, 'options.limit has no value: what it refers to is missing on the state.'],
  [{ dryRun: null }, 'options.dryRun has no value: what it refers to is missing on the state.'],
  [{ archived: null }, 'options.archived has no value: what it refers to is missing on the state.'],
  [
    { onlyActive: undefined },
    'options.onlyActive has no value: what it refers to is missing on the state.',
  ],
  [
    { removeMissing: null },
    'options.removeMissing has no value: what it refers to is missing on the state.',
  ],
  [{ key: undefined }, 'options.key has no value: what it refers to is missing on the state.'],
  [{ concurrency: 11 }, 'options.concurrency must be 10 or less.'],
  [{ concurrency: 0 }, 'options.concurrency must be 1 or more.'],
  [{ dryRun: 'true' }, 'options.dryRun must be true or false.'],
  [{ filename: 7 }, 'options.filename must be text.'],
  [{ maxSize: 104_857_601 }, 'options.maxSize is in bytes: at most 104857600, which is 100 MB.'],
  [{ urns: 'all' }, 'options.urns must be "add" or "replace".'],
  [{ groups: 'replace' }, EXACT],
  [{ groups: {} }, EXACT],
  [{ groups: { exact: 'A' } }, EXACT],
  [{ groups: { exact: null } }, EXACT],
  [{ groups: ['A'] }, EXACT],
  [{ groups: { exact: [] } }, 'options.groups.exact is an empty list.'],
  [
    { groups: { exact: [' '] } },
    'options.groups.exact[0] must be the uuid or the name of a group.',
  ],
  [
    { groups: { exact: ['A'], group: 'B' } },
    'options.groups has an unknown key. Possible here: exact.',
  ],
  [{ duplicates: 'both' }, 'options.duplicates must be "first", "last" or "fail".'],
  [{ group: ' ' }, 'options.group is empty: this would read all contacts.'],
  [{ group: 7 }, 'options.group must be the uuid or the name of a group.'],
  [{ key: 'tei_id' }, 'options.key must be "uuid", "urn" or a field, such as "fields.tei_id".'],
  [{ key: 'fields.' }, 'options.key must be "uuid", "urn" or a field, such as "fields.tei_id".'],
  [{ key: 7 }, 'options.key must be "uuid", "urn" or a field, such as "fields.tei_id".'],
  [{ numbers: 'age' }, 'options.numbers must be true, false or a list of result keys.'],
  [
    { removeMissing: 'A' },
    'options.removeMissing must be an object: { groups: ["Mothers"], atMost: 50 }.',
  ],
  [
    { removeMissing: { groups: ['A'], atmost: 5 } },
    'options.removeMissing has an unknown key. Possible here: groups, atMost.',
  ],
  [
    { removeMissing: {} },
    'options.removeMissing.groups must be a list of groups, such as ["Mothers"].',
  ],
  [{ removeMissing: { groups: [] } }, 'options.removeMissing.groups is an empty list.'],
  [
    { removeMissing: { groups: [7] } },
    'options.removeMissing.groups[0] must be the uuid or the name of a group.',
  ],
  [{ removeMissing: { groups: ['A'], atMost: -1 } }, `options.removeMissing.atMost ${AT_MOST}`],
  [{ removeMissing: { groups: ['A'], atMost: 1.5 } }, `options.removeMissing.atMost ${AT_MOST}`],
  [{ removeMissing: { groups: ['A'], atMost: '101%' } }, `options.removeMissing.atMost ${AT_MOST}`],
  [{ removeMissing: { groups: ['A'], atMost: '10' } }, `options.removeMissing.atMost ${AT_MOST}`],
])('%j: %s', (options, description) => {
  const refusal = refusalOf(() => checkOptions(options, ALL));
  expect(refusal).toMatchObject({ code: 'INVALID_OPTION', description });
  expect(refusal?.fix).toMatch(/^Nothing was sent\. /);
});

test('what to do about an option names it, with an example', () => {
  expect(refusalOf(() => checkOptions({ key: 'tei_id' }, ALL))?.fix).toBe(
    'Nothing was sent. Correct options.key in the job, or the data that it comes from. Example: { key: "fields.national_id" }.',
  );
  expect(refusalOf(() => checkOptions({ limit: 0 }, ALL))?.fix).toBe(
    'Nothing was sent. Correct options.limit in the job, or the data that it comes from.',
  );
});

test.each([
  ['dryRun', 'To work without it, give a default: { dryRun: state => state.test ?? true }.'],
  ['limit', 'To work without it, give a default: { limit: state => state.limit ?? 100 }.'],
  ['removeMissing', undefined],
])('what to do about %s without a value', (option, advice) => {
  const fix =
    'Nothing was sent. Set it in an earlier step or in the input, or check the name after $ or state.';
  const refusal = refusalOf(() => checkOptions({ [option]: undefined }, ALL));
  expect(refusal?.fix).toBe([fix, advice].filter(Boolean).join(' '));
});

test('an empty name of a group is refused', () => {
  expect(
    refusalOf(() => checkOptions({ removeMissing: { groups: [' '] } }, ALL))?.description,
  ).toMatch(/^options\.removeMissing\.groups\[0\] /);
});

test.each(['contacts', 'urns', 'groups'])('a list of %s would reach nobody', key => {
  expect(refusalOf(() => checkOptions({ timeout: 5, [key]: [] }))).toEqual(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      description: `options.${key} is a list, but options cannot be lists.`,
      fix: `Nothing was sent. Recipients and other data belong in the first argument: startFlow({ flow: "Registration", ${key}: […] }).`,
    }),
  );
});

test.each(['add', null, {}])('as %j, it is told as an option', urns => {
  expect(refusalOf(() => checkOptions({ urns }))?.description).not.toContain('is a list');
});

test('a list under another name is not told as recipients', () => {
  expect(refusalOf(() => checkOptions({ flows: [] }))?.description).toBe(
    'options has the unknown key "flows".',
  );
});

describe('an option that the operation does not have', () => {
  test.each<[option: string, known: string[], fix: string]>([
    ['time_out', [], 'Did you mean "timeout"?'],
    ['dryrun', ['dryRun'], 'Did you mean "dryRun"?'],
    ['Limits', [], 'Only lists have a limit.'],
    ['filename', ['limit'], 'Only uploadMedia() takes it.'],
    ['urns', [], 'Only upsertContact(), upsertContacts() and syncContacts() take it.'],
    // Of one that is none anywhere, what is possible here.
    ['color', ['limit'], 'Possible here: timeout, maxWait, limit.'],
  ])('%s, with %j', (option, known, fix) => {
    expect(refusalOf(() => checkOptions({ [option]: undefined }, known))).toMatchObject({
      code: 'INVALID_OPTION',
      description: `options has the unknown key "${option}".`,
      fix: `Nothing was sent. ${fix}`,
    });
  });

  test('may be the name of a person', () => {
    const refusal = refusalOf(() => refuseUnknownOptions({ 'Amina Diallo': 1 }, ['timeout']));
    expect(refusal).toMatchObject({
      code: 'INVALID_OPTION',
      description: 'options has a key that this operation does not know.',
      fix: 'Nothing was sent. Possible here: timeout.',
    });
  });
});

test('the lists of names are those of the table', () => {
  const narrows = (name: string) =>
    /has no value/.test(
      refusalOf(() => checkOptions({ [name]: undefined }, ALL))?.description ?? '',
    );
  expect(ALL.filter(narrows)).toEqual([
    'limit',
    'archived',
    'dryRun',
    'onlyActive',
    'removeMissing',
    'key',
  ]);
  expect(NO_BODY_KEYS).toEqual([
    'timeout',
    'maxWait',
    'deadline',
    'concurrency',
    'resume',
    'archived',
    'literal',
    'dryRun',
    'onlyActive',
    'verify',
    'failOnError',
  ]);
  const isOfSome = (name: string) => {
    const { fix = '' } = refusalOf(() => refuseUnknownOptions({ [name]: 1 }, ['other'])) ?? {};
    return fix !== '' && !fix.includes('Possible here');
  };
  expect(ALL.filter(isOfSome)).toEqual(
    ALL.filter(name => !['timeout', 'maxWait', 'numbers'].includes(name)),
  );
});
