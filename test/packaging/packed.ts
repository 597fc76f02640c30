import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../scripts/run-child.js';
import { npmEnvironment } from './project.js';

export interface Packed {
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

/**
 * Packs what is built and installs it where nothing else is.
 * @param folder - The folder of the package.
 */
export async function installPacked(folder: string): Promise<Installed> {
  const parent = mkdtempSync(join(tmpdir(), 'rapidpro-packed-'));
  const home = join(parent, 'home');
  mkdirSync(home);
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', parent];
  const { stdout } = await npm(folder, ...pack);
  const [packed] = JSON.parse(stdout) as [Packed];
  const tarball = join(parent, packed.filename);
  await npm(home, 'install', tarball, '--prefer-offline', '--no-audit', '--no-fund');
  const remove = () => rmSync(parent, { recursive: true, force: true });
  return { packed, tarball, home, remove };
}
