/** Reports to a person what a job did. */
export function report(done: {
  requests: readonly { method: string; endpoint: string; status: number }[];
  milliseconds: number;
  /** `data` of the final state. */
  result: unknown;
  /** How many people messages went to, where that is known. */
  people?: number;
}): string;
