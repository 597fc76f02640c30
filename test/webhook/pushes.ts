import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recording, type ServerName } from '../../recordings/read.js';

/** What the flow engine pushed, as a listener recorded it. */
export interface RecordedPush {
  method: string;
  path: string;
  headers: [string, string][];
  body: string;
}

export function recordedPush(name: string): RecordedPush {
  const file = `../../recordings/rapidpro-9.0.0/webhook/${name}.json`;
  return JSON.parse(readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8'));
}

export interface RecordedEvent {
  resthook: string;
  data: Body;
  created_on: string;
}

export interface Body {
  contact: { [key: string]: unknown };
  [key: string]: unknown;
}

/** The events that a server listed, newest first. */
export function recordedEvents(server: ServerName): RecordedEvent[] {
  const { response } = recording(server, 'resthook_events', 'get_list');
  return (response.body as { results: RecordedEvent[] }).results;
}

/** What comes out when objects go from run to run. */
export const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** The default body of a Call Webhook node, with invented values. */
export const DEFAULT_BODY = {
  contact: {
    uuid: '7a3c1d52-5a0e-4c0b-9a53-0d8a5e3f7c11',
    name: 'Amina Diallo',
    urn: 'tel:+221770001122',
  },
  flow: { uuid: 'b6a2b0b1-3c1f-4d06-8f0b-6f2c1a7f9e02', name: 'Malaria Report' },
  results: {
    district: { value: 'Kolda', category: 'Has Text' },
    cases: { value: '4', category: 'Has Number' },
  },
};
