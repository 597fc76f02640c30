/**
 * How a RapidPro server stores values, as pure functions.
 *
 * - `readFieldValue` returns every typed reading of a field's text. A server makes them when the value is written and shows
 *   the one of the field's type. A field whose type changes to a date therefore shows the time of day of the write, and a
 *   district remains when the state is cleared. `shownFieldValue` returns one of them.
 * - `fieldErrors` returns the errors of a field value in JSON before it has a raw text (`Not a valid string.`).
 * - `normalizeUrn` also returns the display, which `expand_urns` shows.
 * - `storeUrn` processes an item of a `urns` list with all its messages. `urnText` is the step before `normalizeUrn`: blank,
 *   null, and Python's text of other types. API errors come before engine errors: collect `errors` of the whole body first.
 * - `places` are full paths with aliases. `placesOf` makes them from the objects of the boundaries endpoint.
 */

export { storeLanguage, storeName } from './checks.js';
export {
  type FieldValue,
  fieldErrors,
  rawFieldText,
  readFieldValue,
  shownFieldValue,
} from './field.js';
export { JsonNumber, parseJson, TooDeep } from './json.js';
export { type Place, type Places, placesOf } from './place.js';
export type { FieldType, Locale, PlaceContext } from './types.js';
export {
  normalizeUrn,
  type StoredUrn,
  storeUrn,
  type UrnError,
  type UrnRefusal,
  type UrnUse,
  urnText,
  wholeUrn,
} from './urn.js';
