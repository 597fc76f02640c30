/**
 * Lines for the log of the run: counts and uuids, never names, URNs or message texts.
 */
export const log = {
  info(text: string): void {
    console.log(`RapidPro: ${text}`);
  },
  warn(text: string): void {
    console.warn(`RapidPro: warning: ${text}`);
  },
};

/** `20,000`. Not by toLocaleString(), which takes 150 ms when it is first called. */
export const withCommas = (amount: number) => String(amount).replace(/\B(?=(?:\d{3})+$)/g, ',');

/**
 * `1 contact`, `2 contacts`, `20,000 contacts`.
 *
 * @param noun - also that for many, where it has more than an "s"
 */
export function count(amount: number, noun: string | readonly [one: string, many: string]): string {
  const [one, many] = typeof noun === 'string' ? [noun, `${noun}s`] : noun;
  return `${withCommas(amount)} ${amount === 1 ? one : many}`;
}
