import { describe, expect, test } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import { refuseMissing, type TextKind } from '../../src/input/missing.js';
import { BAD_CODE, BAD_REFERENCES, GOOD_TEXTS } from './texts.js';

const KINDS: TextKind[] = ['message', 'contactName', 'value', 'name'];

function refusal(text: string, kind: TextKind, isLiteral = false): RapidProError | undefined {
  try {
    refuseMissing(text, 'there', kind, isLiteral);
    return undefined;
  } catch (error) {
    return error as RapidProError;
  }
}

describe.each(Object.entries(GOOD_TEXTS))('in %s', (_, texts) => {
  test.each(texts)('good for anything: %j', text => {
    expect(KINDS.filter(kind => refusal(text, kind))).toEqual([]);
  });
});

test.each(BAD_CODE)('code, for anything, and with literal too: %j', text => {
  for (const kind of KINDS) {
    const error = refusal(text, kind);
    expect(error?.description).toMatch(/contains (?:the code of a function|an operation)/);
    expect(error?.fix).not.toContain('literal');
    expect(error?.fix).toContain('http.post()');
    expect(refusal(text, kind, true)).toEqual(error);
  }
});

test.each(BAD_REFERENCES)('a reference, for anything, unless literal says so: %j', text => {
  for (const kind of KINDS) {
    expect(refusal(text, kind)?.description).toContain('a reference in quotes');
    expect(refusal(text, kind)?.fix).toContain('{ literal: true }');
    expect(refusal(text, kind, true)).toBeUndefined();
  }
});
