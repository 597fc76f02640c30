import { describe, expect, test } from 'vitest';
import { compileJob, JobSyntaxError } from '../../scripts/compile-job.mjs';
import { fakeAdaptor, folderOf, NAME } from './fake-adaptor.js';

const compile = (source: string) => compileJob(source, { adaptors: [fakeAdaptor()] });

/** The elements of the exported list, with the spaces taken out. */
function operations(source: string): string {
  const [, list = ''] = compile(source).split('export default ');
  return list.replace(/\s/g, '');
}

describe('a job without imports', () => {
  test('imports what it uses and hands on the adaptor’s execute', () => {
    expect(compile('fn(state => state); keep(1);')).toBe(
      [
        `import { fn, keep } from '${NAME}';`,
        `export * from '${NAME}';`,
        'export default [fn(state => state), keep(1),',
        '];\n',
      ].join('\n'),
    );
  });

  test('keeps comments, functions and constants', () => {
    const text = compile(
      '// first\nkeep(1); // trailing\nconst size = 3;\nfunction twice(n) { return n * 2; }\n/* last */ keep(twice(size));\n// end',
    );
    for (const comment of ['// first', '// trailing', '/* last */', '// end']) {
      expect(text).toContain(comment);
    }
    expect(text.indexOf('const size')).toBeLessThan(text.indexOf('export default'));
    expect(text).toMatch(/keep\(1\),.*keep\(twice\(size\)\),/s);
  });

  test('sees namespaces and what a sibling Adaptor.d.ts declares', () => {
    expect(compile(`http.get('/a'); sibling();`)).toContain('import { http, sibling }');
  });

  test('leaves the properties of objects alone', () => {
    const source =
      'fn(({ data, ...rest }) => ({ ...rest, keep: data.http, fn: [1].map(x => x) }));';
    expect(compile(source)).toContain('import { fn }');
  });

  test('takes each name from the adaptor that has it, and none that two of them have', () => {
    const other = folderOf({
      'package.json': '{ "types": "index.d.ts" }',
      'index.d.ts': 'export function fn(): void; export function only(): void;',
    });
    const adaptors = [fakeAdaptor(), { name: '@openfn/language-other', path: other }];
    const text = compileJob('keep(1); only();', { adaptors });
    expect(text).toContain(`import { keep } from '${NAME}';`);
    expect(text).toContain(`import { only } from '@openfn/language-other';`);
    expect(text).toContain(`export * from '@openfn/language-other';`);
    expect(() => compileJob('only();\nfn(state => state);', { adaptors })).toThrow(
      `job.js:2:1: fn is exported by both ${NAME} and @openfn/language-other`,
    );
  });

  test.each([
    ['const o = { when: http.get("/a") };\nfn(() => o);', 'at the top of the job'],
    ['const o = { when: () => http.get("/a") };\nfn(() => o);', 'at the top of the job'],
    ['const o = ({ a: { b: [http] } });\nfn(() => o);', 'const o = () => ({ … })'],
    ['fn(() => ({ http }));', '{ my_http: http }'],
    ['fn(() => ({ http: http }));', '{ my_http: http }'],
    ['fn(state => state[http]);', 'in square brackets'],
    ['fn(state => state[http.get]);', 'in square brackets'],
  ])('is not given what the platform overlooks: %s', (source, fix) => {
    expect(() => compile(source)).toThrow('the platform’s compiler does not import it');
    expect(() => compile(source)).toThrow(fix);
    expect(compile(`${source}\nhttp.get("/b");`)).toContain('import { fn, http }');
  });

  test.each([
    'export const o = { a: http };\nfn(() => o);',
    'const o = () => ({ a: http });\nfn(() => o());',
    'const o = [{ a: http }];\nfn(() => o);',
    'fn(() => { const o = { a: http }; return o; });',
    'fn(() => ({ http: http.get }));',
    'fn(state => state[http.get("/a")]);',
    'fn(() => typeof http);',
  ])('is given what stands in %s', source => {
    expect(compile(source)).toMatch(/^import .*\bhttp\b.* from/);
  });
});

describe('a job that exports its list', () => {
  test('passes through as it is', () => {
    const source = `import { fn } from 'x';\nexport default [fn($ => $)];`;
    expect(compile(source)).toBe(source);
  });

  test.each([
    ['keep(1);', 'export default [keep(1)];', ''],
    [
      '',
      'export default [fn($.x).then(a => a)];',
      "import { defer as _defer } from '@openfn/runtime';\n",
    ],
    ['', 'export default [fn($.x), /* b */];', ''],
    ['fn($.x);\n', 'export default fn(1);', ''],
  ])('gets its imports: %s %s', (before, list, more) => {
    const text = compile(`${before}${list}`);
    expect(text).toMatch(/^import \{ .+ \} from '@openfn\/language-fake';\nexport \* from/);
    expect(text).toContain(more);
    expect(text).not.toContain('$');
  });

  test('has what stands before it put at its end', () => {
    expect(operations('keep(1); const x = 2; export default [fn(x)]; // end')).toBe(
      '[fn(x),keep(1)];//end',
    );
    expect(operations('keep(1); export default [];')).toBe('[keep(1)];');
    expect(operations('export default [fn(1)]; keep(1);')).toBe('[fn(1)];keep(1);');
  });

  test('or something else only gets its imports, and its list', () => {
    expect(compile('export const size = 3; keep(size);')).toBe(
      `import { keep } from '${NAME}';\nexport * from '${NAME}';\nexport const size = 3;\nexport default [ keep(size),\n];\n`,
    );
  });

  test('with imports but no list gets the list', () => {
    expect(compile(`import { other } from 'x';\nother(1);`)).toMatch(
      /^import { other } from 'x';/m,
    );
  });
});

describe('lazy state', () => {
  test.each([
    ['an argument', 'keep($.data.name);', '[keep(state=>state.data.name),];'],
    ['an object', 'keep({ a: $.x, b: [$.y] });', '[keep(state=>({a:state.x,b:[state.y]})),];'],
    ['one argument of several', 'keep(1, $.x, 2);', '[keep(1,state=>state.x,2),];'],
    ['brackets', `keep($.a['b'][0]?.c);`, `[keep(state=>state.a['b'][0]?.c),];`],
    ['a template', 'keep(`/\x24{$.id}/x`);', '[keep(state=>`/\x24{state.id}/x`),];'],
    ['an inner call', 'keep($.x, fn($.y));', '[keep(state=>state.x,fn(state=>state.y)),];'],
    ['a new object', 'keep(new Date($.x));', '[keep(state=>newDate(state.x)),];'],
    ['a function of state', 'fn(state => $.x);', '[fn(state=>state.x),];'],
    ['a namespace', 'http.get($.path);', '[http.get(state=>state.path),];'],
    ['a name of the job itself', 'fn($ => $.x);', '[fn($=>$.x),];'],
    ['a property called $', 'fn(state => state.$.x);', '[fn(state=>state.$.x),];'],
  ])('in %s', (_title, source, list) => {
    expect(operations(source)).toBe(list);
  });

  test.each([
    ['keep($.people.map(f => f));', 'Write state => state.people.map(f => f)'],
    ['keep($.name.trim());', 'Write state => state.name.trim()'],
    ['keep(`\x24{$.name.trim()}`);', 'Write state => state.name.trim()'],
    ['keep(JSON.stringify($.data));', 'Write state => JSON.stringify(state.data)'],
    ['keep($);', '$ stands alone'],
    ['keep({ $ });', '$ stands alone'],
    ['keep(...$.list);', 'spread'],
    ['const x = $.y; keep(x);', 'outside'],
    ['fn(state => { return $.x; });', 'outside'],
    ['fn(s => $.x);', 'state => …'],
    ['const o = { x: $.y };\nfn(() => o);', 'in an object at the top of the job'],
    ['const o = { x: keep($.y) };\nfn(() => o);', 'in an object at the top of the job'],
    ['const $ = { x: 1 };\nkeep($.x);', 'declares its own $'],
    ['function $() {}\nkeep($.x);', 'declares its own $'],
    ["import $ from 'x';\nkeep($.x);", 'declares its own $'],
  ])('refuses %s', (source, message) => {
    expect(() => compile(source)).toThrow(message);
  });
});

describe('promise chains on operations', () => {
  test.each([
    ['keep(1).then(f => f);', '[_defer(keep(1),p=>p.then(f=>f)),];'],
    ['keep(1).then(a => a).then(b => b);', '[_defer(keep(1),p=>p.then(a=>a).then(b=>b)),];'],
    ['keep(1).then(a => a).catch(e => e);', '[_defer(keep(1),p=>p.then(a=>a).catch(e=>e)),];'],
    ['keep(1).catch(e => e);', '[_defer(keep(1),undefined,e=>e),];'],
    ['keep(1).catch(e => e).then(a => a);', '[_defer(keep(1),p=>p.then(a=>a),e=>e),];'],
    ['http.get($.x).then(a => a);', '[_defer(http.get(state=>state.x),p=>p.then(a=>a)),];'],
    ['keep(fn(1).then(a => a));', '[keep(_defer(fn(1),p=>p.then(a=>a))),];'],
  ])('%s', (source, list) => {
    expect(compile(source)).toContain(`import { defer as _defer } from '@openfn/runtime';`);
    expect(operations(source)).toBe(list);
  });

  test('stay promises inside a function', () => {
    const source = 'fn(state => Promise.resolve(state).then(s => s));';
    expect(compile(source)).not.toContain('_defer');
    expect(compile(source)).toContain(source.slice(0, -1));
  });
});

describe('a mistake', () => {
  test('in a name is found with its line and the nearest name', () => {
    const error = catching(() =>
      compileJob('keep(1);\nkep(2);', { adaptors: [fakeAdaptor()], file: '/jobs/send.js' }),
    );
    expect(error).toBeInstanceOf(JobSyntaxError);
    expect(error).toMatchObject({ file: 'send.js', line: 2, fix: 'Did you mean keep?' });
    expect(String(error)).toMatch(/^JobSyntaxError: send\.js:2:1: kep is neither exported by/);
  });

  test.each(['fetch("x");', 'fn(() => process.env);', 'fn(() => new URL("x"));', 'fn(x => y);'])(
    'of reaching for what a job does not have: %s',
    source => {
      expect(() => compile(source)).toThrow('nor a global that a job can reach');
    },
  );

  test.each([
    'fn(state => Math.max(1, Number(state.x)));',
    'fn(() => { console.log(undefined, Buffer, setTimeout); });',
    'fn(() => typeof fetch);',
    'fn(async () => { loop: for (const x of [1]) { if (x) continue loop; } });',
  ])('is not seen in %s', source => {
    expect(() => compile(source)).not.toThrow();
  });

  test.each([
    ['fn(() => 10n);', "a BigInt. Write BigInt('10')"],
    ['fn(() => 1_000);', '_ in a number. Write 1000.'],
    ['class A { #p() {} }\nfn(() => A);', 'a #private name'],
    ['keep(1);\nreturn 2;', 'job.js:2:1: The platform’s compiler cannot read a return'],
    ['class A { p = 1 }\nfn(() => A);', 'a field of a class'],
  ])('of writing what the platform’s compiler cannot read: %s', (source, message) => {
    expect(() => compile(source)).toThrow(message);
  });

  test.each([
    ['keep(1);\nconst x = 1; const x = 2;', 'job.js:2:7: Cannot redeclare'],
    ['keep(1);\nfn(() => { await keep(2); });', "job.js:2:12: 'await' expressions are only"],
  ])('that only shows when it is loaded is found: %s', (source, message) => {
    expect(() => compile(source)).toThrow(message);
  });

  test('in the syntax is found with its line', () => {
    expect(() => compile('keep(1);\nkeep(')).toThrow('job.js:2:6');
  });
});

function catching(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
