// What reading a list without any waiting at the server is made of: a profile of the reader, sorted by
// who did the work.
import { spawnSync } from 'node:child_process';
import { startServer } from './listen.mjs';
import { path, run } from './measure.mjs';

/** Names are needed to tell who works. */
const build = (...options) =>
  spawnSync('npx', ['tsup', '--silent', ...options], { cwd: path('..'), stdio: 'inherit' });

export async function measureProfile(contacts) {
  build('--no-minify');
  const { host, stop } = await startServer(contacts);
  const profile = reader => {
    const file = path(`readers/${reader}`);
    run(process.execPath, path('readers/profiled.mjs'), file, host);
    return run(process.execPath, path('readers/profiled.mjs'), file, host);
  };
  try {
    const bare = profile('bare.mjs');
    const own = profile('adaptor.mjs');
    const shares = Object.keys({ ...own.shares, ...bare.shares })
      .map(name => ({ name, own: own.shares[name] ?? 0, bare: bare.shares[name] ?? 0 }))
      .sort((a, b) => b.own - a.own);
    console.log(`\nProfile of reading ${contacts} contacts, 0 ms a page`);
    console.log(`  ${''.padEnd(36)} getContacts()  bare loop`);
    for (const { name, own, bare } of shares) console.log(line(name, own, bare));
    return { contacts, shares, own: own.milliseconds, bare: bare.milliseconds };
  } finally {
    stop();
    build();
  }
}

const percent = share => (share === undefined ? '' : `${(share * 100).toFixed(1)} %`);
const line = (name, own, bare) =>
  `  ${name.padEnd(36)} ${percent(own).padStart(13)}  ${percent(bare).padStart(9)}`;
