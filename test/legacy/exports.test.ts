import { expect, test } from 'vitest';
import * as entry from '../../src/index.js';

const OPERATIONS = ['addContact', 'execute', 'sendBroadcast', 'startFlow', 'upsertContact'];
const HELPERS =
  'alterState combine dataPath dataValue each field fields fn fnIf lastReferenceValue log merge sourceValue';

test.each([...OPERATIONS, ...HELPERS.split(' ')])('%s is there by name', name => {
  const byName: { [key: string]: unknown } = entry;
  const ofDefault: { [key: string]: unknown } = entry.default;
  expect(byName[name]).toBeTypeOf('function');
  expect(ofDefault[name]).toBe(byName[name]);
});
