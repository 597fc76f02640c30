import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Watched } from '../../src/input/call.js';
import type { Operation, State } from '../../src/types/state.js';
import { asking, FAILED_LATE, lost, run, STRAY, turns } from './asking.js';

/** Failures that nobody looks at: which of them a run takes, and which it leaves to Node.js. */

/** Where the copies of the package keep what they share: each test begins as a new process does. */
const KEY = Symbol.for('@openfn/language-rapidpro.unhandled');
const process_ = globalThis as { [KEY]?: unknown };
const EVENTS = ['unhandledRejection', 'rejectionHandled', 'uncaughtException'] as const;

let ended: unknown[];
/** Called when the process would end. */
let onEnd: () => void;
const restore: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const shared = process_[KEY];
  delete process_[KEY];
  restore.push(() => {
    process_[KEY] = shared;
  });
  // Without the listeners of the test runner, as in a worker.
  for (const event of EVENTS) {
    const others = process.rawListeners(event);
    process.removeAllListeners(event);
    restore.push(() => {
      process.removeAllListeners(event);
      for (const one of others) process.on(event, one as () => void);
    });
  }
  ended = [];
  onEnd = () => {};
  process.on('uncaughtException', error => {
    ended.push(error);
    onEnd();
  });
});

afterEach(async () => {
  await turns(3);
  vi.useRealTimers();
  for (const one of restore.splice(0)) one();
});

const listening = () => [
  process.listenerCount('unhandledRejection'),
  process.listenerCount('rejectionHandled'),
];
const minutes = (count: number) => vi.advanceTimersByTime(count * 60_000);

/** A step that goes on in spite of a failure. */
const survives = (operation: Operation) => async (state: State) => {
  try {
    await operation(state);
  } catch {}
  return state;
};
const failing = (error: unknown = lost(), took = 1) => asking('op', { error, took }).operation;
/** Something that the job begins and does not wait for. */
const beside = (does: () => Promise<unknown>) => void does();

describe('a run listens', () => {
  test('not, if no operation failed', async () => {
    await run(asking('op').operation);
    expect(listening()).toEqual([0, 0]);
  });

  test('from the first failure until a minute after its end', async () => {
    const { error } = await run(survives(failing()), survives(failing()));
    expect(error).toBeUndefined();
    expect(listening()).toEqual([1, 1]);
    vi.advanceTimersByTime(59_999);
    expect(listening()).toEqual([1, 1]);
    vi.advanceTimersByTime(1);
    expect(listening()).toEqual([0, 0]);
  });

  test('for as long as it goes on', async () => {
    const { error } = await run(survives(failing()), state => {
      minutes(5);
      expect(listening()).toEqual([1, 1]);
      return state;
    });
    expect(error).toBeUndefined();
    minutes(1);
    expect(listening()).toEqual([0, 0]);
  });

  test('once for the process, until the last of several runs', async () => {
    await run(survives(failing()));
    minutes(0.5);
    await run(survives(failing()));
    expect(listening()).toEqual([1, 1]);
    minutes(0.5);
    expect(listening()).toEqual([1, 1]);
    minutes(0.5);
    expect(listening()).toEqual([0, 0]);
    await run(survives(failing()));
    expect(listening()).toEqual([1, 1]);
  });

  test('for a minute after a failure of a call that was made after its end', async () => {
    let late: Promise<unknown> = Promise.resolve();
    await run(state => {
      late = turns(20).then(() => survives(failing())(state));
      return state;
    });
    await late;
    expect(listening()).toEqual([1, 1]);
    minutes(1);
    expect(listening()).toEqual([0, 0]);
  });
});

describe('what is not of an operation', () => {
  const other = new Error('of another library');

  test.each([
    ['an error', other],
    ['a text', 'text'],
    ['null', null],
    ['nothing', undefined],
  ])('ends the process, as without a listener, and each one does: %s', async (_, reason) => {
    const { error } = await run(survives(failing()), async state => {
      for (let count = 1; count <= 2; count++) {
        beside(() => Promise.reject(reason));
        await turns(3);
        expect(ended).toHaveLength(count);
      }
      return state;
    });
    expect(error).toBeUndefined();
    const given = reason === other ? other : { code: 'ERR_UNHANDLED_REJECTION' };
    expect(ended[0]).toMatchObject(given);
    expect(ended[0] === other).toBe(reason === other);
    expect(listening()).toEqual([1, 1]);
  });

  test('is left to whoever else listens, also if it is looked at later', async () => {
    const heard: unknown[] = [];
    process.on('unhandledRejection', reason => heard.push(reason));
    await run(survives(failing()), async state => {
      const rejected = Promise.reject(other);
      await turns(3);
      await rejected.catch(() => {});
      await turns(3);
      return state;
    });
    expect(heard).toEqual([other]);
    expect(ended).toEqual([]);
  });

  test('as the last of all leaves nobody listening', async () => {
    await run(survives(failing()));
    onEnd = () => minutes(1);
    beside(() => Promise.reject(other));
    await turns(3);
    expect(ended).toEqual([other]);
    expect(listening()).toEqual([0, 0]);
  });
});

describe('a failure in an async function that nobody waits for', () => {
  test.each([
    ['of RapidPro', lost()],
    ['of the job itself', new RangeError('own')],
  ])('fails the step: %s', async (_, error) => {
    const operation = failing(error);
    const found = await run(state => {
      beside(async () => operation(state));
      return state;
    });
    expect(found.error).toBe(error);
    expect(ended).toEqual([]);
  });

  test('fails the step also if it is thrown on a little later', async () => {
    const error = lost();
    const operation = failing(error);
    const found = await run(state => {
      beside(async () => {
        try {
          await operation(state);
        } catch (caught) {
          await turns(2);
          throw caught;
        }
      });
      return state;
    });
    expect(found.error).toBe(error);
    expect(ended).toEqual([]);
  });

  test('is none if the job looks at it later', async () => {
    const operation = failing();
    const found = await run(async state => {
      const going = (async () => operation(state))();
      await turns(20);
      await going.catch(() => {});
      await turns(3);
      return { ...state, data: 'after' };
    });
    expect(found.error).toBeUndefined();
    expect(found.result).toEqual({ data: 'after' });
    expect(ended).toEqual([]);
  });

  test('is counted once if the step fails with it too', async () => {
    const error = lost();
    const operation = failing(error);
    const found = await run(async state => {
      const call = operation(state) as Promise<State>;
      beside(async () => call);
      await turns(20);
      return call;
    });
    expect(found.error).toBe(error);
    expect(found.lines).toEqual([]);
  });

  test('after the end of the job is told, and ends no other run', async () => {
    const operation = failing(lost(), 3);
    let late: Promise<unknown> = Promise.resolve();
    const found = await run(state => {
      beside(async () => {
        late = turns(30);
        try {
          await operation(state);
        } catch (caught) {
          await late;
          throw caught;
        }
      });
      return state;
    });
    expect(found).toMatchObject({ error: undefined, lines: [STRAY('op')] });
    await late;
    await turns(3);
    expect(found.lines).toEqual([STRAY('op'), FAILED_LATE('op', 'VALIDATION_FAILED')]);
    expect(ended).toEqual([]);
  });

  test('of a call that was made after the end is told too', async () => {
    const operation = failing();
    let late: Promise<unknown> = Promise.resolve();
    const found = await run(state => {
      late = turns(30).then(() => beside(async () => operation(state)));
      return state;
    });
    await late;
    await turns(10);
    expect(found.lines.at(-1)).toBe(FAILED_LATE('op', 'VALIDATION_FAILED'));
    expect(ended).toEqual([]);
  });
});

describe('an error of the job’s own behind a call', () => {
  const own = new RangeError('own');

  test('fails the step', async () => {
    const { operation } = asking('op');
    const found = await run(state => {
      void (operation(state) as Promise<State>).then(() => {
        throw own;
      });
      return state;
    });
    expect(found.error).toBe(own);
    expect(ended).toEqual([]);
  });

  /** Makes a call when the job has ended, and does something with it. */
  async function afterTheEnd(take: (call: Promise<State>) => unknown) {
    const { operation } = asking('op', { took: 1 });
    let late: Promise<unknown> = Promise.resolve();
    const found = await run(state => {
      late = turns(30).then(() => void take(operation(state) as Promise<State>));
      return state;
    });
    await late;
    await turns(10);
    return found;
  }

  test.each([
    ['an error', own],
    ['null', null],
    ['nothing', undefined],
  ])('ends the process after the end of the job, as without this package: %s', async (_, error) => {
    const found = await afterTheEnd(call =>
      call.then(() => {
        throw error;
      }),
    );
    const given =
      error === own ? own : expect.objectContaining({ code: 'ERR_UNHANDLED_REJECTION' });
    expect(ended).toEqual([given]);
    expect(found.lines.filter(line => line.includes('failed'))).toEqual([]);
  });

  test('is nobody’s business if the job looks at it', async () => {
    const caught: unknown[] = [];
    await afterTheEnd(call =>
      call
        .then(() => {
          throw own;
        })
        .catch(error => caught.push(error)),
    );
    expect(caught).toEqual([own]);
    expect(ended).toEqual([]);
  });
});

test.each([['text'], [null]])('a call may fail with what is no error: %j', async error => {
  const operation = failing(error);
  const waited = await run(operation);
  expect(waited.error).toBe(error);
  const left = await run(state => {
    void operation(state);
    return state;
  });
  expect(left.error).toBe(error);
  await turns(3);
  expect(ended).toEqual([]);
});

test('a promise of this kind that belongs to no call is like any other', async () => {
  expect(Watched.prototype.constructor).toBe(Watched);
  const next = Watched.resolve(7).then(value => value + 1);
  expect(await next.finally(() => {})).toBe(8);
  expect(await Promise.race([Watched.resolve(9), next])).toBe(9);
  const error = await Watched.reject(new RangeError('own')).then(null, thrown => thrown);
  expect(error).toBeInstanceOf(RangeError);
  await expect(Watched.reject(error).then(() => {})).rejects.toBe(error);
  await turns(3);
  expect(ended).toEqual([]);
});
