import { done, refusal } from './messages.mjs';
import { newUid } from './uid.mjs';

/** Starts work in the background. It is done when somebody asks for it the next time. */
export function startJob(store, jobType, baseUrl, work) {
  const id = newUid();
  const now = store.clock();
  const name = `${jobType} (${now})`;
  store.jobs.set(id, { jobType, work, started: now });
  const place = `/api/system/tasks/${jobType}`;
  const response = {
    name,
    id,
    created: store.shown(now),
    jobType,
    jobStatus: 'NOT_STARTED',
    jobParameters: {},
    relativeNotifierEndpoint: `${place}/${id}`,
    responseType: 'JobConfiguration',
  };
  return done(`Initiated ${name}`, { response, headers: { Location: `${baseUrl}${place}` } });
}

/** `POST /api/tracker` in the background. Its `location` lacks `/api`: so does DHIS2's. */
export function startTrackerJob(store, baseUrl, work) {
  const id = newUid();
  store.jobs.set(id, { jobType: 'TRACKER_IMPORT_JOB', work, started: store.clock() });
  const location = `${baseUrl}/tracker/jobs/${id}`;
  return done('Tracker job added', { response: { id, location, responseType: 'TrackerJob' } });
}

function finished(store, id) {
  const job = store.jobs.get(id);
  if (job && !job.result) job.result = job.work();
  return job;
}

/** What happened to a job, the newest first; of one that is unknown, nothing. */
export function jobSteps({ store, params }) {
  const job = finished(store, params.at(-1));
  if (!job) return { status: 200, body: [] };
  const { status, stats, importCount } = job.result;
  const counts = stats ?? { ...importCount, created: importCount?.imported };
  const { created = 0, updated = 0, deleted = 0, ignored = 0 } = counts;
  const step = (message, completed, level = 'INFO') => {
    const id = newUid();
    const time = store.shown(job.started);
    return { level, category: job.jobType, message, completed, id, time, uid: id };
  };
  const level = status === 'ERROR' ? 'ERROR' : 'INFO';
  const end = `Import complete with status ${status}, ${created} created, ${updated} updated, ${deleted} deleted, ${ignored} ignored`;
  const last = job.jobType === 'ANALYTICS_TABLE' ? 'Analytics tables updated: 00:00:23.875' : end;
  return { status: 200, body: [step(last, true, level), step('Process started', false)] };
}

/** `GET /api/tracker/jobs/{id}/report`: 200 also where the import was refused. */
export function jobReport({ store, params: [id] }) {
  const job = finished(store, id);
  if (!job) return refusal(404, `Summary for job ${id} does not exist`, 'E1005');
  return { status: 200, body: job.result };
}

/** `GET /api/system/taskSummaries/{type}/{id}`. */
export function jobSummary({ store, params: [, id] }) {
  const job = finished(store, id);
  return { status: 200, body: job?.result ?? null };
}
