import { engineTime } from '../state/clock.js';
import type { Contact, Message, Run } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { DEFAULT, type Roots, type Value } from './expressions.js';
import { seenUrn } from './hidden-urn.js';
import { pathValue } from './run-path.js';

/** What an expression can refer to. */
export interface Scene {
  workspace: Workspace;
  contact: Contact;
  run?: Run;
  input?: Message | null;
  webhook?: Value;
}

const pathOf = (identity: string): string => identity.slice(identity.indexOf(':') + 1);

/**
 * The roots that flows and broadcasts use most: `@contact`, `@fields`, `@urns`, `@results`, `@input`, `@run`, `@flow`,
 * `@trigger.params`, `@webhook`, `@globals`.
 */
export function rootsOf({ workspace, contact, run, input, webhook }: Scene): Roots {
  return {
    contact: () => contactValue(workspace, contact),
    fields: () => fieldValues(workspace, contact),
    urns: () =>
      Object.fromEntries(contact.urns.map(urn => urnEntry(workspace, urn.identity)).reverse()),
    results: () => resultValues(run),
    input: () =>
      input
        ? {
            [DEFAULT]: input.text,
            uuid: input.uuid,
            text: input.text,
            urn: seenUrn(workspace, input.urn),
            created_on: engineTime(input.createdOn),
          }
        : null,
    run: () =>
      run
        ? {
            uuid: run.uuid,
            flow: flowOf(run),
            created_on: engineTime(run.createdOn),
            path: pathValue(workspace, run),
          }
        : null,
    flow: () => (run ? flowOf(run) : null),
    trigger: () => ({ params: (run?.params ?? null) as Value }),
    webhook: () => webhook ?? null,
    globals: () =>
      Object.fromEntries([...workspace.globals].map(({ key, value }) => [key, value] as const)),
  };
}

const urnEntry = (workspace: Workspace, identity: string): [string, Value] => [
  identity.slice(0, identity.indexOf(':')),
  seenUrn(workspace, identity),
];

const flowOf = ({ flow }: Run): Value => ({
  [DEFAULT]: flow.name,
  uuid: flow.uuid,
  name: flow.name,
});

function contactValue(workspace: Workspace, contact: Contact): Value {
  const urn = seenUrn(workspace, contact.urns[0]?.identity ?? null);
  return {
    ...fieldValues(workspace, contact),
    [DEFAULT]: contact.name ?? (urn === null ? '' : pathOf(urn)),
    uuid: contact.uuid,
    name: contact.name,
    first_name: contact.name?.split(' ')[0] ?? null,
    language: contact.language,
    urn,
    fields: fieldValues(workspace, contact),
    groups: [...contact.groups].map(({ uuid, name }) => ({ [DEFAULT]: name, uuid, name })),
  };
}

function fieldValues(workspace: Workspace, contact: Contact): { [key: string]: Value } {
  return Object.fromEntries(
    [...workspace.fields].map(field => [
      field.key,
      contact.fields.get(field)?.[field.type] ?? null,
    ]),
  );
}

function resultValues(run: Run | undefined): Value {
  const entries = [...(run?.values ?? [])].map(([key, one]): [string, Value] => [
    key,
    {
      [DEFAULT]: one.value,
      name: one.name,
      value: one.value,
      category: one.category,
      category_localized: one.category,
      input: one.input,
    },
  ]);
  return Object.fromEntries(entries);
}
