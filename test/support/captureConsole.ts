import { format } from 'node:util';
import { vi } from 'vitest';

/** Keeps what is said on the console, and node's warnings, until the test ends. */
export function captureConsole(): string[] {
  const lines: string[] = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      lines.push(format(...args));
    });
  }
  vi.spyOn(process, 'emitWarning').mockImplementation(warning => {
    lines.push(String(warning));
  });
  return lines;
}
