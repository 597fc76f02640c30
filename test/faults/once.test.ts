import { expect, test } from 'vitest';
import { networkFailure } from '../../src/errors/networkErrors.js';

test.each(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'])(
  '%s on a connection that stands leaves it open what was done',
  code => {
    const at = (syscall: string) => Object.assign(new Error(code), { code, syscall });
    expect(networkFailure(at('connect'), 1).failure).toEqual({ kind: 'unreachable' });
    expect(networkFailure(at('read'), 1).failure).toEqual({ kind: 'ambiguous' });
    expect(networkFailure(at('write'), 1).failure).toEqual({ kind: 'ambiguous' });
  },
);
