export function installedCopy(name: string, path: string): { path: string; remove: () => void };
