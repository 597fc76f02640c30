// What the benchmarks share: running a reader in a process of its own, and the middle of its figures.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const path = relative => fileURLToPath(new URL(relative, import.meta.url));

export function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
