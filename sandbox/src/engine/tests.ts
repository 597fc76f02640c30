/** The tests of a flow's routers. Each returns the matching part of a text, or undefined. */
type Test = (text: string, args: readonly string[]) => string | undefined;

const words = (text: string): string[] => text.match(/[\p{L}\p{N}_']+/gu) ?? [];
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+/;

function numberIn(text: string): number | undefined {
  const found = NUMBER.exec(text)?.[0];
  return found === undefined ? undefined : Number(found.replaceAll(',', ''));
}

function numberTest(holds: (value: number, ...args: number[]) => boolean): Test {
  return (text, args) => {
    const value = numberIn(text);
    return value !== undefined && holds(value, ...args.map(Number)) ? String(value) : undefined;
  };
}

function wordsTest(all: boolean): Test {
  return (text, [wanted = '']) => {
    const given = words(text);
    const asked = words(wanted);
    const found = given.filter(word => asked.some(one => same(one, word)));
    const complete = asked.every(one => given.some(word => same(one, word)));
    return found.length > 0 && (!all || complete) ? found.join(' ') : undefined;
  };
}

const TESTS: Record<string, Test> = {
  has_text: text => text.trim() || undefined,
  has_number: numberTest(() => true),
  has_number_eq: numberTest((value, wanted) => value === wanted),
  has_number_lt: numberTest((value, most = 0) => value < most),
  has_number_lte: numberTest((value, most = 0) => value <= most),
  has_number_gt: numberTest((value, least = 0) => value > least),
  has_number_gte: numberTest((value, least = 0) => value >= least),
  has_number_between: numberTest((value, least = 0, most = 0) => value >= least && value <= most),
  has_any_word: wordsTest(false),
  has_all_words: wordsTest(true),
  has_phrase: (text, [wanted = '']) => {
    const phrase = words(wanted).join(' ');
    const found = ` ${words(text).join(' ')} `.toLowerCase().includes(` ${phrase.toLowerCase()} `);
    return found ? phrase : undefined;
  },
  has_only_phrase: (text, [wanted = '']) =>
    same(words(text).join(' '), words(wanted).join(' ')) ? text.trim() : undefined,
  has_only_text: (text, [wanted = '']) => (text === wanted ? text : undefined),
  has_beginning: (text, [wanted = '']) =>
    text.trim().toLowerCase().startsWith(wanted.trim().toLowerCase()) ? wanted.trim() : undefined,
  has_pattern: (text, [pattern = '']) => new RegExp(pattern, 'i').exec(text.trim())?.[0],
  has_email: text => /[^\s@]+@[^\s@]+\.[^\s@]+/.exec(text)?.[0],
  has_phone: text => /\+?\d[\d\s-]{7,}\d/.exec(text)?.[0].replace(/[\s-]/g, ''),
};

export function passes(test: string, text: string, args: readonly string[]): string | undefined {
  return TESTS[test]?.(text, args);
}
