import fc from 'fast-check';

/** The same random cases in every run, so that a failure is of the change at hand. `SEED=123 npx vitest run …` tries others. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 2026) });
