/** What an error says, as a job sees it. */
export interface Refusal {
  code: string;
  description: string;
  fix: string;
  errors?: string[];
}

/** What a check throws; undefined if it takes the value. */
export function refusalOf(check: () => unknown): Refusal | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Refusal;
  }
}
