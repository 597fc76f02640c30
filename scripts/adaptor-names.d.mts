/** The names that the platform's compiler can import from the adaptor in this folder. */
export function adaptorNames(folder: string): string[];

/** The names that one declaration file shows to the platform's compiler. */
export function namesIn(text: string): string[];
