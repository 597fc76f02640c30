import type { Contact, RunValue } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

/** What the expressions of a text may speak of. */
export interface Scene {
  workspace: Workspace;
  contact: Contact;
  results?: ReadonlyMap<string, RunValue>;
  input?: string;
  params?: unknown;
}

const EXPRESSION = /@@|@\(([^()]*)\)|@([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)/gi;
const ROOTS = new Set(['contact', 'fields', 'urns', 'results', 'input', 'trigger', 'run']);

/**
 * Fills in the plain paths that flows and broadcasts use most: `@contact.name`, `@fields.age`, `@urns.tel`,
 * `@results.cases`, `@results.cases.category`, `@input.text`, `@trigger.params.x`. Anything else becomes empty.
 */
export function fillIn(text: string, scene: Scene): string {
  return text.replace(EXPRESSION, (whole, inside?: string, path?: string) => {
    if (whole === '@@') return '@';
    const steps = (inside ?? path ?? '').trim().toLowerCase().split('.');
    return ROOTS.has(steps[0] ?? '') ? valueAt(steps, scene) : whole;
  });
}

function valueAt([root, ...path]: string[], scene: Scene): string {
  switch (root) {
    case 'contact':
      return contactValue(path, scene);
    case 'fields':
      return fieldValue(path[0], scene);
    case 'urns':
      return urnOf(path[0], scene.contact) ?? '';
    case 'results':
      return resultValue(path, scene);
    case 'input':
      return scene.input ?? '';
    case 'trigger':
      return path[0] === 'params' ? deepText(scene.params, path.slice(1)) : '';
    default:
      return '';
  }
}

function contactValue([key, ...rest]: string[], scene: Scene): string {
  const { contact } = scene;
  switch (key) {
    case undefined:
      return contact.name ?? pathOf(contact.urns[0]?.identity ?? '');
    case 'name':
      return contact.name ?? '';
    case 'first_name':
      return contact.name?.split(' ')[0] ?? '';
    case 'language':
      return contact.language ?? '';
    case 'uuid':
      return contact.uuid;
    case 'urn':
      return contact.urns[0]?.identity ?? '';
    case 'fields':
      return fieldValue(rest[0], scene);
    default:
      return fieldValue(key, scene);
  }
}

function fieldValue(key: string | undefined, { workspace, contact }: Scene): string {
  const field = workspace.fieldsByKey.get(key ?? '');
  return (field && contact.fields.get(field)?.[field.type]) ?? '';
}

const pathOf = (identity: string): string => identity.slice(identity.indexOf(':') + 1);

function urnOf(scheme: string | undefined, contact: Contact): string | undefined {
  return contact.urns.find(({ identity }) => identity.startsWith(`${scheme}:`))?.identity;
}

function resultValue([key, part]: string[], { results }: Scene): string {
  const found = results?.get(key ?? '');
  if (!found) return '';
  if (part === 'category' || part === 'category_localized') return found.category ?? '';
  return part === 'input' ? (found.input ?? '') : found.value;
}

function deepText(value: unknown, path: string[]): string {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return '';
    at = (at as Record<string, unknown>)[step];
  }
  if (at === undefined || at === null) return '';
  return typeof at === 'object' ? JSON.stringify(at) : String(at);
}
