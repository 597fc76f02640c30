import { trim, withoutEnd } from './text.js';

/** An administrative area. Its level is the depth of its path. */
export interface Place {
  /** `Rwanda > Kigali City` */
  path: string;
  aliases?: readonly string[];
}

export type Places = readonly Place[];

/** The names in an object of the boundaries endpoint. */
export interface Boundary {
  osm_id: string;
  name: string;
  parent: { osm_id: string; name: string } | null;
  aliases?: readonly string[];
}

/** Full paths of a list of boundaries that refer to their parents. */
export function placesOf(boundaries: readonly Boundary[]): Places {
  const byId = new Map(boundaries.map(one => [one.osm_id, one]));
  const path = (one: Boundary): string => {
    const parent = one.parent && byId.get(one.parent.osm_id);
    return parent ? `${path(parent)} > ${one.name}` : one.name;
  };
  return boundaries.map(one => ({ path: path(one), aliases: one.aliases ?? [] }));
}

const LEVELS = ['country', 'state', 'district', 'ward'] as const;
type Level = (typeof LEVELS)[number];

/** A text read as a location: the paths of its state, district and ward, down to its own level. */
interface PlaceReading {
  state: string | null;
  district: string | null;
  ward: string | null;
}

const NOWHERE: PlaceReading = { state: null, district: null, ward: null };

/**
 * Reads a text with `>` as a full path. Any other text is searched for among the names and aliases of one level, within
 * the parent if that level requires one.
 */
export function readPlace(
  text: string,
  level: 'state' | 'district' | 'ward' | null,
  parent: string | null,
  places: Places = [],
): PlaceReading {
  if (text.includes('>')) return reading(byPath(text, places));
  if (level === null || (level !== 'state' && !parent)) return NOWHERE;
  const within = level === 'state' ? null : byPath(parent ?? '', places);
  if (level !== 'state' && !within) return NOWHERE;
  return reading(placesIn(text, level, within?.path ?? null, places)[0]);
}

/** The places of one level that a text names, within the place with a path or anywhere; a full path is taken for itself. */
export function placesIn(
  text: string,
  level: 'state' | 'district' | 'ward',
  within: string | null,
  places: Places,
): Place[] {
  const full = text.includes('>') ? byPath(text, places) : undefined;
  if (full) return [full];
  const candidates = known(places).filter(
    one => one.level === level && (within === null || one.parent === within),
  );
  return search(text, candidates).map(({ place }) => place);
}

/** A place with what is compared when a text is searched for it. */
interface Known {
  place: Place;
  level: Level | undefined;
  parent: string;
  /** Its name and aliases in lower case. */
  names: readonly string[];
}

const knownOf = new WeakMap<Places, readonly Known[]>();

/** A template may look for many places: their paths are taken apart once. */
function known(places: Places): readonly Known[] {
  const before = knownOf.get(places);
  if (before) return before;
  const all = places.map((place): Known => {
    const parts = place.path.split(' > ');
    const names = [parts.at(-1) ?? '', ...(place.aliases ?? [])];
    return {
      place,
      level: LEVELS[parts.length - 1],
      parent: parts.slice(0, -1).join(' > '),
      names: names.map(name => name.toLowerCase()),
    };
  });
  knownOf.set(places, all);
  return all;
}

function reading(place: Place | undefined): PlaceReading {
  if (!place) return NOWHERE;
  const parts = place.path.split(' > ');
  const upTo = (depth: number) =>
    parts.length > depth ? parts.slice(0, depth + 1).join(' > ') : null;
  return { state: upTo(1), district: upTo(2), ward: upTo(3) };
}

function byPath(path: string, places: Places): Place | undefined {
  const wanted = comparable(path);
  return places.find(place => comparable(place.path) === wanted);
}

const isPeriod = (code: number): boolean => code === 0x2e;

/** Paths are compared ignoring case, spaces around `>`, repeated spaces and a final period. */
function comparable(path: string): string {
  const parts = withoutEnd(path, isPeriod).split('>');
  return parts.map(part => trim(part).replace(/\s+/g, ' ').toLowerCase()).join('>');
}

/** The search terms in order: the whole text, the text without punctuation, each word, each pair of words. */
function search(text: string, candidates: readonly Known[]): Known[] {
  const words = text.match(/[\p{L}\d]+(?:-[\p{L}\d]+)*/gu) ?? [];
  const pairs = words.slice(1).map((word, index) => `${words[index]} ${word}`);
  const bare = text.replace(/[\s\p{P}]+/gu, '');
  for (const name of [text, bare, ...words, ...pairs]) {
    const lower = name.toLowerCase();
    const found = candidates.filter(({ names }) => names.includes(lower));
    if (found.length > 0) return found;
  }
  return [];
}
