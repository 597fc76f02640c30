/** A token in the form of RapidPro's; no server knows it. */
export const TOKEN = '0123456789abcdef0123456789abcdef01234567';

/** `state.configuration` for a test server. */
export function credential({ host }: { host: string }): { host: string; token: string } {
  return { host, token: TOKEN };
}
