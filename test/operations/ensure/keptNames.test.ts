import { describe, expect, test } from 'vitest';
import {
  addField,
  addGroup,
  ensureField,
  ensureGroup,
  updateField,
  updateGroup,
} from '../../../src/index.js';
import { workspace } from '../bulk/workspace.js';
import { failure, run } from '../run.js';

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

  test.each([
    (name: string) => addField({ name, type: 'text' }),
    (name: string) => ensureField({ name, type: 'text' }),
    (name: string) => updateField('age', { name, type: 'number' }),
  ])('of a field that each contact has anyway, without waiting', async operation => {
    const names = {
      v9: ['ID', 'name', ' Language', 'Created On', 'last seen on'],
      textit: ['created on', 'Last Seen On'],
    };
    for (const dialect of ['v9', 'textit'] as const) {
      const sandbox = await workspace({ dialect });
      for (const name of names[dialect]) {
        const before = sandbox.requests().length;
        const error = await failure(operation(name), sandbox);
        expect(error.code).toBe('NAME_TAKEN');
        expect(error.description).toContain('hidden field');
        expect(error.fix).toContain('what each contact has anyway');
        expect(sandbox.requests().length - before).toBeLessThanOrEqual(2);
      }
    }
  });

  test('is no such name where the server takes it', async () => {
    const sandbox = await workspace({ dialect: 'textit' });
    const { data } = await run(ensureGroup('Active'), sandbox);
    await run(ensureField({ name: 'Language', type: 'text' }), sandbox);
    const { uuid } = (await run(addGroup({ name: 'Others' }), sandbox)).data as { uuid: string };
    for (const again of [
      addGroup({ name: 'active' }),
      updateGroup(uuid, { name: 'Active' }),
      addField({ name: 'Language', type: 'text' }),
      updateField('age', { name: 'language', type: 'number' }),
    ]) {
      const error = await failure(again, sandbox);
      expect(error.code).toBe('NAME_TAKEN');
      expect(error.description).not.toContain('hidden');
      expect(error.fix).toContain('Use what exists');
    }
    expect((await run(ensureGroup('Active'), sandbox)).data).toEqual(data);
  });

  test('of a field', async () => {
    const sandbox = await workspace({ dialect: 'v9' });
    const error = await failure(ensureField({ name: 'Status', type: 'text' }), sandbox);
    expect(error.code).toBe('VALIDATION_FAILED');
    expect(error.fix).toContain('Choose another name');
  });
});
