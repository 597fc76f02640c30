import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { linksOf } from '../docs/pages.js';
import { start } from '../scripts/run-child.js';
import { npmEnvironment } from './project.js';

export interface Packed {
  name: string;
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** A package as npm would publish it, installed in an empty folder. */
export interface Installed {
  packed: Packed;
  tarball: string;
  /** The folder in which it is installed. */
  home: string;
  remove(): void;
}

async function npm(cwd: string, ...args: string[]) {
  const result = await start('npm', args, { cwd, env: npmEnvironment(), timeout: 150_000 });
  if (result.code !== 0) throw new Error(`npm ${args[0]} failed: ${result.stderr}`);
  return result;
}

/** A package as npm would publish it, in a `node_modules` without its dependencies. */
export interface Unpacked {
  folder: string;
  /** The folder with that `node_modules`. */
  home: string;
  remove(): void;
}

async function pack(folder: string, to: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', to];
  const { stdout } = await npm(folder, ...args);
  const [packed] = JSON.parse(stdout) as [Packed];
  return packed;
}

/**
 * Packs what is built and unpacks it where nothing else is.
 * @param folder - The folder of the package.
 */
export async function unpackPacked(folder: string): Promise<Unpacked> {
  const home = mkdtempSync(join(tmpdir(), 'rapidpro-unpacked-'));
  const { name, filename } = await pack(folder, home);
  const unpacked = join(home, 'node_modules', name);
  mkdirSync(unpacked, { recursive: true });
  const args = ['-xzf', join(home, filename), '--strip-components=1', '-C', unpacked];
  const { code, stderr } = await start('tar', args, { cwd: home });
  if (code !== 0) throw new Error(`tar failed: ${stderr}`);
  return { folder: unpacked, home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/**
 * Packs what is built and installs it where nothing else is.
 * @param folder - The folder of the package.
 */
export async function installPacked(folder: string): Promise<Installed> {
  const parent = mkdtempSync(join(tmpdir(), 'rapidpro-packed-'));
  const home = join(parent, 'home');
  mkdirSync(home);
  const packed = await pack(folder, parent);
  const tarball = join(parent, packed.filename);
  await npm(home, 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund');
  const remove = () => rmSync(parent, { recursive: true, force: true });
  return { packed, tarball, home, remove };
}

/** Links of a page that lead to no file beside it. */
export function lostLinks(page: string, text: string, paths: readonly string[]): string[] {
  return linksOf(text)
    .filter(link => !/^(?:[a-z]+:|#|\/\/)/i.test(link))
    .map(link => posix.normalize(posix.join(posix.dirname(page), link.replace(/[?#].*$/s, ''))))
    .filter(target => !paths.includes(decodeURIComponent(target)))
    .map(target => `${page}: ${target}`);
}

/** Links in the Markdown of an installed package that lead to files that were not packed. */
export function linksLost({ packed, home }: Pick<Installed, 'packed' | 'home'>): string[] {
  const paths = packed.files.map(({ path }) => path);
  return paths
    .filter(path => path.endsWith('.md'))
    .flatMap(path =>
      lostLinks(path, readFileSync(join(home, 'node_modules', packed.name, path), 'utf8'), paths),
    );
}
