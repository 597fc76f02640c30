import { localPhone } from '../values/phone.js';
import { ErrorValue } from './errors.js';

/** The parts of a URN, `scheme:path?query#display`. */
export interface UrnParts {
  scheme: string;
  path: string;
  display: string;
}

/** @throws ErrorValue for what is none. */
export function urnParts(text: string): UrnParts {
  const not = (reason: string) => new ErrorValue(`${text} is not a valid URN: ${reason}`);
  const colon = text.indexOf(':');
  const ends = /[?#]/.exec(text);
  // Before the path there is no query and no display.
  if (ends && (colon < 0 || ends.index < colon)) throw not(misplaced(ends[0]));
  if (colon === 0 || text === '') throw not('scheme cannot be empty');
  const rest = colon < 0 ? '' : text.slice(colon + 1);
  const [beforeDisplay = '', display, more] = rest.split('#');
  const [path = '', query, another] = beforeDisplay.split('?');
  if (path === '' && query === undefined && display === undefined) {
    throw not('path cannot be empty');
  }
  if (another !== undefined || display?.includes('?')) throw not(misplaced('?'));
  if (more !== undefined) throw not(misplaced('#'));
  if (path === '') throw not('path cannot be empty');
  return {
    scheme: unescaped(text.slice(0, colon)),
    path: unescaped(path),
    display: unescaped(display ?? ''),
  };
}

const misplaced = (sign: string): string =>
  sign === '?'
    ? 'query component can only come after path component'
    : 'fragment component can only come after path or query components';

const unescaped = (text: string): string =>
  text.replaceAll('%23', '#').replaceAll('%3F', '?').replaceAll('%25', '%');

/** A URN for readers: its display, or a phone number as it is dialed. @throws ErrorValue */
export function shownUrn(text: string): string {
  const { scheme, path, display } = urnParts(text);
  if (display !== '') return display;
  return scheme === 'tel' ? localPhone(path) : path;
}
