import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';

/** Where Postgres is installed; undefined where it is not. The newest one. */
export function postgresFolder() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join(DEBIAN, version, 'bin'))
    .find(folder => existsSync(join(folder, 'initdb')));
}

/** Postgres refuses to run as root: it then runs as `nobody`. */
const NOBODY = 65534;

/**
 * A Postgres of its own, on a socket in a temporary folder: no port, no network.
 *
 * @param {string} folder - where Postgres is installed
 */
export function startPostgres(folder) {
  const place = mkdtempSync(join(tmpdir(), 'postgres-'));
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(place, NOBODY, NOBODY);
  const data = join(place, 'data');
  const run = (name, ...args) =>
    execFileSync(join(folder, name), args, { ...as, cwd: place, stdio: 'ignore', timeout: 60_000 });
  run('initdb', '-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  const settings = `-k ${place} -c listen_addresses= -c fsync=off`;
  run('pg_ctl', '-D', data, '-w', '-l', join(place, 'log'), '-o', settings, 'start');
  const configuration = { host: place, user: 'tester', database: 'postgres' };
  return {
    configuration,
    async query(text) {
      const client = new pg.Client(configuration);
      await client.connect();
      try {
        return (await client.query(text)).rows ?? [];
      } finally {
        await client.end();
      }
    },
    stop() {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(place, { recursive: true });
    },
  };
}
