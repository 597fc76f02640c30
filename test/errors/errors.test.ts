import { expect, test } from 'vitest';
import { fail, hasErrorCode, RapidProError, withFixInMessage } from '../../src/errors/errors.js';
import { unsent } from '../../src/errors/fault.js';

const whole = {
  code: 'URN_TAKEN',
  description: 'It is taken.',
  fix: 'Take another.',
  statusCode: 400,
  retryAfter: 3,
  errors: ['urns[0]: taken'],
  details: { contacts: ['a'] },
} as const;

test('an error shows its parts, and no more', () => {
  const error = new RapidProError({ ...whole, errors: [...whole.errors], cause: new Error('x') });
  const expected = { name: 'RapidProError', ...whole };
  expect(Object.fromEntries(Object.entries(error))).toEqual(expected);
  expect(JSON.parse(JSON.stringify(error))).toEqual(expected);
  expect({ ...error }).toEqual(expected);
  expect(error.message).toBe('URN_TAKEN: It is taken.');
  expect(String(error)).toBe('RapidProError: URN_TAKEN: It is taken.');
});

test('its cause is there, but not shown', () => {
  const cause = new Error('x');
  const error = new RapidProError({ ...whole, errors: [], cause });
  expect(error.cause).toBe(cause);
  expect(Object.keys(error)).not.toContain('cause');
  expect(Object.keys(error)).not.toContain('errors');
});

test('what does not apply is not there', () => {
  const error = new RapidProError({ code: 'NOT_FOUND', description: 'a', fix: 'b' });
  expect(Object.keys(error)).toEqual(['name', 'code', 'description', 'fix']);
  expect(error).toBeInstanceOf(Error);
});

test('it is known by any of its codes, and no other error is', () => {
  const error = fail('NOT_FOUND', 'a', 'b');
  expect(hasErrorCode(error, 'URN_TAKEN', 'NOT_FOUND')).toBe(true);
  expect(hasErrorCode(error, 'URN_TAKEN')).toBe(false);
  expect(hasErrorCode({ code: 'NOT_FOUND' }, 'NOT_FOUND')).toBe(false);
});

test('its message can have what to do', () => {
  const error = fail('NOT_FOUND', 'It is gone.', 'Look again.');
  expect(withFixInMessage(error)).toBe(error);
  expect(error.message).toBe('NOT_FOUND: It is gone. Look again.');
});

test('a value that is refused is named by its place, with what to write instead', () => {
  const fault = { what: 'has no scheme', fix: 'Write "tel:" before it.' };
  expect({ ...unsent('INVALID_URN', 'urns[1]', fault) }).toEqual({
    name: 'RapidProError',
    code: 'INVALID_URN',
    description: 'urns[1] has no scheme.',
    fix: 'Nothing was sent. Write "tel:" before it.',
  });
});
