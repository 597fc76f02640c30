import { describe, expect, test, vi } from 'vitest';
import { parseConfiguration } from '../../src/configuration.js';
import { responseError } from '../../src/errors/responseErrors.js';
import type { Json } from '../../src/types/json.js';
import { TOKEN } from '../support/credential.js';

const configuration = parseConfiguration({ host: 'https://rapidpro.example.org', token: TOKEN });
const LENGTH = 19_000;

/** Words that stand in no message of ours. */
const words = Array.from({ length: 200_000 }, (_, place) => `q${(place * 7919).toString(36)}z`);
const long = words.join(' ');
const texts = Array.from({ length: 50 }, (_, place) =>
  long.slice(place * LENGTH, (place + 1) * LENGTH),
);
const [first = ''] = texts;
const keyed = (values: readonly string[], write = (text: string): Json => text) =>
  Object.fromEntries(values.map((text, place) => [`key_${place}`, write(text)]));

/** How many characters are looked at with patterns while something is done: a measure of its time. */
function charactersIn(work: () => void): number {
  let characters = 0;
  const prototype = RegExp.prototype as unknown as {
    [way: symbol]: (this: RegExp, text: string, ...more: unknown[]) => unknown;
  };
  for (const way of [Symbol.replace, Symbol.match, Symbol.matchAll]) {
    const original = prototype[way];
    vi.spyOn(prototype, way).mockImplementation(function (this: RegExp, text, ...more) {
      characters += text.length;
      return original?.call(this, text, ...more);
    });
  }
  work();
  vi.restoreAllMocks();
  return characters;
}

function refuse(sent: Json, echoed: Json, path = 'contacts') {
  return responseError(
    { method: 'POST', path, body: path === 'contacts' ? { fields: sent } : sent },
    configuration,
    {
      statusCode: 400,
      body: { fields: echoed },
      isJson: true,
      authenticated: true,
    },
  );
}

const base64 = (text: string) => Buffer.from(text).toString('base64').slice(0, LENGTH);

describe('a refusal of 50 texts of 19 KB is redacted in bounded time', () => {
  test.each<[string, Json, Json]>([
    ['that were all sent', keyed(texts), keyed(texts, text => [`Not valid: ${text}`])],
    [
      'one that was sent, again and again',
      keyed([first]),
      keyed(texts, () => [`Not valid: ${first}`]),
    ],
    ['that nobody sent', keyed(['x']), keyed(texts, text => [`Not valid: ${text}`])],
    ['in base64', keyed([first]), keyed(texts, () => [`Not valid: ${base64(first)}`])],
    ['as keys', keyed([first]), Object.fromEntries(texts.map(text => [text, ['Not valid.']]))],
  ])('%s', (_, sent, echoed) => {
    for (const path of ['contacts', 'patients']) {
      let report = '';
      const characters = charactersIn(() => {
        report = JSON.stringify(refuse(sent, echoed, path));
      });
      // It was 6 to 8 million.
      expect(characters).toBeLessThan(400_000);
      expect(report).toContain('VALIDATION_FAILED');
      expect(report.length).toBeLessThan(20_000);
    }
  });
});

test('many short texts take time only for their letters', () => {
  const names = words.slice(0, 150_000).map((word, place) => `${word} ${words[place + 1]}`);
  let report = '';
  const characters = charactersIn(() => {
    report = JSON.stringify(refuse(names, { detail: `${words[7]}, ${words[3]}` }, 'patients'));
  });
  expect(characters).toBeLessThan(8 * names.join('').length);
  expect(report).not.toContain(words[7]);
});

test('the beginning of a long text is shown, and no echo that goes on where it ends', () => {
  const message = 'Come on Monday at nine to the clinic behind the market hall';
  for (let length = 1900; length < 2100; length++) {
    const said = `Not valid: ${first.slice(0, length)} ${message}`.padEnd(5000, ' x');
    const [shown = ''] = refuse({ note: message, other: first }, { note: [said] }).errors ?? [];
    expect(shown).toMatch(/^fields\.note: Not valid: …/);
    expect(shown).not.toMatch(/Monday|clinic|market/);
  }
});

test('what was sent is found behind an echo of two thousand letters', () => {
  const error = refuse({ note: first }, { note: [`Not valid: ${first}`], other: ['Amina, too.'] });
  expect(error.errors?.[0]).toMatch(/^fields\.note: Not valid: …/);
  expect(error.errors?.[1]).toBe('fields.other: Amina, too.');
});

test('what a server says of a large body is shown, but for words that occur in it', () => {
  const story = 'Mukamana wrote to Uwase and Ingabire. '.repeat(3000);
  const error = refuse(
    { story },
    {
      age: ['Ensure this field has no more than 640 characters.'],
      note: ['Not valid: Uwase and Ingabire'],
      story: [`Not valid: ${base64(story)}`, 'Ingabire is nobody.'],
    },
  );
  expect(error.errors).toEqual([
    'fields.age: Ensure this field has no more than 640 characters.',
    'fields.note: Not valid: …',
    'fields.story: …',
    'fields.story: … is nobody.',
  ]);
});
