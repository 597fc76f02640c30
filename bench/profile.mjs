// What reading a list without any waiting at the server is made of: a profile of the reader, sorted by
// who did the work.
import { startServer } from './listen.mjs';
import { path, run } from './measure.mjs';

/** Own functions that are listed by name. */
const NAMED = 12;

export async function measureProfile(contacts) {
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
    const functions = own.functions.slice(0, NAMED);
    console.log(`\nProfile of reading ${contacts} contacts, 0 ms a page`);
    console.log(`  ${''.padEnd(36)} getContacts()  bare loop`);
    for (const { name, own, bare } of shares) console.log(line(name, own, bare));
    console.log('  Of which, in this package');
    for (const { name, share } of functions) console.log(line(`  ${name}`, share));
    return { contacts, shares, functions, own: own.milliseconds, bare: bare.milliseconds };
  } finally {
    stop();
  }
}

const percent = share => (share === undefined ? '' : `${(share * 100).toFixed(1)} %`);
const line = (name, own, bare) =>
  `  ${name.padEnd(36)} ${percent(own).padStart(13)}  ${percent(bare).padStart(9)}`;
