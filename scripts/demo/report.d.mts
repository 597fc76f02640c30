/** Tells a person what a job did. */
export function report(done: {
  requests: readonly { method: string; endpoint: string; status: number }[];
  milliseconds: number;
  /** `data` of the final state. */
  result: unknown;
  /** Messages that people got, where that is known. */
  delivered?: number;
}): string;
