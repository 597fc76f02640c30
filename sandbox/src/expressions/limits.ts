import { OverLimit } from './errors.js';

/** What one template may cost. A unit is a step, or a few letters of text. */
const MOST_UNITS = 30_000;

/** The units of one letter. Copying text is cheap. */
const LETTER = 1 / 12;

/** The units of one letter that is looked at alone. */
const LETTER_ALONE = 1 / 4;

const DIGIT = 1 / 50;

/** Counts what a template costs, so that no text can keep the sandbox busy: steps, not time, so that it is the same everywhere. */
export class Meter {
  #left = MOST_UNITS;

  get isSpent(): boolean {
    return this.#left < 0;
  }

  /** @throws OverLimit */
  charge(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new OverLimit('an expression this costly');
  }

  /** For a number that is read, made or printed: what its digits cost grows with their square. */
  chargeDigits(digits: number): void {
    this.charge((digits * DIGIT) ** 2);
  }

  /** For text that is taken apart, letter by letter or word by word. */
  chargeLetters(letters: number): void {
    this.charge(letters * LETTER_ALONE);
  }

  /** For text that is made or read. */
  chargeText(letters: number): void {
    this.charge(letters * LETTER);
  }
}

/** The letters of a template. No server keeps longer ones: messages have 4,096, texts of flows 10,000 and bodies of webhooks 20,000. */
export const MOST_LETTERS = 20_000;

/** How deep evaluation may go, with the functions that an expression makes and calls. */
export const MOST_LEVELS = 600;

/** How deeply an expression may nest. A real one nests a handful of levels. */
export const MOST_DEPTH = 250;
