/** Failures of operations that nobody looks at, however they came there: node alone knows which these are. */

interface Shared {
  /** What to do with each. */
  owners: WeakMap<object, () => void>;
  /** Runs that have a failure. */
  runs: number;
  listener: (reason: unknown) => void;
}

const KEY = Symbol.for('@openfn/language-rapidpro.unhandled');

function makeShared(): Shared {
  const owners: Shared['owners'] = new WeakMap();
  const listener = (reason: unknown) => {
    const take = typeof reason === 'object' && reason !== null ? owners.get(reason) : undefined;
    if (take) take();
    // What is not ours ends the process as it does where nobody listens.
    else if (process.listenerCount('unhandledRejection') === 1) throw reason;
  };
  return { owners, runs: 0, listener };
}

/** One for the process, which every copy of this package shares: the platform loads one for each run. */
function shared(): Shared {
  const place = globalThis as typeof globalThis & { [KEY]?: Shared };
  place[KEY] ??= makeShared();
  return place[KEY];
}

export const takeUnhandled = {
  /** Listens, and gives what ends it. Only runs in which an operation failed have it on. */
  begin(): () => void {
    const all = shared();
    if (all.runs++ === 0) process.on('unhandledRejection', all.listener);
    return () => {
      if (--all.runs === 0) process.off('unhandledRejection', all.listener);
    };
  },
  of(error: object, take: () => void): void {
    shared().owners.set(error, take);
  },
};
