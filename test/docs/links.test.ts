import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pagesThere } from '../../scripts/monorepo.mjs';
import { linksOf } from './pages.js';

const README = /(^|[\\/])README\.md$/;
/** Ties the parts together. */
const DOCS = join('docs', 'README.md');

const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'sandbox/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter(name => README.test(name) && !name.includes('node_modules'))
    .map(name => join('examples', name)),
];

/** The headings of a page as GitHub names them, numbered if they come twice, and anchors in HTML. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  const times = new Map<string, number>();
  const headings = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm);
  for (const [, heading = ''] of headings) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
    const count = times.get(slug) ?? 0;
    times.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  for (const [, id = ''] of text.matchAll(/<a id="([^"]+)">/g)) found.add(id);
  return found;
}

/** Readers of the docs wait for them. */
const LARGEST: Readonly<Record<string, number>> = { svg: 30_000, png: 150_000 };

describe('pictures', () => {
  const pictures = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(svg|png)$/.test(name))
    .map(name => join('docs', name));

  test.each(pictures)('%s is small, shown on a page, and says what it shows', picture => {
    const kind = picture.slice(-3);
    expect(statSync(picture).size).toBeLessThan(LARGEST[kind] ?? 0);
    const labels = pages.flatMap(page =>
      [...readFileSync(page, 'utf8').matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g)]
        .filter(([, , link = '']) => normalize(join(dirname(page), link)) === picture)
        .map(([, label]) => label),
    );
    expect(labels.length).toBeGreaterThan(0);
    expect(labels.filter(label => !label)).toEqual([]);
  });
});

/** Where the package lies in OpenFn's repository, as pages and pictures are asked for. */
const THERE =
  /^https:\/\/(?:github\.com\/OpenFn\/adaptors\/blob|raw\.githubusercontent\.com\/OpenFn\/adaptors)\/main\/packages\/rapidpro\//;
const laidOut = new Map([...pagesThere()].map(([file, place]) => [place, file]));

/** What is wrong with a link, or nothing. */
function faultOf(page: string, link: string): string | undefined {
  if (THERE.test(link)) {
    const [place = '', anchor] = link.replace(THERE, '').split('#');
    const file = laidOut.get(place);
    if (file === undefined) return `${link}: not laid out`;
    return faultOf('README.md', anchor === undefined ? file : `${file}#${anchor}`);
  }
  if (/^[a-z]+:/i.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  const known = anchors(readFileSync(target, 'utf8'));
  return known.has(decodeURIComponent(anchor)) ? undefined : `${link}: no such heading`;
}

describe('links', () => {
  test.each(pages)('%s leads to what is there', page => {
    const links = linksOf(readFileSync(page, 'utf8'));
    expect(links.map(link => faultOf(page, link)).filter(Boolean)).toEqual([]);
  });

  test.each([
    ['README.md', 'package.json', 10],
    ['sandbox/README.md', 'sandbox/package.json', 2],
    ['CHANGELOG.md', 'package.json', 0],
  ])('%s leads to the same places once it is packed', (page, manifest, least) => {
    const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: string[] };
    const links = linksOf(readFileSync(page, 'utf8'));
    // What npm packs beside what is named.
    const packed = [...files, 'package.json', 'README.md', 'LICENSE', 'LICENSE.LESSER'];
    const lost = links.filter(
      link => !/^(?:https?:|mailto:|#)/.test(link) && !packed.some(name => link.startsWith(name)),
    );
    expect(lost).toEqual([]);
    expect(links.map(link => faultOf(page, link)).filter(Boolean)).toEqual([]);
    expect(links.filter(link => THERE.test(link)).length).toBeGreaterThanOrEqual(least);
  });

  /** Pages for those who build the package. */
  const builders = ['architecture.md', 'dependencies.md'];
  const readers = pages.filter(
    page => page.startsWith('docs') && page !== DOCS && !builders.includes(basename(page)),
  );

  test.each(readers)('%s is reached from another page', page => {
    const others = pages.filter(other => other !== page);
    const reached = others.flatMap(other =>
      linksOf(readFileSync(other, 'utf8')).map(link =>
        normalize(join(dirname(other), link.split('#')[0] ?? '')),
      ),
    );
    expect(reached).toContain(page);
  });
});

test.each([
  ['a missing file', '[a](gone.md)', 'gone.md: no such file'],
  ['a missing heading', '[a](faults.md#gone)', 'faults.md#gone: no such heading'],
  [
    'a missing page of the other repository',
    '[a](https://github.com/OpenFn/adaptors/blob/main/packages/rapidpro/docs/api.md)',
    'https://github.com/OpenFn/adaptors/blob/main/packages/rapidpro/docs/api.md: not laid out',
  ],
  ['a missing heading of the page', '[a](#gone)', '#gone: no such heading'],
])('%s is found', (_what, text, fault) => {
  expect(
    linksOf(text).map(link => faultOf(join('docs', 'evidence', 'hostile-servers.md'), link)),
  ).toEqual([fault]);
});

test.each([
  ['Errors of every operation', 'errors-of-every-operation'],
  ['`INVALID_INPUT`', 'invalid_input'],
  ['http.get', 'httpget'],
  ["One contact's history", 'one-contacts-history'],
])('the heading %s has an anchor', (heading, anchor) => {
  expect(anchors(`# ${heading}\n`)).toEqual(new Set([anchor]));
});
