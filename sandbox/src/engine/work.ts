/** Work that may wait for a listener's response. Most does not, and runs synchronously. */
export type Work<T> = Generator<Promise<unknown>, T, unknown>;

/** Waits for a promise inside such work. */
export function* waitFor<T>(promise: Promise<T>): Work<T> {
  return (yield promise) as T;
}

/** Runs work. Returns a promise only if something has to be waited for. */
export function perform<T>(work: Work<T>, answer?: unknown): T | Promise<T> {
  const step = work.next(answer);
  if (step.done) return step.value;
  return step.value.then(given => perform(work, given));
}
