import { describe, expect, test } from 'vitest';
import { addGroup, ensureField, ensureGroup } from '../../../src/index.js';
import { workspace } from '../bulk/workspace.js';
import { failure } from '../run.js';

describe('a name that RapidPro keeps for itself', () => {
  test.each([(name: string) => ensureGroup(name), (name: string) => addGroup({ name })])(
    'of a group: what the names are, without waiting',
    async operation => {
      for (const name of ['Active', ' blocked']) {
        const sandbox = await workspace({ dialect: 'v9' });
        const error = await failure(operation(name), sandbox);
        expect(error.code).toBe('NAME_TAKEN');
        expect(error.description).toContain('hidden group');
        expect(error.fix).toContain('Active, Archived, Blocked and Stopped');
        const paths = sandbox.requests().map(({ method, path }) => `${method} ${path}`);
        expect(paths.at(-1)).toBe('POST /api/v2/groups.json');
        expect(sandbox.requests().length).toBeLessThanOrEqual(2);
      }
    },
  );

  test('of a field', async () => {
    const sandbox = await workspace({ dialect: 'v9' });
    const error = await failure(ensureField({ name: 'Status', type: 'text' }), sandbox);
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.fix).toContain('Choose another name');
  });
});
