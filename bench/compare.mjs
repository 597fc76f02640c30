// Candidates that take turns, so that a slow moment of the machine meets all of them.
import { median } from './measure.mjs';

/**
 * Times each of `[name, measure]`. Ratios are to the first one, taken round by round.
 *
 * @param warmups - rounds that only warm the disk and the server; default: 1
 */
export function compare(candidates, rounds, warmups = 1) {
  const results = candidates.map(([name]) => ({ name, seconds: [], requests: undefined }));
  for (let round = -warmups; round < rounds; round++) {
    for (const [index, [, measure]] of candidates.entries()) {
      const { seconds, requests } = measure();
      if (round >= 0) results[index].seconds.push(seconds);
      results[index].requests = requests;
    }
  }
  for (const one of results) {
    one.median = median(one.seconds);
    one.ratio = ratioTo(one, results[0]);
  }
  return results;
}

/** The median of one candidate's times divided by another's, round by round. */
export function ratioTo(one, base) {
  return median(one.seconds.map((seconds, round) => seconds / base.seconds[round]));
}

/** Prints each candidate's median and its ratio to the first one. */
export function print(title, results) {
  console.log(`\n${title}`);
  for (const { name, seconds, median, ratio, requests } of results) {
    const spread = `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
    const asked = requests === undefined ? '' : `  ${requests} requests`;
    console.log(
      `  ${name.padEnd(32)} ${median.toFixed(3)} s  (${spread})  ${ratio.toFixed(3)} × ${results[0].name}${asked}`,
    );
  }
}
