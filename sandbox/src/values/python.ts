import { JsonNumber } from './json.js';
import { trim } from './text.js';

/** Python's text of a JSON value: `5.0`, `1000.0`, `True`, `['a']`. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : repr(value);
}

/** What Python takes for true: nothing that is empty or zero. */
export function isTruthy(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return Number(value.source) !== 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(JSON.stringify(value));
  if (value instanceof JsonNumber) return numberText(value.source);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${repr(item)}`);
  return `{${pairs.join(', ')}}`;
}

/** Integers stay exact; numbers with a point or an exponent are read as doubles. */
function numberText(source: string): string {
  return /^-?\d+$/.test(source) ? String(BigInt(source)) : floatText(Number(source));
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return `${sign}${scientific(mantissa, exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function scientific(mantissa: string, exponent: number): string {
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${power}`;
}

const NAMED: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, char => {
    if (char === quote) return `\\${char}`;
    return NAMED[char] ?? (char !== ' ' && /[\p{C}\p{Z}]/u.test(char) ? escaped(char) : char);
  });
  return quote + body.join('') + quote;
}

function escaped(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python reads no longer integers. */
const MOST_DIGITS = 4300;

/** An integer as Python reads it from a text: with blanks around it, a sign, and `_` between digits. Undefined if it is none. */
export function readInteger(text: string): number | undefined {
  if (!/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text)) return undefined;
  const digits = trim(text).replaceAll('_', '');
  return digits.replace(/^[+-]/, '').length > MOST_DIGITS ? undefined : Number(digits);
}
