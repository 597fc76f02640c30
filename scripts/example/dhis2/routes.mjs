import { createToken } from './access.mjs';
import { analytics, makeTables } from './analytics.mjs';
import { listRegistrations, postRegistrations, removeRegistration } from './completeness.mjs';
import { dataStore } from './data-store.mjs';
import { getDataValues, postDataValues } from './data-values.mjs';
import { jobReport, jobSteps, jobSummary } from './jobs.mjs';
import { noSuchPage, refusal } from './messages.mjs';
import { isKind, me, readList, readOne } from './metadata-read.mjs';
import { PERIOD_TYPES } from './periods.mjs';
import { listEvents, listPeople, oneEvent, onePerson } from './tracker-export.mjs';
import { postTracker } from './tracker-import.mjs';

/** The paths that the stand-in has, and what answers each method. A `*` is a part of the path. */
const ROUTES = [
  ['/api/system/info', { GET: systemInfo }],
  ['/api/me', { GET: me }],
  [
    '/api/periodTypes',
    { GET: () => ({ status: 200, body: { periodTypes: PERIOD_TYPES.map(name => ({ name })) } }) },
  ],
  ['/api/apiToken', { POST: createToken }],
  ['/api/tracker', { POST: postTracker }],
  ['/api/tracker/trackedEntities', { GET: listPeople }],
  ['/api/tracker/trackedEntities/*', { GET: onePerson }],
  ['/api/tracker/events', { GET: listEvents }],
  ['/api/tracker/events/*', { GET: oneEvent }],
  ['/api/tracker/jobs/*', { GET: jobSteps }],
  ['/api/tracker/jobs/*/report', { GET: jobReport }],
  ['/api/dataValueSets', { GET: getDataValues, POST: postDataValues }],
  [
    '/api/completeDataSetRegistrations',
    { GET: listRegistrations, POST: postRegistrations, DELETE: removeRegistration },
  ],
  ['/api/analytics', { GET: analytics }],
  ['/api/resourceTables/analytics', { POST: makeTables, PUT: makeTables }],
  ['/api/system/tasks/*/*', { GET: jobSteps }],
  ['/api/system/taskSummaries/*/*', { GET: jobSummary }],
  ['/api/dataStore', { GET: dataStore.namespaces }],
  ['/api/dataStore/*', { GET: dataStore.keys, DELETE: dataStore.removeAll }],
  [
    '/api/dataStore/*/*',
    {
      GET: dataStore.read,
      POST: dataStore.create,
      PUT: dataStore.put,
      DELETE: dataStore.remove,
    },
  ],
  ['/api/dataStore/*/*/metaData', { GET: dataStore.about }],
].map(([path, methods]) => [new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`), methods]);

/** Answers a request of somebody who is known. */
export function route(request) {
  const { method, url } = request;
  const path = url.pathname.replace(/\/$/, '');
  for (const [form, methods] of ROUTES) {
    const found = form.exec(path);
    if (!found) continue;
    const answer = methods[method];
    if (!answer) return refusal(405, `Request method '${method}' is not supported`);
    return answer({ ...request, params: found.slice(1) });
  }
  const [, kind, id] = /^\/api\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
  if (!isKind(kind) || method !== 'GET') return noSuchPage(path);
  return id
    ? readOne({ ...request, params: [kind, id] })
    : readList({ ...request, params: [kind] });
}

function systemInfo({ store, baseUrl }) {
  const now = store.shown(store.clock());
  const never = '1970-01-01T02:00:00.000';
  return {
    status: 200,
    body: {
      contextPath: baseUrl,
      calendar: store.calendar,
      dateFormat: 'yyyy-mm-dd',
      serverDate: now,
      serverTimeZoneId: store.zone,
      serverTimeZoneDisplayName: store.zone,
      lastAnalyticsTableSuccess: never,
      intervalSinceLastAnalyticsTableSuccess: '',
      lastAnalyticsTableRuntime: '',
      lastSystemMonitoringSuccess: never,
      lastAnalyticsTablePartitionSuccess: never,
      intervalSinceLastAnalyticsTablePartitionSuccess: '',
      lastAnalyticsTablePartitionRuntime: '',
      databaseInfo: { spatialSupport: true, time: now },
      version: store.version,
      revision: '',
      buildTime: never,
      encryption: false,
      emailConfigured: false,
      redisEnabled: false,
      systemName: 'DHIS 2',
      systemMetadataVersion: '',
      instanceBaseUrl: baseUrl,
      isMetadataVersionEnabled: false,
      lastMetadataVersionSyncAttempt: never,
    },
  };
}
