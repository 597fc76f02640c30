export interface Finding {
  line: number;
  column: number;
  /** `refused`: the job fails. `mistake`: it does not do what it says. `otherwise`: it may do something else than in version 2. `unknown`: only a run can tell. */
  kind: 'refused' | 'mistake' | 'otherwise' | 'unknown';
  problem: string;
  fix: string;
}

/** What version 3 would refuse or do otherwise in a job, in the order of its lines. Sends nothing. */
export function checkJob(source: string, options?: { file?: string }): Promise<Finding[]>;
