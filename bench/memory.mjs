// How much memory eachPage() needs for a million contacts, above a process that has only imported the
// package.
import { startServer } from './listen.mjs';
import { median, path, run } from './measure.mjs';

const CONTACTS = 1_000_000;

export async function measureMemory(rounds) {
  const { host, stop } = await startServer(CONTACTS);
  const peak = (...args) => {
    const results = Array.from({ length: rounds }, () =>
      run(process.execPath, path('readers/each-page.mjs'), ...args),
    );
    if (args[0] !== 'idle' && results.some(({ records }) => records !== CONTACTS)) {
      throw new Error('not all was read');
    }
    return median(results.map(result => result.peak));
  };
  try {
    const idle = peak('idle');
    const one = peak(host);
    const four = peak(host, '4');
    console.log(`\neachPage() over ${CONTACTS} contacts, median of ${rounds}`);
    for (const [name, value] of Object.entries({ idle, 'one window': one, 'four windows': four })) {
      console.log(
        `  ${name.padEnd(28)} ${value.toFixed(0)} MB (${(value - idle).toFixed(0)} MB more)`,
      );
    }
    return { contacts: CONTACTS, rounds, idle, one, four };
  } finally {
    stop();
  }
}
