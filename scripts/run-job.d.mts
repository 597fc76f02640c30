import type { AdaptorFolder } from './compile-job.mjs';

export interface RunOptions {
  /** Without it, this package. */
  adaptors?: readonly AdaptorFolder[];
  /** The state that the job starts with: configuration, data, … */
  state?: object;
  /** What the runtime logs to; without it, nowhere. */
  logger?: object;
  /** What `console` is in the job. */
  console?: object;
  /** The job's file name, for error messages. */
  file?: string;
}

export interface FinalState {
  data?: unknown;
  references?: unknown[];
  response?: {
    method: string;
    path: string;
    statusCode: number;
    duration: number;
    requests: number;
  };
  errors?: Record<string, { message: string; details?: Record<string, unknown> }>;
  [key: string]: unknown;
}

/** Compiles a job and runs it on the published runtime. Needs `node --experimental-vm-modules`. */
export function runJob(source: string, options?: RunOptions): Promise<FinalState>;

/** This package, as an adaptor that a job can use. */
export function thisPackage(): AdaptorFolder;

/** The error of the step that failed, as the adaptor made it; undefined where none failed. */
export function failureIn(
  state: FinalState | undefined,
): ({ message: string } & Record<string, unknown>) | undefined;
