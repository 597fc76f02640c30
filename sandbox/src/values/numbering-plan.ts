import { AREA_CODES } from './numbering-plans.js';

/** How a national number fits its plan by its length alone. */
export type LengthFit = 'possible' | 'local' | 'too-short' | 'too-long' | 'odd';

/** A plan as written in the table. */
export interface PlanSource {
  region: string;
  code: string;
  trunk: string;
  internationalPrefix: string;
  entries: readonly string[];
}

/** The numbering plan of one country or territory. */
export class NumberingPlan {
  private readonly byBeginning = new Map<string, Set<number>>();
  private readonly lengths: number[];
  private readonly local = new Set<number>();
  readonly internationalPrefix: RegExp;
  private readonly trunk: RegExp | null;

  constructor(private readonly source: PlanSource) {
    for (const entry of source.entries) this.add(entry);
    const all = new Set(Array.from(this.byBeginning.values(), lengths => [...lengths]).flat());
    this.lengths = [...all].sort((a, b) => a - b);
    this.internationalPrefix = new RegExp(`^(?:${source.internationalPrefix})`);
    this.trunk = source.trunk === '-' ? null : new RegExp(`^(?:${source.trunk})`);
  }

  /** The country's calling code. */
  get code(): string {
    return this.source.code;
  }

  private add(entry: string): void {
    const [first = '', lengths = ''] = entry.split(':');
    if (first === 'local') {
      for (const length of numbers(lengths)) this.local.add(length);
      return;
    }
    for (const beginning of beginnings(first)) {
      const known = this.byBeginning.get(beginning) ?? [];
      this.byBeginning.set(beginning, new Set([...known, ...numbers(lengths)]));
    }
  }

  /** Whether a national number looks like one of this plan: how it begins and its length agree. */
  suits(national: string): boolean {
    for (const [beginning, lengths] of this.byBeginning) {
      if (national.startsWith(beginning) && lengths.has(national.length)) return true;
    }
    return false;
  }

  fit(national: string): LengthFit {
    const length = national.length;
    if (this.local.has(length)) return 'local';
    if (length < (this.lengths[0] ?? 0)) return 'too-short';
    if (length > (this.lengths.at(-1) ?? 0)) return 'too-long';
    return this.lengths.includes(length) ? 'possible' : 'odd';
  }

  /** The number without trunk prefix, unless that would spoil a number that suits the plan as it is. */
  withoutTrunk(national: string): string {
    const stripped = this.completed(national) ?? this.stripped(national);
    return this.suits(national) && !this.suits(stripped) ? national : stripped;
  }

  private stripped(national: string): string {
    return this.trunk ? national.replace(this.trunk, '') : national;
  }

  /** Local numbers of small territories get their area code; Argentina's mobile 15 becomes a 9 before the area. */
  private completed(national: string): string | null {
    const area = AREA_CODES[this.source.region];
    if (area && isLocal(national, area)) return area[1] + national;
    if (this.source.region !== 'AR') return null;
    const mobile = /^0?(?:(11)15(?=\d{8}$)|([23]\d\d)15(?=\d{7}$)|([23]\d{3})15(?=\d{6}$))/;
    return mobile.test(national) ? national.replace(mobile, '9$1$2$3') : null;
  }
}

function isLocal(national: string, [digits, , first]: (typeof AREA_CODES)[string]): boolean {
  return national.length === digits && new RegExp(`^[${first}]`).test(national);
}

/** `27-9` stands for the digits 2, 7, 8 and 9; `^00` for two zeros. */
function beginnings(text: string): string[] {
  if (text.startsWith('^')) return [text.slice(1)];
  return numbers(text.replace(/(?<=\d)(?=\d)/g, ',')).map(String);
}

/** `2,7-9` is 2, 7, 8, 9. */
function numbers(list: string): number[] {
  return list.split(',').flatMap(range => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, step) => from + step);
  });
}
