import type { Dialect } from '../../resources.js';

export function storeLanguage(
  value: unknown,
  _mode: 'create' | 'update',
  _dialect: Dialect,
): { value: string | null } | { errors: string[] } {
  return { value: value === null ? null : String(value).trim() };
}
