/** A value that survives `JSON.stringify` and back. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** An object whose keys are not known beforehand. */
export type Dictionary<T = unknown> = { [key: string]: T };
