import { readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { count } from '../src/input/log.ts';
import { OPTIONS } from '../src/input/options.ts';
import { adaptorNames } from './adaptor-names.mjs';
import { checkBody } from './check/bodies.mjs';
import { checkNeverRun, checkNotAwaited, checkNoValue } from './check/calls.mjs';
import { checkFilterNames, listOf, optionsOfList } from './check/filters.mjs';
import {
  checkCalled,
  checkOnce,
  checkOptions,
  checkQuoted,
  checkResponse,
} from './check/habits.mjs';
import { namesOf } from './check/names.mjs';
import { staticValue } from './check/statics.mjs';
import { JobSyntaxError } from './compile/errors.mjs';
import { findImports } from './compile/imports.mjs';
import { findLazyState } from './compile/lazy-state.mjs';
import { parseJob, walk } from './compile/parse.mjs';
import { refuseUnreadable } from './compile/unreadable.mjs';
import { thisPackage } from './run-job.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const { operations: described } = JSON.parse(readFileSync(join(ROOT, 'ast.json'), 'utf8'));
const operations = new Map(described.map(({ name, params }) => [name, { params }]));
/** Of language-common: those that are operations, and give no value. */
const COMMON = ['alterState', 'combine', 'cursor', 'each', 'fn', 'fnIf', 'log'];
const NAMESPACED = /^(?:http\.(?:get|post|delete|request)|webhook\.parse)$/;

const HELP = `Usage: npm run check-job -- job.js [more.js …]

Lists what version 3 would refuse or do differently in jobs for version 2, and mistakes in any job.
It reads only the text of the jobs: nothing is sent, and no credential is needed.
What only a run can show is reported as "cannot tell".

The exit code is 1 if a line would be refused, or is a mistake.
`;

/**
 * `refused`: the job fails. `mistake`: it does not do what it says, in version 2 neither. `otherwise`: it may
 * do something else than in version 2.
 *
 * @typedef {'refused' | 'mistake' | 'otherwise'} Kind
 */

/**
 * What version 3 would refuse or do otherwise in a job, in the order of its lines.
 *
 * @param {string} source - the job's text
 * @param {object} [options]
 * @param {string} [options.file] - its name, for messages
 * @returns {Promise<{ line: number, column: number, kind: Kind, problem: string, fix: string }[]>}
 */
export async function checkJob(source, { file = 'job.js' } = {}) {
  try {
    return await findingsOf(source, file);
  } catch (error) {
    // Whatever walks through it, and TypeScript itself, runs out of stack.
    if (!(error instanceof RangeError)) throw error;
    const problem = 'This job is nested too deeply to be checked.';
    const fix = 'Move inner parts into their own constants and functions.';
    return [{ line: 1, column: 1, kind: 'unknown', problem, fix }];
  }
}

async function findingsOf(source, file) {
  const findings = [];
  const onProblem = ({ line, column, problem, fix }) =>
    findings.push({ line, column, kind: 'refused', problem, fix });
  let job;
  try {
    job = parseJob(source, basename(file), onProblem);
  } catch (error) {
    // A job that cannot be parsed has nothing else to be looked at.
    if (!(error instanceof JobSyntaxError)) throw error;
    onProblem(error);
    return findings;
  }
  refuseUnreadable(job);
  findLazyState(job, findImports(job, [thisAdaptor()]));
  await lookAtCalls(job, findings);
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

let known;

/** What a job can import from this package. */
function thisAdaptor() {
  if (!known) {
    const { name, path } = thisPackage();
    known = { name, exports: new Set(adaptorNames(path)) };
  }
  return known;
}

async function lookAtCalls(parsed, findings) {
  const job = { ...parsed, ...namesOf(parsed, isOperationName) };
  const note = kind => (node, problem, fix) => {
    const start = node.getStart(parsed.sourceFile);
    const { line, character } = parsed.sourceFile.getLineAndCharacterOfPosition(start);
    const found = { line: line + 1, column: character + 1, kind, problem, fix };
    const isSaid = findings.some(
      other => other.line === found.line && other.column === found.column && WRONG.has(other.kind),
    );
    if (!isSaid || !WRONG.has(kind)) findings.push(found);
  };
  const report = {
    refused: note('refused'),
    mistake: note('mistake'),
    otherwise: note('otherwise'),
    unknown: note('unknown'),
  };
  const seen = new Set();
  const calls = [];
  walk(parsed.sourceFile, node => {
    if (ts.isCallExpression(node) && job.isOperation(node)) calls.push(node);
  });
  for (const call of calls) {
    const name = job.operation(call.expression);
    const { params = [] } = operations.get(name) ?? {};
    const [first] = call.arguments;
    const options = call.arguments[params.indexOf('options')];
    const given = options && staticValue(options, job);
    if (call.arguments.some(ts.isSpreadElement)) {
      const fix = 'Write the arguments one by one, so that they can be checked.';
      report.unknown(call, `${name} gets a list of arguments: what is in it.`, fix);
    } else {
      const list = listOf(name, params);
      if (first) {
        const value = staticValue(first, job);
        await checkBody(name, first, value, given, report);
        checkFilterNames(list, first, value, report);
      }
      if (list) checkOptions(options, given, name, optionsOfList(list), report);
      else checkOptions(options, given, undefined, Object.keys(OPTIONS), report);
    }
    checkNeverRun(call, job, report);
    checkNotAwaited(call, job, report);
    checkOnce(call, name, report, seen);
  }
  for (const { node, name } of job.uncalled()) checkCalled(node, name, job, report);
  walk(parsed.sourceFile, node => {
    checkResponse(node, report);
    checkQuoted(node, job, report);
    checkNoValue(node, job, report);
  });
}

/** Of these one in a place is enough. */
const WRONG = new Set(['refused', 'mistake']);

function isOperationName(name) {
  return operations.has(name) || COMMON.includes(name) || NAMESPACED.test(name);
}

function printed(file, { line, column, kind, problem, fix }) {
  const word = kind === 'unknown' ? 'cannot tell' : kind;
  return `${file}:${line}:${column}: ${word}: ${problem}\n    ${fix}\n`;
}

const WHY_UNREAD = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you do not have permission to read it',
};

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${WHY_UNREAD[error.code] ?? error.code}.`);
  }
}

async function command() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return process.stdout.write(HELP);
  if (positionals.length === 0) throw new Error(HELP.trimEnd());
  const counts = { refused: 0, mistake: 0, otherwise: 0, unknown: 0 };
  let text = '';
  // What is missing is said before anything is looked at.
  const jobs = positionals.map(file => [file, textOf(file)]);
  for (const [file, source] of jobs) {
    for (const finding of await checkJob(source, { file })) {
      counts[finding.kind]++;
      text += printed(file, finding);
    }
  }
  const { refused, mistake, otherwise, unknown } = counts;
  const told = [
    count(refused, ['refusal', 'refusals']),
    count(mistake, ['mistake', 'mistakes']),
    count(otherwise, ['difference', 'differences']),
    ...(unknown ? [`${count(unknown, ['place', 'places'])} where it cannot tell`] : []),
  ];
  process.stdout.write(
    `${text}${told.join(', ')}. Values that come from data are checked when the job runs. Nothing was sent.\n`,
  );
  if (refused + mistake > 0) process.exitCode = 1;
  return undefined;
}

const [, script] = process.argv;
if (script && import.meta.url === pathToFileURL(realpathSync(script)).href) {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    console.error(error.message);
  }
}
