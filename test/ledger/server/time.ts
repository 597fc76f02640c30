/** Moments are microseconds since 1970: RapidPro's lists are sorted by those. */

export const SECOND = 1_000_000;

/** The server's own clock. It stands still but for the requests that are made and the waits of the client. */
export class Clock {
  micros: number;

  constructor(start = '2026-11-22T15:00:00Z') {
    this.micros = Date.parse(start) * 1000;
  }

  /** Moves on and gives the new moment, so that no two pieces of work share one by accident. */
  tick(micros = 1009): number {
    this.micros += micros;
    return this.micros;
  }

  /** Milliseconds since 1970. */
  get milliseconds(): number {
    return Math.floor(this.micros / 1000);
  }
}

function split(micros: number): { seconds: string; fraction: string } {
  const seconds = new Date(Math.floor(micros / SECOND) * 1000).toISOString().slice(0, 19);
  return { seconds, fraction: String(micros % SECOND).padStart(6, '0') };
}

/** As answers write a moment: without a fraction where it is zero. */
export function toText(micros: number): string {
  const { seconds, fraction } = split(micros);
  return fraction === '000000' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** As Python writes a moment: this is what stands in a cursor. */
export function toPosition(micros: number): string {
  const { seconds, fraction } = split(micros);
  const time = seconds.replace('T', ' ');
  return fraction === '000000' ? `${time}+00:00` : `${time}.${fraction}+00:00`;
}

/** Reads a moment of a filter or a cursor; undefined for other text. */
export function fromText(text: string): number | undefined {
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?)?$/.exec(
      text,
    ) ?? [];
  const milliseconds = date ? Date.parse(`${date}T${time}${zone}`) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0'));
}
