/** One administrative area. Its level follows from the depth of its path. */
export interface Place {
  /** `Rwanda > Kigali City` */
  path: string;
  aliases?: readonly string[];
}

export type Places = readonly Place[];

/** An object of the boundaries endpoint, as far as names go. */
export interface Boundary {
  osm_id: string;
  name: string;
  parent: { osm_id: string; name: string } | null;
  aliases?: readonly string[];
}

/** Full paths from a list of boundaries that name their parents. */
export function placesOf(boundaries: readonly Boundary[]): Places {
  const byId = new Map(boundaries.map(one => [one.osm_id, one]));
  const path = (one: Boundary): string => {
    const parent = one.parent && byId.get(one.parent.osm_id);
    return parent ? `${path(parent)} > ${one.name}` : one.name;
  };
  return boundaries.map(one => ({ path: path(one), aliases: one.aliases ?? [] }));
}
