/** Work that may have to wait for a listener's answer; most has not, and is done at once. */
export type Work<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits for an answer inside of such work. */
export function* waitFor<T>(promise: Promise<T>): Work<T> {
  return (yield promise) as T;
}

/** Does work; gives a promise only when something has to be waited for. */
export function perform<T>(work: Work<T>, answer?: unknown): T | Promise<T> {
  const step = work.next(answer);
  if (step.done) return step.value;
  return step.value.then(given => perform(work, given));
}
