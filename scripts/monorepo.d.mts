/** Lays the package out for OpenFn's monorepo. */
export function layOut(folder: string): void;

/** Where each page, picture and example is laid out. */
export function pagesThere(): Map<string, string>;
