import type { Value } from '../expressions/values.js';
import type { Contact, Flow, Message, Run } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import type { Definition } from './definition.js';

/** A run on its way from one wait to the next. */
export interface Sprint {
  workspace: Workspace;
  run: Run;
  contact: Contact;
  flow: Flow;
  definition: Definition;
  input: Message | null;
  /** Whether it began with a start of several contacts. */
  amongOthers: boolean;
  webhook: Value;
  sent: Message[];
}

/** Saves the result of a node under the key that its name makes. */
export function saveResult(
  { run, workspace }: Sprint,
  name: string,
  value: string,
  category: string | null,
  node: string,
  input: string | null,
): void {
  const time = workspace.ticker.next();
  run.values.set(resultKey(name), { name, value, category, node, time, input });
}

/** `Cases Seen` has the key `cases_seen`. */
export function resultKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
