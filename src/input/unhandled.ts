/** Failures of operations that nobody looks at, however they came there: node alone knows which these are. */

/** Whom a failure concerns. */
interface Owner {
  /** Node found nobody who looks at it, in this promise. */
  lost(promise: object): void;
  /** Somebody did look, later. */
  found(promise: object): void;
}

interface Shared {
  owners: WeakMap<object, Owner>;
  /** Promises that were said to be lost. */
  lost: WeakMap<object, Owner>;
  /** Runs that have a failure. */
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

/** What is not ours comes to what it comes to where nobody listens, whatever node was told to do then. */
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
    if (all.runs++ === 0) listen(all, true);
    return () => {
      if (--all.runs === 0) listen(all, false);
    };
  },
  of(error: object, owner: Owner): void {
    shared().owners.set(error, owner);
  },
};
