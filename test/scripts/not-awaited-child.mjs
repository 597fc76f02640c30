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
};
/** Calls its operation when the job has ended. */
const LATE = `fn(state => { [1, 9].forEach(async item => { await new Promise(done => setTimeout(done, 150)); try { await ${UPSERT}; } catch (error) { await new Promise(done => setTimeout(done, 50)); throw error; } }); return state; });`;
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
for (const [name, job] of Object.entries(JOBS)) {
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
const [, , last] = process.argv;
if (last === 'late') {
  warned = [];
  await run(LATE, []);
  await run('getGroups();', []);
  await new Promise(done => setTimeout(done, 500));
  process.stdout.write(
    `${JSON.stringify(warned.filter(line => line.includes('after the job')).length > 0)}\n`,
  );
}
if (last === 'other') await run(OTHER, []);
process.stdout.write('"to the end"\n');
server.close();
