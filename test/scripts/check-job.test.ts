import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createSandbox } from '@openfn/rapidpro-sandbox';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkJob, type Finding } from '../../scripts/check-job.mjs';
import { failureIn, runJob } from '../../scripts/run-job.mjs';
import { fences, pages, sourceExamples } from '../docs/collect.js';
import { built, ROOT } from '../packaging/project.js';
import { folderOf } from './fake-adaptor.js';
import { start } from './run-child.js';

beforeAll(built);

const LEGACY = join(ROOT, 'test/legacy/jobs');
const legacy = (name: string) => readFileSync(join(LEGACY, name), 'utf8');
const jobs = readdirSync(LEGACY);

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };

/** `3 refused: …`, in one line each. */
const shown = (found: Finding[], kinds = ['refused', 'mistake']) =>
  found
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ line, kind, problem }) => `${line} ${kind}: ${problem}`);

const refusals = async (source: string) => shown(await checkJob(source));

describe('jobs of version 2', () => {
  test.each(jobs)('%s is judged as a run judges it', async name => {
    const sandbox = await createSandbox({ seed: 'maternal-health' });
    onTestFinished(() => sandbox.close());
    const state = { configuration: { host: sandbox.host, token: sandbox.token } };
    const failure = failureIn(await runJob(legacy(name), { state, console: silent }));
    const [first, ...others] = (await checkJob(legacy(name))).filter(
      ({ kind }) => kind === 'refused',
    );
    expect(others).toEqual([]);
    expect(first === undefined).toBe(failure === undefined);
    if (!first || !failure) return;
    expect(failure.code).toMatch(/^INVALID_/);
    expect(String(failure.description)).toContain(first.problem);
    expect(sandbox.requests().filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('each says at its top what it does', () => {
    expect(jobs.filter(name => !legacy(name).startsWith('// '))).toEqual([]);
  });
});

test('no sample of our own is refused', async () => {
  const samples = [...pages.flatMap(page => fences(page)), ...sourceExamples()];
  const own = samples.filter(
    ({ language, file, code }) =>
      language === 'js' &&
      !/sandbox/.test(file) &&
      /^\w+\(/m.test(code) &&
      !/\b(?:get|post)\(/.test(code),
  );
  expect(own.length).toBeGreaterThan(150);
  // Those that declare nothing are looked at as one job: most of the time goes into parsing.
  const free = own.filter(({ code }) => !/^(?:const|let|function|export|import)\b/m.test(code));
  const jobs = [
    free.map(({ code }) => code).join('\n;'),
    ...own.filter(one => !free.includes(one)).map(({ code }) => code),
  ];
  const wrong: string[] = [];
  for (const code of jobs) {
    for (const { line, kind, problem } of await checkJob(code)) {
      if (kind !== 'otherwise') wrong.push(`${code.split('\n')[line - 1]}: ${problem}`);
    }
  }
  expect(wrong).toEqual([]);
});

describe('what is refused', () => {
  test.each([
    [
      'upsertContact({ name: 1,\n urns: ["tel:+250788123123", "phone:12"] });',
      ['2 refused: contact.urns[1] starts with "phone:", which RapidPro does not know.'],
    ],
    [
      'addContact({ urn: "a", Name: "b" });',
      [
        '1 refused: contact.urns[0] is not a URN.',
        '1 refused: contact has the unknown key "urn".',
        '1 refused: contact has the unknown key "Name".',
      ],
    ],
    [
      'addContact({ ...$.data, Group: ["A"] });',
      ['1 refused: contact has the unknown key "Group".'],
    ],
    [
      'addContact(state => {\n  return { nmae: state.data.name };\n});',
      ['2 refused: contact has the unknown key "nmae".'],
    ],
    [
      'const text = "Dear undefined";\nsendBroadcast({ groups: ["A"], text });',
      ['2 refused: broadcast.text contains "undefined": some of its data is missing.'],
    ],
    [
      'const base = { groups: ["A"] };\nsendBroadcast({ ...base, text: "Dear undefined" });',
      ['2 refused: broadcast.text contains "undefined": some of its data is missing.'],
    ],
    [
      'const base = { urn: "tel:+250788123123" };\naddContact({ ...base, name: "A" });',
      ['2 refused: contact has the unknown key "urn".'],
    ],
    [
      'const key = "urn";\naddContact({ [key]: "tel:+250788123123", ["Name"]: "A" });',
      [
        '2 refused: contact has the unknown key "urn".',
        '2 refused: contact has the unknown key "Name".',
      ],
    ],
    [
      'const more = ["phone:12"];\nupsertContact({ urns: ["tel:+250788123123", ...more] });',
      ['2 refused: contact.urns[1] starts with "phone:", which RapidPro does not know.'],
    ],
    [
      'const texts = { eng: "Dear undefined" };\nsendBroadcast({ groups: ["A"], text: texts.eng });',
      ['2 refused: broadcast.text contains "undefined": some of its data is missing.'],
    ],
    [
      'const options = { dryrun: true };\naddContact({ name: "A" }, options);',
      ['2 refused: No operation has the option "dryrun".'],
    ],
    [
      'addContact({ urn: $.data.urn, ...$.data });',
      ['1 refused: contact has the unknown key "urn".'],
    ],
    [
      'const text = "Dear undefined";\nsendBroadcast({ groups: ["A"], text: text });',
      ['2 refused: broadcast.text contains "undefined": some of its data is missing.'],
    ],
    [
      'sendBroadcast({ groups: [getGroups()], text: "Hi" });',
      ['1 refused: broadcast.groups[0] is an operation.'],
    ],
    [
      'addContact({ name: async () => "A" });',
      ['1 refused: contact.name is an async function, which returns a promise.'],
    ],
    [
      'getContacts({}, { limits: 3 });\naddContact({ name: "A" }, { dryrun: true });',
      [
        '1 refused: getContacts() has no option "limits".',
        '2 refused: No operation has the option "dryrun".',
      ],
    ],
    [
      'keep(1);\ngetContacts($.people.map(f => f));\nfn(() => 10n);',
      [
        expect.stringMatching(/^1 refused: keep is neither exported/),
        '2 refused: A method is called on $, which the platform compiles into code that fails.',
        '3 refused: The platform’s compiler cannot read a BigInt.',
      ],
    ],
    [
      'getContacts({ groups: "A", after: $.cursor });\ngetContacts("A");\ngetMessages({ limit: 5 });',
      [
        '1 refused: Contacts have no filter "groups".',
        '2 refused: The filters are not an object.',
        '3 refused: Messages have no filter "limit".',
      ],
    ],
    [
      'getContacts({}, { dryRun: true });\neachPage(getContacts({ grup: "A" }, { limits: 1 }), fn(s => s));',
      [
        '1 refused: getContacts() has no option "dryRun".',
        '2 refused: Contacts have no filter "grup".',
        '2 refused: getContacts() has no option "limits".',
      ],
    ],
    ['fn(', [expect.stringMatching(/^1 refused: /)]],
  ])('%s', async (source, expected) => {
    expect(await refusals(source)).toEqual(expected);
  });

  test('the cure goes with it', async () => {
    const found = await checkJob('sendBroadcast({ groups: ["A"], texts: "Hi" });');
    expect(found.find(({ kind }) => kind === 'refused')?.fix).toMatch(/^Did you mean "text"\?/);
    expect((await checkJob('getContacts({}, { limits: 3 });'))[0]?.fix).toBe(
      'Did you mean "limit"?',
    );
  });

  test.each([
    'addContact($.data);',
    'getContacts($.filters);\ngetContacts(state => state.filters, { limit: 1, timeout: 5, maxWait: 5 });',
    'getContacts({ ...$.data, group: "A" });\ngetContacts();\ngetContacts(undefined, { limit: 3 });',
    'addContact({ ...$.data });',
    'upsertContact({ name: $.name, urns: [$.urn], fields: $.fields });',
    'startFlow({ flow: $.flow, urns: $.urns, params: { a: $.a } });',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a job
    'sendBroadcast({ text: state => `Dear ${state.name}`, contacts: $.people });',
    'sendBroadcast({ text: $.texts, groups: [$.group] }, state => state);',
    'addContact({ name: "A", notes: "x", [$.key]: 1 });',
    "sendMessage({ contact: 'tel:+250788123123', text: 'NaN is a bread.' }, { literal: true });",
  ])('is not %s', async source => {
    expect(await refusals(source)).toEqual([]);
  });
});

const URN_BODY = '({ urn: "tel:+250788123123" });';

test.each([
  `import { addContact as a } from '@openfn/language-rapidpro';\na${URN_BODY}`,
  `import * as rapidpro from '@openfn/language-rapidpro';\nrapidpro.addContact${URN_BODY}`,
  `import rapidpro from '@openfn/language-rapidpro';\nrapidpro['addContact']${URN_BODY}`,
  `const a = addContact;\na${URN_BODY}`,
  `const a = addContact, b = a;\nb${URN_BODY}`,
  `import * as r from '@openfn/language-rapidpro'; const { addContact: a } = r;\na${URN_BODY}`,
])('an operation by another name is looked at: %s', async source => {
  expect(await refusals(source)).toEqual(['2 refused: contact has the unknown key "urn".']);
});

test('a name of the job’s own is no operation', async () => {
  expect(
    await checkJob('function addContact() {}\nfn(s => { addContact({ urn: 1 }); return s; });'),
  ).toEqual([]);
  const own = `import { addContact } from './mine.js';\naddContact({ urn: 1 });`;
  expect(await checkJob(own)).toEqual([]);
});

describe('what it cannot tell', () => {
  const unsure = async (source: string) =>
    (await checkJob(source))
      .filter(({ kind }) => kind === 'unknown')
      .map(({ line, problem }) => `${line} ${problem}`);

  test.each([
    [
      '\naddContact($.data);',
      '2 contact is put together when the job runs: its contents are not known yet.',
    ],
    ['addContact({ ...$.data });', '1 contact is put together when the job runs: its other keys'],
    [
      'addContact({ name: "A", [$.key]: 1 });',
      '1 contact is put together when the job runs: its other keys',
    ],
    [
      'const body = {};\nfn(s => { body.urn = 1; return s; });\naddContact(body);',
      '3 contact is put',
    ],
    ['let body = {};\naddContact(body);', '2 contact is put together'],
    ['addContact(...[{ urn: 1 }]);', '1 addContact gets a list of arguments'],
    ['addContact({ name: "A" }, $.options);', '1 The options are put together'],
    ['let a = addContact;\na({ urn: 1 });', '1 addContact is used in another way here'],
    ['const a = true ? addContact : upsertContact;', '1 addContact is used in another way here'],
    ['const all = { a: addContact };', '1 addContact is used in another way here'],
    ['fn(addContact.bind(null, { urn: 1 }));', '1 addContact is used in another way here'],
    [
      `import * as r from '@openfn/language-rapidpro';\nr[name()]({ urn: 1 });\nfunction name() {}`,
      '2 An operation of the adaptor',
    ],
  ])('is said with its line: %s', async (source, expected) => {
    const found = await unsure(source);
    expect(found[0]).toContain(expected);
    expect(found.length).toBeLessThan(3);
  });

  test.each([
    'addContact({ name: $.name, urns: [$.urn] });',
    'const base = { groups: ["A"] };\nsendBroadcast({ ...base, text: "Hi" });',
    'getContacts({ group: "A" }, { limit: 3 });',
    'each($.data, addContact({ name: $.data }));',
    'addContact({ name: "A" }, state => state);',
  ])('is no word where it can: %s', async source => {
    expect(await unsure(source)).toEqual([]);
  });

  test('a job that is nested too deep', async () => {
    const deep = `fn(${'['.repeat(20_000)}1${']'.repeat(20_000)});`;
    const found = await checkJob(deep);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      kind: 'unknown',
      problem: expect.stringContaining('too deep'),
    });
  });

  test.each(['const urns = "$.data.phone";', ''])(
    'a URN that moves to its key is still unknown',
    async start => {
      expect(await refusals(`${start}\naddContact({ urn: $.data.phone });`)).toEqual([
        '2 refused: contact has the unknown key "urn".',
      ]);
      expect(await refusals(`${start}\naddContact({ name: "A", Urns: [$.data.phone] });`)).toEqual([
        '2 refused: contact has the unknown key "Urns".',
      ]);
    },
  );

  test('a mark at the beginning of a file moves no column', async () => {
    const [found] = await checkJob('\uFEFFaddContact({ urn: "tel:+250788123123" });');
    expect(found).toMatchObject({ line: 1, column: 1 });
    const [refused] = (await checkJob('\uFEFFaddContact({ urn: "tel:+250788123123" });')).filter(
      ({ kind }) => kind === 'refused',
    );
    expect(refused?.column).toBe(14);
  });
});

describe('mistakes', () => {
  test.each(['getContacts;', 'each($.data, addContact);', 'combine(getContacts, getGroups());'])(
    '%s: without its parentheses',
    async source => {
      expect(await refusals(source)).toEqual([expect.stringContaining('without its parentheses')]);
    },
  );

  const NEVER = expect.stringContaining('created, but never runs');

  test.each([
    'fn(state => { addContact({ name: "A" }); return state; });',
    'fn(state => addContact({ name: "A" }));',
    'fn(state => { return addContact({ name: "A" }); });',
    'fn(async state => { await addContact({ name: "A" }); return state; });',
    'fn(state => { state.data.forEach(name => addContact({ name })); return state; });',
    'each($.data, state => upsertContact({ urns: [state.data] }));',
    'fn(() => { http.get("contacts"); });',
    'function all() { getContacts(); }\nfn(all);',
    'fn(state => (state.ok ? addContact({ name: "A" }) : state));',
    'fn(state => { state.ok && addContact({ name: "A" }); return state; });',
    'fn(async state => { await Promise.all(state.data.map(name => addContact({ name }))); return state; });',
    'fn(state => { state.data.map(name => addContact({ name })); return state; });',
    'map("$.data[*]", name => addContact({ name }));',
    'getContacts().then(state => getGroups());',
    'addContact({ name: "A" }).catch(error => getGroups());',
  ])('%s: never runs', async source => {
    expect(await refusals(source)).toEqual([NEVER]);
  });

  test.each([
    'fn(state => addContact({ name: "A" })(state));',
    'fn(async state => { const next = await addContact({ name: "A" })(state); return next; });',
    'const add = name => addContact({ name });\nadd("A");',
    'each($.data, addContact({ name: $.data }));',
    'fnIf($.data, addContact({ name: "A" })).catch((error, state) => state);',
    'fn(state => { const add = addContact({ name: "A" }); return add(state); });',
  ])('%s: runs', async source => {
    expect(await refusals(source)).toEqual([]);
  });

  const ADD = 'addContact({ name: "A" })(state)';
  const inFn = (body: string) => `fn(async state => { ${body} return state; });`;

  test.each([
    inFn(`${ADD};`),
    inFn(`state.data.forEach(p => ${ADD});`),
    inFn(`state.data.forEach(p => { ${ADD}; });`),
    inFn(`state.data.forEach(async p => await ${ADD});`),
    inFn(`state.data.forEach(async p => { await ${ADD}; });`),
    inFn(`state.data.forEach(async p => { try { await ${ADD}; } catch {} });`),
    inFn(`state.data.map(p => ${ADD});`),
    inFn(`state.data.map(async p => { await ${ADD}; });`),
    inFn(`Promise.all(state.data.map(p => ${ADD}));`),
    inFn(`Promise.all([${ADD}]);`),
    inFn(`for (const p of state.data) ${ADD};`),
    inFn(`for (const p of state.data) { ${ADD}; }`),
    inFn(`state.ok && ${ADD};`),
    inFn(`if (state.ok) ${ADD}.then(s => s).catch(() => {});`),
    inFn(`void ${ADD};`),
    inFn(`(async () => { await ${ADD}; })();`),
    inFn(`(${ADD});`),
    inFn('(addContact({ name: "A" }))(state);'),
    inFn('each($.data, addContact({ name: "A" }))(state);'),
    `getContacts().then(state => { ${ADD}; return state; });`,
  ])('%s: is not waited for', async source => {
    expect(await refusals(source)).toEqual([
      expect.stringContaining('the function does not wait for it'),
    ]);
  });

  test.each([
    inFn(`await ${ADD};`),
    inFn(`for (const p of state.data) state = await ${ADD};`),
    inFn(`const next = ${ADD}; await next;`),
    inFn(`await Promise.all(state.data.map(p => ${ADD}));`),
    inFn(`await Promise.all(state.data.map(async p => { await ${ADD}; }));`),
    inFn(
      `const calls = []; state.data.forEach(p => calls.push(${ADD})); await Promise.all(calls);`,
    ),
    inFn(`await ${ADD}.then(s => s).catch(() => {});`),
    inFn(`await (async () => { await ${ADD}; })();`),
    `fn(state => state.data.reduce((p, x) => p.then(state => ${ADD}), Promise.resolve(state)));`,
    `fn(state => (state.ok ? ${ADD} : state));`,
    `fn(state => Promise.all([${ADD}]).then(([first]) => first));`,
    `const add = state => ${ADD};\nfn(add);`,
    `getContacts().then(state => ${ADD});`,
    'combine(...[1, 2].map(n => addContact({ name: "A" })));',
  ])('%s: is waited for', async source => {
    expect(await refusals(source)).toEqual([]);
  });

  test.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a job
    ['getContact(`x${getGroups()}`);', 'operation is inside a text'],
    ['getContact("x" + getGroups());', 'operation is inside a text'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a job
    ['getContact(`x${s => s.data}`);', 'function is inside a text'],
    ['getContact("x" + (s => s.data));', 'function is inside a text'],
    ['getContact("x" + function (s) { return s; });', 'function is inside a text'],
    ['addContact({ ...getContact("tel:+250788123123"), name: "A" });', 'spread into an object'],
  ])('%s: an operation or a function is no text', async (source, problem) => {
    expect(await refusals(source)).toContainEqual(expect.stringContaining(problem));
  });

  test.each([
    ["getContact('$.data.uuid');", 1],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a job
    ["http.post('contacts', { name: '${state.name}' });", 1],
    ["each('$.data[*]', addContact({ name: dataValue('$.data.name') }));", 0],
    ["fn(state => ({ ...state, path: '$.data.name' }));", 0],
  ])('%s: a reference inside quotes', async (source, count) => {
    expect(await refusals(source)).toHaveLength(count);
  });
});

test('what a job does otherwise is said once, or where it stands', async () => {
  const found = await checkJob(
    [
      'addContact({ name: "A" });',
      'addContact({ name: "B", urns: ["tel:81234567890"] });',
      'upsertContact({ urns: ["tel:+250788123123"], fields: { due: "2027-02-31", day: "2027-03-01", done: "2027-03-01T09:00:00Z" } });',
      'fn(state => ({ ...state, ok: state.response.status === 201, took: state.response.duration }));',
      'fn($.response.body);',
    ].join('\n'),
  );
  expect(shown(found, ['otherwise'])).toEqual([
    expect.stringContaining('1 otherwise: If RapidPro refuses the contact'),
    expect.stringContaining('2 otherwise: This number has no plus'),
    expect.stringContaining('3 otherwise: If its URNs belong to two contacts'),
    expect.stringContaining('3 otherwise: If this field holds dates: contact.fields.due is a date'),
    expect.stringContaining('3 otherwise: If this field holds dates: It is sent with'),
    '4 otherwise: state.response has no status: it is no longer the raw response.',
    '5 otherwise: state.response has no body: it is no longer the raw response.',
  ]);
  expect(shown(found)).toEqual([]);
});

test('no socket is opened', async () => {
  const connect = vi.spyOn(net.Socket.prototype, 'connect');
  for (const name of jobs) await checkJob(legacy(name));
  expect(connect).not.toHaveBeenCalled();
});

const command = (...args: string[]) =>
  start(process.execPath, ['--import', 'tsx', 'scripts/check-job.mjs', ...args], { cwd: ROOT });

describe('the command', () => {
  test('says what it found, and fails if something is refused', async () => {
    const folder = folderOf({
      'bad.js': 'addContact({ name: "Amina Diallo", urn: "tel:+250788123123" });',
      'good.js': 'getContacts();',
    });
    const [good, bad] = [join(folder, 'good.js'), join(folder, 'bad.js')];
    const both = await command(good, bad);
    expect({ code: both.code, stderr: both.stderr }).toEqual({ code: 1, stderr: '' });
    expect(both.stdout).toContain(`${bad}:1:36: refused: contact has the unknown key "urn".\n`);
    expect(both.stdout).toContain('Did you mean "urns"?');
    expect(both.stdout).toMatch(
      /\n1 refusal, 0 mistakes, 1 difference\. Values that come from data are checked when the job runs\. Nothing was sent\.\n$/,
    );
    expect(both.stdout).not.toMatch(/Amina|250788/);
  });

  test('says of a file that it cannot read why', async () => {
    const folder = folderOf({ 'good.js': 'getContacts();' });
    const { code, stdout, stderr } = await command(
      join(folder, 'none.js'),
      join(folder, 'good.js'),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`${join(folder, 'none.js')} cannot be read: there is no such file.\n`);
    expect((await command(folder)).stderr).toBe(`${folder} cannot be read: it is a folder.\n`);
  });

  test('without a file says how it is used', async () => {
    const { code, stdout, stderr } = await command();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Usage: npm run check-job -- job.js');
  });
});
