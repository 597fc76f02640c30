import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from '../scripts/run-child.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function readText(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

export interface Manifest {
  name: string;
  version: string;
  main: string;
  types: string;
  type: string;
  files: string[];
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

export const manifest: Manifest = JSON.parse(readText('package.json'));

/** Every operation that a job can call, beside the namespaces and the common helpers. */
export const OPERATIONS = [
  'addCampaign',
  'addCampaignEvent',
  'addContact',
  'addField',
  'addGlobal',
  'addGroup',
  'addLabel',
  'addOptIn',
  'addResthookSubscriber',
  'addTicketNote',
  'addToGroup',
  'addTopic',
  'archiveContactMessages',
  'archiveMessages',
  'assignTickets',
  'blockContacts',
  'changeTicketTopic',
  'closeTickets',
  'deleteCampaignEvent',
  'deleteContact',
  'deleteContacts',
  'deleteGroup',
  'deleteLabel',
  'deleteMessages',
  'deleteResthookSubscriber',
  'downloadAttachment',
  'eachArchivedMessages',
  'eachArchivedRuns',
  'eachChange',
  'eachMissedPush',
  'eachPage',
  'ensureField',
  'ensureGroup',
  'ensureLabel',
  'getArchives',
  'getBoundaries',
  'getBroadcasts',
  'getCampaignEvents',
  'getCampaigns',
  'getChannelEvents',
  'getChannels',
  'getClassifiers',
  'getContact',
  'getContacts',
  'getDeliveries',
  'getFields',
  'getFlowDefinitions',
  'getFlowRuns',
  'getFlowStarts',
  'getFlows',
  'getGlobals',
  'getGroups',
  'getLabels',
  'getMessages',
  'getOptIns',
  'getResthookEvents',
  'getResthookSubscribers',
  'getResthooks',
  'getStatistics',
  'getTemplates',
  'getTickets',
  'getTopics',
  'getUsers',
  'getWorkspace',
  'interruptContacts',
  'labelMessages',
  'removeFromGroup',
  'reopenTickets',
  'restoreMessages',
  'sendBroadcast',
  'sendMessage',
  'setGlobal',
  'startFlow',
  'subscribe',
  'syncContacts',
  'unblockContacts',
  'unlabelMessages',
  'unsubscribe',
  'updateCampaign',
  'updateCampaignEvent',
  'updateContact',
  'updateField',
  'updateGlobal',
  'updateGroup',
  'updateLabel',
  'updateTopic',
  'uploadMedia',
  'upsertContact',
  'upsertContacts',
];

/** What is passed on from language-common. */
export const COMMON = [
  ...['alterState', 'as', 'chunk', 'combine', 'cursor', 'dataPath', 'dataValue', 'dateFns', 'each'],
  ...['field', 'fields', 'fn', 'fnIf', 'group', 'lastReferenceValue', 'log', 'map', 'merge'],
  ...['parseCsv', 'sourceValue', 'util'],
];

/** The environment for npm, which finds its registry and its cache there. */
export function npmEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Builds the package where nobody has; two test files at a time must not both do it. */
export async function built(): Promise<void> {
  const lock = join(ROOT, 'node_modules', '.building');
  while (!isBuilt() || existsSync(lock)) {
    if (!take(lock)) {
      await sleep(200);
      continue;
    }
    try {
      const env = npmEnvironment();
      const { code, stderr } = await start('npm', ['run', 'build'], { cwd: ROOT, env });
      if (code !== 0) throw new Error(`npm run build failed: ${stderr}`);
    } finally {
      rmSync(lock, { recursive: true });
    }
  }
}

function isBuilt(): boolean {
  const made = ['dist/index.js', 'dist/index.cjs', 'types/index.d.ts', 'sandbox/dist/index.js'];
  return made.every(file => existsSync(join(ROOT, file)));
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
