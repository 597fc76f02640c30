import type { Operations } from './case.js';
import * as operations from './operations.js';

/** Run in a process of its own: what one operation comes to, and the most memory that it took, in MB. */

const [host = '', name = '', token = ''] = process.argv.slice(2);
console.log = () => {};
console.warn = () => {};

const operation = (operations as unknown as Record<string, Operations>)[name]?.[name];
const ended = await operation?.()({ configuration: { host, token } }).then(
  () => ({ code: 'done' }),
  error => JSON.parse(JSON.stringify(error)),
);
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ error: ended, memory }));
process.exit();
