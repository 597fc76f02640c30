import vm from 'node:vm';
import ts from 'typescript';
import { JobSyntaxError } from './errors.mjs';
import { isDeclared, isReference, topLevelObject, walkChecking } from './parse.mjs';

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
 * Finds which names of the job come from which adaptor. The platform's compiler overlooks some of
 * them: a job that relies on one is refused, unless the name is imported for another place anyway.
 *
 * @param {ReturnType<import('./parse.mjs').parseJob>} job
 * @param {{ name: string, exports: Set<string> }[]} adaptors
 */
export function findImports(job, adaptors) {
  const used = new Map();
  const overlooked = [];
  walkChecking(job, node => {
    if (!ts.isIdentifier(node) || node.text === '$' || !isReference(node)) return;
    if (isDeclared(job, node)) return;
    const from = adaptors.filter(({ exports }) => exports.has(node.text));
    if (from.length > 1) throw twiceExported(job, node, from);
    if (from.length === 1) {
      const reason = whyOverlooked(node);
      if (reason) overlooked.push({ node, ...reason });
      else used.set(node.text, from[0].name);
    } else if (!globals.has(node.text) && !ts.isTypeOfExpression(node.parent)) {
      throw unknownName(job, node, adaptors);
    }
  });
  for (const missed of overlooked) {
    if (!used.has(missed.node.text)) job.onProblem(notImported(job, missed));
  }
  return { lines: importLines(used, adaptors), has: name => used.has(name) };
}

/** Where the platform's compiler does not look for names to import. */
function whyOverlooked(node) {
  const { parent, text } = node;
  const object = topLevelObject(node);
  if (object) {
    const name = object.parent.name.getText();
    return {
      place: 'in an object at the top of the job',
      fix: `Make that a function: const ${name} = () => ({ … }), or compute it inside fn().`,
    };
  }
  if (ts.isShorthandPropertyAssignment(parent)) {
    return { place: `in { ${text} }`, fix: `Give it another key: { my_${text}: ${text} }.` };
  }
  const own = ts.isPropertyAssignment(parent) && parent.initializer === node;
  if (own && ts.isIdentifier(parent.name) && parent.name.text === text) {
    return {
      place: `in { ${text}: ${text} }`,
      fix: `Give it another key: { my_${text}: ${text} }.`,
    };
  }
  if (isKeyInBrackets(node)) {
    return { place: 'alone in square brackets', fix: 'Put it into a constant first.' };
  }
  return undefined;
}

/** `table[util]` and `table[util.key]`, but not `table[util.key()]`. */
function isKeyInBrackets(node) {
  let key = node;
  while (ts.isPropertyAccessExpression(key.parent) && key.parent.expression === key)
    key = key.parent;
  return ts.isElementAccessExpression(key.parent) && key.parent.argumentExpression === key;
}

function notImported(job, { node, place, fix }) {
  const problem = `${node.text} is ${place}, where the platform’s compiler does not import it.`;
  return new JobSyntaxError(job, node.getStart(job.sourceFile), problem, fix);
}

function twiceExported(job, node, adaptors) {
  const names = adaptors.map(({ name }) => name).join(' and ');
  return new JobSyntaxError(
    job,
    node.getStart(job.sourceFile),
    `${node.text} is exported by both ${names}, and the platform imports it from both: a SyntaxError.`,
    'Use a separate step for each adaptor.',
  );
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
