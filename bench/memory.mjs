// How much memory eachPage() needs for a million contacts, and eachArchivedRuns() for a million runs, above
// a process that has only imported the package.
import { startServer } from './listen.mjs';
import { path, run } from './measure.mjs';

/** A multiple of the twelve months of the archives. */
const RECORDS = 1_000_008;

export async function measureMemory(rounds) {
  const { host, stop } = await startServer(RECORDS);
  const measure = (name, ...args) => {
    const results = Array.from({ length: rounds }, () =>
      run(process.execPath, path('readers/each-page.mjs'), ...args),
    );
    if (args[0] !== 'idle' && results.some(({ records }) => records !== RECORDS)) {
      throw new Error('not all was read');
    }
    const peaks = results.map(({ peak }) => peak);
    return { name, peaks, seconds: results.map(({ seconds }) => seconds) };
  };
  try {
    const rows = [
      measure('idle after import', 'idle'),
      measure('eachPage(getContacts())', host),
      measure('eachPage(getContacts()), 4 windows', host, '4'),
      measure('eachArchivedRuns()', host, 'archives'),
    ];
    console.log(`\n${RECORDS} records, ${rounds} runs each`);
    for (const { name, peaks, seconds } of rows) {
      const shown = peaks.map(peak => Math.round(peak)).join(', ');
      const longest = Math.max(...seconds).toFixed(1);
      console.log(`  ${name.padEnd(36)} peaks of ${shown} MB, at most ${longest} s`);
    }
    return { records: RECORDS, rounds, rows };
  } finally {
    stop();
  }
}
