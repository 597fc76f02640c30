/** Dates that every contact has in addition to the workspace's fields. */
const SYSTEM_FIELDS = [
  { key: 'created_on', name: 'Created On', type: 'datetime' as const },
  { key: 'last_seen_on', name: 'Last Seen On', type: 'datetime' as const },
];

export const systemField = (key: string) => SYSTEM_FIELDS.find(field => field.key === key);
