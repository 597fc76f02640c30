/** What is wrong with a job, found before it runs. */
export class JobSyntaxError extends Error {
  /**
   * @param {{ file: string, sourceFile: import('typescript').SourceFile }} job
   * @param {number} position - where in the job
   * @param {string} problem - one sentence
   * @param {string} fix - what to write instead
   */
  constructor(job, position, problem, fix) {
    const { line, character } = job.sourceFile.getLineAndCharacterOfPosition(position);
    super(`${job.file}:${line + 1}:${character + 1}: ${problem} ${fix}`);
    this.name = 'JobSyntaxError';
    this.file = job.file;
    this.line = line + 1;
    this.column = character + 1;
    this.problem = problem;
    this.fix = fix;
  }
}
