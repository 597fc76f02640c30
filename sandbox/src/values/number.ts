import type { Dialect } from '../../../src/resources.js';
import { withoutZeros } from './text.js';

/** The limits of `textit`: significant digits and magnitude. */
const MOST_DIGITS = 36;
const MOST_MAGNITUDE = 100;

/** A number as shown, exact and without extra zeros. Null if the text is not a plain decimal number. */
export function readNumber(text: string, dialect: Dialect): string | null {
  const match = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (!match || whole + fraction === '') return null;
  const integer = whole.replace(/^0+/, '') || '0';
  const decimals = withoutZeros(fraction);
  if (dialect === 'textit' && !fits(integer, decimals)) return null;
  const shown = decimals === '' ? integer : `${integer}.${decimals}`;
  return shown === '0' ? shown : sign + shown;
}

function fits(integer: string, decimals: string): boolean {
  const digits = (integer + decimals).replace(/^0+/, '');
  const significant = withoutZeros(digits);
  const magnitude = digits.length - decimals.length - 1;
  return significant.length <= MOST_DIGITS && Math.abs(magnitude) <= MOST_MAGNITUDE;
}
