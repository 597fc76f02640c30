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

/** Lines that begin with the operation that they are about, because a job may have several. */
export function logOf(operation: string): typeof log {
  return {
    info: text => log.info(`${operation}(): ${text}`),
    warn: text => log.warn(`${operation}(): ${text}`),
  };
}

/** `20,000`. Not by toLocaleString(), which takes 150 ms when it is first called. */
export const withCommas = (amount: number) => String(amount).replace(/\B(?=(?:\d{3})+$)/g, ',');

/**
 * `1 contact`, `2 contacts`, `20,000 contacts`.
 *
 * @param noun - also that for many, where it has more than an "s"
 */
export function count(amount: number, noun: Noun): string {
  const one = typeof noun === 'string' ? noun : noun[0];
  return `${withCommas(amount)} ${amount === 1 ? one : plural(noun)}`;
}

type Noun = string | readonly [one: string, many: string];

export function plural(noun: Noun): string {
  return typeof noun === 'string' ? `${noun}s` : noun[1];
}
