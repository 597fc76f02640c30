import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/configuration.js';
import { personalTexts, redact } from '../../src/errors/redact.js';
import { flattenErrors, formatFieldError } from '../../src/errors/refusals.js';
import { responseError } from '../../src/errors/responseErrors.js';
import { TOKEN } from '../support/credential.js';

const configuration = parseConfiguration({ host: 'https://rapidpro.example/', token: TOKEN });

describe('flattening', () => {
  test('takes any JSON, gives a bounded list of texts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), body => {
        const errors = flattenErrors(body);
        expect(errors.length).toBeLessThanOrEqual(50);
        for (const error of errors) expect(typeof formatFieldError(error)).toBe('string');
      }),
    );
  });

  test('keeps every sentence of the shapes that RapidPro uses, with its key', () => {
    const sentence = fc.stringMatching(/^[A-Z][a-z ]{3,20}\.$/);
    const key = fc
      .stringMatching(/^[a-z_]{2,10}$/)
      .filter(name => !/^(detail|non_field_)/.test(name));
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.array(sentence, { minLength: 1, maxLength: 3 }), { maxKeys: 5 }),
        fc.nat(99),
        sentence,
        (fields, index, other) => {
          const body = { ...fields, zz_list: { [index]: [other] }, non_field_errors: [other] };
          const texts = flattenErrors(body).map(formatFieldError);
          for (const [name, sentences] of Object.entries(fields)) {
            for (const text of sentences) expect(texts).toContain(`${name}: ${text}`);
          }
          expect(texts).toContain(`zz_list[${index}]: ${other}`);
          expect(texts).toContain(other);
        },
      ),
    );
  });
});

describe('what people wrote', () => {
  /** Words that stand in no message of ours: what is found of them afterwards was leaked. */
  const secret = fc.stringMatching(/^[A-Z]q[a-z]{3,8}x[a-z]{2,6}z$/);
  const number = fc.stringMatching(/^\d{9,12}$/);
  const around = fc.constantFrom(
    (echo: string) => ({ name: [`Not valid: ${echo}`] }),
    (echo: string) => ({ detail: `Invalid URN: ${echo}` }),
    (echo: string) => ({ urns: { 0: [`"${echo}" is not valid.`] } }),
    (echo: string) => ({ fields: { age: [`${echo}: no`] } }),
    (echo: string) => ({ groups: [`No such object: ${echo}`] }),
    (echo: string) => [{ [`no ${echo}`]: `(${echo})` }],
  );

  test('never survives in an error, however the server echoes it', () => {
    fc.assert(
      fc.property(secret, secret, number, around, (name, text, digits, say) => {
        const body = { name, urns: [`tel:+${digits}`], fields: { note: text }, text };
        for (const echo of [name, text, `tel:+${digits}`, `+${digits}`, `${name} ${text}`]) {
          const error = responseError({ method: 'POST', path: 'contacts', body }, configuration, {
            statusCode: 400,
            body: say(echo),
            isJson: true,
            authenticated: true,
          });
          const reported = `${JSON.stringify(error)} ${error.message} ${error.stack}`;
          expect(reported).not.toContain(name);
          expect(reported).not.toContain(text);
          expect(reported).not.toContain(digits);
          expect(error.fix).not.toBe('');
        }
      }),
    );
  });

  test('is taken out of any text around it, and so is the token', () => {
    const noise = fc.stringMatching(/^[ a-z.,:;"'()[\]{}-]{0,20}$/);
    fc.assert(
      fc.property(noise, secret, noise, (before, name, after) => {
        const personal = personalTexts({ path: 'contacts', body: { name } });
        // A word that it is only a part of is another word.
        const text = `${before} ${name} ${after} Token ${TOKEN}`;
        const clean = redact(text, personal, [TOKEN]);
        expect(clean).not.toContain(name);
        expect(clean).not.toContain(TOKEN);
      }),
    );
  });

  test('URNs and e-mail addresses are masked, whoever wrote them', () => {
    fc.assert(
      fc.property(number, fc.emailAddress(), (digits, address) => {
        const clean = redact(`a tel:+${digits} b +${digits} c ${address} d`);
        expect(clean).not.toContain(digits);
        expect(clean).not.toContain(address);
      }),
    );
  });
});

test('any answer becomes an error of this package, that says what to do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.jsonValue(),
      fc.boolean(),
      (statusCode, body, isJson) => {
        const error = responseError({ method: 'GET', path: 'contacts' }, configuration, {
          statusCode,
          body,
          isJson,
          authenticated: false,
        });
        expect(error.name).toBe('RapidProError');
        expect(error.fix).not.toBe('');
        expect(JSON.parse(JSON.stringify(error))).toMatchObject({ statusCode, code: error.code });
      },
    ),
  );
});
