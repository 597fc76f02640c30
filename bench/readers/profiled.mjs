// Runs another reader under the profiler. Arguments: its file, and what it takes itself. Prints, last of
// all, which part of the time went to whom.
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';

/** Microseconds between two looks. */
const INTERVAL = 200;

const [file] = process.argv.splice(2, 1);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
// What the reader imports is there before: the profile has the reading alone.
await import('undici');
await import('../../dist/index.js');
await session.post('Profiler.start');
await import(pathToFileURL(file).href);
const { profile } = await session.post('Profiler.stop');

const nodes = new Map(profile.nodes.map(node => [node.id, node]));
const callers = new Map(
  profile.nodes.flatMap(({ id, children = [] }) => children.map(c => [c, id])),
);
/** Functions that only gather an answer's bytes and make text of them. */
const TEXT = ['toString', 'slice', 'utf8Slice', 'latin1Slice', 'decode', 'chunksDecode', 'concat'];
const COPIES = ['_copyActual', 'copy', 'set', 'isAscii'];
/** Functions that do little but call JSON.parse, whose work the profiler counts as theirs. */
const PARSERS = ['parse', 'parseJson', 'parseWhole', 'consumeEnd'];

/** Who did the work of a node. What the engine has built in counts for its caller, but for the large ones. */
function workerOf({ id, callFrame: { functionName: name, url } }) {
  if (name === '(idle)') return 'waiting for the server';
  if (name === '(garbage collector)') return 'collecting garbage';
  if (name === '(program)') return "Node.js's own parts, not told apart";
  if (name === '(root)') return 'other';
  if (PARSERS.includes(name)) return 'JSON.parse';
  if ([...TEXT, ...COPIES].includes(name) && !url.endsWith('/dist/index.cjs')) {
    return 'bytes to text';
  }
  if (url.includes('zlib')) return 'gunzip';
  if (url.includes('/node_modules/undici/')) return 'undici';
  if (url.includes('/node_modules/')) return 'other packages';
  if (url.startsWith('node:')) return 'sockets, streams and timers of Node.js';
  if (url.endsWith('/dist/index.cjs')) return 'this package';
  if (url.endsWith('/bare.mjs') || url.endsWith('/adaptor.mjs')) return 'the loop itself';
  const caller = nodes.get(callers.get(id));
  return caller ? workerOf(caller) : 'other';
}

const total = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0);
const shares = {};
for (const [index, id] of profile.samples.entries()) {
  const node = nodes.get(id);
  const share = profile.timeDeltas[index] / total;
  const worker = workerOf(node);
  shares[worker] = (shares[worker] ?? 0) + share;
}
// The reader may have silenced the console.
process.stdout.write(`${JSON.stringify({ milliseconds: Math.round(total / 1000), shares })}\n`);
