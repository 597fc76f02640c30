/** What is set up in the stand-in at first: lists of objects by their kind. */
export const METADATA: Record<string, Record<string, unknown>[]> & {
  users: Record<string, unknown>[];
};
