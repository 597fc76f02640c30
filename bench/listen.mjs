// Starts the benchmark's server in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { path } from './measure.mjs';

export async function startServer(contacts, delay = 0, shape = 'even') {
  const server = spawn(process.execPath, [
    path('server.mjs'),
    String(contacts),
    String(delay),
    shape,
  ]);
  const [line] = await once(server.stdout, 'data');
  return { host: `http://127.0.0.1:${Number(String(line))}/`, stop: () => server.kill() };
}
