export function storeName(value: unknown): { value: string | null } | { errors: string[] } {
  return { value: value === null ? null : String(value).trim() };
}
