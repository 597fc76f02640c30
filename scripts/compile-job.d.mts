export interface AdaptorFolder {
  /** The package name, as a job would import it. */
  name: string;
  /** The package's folder. */
  path: string;
}

/** What is wrong with a job, found before it runs. */
export class JobSyntaxError extends Error {
  file: string;
  line: number;
  column: number;
  /** One sentence. */
  problem: string;
  /** What to write instead. */
  fix: string;
}

/** Turns a job as people write it into the module that `@openfn/runtime` runs. */
export function compileJob(
  source: string,
  options: {
    adaptors: readonly AdaptorFolder[];
    file?: string;
    /** Told of each problem; without it, the first one is thrown. */
    onProblem?: (problem: JobSyntaxError) => void;
  },
): string;
