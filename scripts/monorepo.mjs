import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withLinksThere } from './monorepo/links.mjs';
import { picture } from './monorepo/png.mjs';
import { testsThatTravel } from './monorepo/tests.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const HELP = `Usage: npm run monorepo -- FOLDER

Lays the package out as it stands in OpenFn's repository of adaptors: FOLDER/packages/rapidpro, and a changeset in
FOLDER/.changeset. Writes only into FOLDER, which must be new, empty, or hold nothing but an earlier layout.
docs/guides/publishing.md says what to do with it.
`;

const MARK = 'LAYOUT.md';
const FIRST_LINE = '# Laid out by npm run monorepo of @openfn/language-rapidpro';
const PACKAGE = 'packages/rapidpro';

const PICTURES = 'docs/pictures';

/** Pages for those who carry on the work here. */
const STAY = ['architecture.md', 'publishing.md', 'recordings.md', 'performance.md'];

/** Of the published package. Theirs counts it up, by the changeset. */
const VERSION_BEFORE = '2.1.2';

/**
 * Lays the package out for OpenFn's monorepo.
 *
 * @param {string} folder - where to; everything is written into it
 * @throws if it holds something else than a layout
 */
export function layOut(folder) {
  empty(folder);
  const write = (path, content) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const put = (path, content) => write(`${PACKAGE}/${path}`, content);
  const copy = (path, to = path) =>
    cpSync(join(ROOT, path), join(folder, PACKAGE, to), { recursive: true });

  write('.changeset/rapidpro-3.md', CHANGESET);
  put('package.json', `${JSON.stringify(manifestThere(), null, 2)}\n`);
  put('build.config.js', BUILD_CONFIG);
  put('tsconfig.json', `${JSON.stringify(tsconfigThere(), null, 2)}\n`);
  put('vitest.config.js', VITEST_CONFIG);
  put('assets/square.png', picture(256, 256));
  put('assets/rectangle.png', picture(512, 190));
  copy('scripts/monorepo/history.md', 'CHANGELOG.md');
  for (const path of [
    'src',
    'LICENSE',
    'LICENSE.LESSER',
    'ast.json',
    'configuration-schema.json',
  ]) {
    copy(path);
  }
  // Their build makes declarations file by file, which the editor cannot read.
  for (const path of ['scripts/types.ts', 'scripts/types']) copy(path);
  for (const path of [...testsThatTravel(ROOT), 'test/setup']) copy(path);
  copy('recordings');
  rmSync(join(folder, PACKAGE, 'recordings/scenarios'), { recursive: true });

  const places = pagesThere();
  for (const [path, place] of places) {
    const content = readFileSync(join(ROOT, path));
    put(place, path.endsWith('.md') ? withLinksThere(content.toString(), path, places) : content);
  }
  // The next layout takes these away, and refuses a folder that holds anything else.
  const list = filesIn(folder)
    .sort()
    .map(file => `- ${file}`);
  write(
    MARK,
    `${FIRST_LINE}\n\nSee docs/guides/publishing.md there. Written:\n\n${list.join('\n')}\n`,
  );
}

/** The files of a folder, as paths from it. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** Makes room: takes away what an earlier layout wrote, and nothing else. */
function empty(folder) {
  if (!relative(ROOT, folder).startsWith('..') && !isAbsolute(relative(ROOT, folder))) {
    throw new Error(
      `${folder} is in this repository. Give a folder elsewhere; nothing was written.`,
    );
  }
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    return;
  }
  if (!statSync(folder).isDirectory()) {
    throw new Error(`${folder} is not a folder. Nothing was written.`);
  }
  const found = filesIn(folder);
  if (found.length === 0 && readdirSync(folder).length === 0) return;
  const mark = join(folder, MARK);
  const text = found.includes(MARK) ? readFileSync(mark, 'utf8') : '';
  if (!text.startsWith(FIRST_LINE)) {
    throw new Error(
      `${folder} is not empty, and not a layout. Give a new folder; nothing was written.`,
    );
  }
  const written = new Set([MARK, ...text.split('\n').map(line => line.replace(/^- /, ''))]);
  const [strange] = found.filter(file => !written.has(file));
  if (strange !== undefined) {
    throw new Error(
      `${folder} holds ${strange}, which no layout wrote. Give a new folder; nothing was written.`,
    );
  }
  // Only layouts have been here: the folders that are left hold nothing.
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

/**
 * Where each page and example is laid out. There docs/ is made by their build, and not kept, so the pages lie in
 * guides/, all in one folder: guides/sync.md. The table of contents of a part has the name of the part.
 */
export function pagesThere() {
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map(name => name.replaceAll('\\', '/'))
    .filter(name => name.endsWith('.md') && !STAY.includes(posix.basename(name)))
    .map(name => [`docs/${name}`, `guides/${pageThere(name)}`]);
  const examples = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' });
  const files = examples.filter(name => /\.\w+$/.test(name));
  return new Map([
    ['README.md', 'README.md'],
    ['CHANGELOG.md', 'guides/changes.md'],
    ...pages,
    ...readdirSync(join(ROOT, PICTURES)).map(name => [
      `${PICTURES}/${name}`,
      `guides/pictures/${name}`,
    ]),
    ...files.map(name => [`examples/${name}`, `guides/examples/${name}`]),
  ]);
}

/** The name of a page there: `guides/sync.md` here is `sync.md`, and `guides/README.md` is `guides.md`. */
function pageThere(name) {
  const part = posix.dirname(name);
  if (part === '.' || posix.basename(name) !== 'README.md') return posix.basename(name);
  return `${part}.md`;
}

/** The fields in the order and with the words of its neighbors. */
function manifestThere() {
  const here = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { name, label, description, keywords, type, exports, main, types, dependencies } = here;
  const dev = names => Object.fromEntries(names.map(each => [each, here.devDependencies[each]]));
  return {
    name,
    label,
    version: VERSION_BEFORE,
    description,
    keywords,
    type,
    main,
    types,
    exports,
    scripts: {
      build: 'pnpm clean && build-adaptor rapidpro src docs && tsx scripts/types.ts',
      test: 'vitest run',
      'test:watch': 'vitest',
      clean: 'rimraf dist types docs',
      pack: 'pnpm pack --pack-destination ../../dist',
    },
    author: 'Open Function Group',
    license: 'LGPLv3',
    files: ['dist/', 'types/', 'ast.json', 'configuration-schema.json'],
    dependencies: { ...dependencies, '@openfn/language-common': 'workspace:*' },
    devDependencies: {
      ...dev(['@types/luxon', '@types/node', 'fast-check', 'msw']),
      rimraf: '3.0.2',
      ...dev(['typescript', 'vitest']),
    },
    repository: {
      type: 'git',
      url: 'https://github.com/openfn/adaptors.git',
      directory: PACKAGE,
    },
  };
}

function tsconfigThere() {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
  const { paths, ...options } = compilerOptions;
  return { compilerOptions: options, include: ['src', 'test', 'recordings', 'scripts'] };
}

const CHANGESET = `---
'@openfn/language-rapidpro': major
---

Every endpoint of RapidPro's v2 API as an operation; a refusal of RapidPro now fails the run (see guides/migrating-from-2.md)
`;

const BUILD_CONFIG = `// The entry is TypeScript; what OpenFn runs on has all that node 20 has.
export default path => ({
  entry: [\`\${path}/src/index.ts\`],
  target: 'node20',
});
`;

const VITEST_CONFIG = `import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Looks for tokens and names in logs, errors and states; the same random cases each time.
    setupFiles: ['test/setup/tokenWatch.ts', 'test/setup/seed.ts'],
    // Files share what has been loaded, which takes most of the time.
    isolate: false,
    silent: 'passed-only',
    testTimeout: 60_000,
    restoreMocks: true,
  },
});
`;

const [, script, folder] = process.argv;
if (script && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  if (!folder || folder.startsWith('-')) {
    process.stdout.write(HELP);
    process.exitCode = folder === '--help' || folder === '-h' ? 0 : 1;
  } else {
    try {
      // npm runs this in the folder of the package, wherever it was called.
      const place = resolve(process.env.INIT_CWD ?? '.', folder);
      layOut(place);
      process.stdout.write(
        `Laid out in ${place}. See docs/guides/publishing.md for what to do next.\n`,
      );
    } catch (error) {
      process.exitCode = 1;
      console.error(error.message);
    }
  }
}
