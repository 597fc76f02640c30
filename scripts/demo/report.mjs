/** What a request to an endpoint is for, in the words of the people who run a program. */
const SENDING = {
  broadcasts: ['broadcast', 'broadcasts'],
  messages: ['message', 'messages'],
  flow_starts: ['flow start', 'flow starts'],
};

const RECORDS = {
  contacts: ['contact', 'contacts'],
  groups: ['group', 'groups'],
  fields: ['field', 'fields'],
  workspace: ['workspace', 'workspaces'],
};

/**
 * Reports to a person what a job did.
 *
 * @param {object} done
 * @param {{ method: string, endpoint: string, status: number }[]} done.requests
 * @param {number} done.milliseconds
 * @param {unknown} done.result - `data` of the final state
 * @param {number} [done.people] - how many people messages went to, where that is known
 * @returns {string}
 */
export function report({ requests, milliseconds, result, people }) {
  const good = requests.filter(({ status }) => status >= 200 && status < 300);
  const posts = good.filter(({ method }) => method !== 'GET');
  const read = good.filter(({ method }) => method === 'GET');
  const sent = posts.filter(({ endpoint }) => endpoint in SENDING);
  const changed = posts.filter(({ endpoint }) => !(endpoint in SENDING));
  const reached = people ? [`to ${amount(people, ['person', 'people'])}`] : [];
  const took = amount(requests.length, ['request', 'requests']);
  return table([
    ...resultRows(result),
    ['Read', tally(read, pagesOf)],
    ['Changed', tally(changed, recordsOf)],
    ['Sent', [...tally(sent, endpoint => SENDING[endpoint]), ...reached]],
    ['Took', [`${took} to RapidPro, ${(milliseconds / 1000).toFixed(1)} seconds`]],
  ]);
}

function pagesOf(endpoint) {
  return [`page of ${plain(endpoint)}`, `pages of ${plain(endpoint)}`];
}

function recordsOf(endpoint) {
  return RECORDS[endpoint] ?? [plain(endpoint), plain(endpoint)];
}

function resultRows(result) {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return [];
  return [['Result', Object.entries(result).map(([name, value]) => `${name}: ${shown(value)}`)]];
}

function shown(value) {
  if (Array.isArray(value)) return `${value.length} items`;
  return value !== null && typeof value === 'object' ? '…' : String(value);
}

function tally(requests, nounsOf) {
  const counts = new Map();
  for (const { endpoint } of requests) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return [...counts].map(([endpoint, count]) => amount(count, nounsOf(endpoint)));
}

function plain(endpoint) {
  return endpoint === 'runs' ? 'flow runs' : endpoint.replaceAll('_', ' ');
}

function amount(count, [one, many]) {
  return `${count} ${count === 1 ? one : many}`;
}

function table(rows) {
  return rows
    .map(
      ([title, items]) => `${title.padEnd(10)}${items.length > 0 ? items.join(', ') : 'nothing'}`,
    )
    .join('\n');
}
