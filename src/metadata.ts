import { Client } from './client/client.js';
import { Limiter } from './client/limiter.js';
import { pages } from './client/pages.js';
import { type Configuration, parseConfiguration } from './configuration.js';
import { capitalize } from './input/check.js';
import { type ResourceName, resources } from './resources.js';
import type { Dictionary, Json } from './types/json.js';

/** One thing that the editor can offer, or a folder of such things. */
interface MetadataEntity {
  /** What an operation takes: a name, a key, a uuid or an e-mail address. */
  name: string;
  type: string;
  /** What a person reads. */
  label?: string;
  datatype?: string;
  desc?: string;
  children?: MetadataEntity[];
  meta?: { [key: string]: Json };
}

interface Folder {
  resource: ResourceName;
  /** The key of a record that operations take. */
  value: string;
  /** The key of a record that people read. */
  label: string;
  meta: readonly string[];
  query?: { [key: string]: boolean };
}

const FOLDERS: readonly Folder[] = [
  { resource: 'groups', value: 'name', label: 'name', meta: ['uuid', 'query', 'count'] },
  { resource: 'fields', value: 'key', label: 'name', meta: ['type'] },
  {
    resource: 'flows',
    value: 'uuid',
    label: 'name',
    meta: ['type'],
    query: { archived: false },
  },
  { resource: 'labels', value: 'name', label: 'name', meta: ['uuid'] },
  { resource: 'channels', value: 'uuid', label: 'name', meta: ['address'] },
  { resource: 'topics', value: 'uuid', label: 'name', meta: [] },
  { resource: 'users', value: 'email', label: 'email', meta: ['role'] },
  { resource: 'campaigns', value: 'uuid', label: 'name', meta: [] },
  { resource: 'globals', value: 'key', label: 'name', meta: [] },
];

/** Nobody looks through more than this. */
const MOST = 1000;

function pick(record: Dictionary, keys: readonly string[]): { [key: string]: Json } {
  const found = keys.filter(key => record[key] !== undefined && record[key] !== null);
  return Object.fromEntries(found.map(key => [key, record[key] as Json]));
}

function toEntity(record: Dictionary, { resource, value, label, meta }: Folder): MetadataEntity {
  return {
    name: String(record[value]),
    type: resources[resource].nouns[0],
    label: String(record[label] ?? record[value]),
    datatype: 'string',
    meta: pick(record, meta),
  };
}

/** Records with a name. A broken one does not affect the others. */
function isNamed(record: unknown, { value }: Folder): record is Dictionary {
  const name = (record as Dictionary | null)?.[value];
  return typeof name === 'string' && name !== '';
}

async function readFolder(configuration: Configuration, folder: Folder): Promise<MetadataEntity> {
  const { resource, query = {} } = folder;
  const records: Dictionary[] = [];
  // Someone is waiting in the editor, so slow lists are left out.
  const client = new Client(configuration, { timeout: 10, limiter: new Limiter({ maxWait: 5 }) });
  for await (const page of pages(client, resource, query)) {
    records.push(...page.records);
    if (records.length >= MOST) break;
  }
  return {
    name: resource,
    type: 'folder',
    label: capitalize(resources[resource].nouns[1]),
    children: records
      .filter(record => isNamed(record, folder))
      .map(record => toEntity(record, folder)),
  };
}

/**
 * Reads what OpenFn's editor offers in its drop-downs: the workspace's groups, fields, flows, labels,
 * channels, topics, users, campaigns and the names of its globals, but not their values.
 *
 * @param configuration - the credential, with `host` and `token`
 * @returns a tree: folders by name (`groups`, `fields`, …), each with at most 1,000 values for operations. A list
 *   that cannot be read, or takes too long, is left out.
 * @throws RapidProError `INVALID_CONFIGURATION`; where no list can be read `INVALID_TOKEN` and the other errors of every request
 * @example
 * const tree = await metadata({ host: 'https://app.rapidpro.io/', token: '…' });
 */
export async function metadata(configuration: unknown): Promise<MetadataEntity> {
  const parsed = parseConfiguration(configuration);
  const settled = await Promise.allSettled(FOLDERS.map(folder => readFolder(parsed, folder)));
  const children = settled.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  // If one list is not allowed, or fails, the others remain.
  const [first] = settled;
  if (children.length === 0 && first?.status === 'rejected') throw first.reason;
  return { name: 'RapidPro', type: 'workspace', label: 'RapidPro', children };
}
