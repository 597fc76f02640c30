import { createSandbox } from '@openfn/rapidpro-sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { runExample, SOURCE_EXAMPLES } from './sourceExamples.js';

test.each(Object.keys(SOURCE_EXAMPLES))(
  'this example in a comment does what it says:\n%s',
  async code => {
    const sandbox = await createSandbox({ seed: 'maternal-health' });
    onTestFinished(() => sandbox.close());
    const { host, token } = sandbox;
    expect(await runExample(code, { sandbox, host, token })).toBe(true);
  },
);
