import vm from 'node:vm';
import ts from 'typescript';
import { JobSyntaxError } from './errors.mjs';
import { isDeclared, isReference, walk } from './parse.mjs';

// What @openfn/runtime puts into the context of a job, beside the language's own globals.
const GIVEN = [
  'Buffer',
  'clearInterval',
  'clearTimeout',
  'console',
  'parseFloat',
  'parseInt',
  'setInterval',
  'setTimeout',
  'state',
];

const globals = new Set([
  ...vm.runInNewContext('Object.getOwnPropertyNames(globalThis)'),
  ...GIVEN,
  'undefined',
  'arguments',
]);

/**
 * Finds which names of the job come from which adaptor.
 *
 * @param {ReturnType<import('./parse.mjs').parseJob>} job
 * @param {{ name: string, exports: Set<string> }[]} adaptors
 */
export function findImports(job, adaptors) {
  const used = new Map();
  walk(job.sourceFile, node => {
    if (!ts.isIdentifier(node) || node.text === '$' || !isReference(node)) return;
    if (ts.isTypeOfExpression(node.parent) || isDeclared(job, node)) return;
    const adaptor = adaptors.find(({ exports }) => exports.has(node.text));
    if (adaptor) used.set(node.text, adaptor.name);
    else if (!globals.has(node.text)) throw unknownName(job, node, adaptors);
  });
  return { lines: importLines(used, adaptors), has: name => used.has(name) };
}

function importLines(used, adaptors) {
  return adaptors.flatMap(({ name }) => {
    const names = [...used].filter(([, from]) => from === name).map(([imported]) => imported);
    if (names.length === 0) return [];
    // The second line lets the runtime find the adaptor's own `execute`.
    return [`import { ${names.join(', ')} } from '${name}';`, `export * from '${name}';`];
  });
}

function unknownName(job, node, adaptors) {
  const all = adaptors.flatMap(({ exports }) => [...exports]);
  const near = nearest(node.text, all);
  return new JobSyntaxError(
    job,
    node.getStart(job.sourceFile),
    `${node.text} is neither exported by ${adaptors.map(({ name }) => name).join(' or ')} nor a global that a job can reach.`,
    near ? `Did you mean ${near}?` : 'Check its spelling, or define it in the job.',
  );
}

function nearest(word, candidates) {
  const [best] = candidates
    .map(name => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, word.length / 3) ? best.name : undefined;
}

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, swap);
    }
    row = next;
  }
  return row[b.length];
}
