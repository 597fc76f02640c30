// How much memory eachPage() needs for a million contacts, above a process that has only imported the
// package.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { median, path, run } from './measure.mjs';

const CONTACTS = Number(process.env.MEMORY_CONTACTS ?? 1_000_000);

export async function measureMemory(rounds) {
  const server = spawn(process.execPath, [path('server.mjs'), String(CONTACTS)]);
  try {
    const [line] = await once(server.stdout, 'data');
    const host = `http://127.0.0.1:${Number(String(line))}/`;
    const peaks = argument =>
      Array.from({ length: rounds }, () =>
        run(process.execPath, path('readers/each-page.mjs'), argument),
      );
    const reading = peaks(host);
    if (reading.some(({ records }) => records !== CONTACTS)) throw new Error('not all was read');
    const busy = median(reading.map(({ peak }) => peak));
    const idle = median(peaks('idle').map(({ peak }) => peak));
    console.log(`\neachPage() over ${CONTACTS} contacts, median of ${rounds}`);
    console.log(`  idle after import            ${idle.toFixed(0)} MB`);
    console.log(
      `  at its peak                  ${busy.toFixed(0)} MB (${(busy - idle).toFixed(0)} MB more)`,
    );
    console.log(
      `  time                         ${median(reading.map(r => r.seconds)).toFixed(1)} s`,
    );
  } finally {
    server.kill();
  }
}
