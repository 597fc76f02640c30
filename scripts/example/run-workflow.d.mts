import type { FinalState } from '../run-job.mjs';

/** The final state of one of the example's workflows. */
export interface WorkflowState extends FinalState {
  data?: Record<string, number | boolean>;
  /** Records that failed, and those whose outcome is not known, with the reason. */
  problems?: { who: string; reason: string }[];
  readUntil?: string;
  toSend?: { run: string; time: string }[];
}

export interface Runner {
  run(file: string, state?: object): Promise<WorkflowState>;
  close(): void;
}

/** Runs workflow files of the OpenFn CLI on the published runtime. Needs `node --experimental-vm-modules`. */
export function createRunner(options: {
  /** By the file that a step names as its configuration. */
  credentials: Record<string, object>;
  /** What `console` is in the jobs. */
  console?: object;
  /** Operations to add at the end of a job, by the file that a step names. */
  more?: () => Record<string, string>;
}): Runner;

/** The folder of the example. */
export const EXAMPLE: string;
