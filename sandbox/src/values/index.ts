/**
 * How a RapidPro server stores what is sent to it, as pure functions without state.
 *
 * Beyond the plain questions (raw text, shown value, name, language, URN, JSON):
 * - `readFieldValue` gives every typed reading of a field's text. A server makes them when the value is written and
 *   shows the one of the field's type, so that retyping a field shows a date with the time of day of the write, and
 *   a district stays when the state is cleared. `shownFieldValue` is one entry of it.
 * - `fieldErrors` says what is wrong with a field value in JSON before it has a raw text (`Not a valid string.`).
 * - `normalizeUrn` also gives the display part, which `expand_urns` shows.
 * - `storeUrn` is the whole way of one item of a `urns` list, with the messages; `urnText` is what of it comes before
 *   `normalizeUrn`: blank, null, and Python's text of what is not a string. Messages of the API come before errors of the
 *   engine: collect `errors` of the whole body first.
 * - `places` are full paths with aliases; `placesOf` makes them from the objects of the boundaries endpoint.
 */
export {
  type FieldValue,
  fieldErrors,
  rawFieldText,
  readFieldValue,
  shownFieldValue,
} from './field.js';
export { JsonNumber, parseJson } from './json.js';
export { storeLanguage } from './language.js';
export { storeName } from './name.js';
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
} from './urn.js';
