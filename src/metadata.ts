import { Client } from './client/client.js';
import { RapidProError } from './client/errors.js';
import { parseConfiguration } from './configuration.js';
import { collect } from './operations/list.js';
import { type ResourceName, resources } from './resources.js';
import type { Dictionary, Json } from './types/json.js';

/** One thing that the editor can offer, or a folder of such things. */
export interface MetadataEntity {
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
  type: string;
  /** The key of a record that operations take. */
  value: string;
  /** The key of a record that people read. */
  label: string;
  /** Keys that go into `meta`. */
  meta: readonly string[];
  query?: { [key: string]: boolean };
}

const FOLDERS: readonly Folder[] = [
  {
    resource: 'groups',
    type: 'group',
    value: 'name',
    label: 'name',
    meta: ['uuid', 'query', 'count'],
  },
  { resource: 'fields', type: 'field', value: 'key', label: 'name', meta: ['type'] },
  {
    resource: 'flows',
    type: 'flow',
    value: 'uuid',
    label: 'name',
    meta: ['type'],
    query: { archived: false },
  },
  { resource: 'labels', type: 'label', value: 'name', label: 'name', meta: ['uuid'] },
  { resource: 'channels', type: 'channel', value: 'uuid', label: 'name', meta: ['address'] },
  { resource: 'topics', type: 'topic', value: 'uuid', label: 'name', meta: [] },
  { resource: 'users', type: 'user', value: 'email', label: 'email', meta: ['role'] },
  { resource: 'campaigns', type: 'campaign', value: 'uuid', label: 'name', meta: [] },
  { resource: 'globals', type: 'global', value: 'key', label: 'name', meta: [] },
];

function pick(record: Dictionary, keys: readonly string[]): { [key: string]: Json } {
  const found = keys.filter(key => record[key] !== undefined && record[key] !== null);
  return Object.fromEntries(found.map(key => [key, record[key] as Json]));
}

function toEntity(record: Dictionary, { type, value, label, meta }: Folder): MetadataEntity {
  return {
    name: String(record[value]),
    type,
    label: String(record[label] ?? record[value]),
    datatype: 'string',
    meta: pick(record, meta),
  };
}

async function readFolder(client: Client, folder: Folder): Promise<MetadataEntity[]> {
  const { resource, query } = folder;
  try {
    const records = await collect(client, resource, query ?? {});
    return [
      {
        name: resource,
        type: 'folder',
        label: labelOf(resource),
        children: records.map(record => toEntity(record, folder)),
      },
    ];
  } catch (error) {
    // A token that may not read one list still gets the others.
    const skip = error instanceof RapidProError && error.code === 'PERMISSION_DENIED';
    if (skip) return [];
    throw error;
  }
}

function labelOf(resource: ResourceName): string {
  const [, many] = resources[resource].nouns;
  return many.charAt(0).toUpperCase() + many.slice(1);
}

/**
 * Reads what the editor offers in its drop-downs: the workspace's groups, fields, flows, labels,
 * channels, topics, users, campaigns and the names of its globals. Their values are not read out.
 *
 * @param configuration - the credential: `{ host, token }`
 * @returns a tree: folders by name (`groups`, `fields`, …), in each of them what operations take
 * @throws RapidProError `INVALID_CONFIGURATION`, `INVALID_TOKEN` and the other errors of every request
 * @example
 * const tree = await metadata({ host: 'https://app.rapidpro.io/', token: '…' });
 */
export async function metadata(configuration: unknown): Promise<MetadataEntity> {
  const parsed = parseConfiguration(configuration);
  const folders = await Promise.all(FOLDERS.map(folder => readFolder(new Client(parsed), folder)));
  return { name: 'RapidPro', type: 'workspace', label: 'RapidPro', children: folders.flat() };
}
