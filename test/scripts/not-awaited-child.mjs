import { createServer } from 'node:http';
import { failureIn, runJob } from '../../scripts/run-job.mjs';

/** Runs jobs on the platform's runtime, in a process that nobody else listens in, and prints what became of each. */

const UUID = '957c02cb-bf04-413b-80f0-8176d927af44';
const UPSERT = "upsertContact({ urns: ['tel:+25078812312' + item] })(state)";
const forEach = body =>
  `fn(state => { state.data.forEach(${body}); return state; });\ngetGroups();`;

const JOBS = {
  called: forEach(`item => { ${UPSERT}; }`),
  awaited: forEach(`async item => { await ${UPSERT}; }`),
  'in all': `fn(state => { Promise.all(state.data.map(item => ${UPSERT})); return state; });\ngetGroups();`,
  'promises first': forEach(
    `async item => { await null; const [one] = await Promise.all([item]); await null; item = one; await ${UPSERT}; }`,
  ),
  early: `fn(async state => { state.data.forEach(async item => { await ${UPSERT}; }); await new Promise(done => setTimeout(done, 100)); return state; });\ngetGroups();`,
  caught: forEach(`async item => { try { await ${UPSERT}; } catch {} }`),
  raced: `fn(async state => { await Promise.race([new Promise(done => setTimeout(done, 1)), ...state.data.map(item => ${UPSERT})]); return state; });`,
  kept: `fn(state => { state.kept = Promise.all(state.data.map(item => ${UPSERT})); return state; });\ngetGroups();\nfn(async state => { await state.kept.catch(() => {}); delete state.kept; return state; });`,
  'kept by no one': `fn(state => { state.kept = Promise.all(state.data.map(item => ${UPSERT})); return state; });\ngetGroups();\nfn(state => { delete state.kept; return state; });`,
  'taken late': `fn(async state => { const calls = state.data.map(item => ${UPSERT}); await new Promise(done => setTimeout(done, 200)); calls.forEach(async call => { await call; }); return state; });`,
};
/** Calls its operation when the job has ended. */
const LATE = `fn(state => { [1, 9].forEach(async item => { await new Promise(done => setTimeout(done, 150)); try { await ${UPSERT}; } catch (error) { await new Promise(done => setTimeout(done, 50)); throw error; } }); return state; });`;
/** The job's own error behind a call that was made when the job had ended. */
const OWN = `fn(whole => { const [state, item] = [{ ...whole }, 1]; setTimeout(() => ${UPSERT}.then(() => { throw new Error('of the job'); }), 50); return whole; });`;
/** Begun in the job, and thrown on when it has ended. */
const LONG = `fn(state => { const item = 9; (async () => { try { await ${UPSERT}; } catch (error) { await new Promise(done => setTimeout(done, 200)); throw error; } })(); return state; });`;
/** Last: it ends the process. */
const OTHER = `fn(async state => { await upsertContact({ urns: ['tel:+250788123129'] })(state).catch(() => {}); Promise.reject(new Error('of another library')); await new Promise(done => setTimeout(done, 100)); return state; });`;

let writes = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.method === 'POST') writes++;
    const isBad = request.method === 'POST' && request.url.includes('8123129');
    const answer = isBad
      ? { language: ['Not a valid language.'] }
      : { next: null, previous: null, results: [], uuid: UUID };
    response.writeHead(isBad ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const configuration = {
  host: `http://127.0.0.1:${server.address().port}/`,
  token: 'a-token-of-nobody',
};
const run = (job, data) => runJob(job, { state: { configuration, data } });

console.log = () => {};
let warned = [];
console.warn = line => warned.push(line);
const [, , last] = process.argv;
for (const [name, job] of last ? [] : Object.entries(JOBS)) {
  for (const data of [
    [1, 2],
    [1, 9, 2],
  ]) {
    writes = 0;
    warned = [];
    const failure = failureIn(await run(job, data)) ?? {};
    const { code = /^[A-Z_]+(?=: )/.exec(failure.message)?.[0], fix } = failure;
    const isTold = warned.some(line => line.includes('upsertContact() was called inside'));
    process.stdout.write(`${JSON.stringify({ name, code, fix: Boolean(fix), writes, isTold })}\n`);
  }
}
if (last === 'late') {
  warned = [];
  await run(LATE, []);
  await run(LONG, []);
  await run('getGroups();', []);
  await new Promise(done => setTimeout(done, 500));
  process.stdout.write(
    `${JSON.stringify(warned.filter(line => line.includes('after the job')).length > 0)}\n`,
  );
}
if (last === 'own') {
  // From here on failures are listened for.
  await run(JOBS.called, [9]);
  await run(OWN, []);
  await new Promise(done => setTimeout(done, 500));
}
if (last === 'other') await run(OTHER, []);
process.stdout.write('"to the end"\n');
server.close();
