/** Failures of operations that nobody looks at. Only Node.js knows which these are. */

/** Who handles a failure. */
interface Owner {
  /** Node.js found that nobody looks at this promise. */
  lost(promise: object): void;
  /** Somebody looked at it later. */
  found(promise: object): void;
}

interface Shared {
  owners: WeakMap<object, Owner>;
  /** Promises that were reported as lost. */
  lost: WeakMap<object, Owner>;
  /** The number of runs with a failure. */
  runs: number;
  listeners: {
    unhandledRejection: (reason: unknown, promise: object) => void;
    rejectionHandled: (promise: object) => void;
  };
}

const KEY = Symbol.for('@openfn/language-rapidpro.unhandled');

function makeShared(): Shared {
  const all: Shared = {
    owners: new WeakMap(),
    lost: new WeakMap(),
    runs: 0,
    listeners: {
      unhandledRejection(reason, promise) {
        const isObject = typeof reason === 'object' && reason !== null;
        const owner = isObject ? all.owners.get(reason) : undefined;
        if (owner) {
          all.lost.set(promise, owner);
          owner.lost(promise);
        } else if (process.listenerCount('unhandledRejection') === 1) {
          leaveToNode(all, reason);
        }
      },
      rejectionHandled(promise) {
        all.lost.get(promise)?.found(promise);
      },
    },
  };
  return all;
}

/** Leaves failures of others to Node.js, which does what it would do without a listener. */
function leaveToNode(all: Shared, reason: unknown): void {
  listen(all, false);
  Promise.reject(reason);
  setImmediate(() => listen(all, all.runs > 0));
}

function listen({ listeners }: Shared, isOn: boolean): void {
  for (const [event, listener] of Object.entries(listeners)) {
    process.off(event, listener);
    if (isOn) process.on(event, listener);
  }
}

/** One for the process. Every copy of this package shares it, because the platform loads one for each run. */
function shared(): Shared {
  const place = globalThis as typeof globalThis & { [KEY]?: Shared };
  place[KEY] ??= makeShared();
  return place[KEY];
}

export const takeUnhandled = {
  /** Starts listening, and returns what ends it. Only runs with a failed operation listen. */
  begin(): () => void {
    const all = shared();
    if (all.runs++ === 0) listen(all, true);
    return () => {
      if (--all.runs === 0) listen(all, false);
    };
  },
  of(error: object, owner: Owner): void {
    shared().owners.set(error, owner);
  },
};
