import { describe, expect, test } from 'vitest';
import { fail } from '../../src/errors/errors.js';
import { makeOperation, named } from '../../src/input/isOperation.js';
import {
  handOver,
  inJobsCode,
  isToldFirst,
  runStep,
  untilAnswered,
  watchCalls,
} from '../../src/input/run.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';

/** Operations that a job made and did not call, or called and did not wait for: without a server. */

const turn = () => new Promise(done => setImmediate(done));
const turns = async (count: number) => {
  for (let at = 0; at < count; at++) await turn();
};

/** An operation that waits for an answer as long as some turns. */
function asking(name: string, { error, took = 3 }: { error?: unknown; took?: number } = {}) {
  const ended: string[] = [];
  const operation = named(
    name,
    makeOperation(state =>
      untilAnswered(async () => {
        await turns(took);
        ended.push(name);
        if (error !== undefined) throw error;
        return { ...state, data: name };
      }),
    ),
  );
  return { operation, ended };
}

const lost = () => fail('VALIDATION_FAILED', 'It is wrong.', 'Fix it.');

/** Runs the steps of a job. */
async function run(...steps: ((state: State) => unknown)[]) {
  const lines = captureConsole();
  const forgotten: string[][] = [];
  let result: State | undefined;
  let error: unknown;
  try {
    result = await watchCalls(
      async () => {
        let state: State = { data: 'before' };
        for (const step of steps) state = await runStep(() => step(state) as State);
        return state;
      },
      names => forgotten.push(names),
    );
  } catch (thrown) {
    error = thrown;
  }
  return { result, error, lines, forgotten: forgotten.flat() };
}

const AWAIT = (name: string) =>
  `Write await before it, in a for…of loop (not forEach()): for (const item of state.data) state = await ${name}(…)(state)`;
const STRAY = (name: string) =>
  `RapidPro: warning: ${name}() was called inside a function that did not wait for it, so the step waits for it at its end. ${AWAIT(name)}`;

describe('operations that are made and never called', () => {
  test('are named, each once', async () => {
    const found = await run(state => {
      asking('getContacts');
      asking('getContacts');
      asking('getGroups');
      return state;
    });
    expect(found.forgotten).toEqual(['getContacts', 'getGroups']);
    expect(found.lines).toEqual([]);
  });

  test('not if they are called, or handed over', async () => {
    const found = await run(async state => {
      const [one, two, three] = ['a', 'b', 'c'].map(name => asking(name).operation);
      named('each', asking('each').operation, two);
      handOver([three], 7);
      await (one as Operation)(state);
      return state;
    });
    expect(found.forgotten).toEqual(['each']);
  });

  test('but if a promise of an operation gets it', async () => {
    const found = await run(async state => {
      const [one, two, three, four] = ['a', 'b', 'c', 'd'].map(name => asking(name).operation);
      const first = (one as Operation)(state) as Promise<State>;
      await first.then(two as never);
      await first.then(undefined, three as never);
      await first.finally(four as never);
      return state;
    });
    expect(found.forgotten).toEqual([]);
  });

  test('of a step that throws, nobody knows what it would have called', async () => {
    const found = await run(
      state => {
        asking('a');
        return state;
      },
      () => {
        asking('b');
        throw new RangeError('own');
      },
    );
    expect(found.error).toBeInstanceOf(RangeError);
    expect(found.forgotten).toEqual(['a']);
  });

  test('beside runs, they are nobody’s', async () => {
    const { operation } = asking('a');
    const found = await run(async state => operation(state));
    expect(found.forgotten).toEqual([]);
    expect(await operation({ data: 1 })).toEqual({ data: 'a' });
    expect(await runStep(() => ({ data: 2 }))).toEqual({ data: 2 });
    expect(await inJobsCode(() => 3)).toBe(3);
    expect([isToldFirst('x'), isToldFirst('x')]).toEqual([true, true]);
  });

  test('of a thousand, the first are enough', async () => {
    const found = await run(state => {
      for (let at = 0; at < 1001; at++) asking(`op${at}`);
      return state;
    });
    expect(found.forgotten).toHaveLength(1000);
    expect(found.forgotten.at(-1)).toBe('op999');
  });

  test('a run within a run is part of it', async () => {
    const inner: string[][] = [];
    const found = await run(async state =>
      watchCalls(
        async () => {
          asking('a');
          return state;
        },
        names => inner.push(names),
      ),
    );
    expect(inner).toEqual([]);
    expect(found.forgotten).toEqual(['a']);
  });
});

test('a warning is given once in each run', async () => {
  const told: boolean[] = [];
  const step = (state: State) => {
    told.push(isToldFirst('x'), isToldFirst('x'), isToldFirst('y'));
    return state;
  };
  await run(step);
  await run(step);
  expect(told).toEqual([true, false, true, true, false, true]);
});

describe('operations that are called and not waited for', () => {
  test('the step waits for them, and names them once', async () => {
    const { operation, ended } = asking('upsertContact');
    const found = await run(state => {
      for (let at = 0; at < 3; at++) void operation(state);
      return { ...state, data: 'after' };
    });
    expect(ended).toHaveLength(3);
    expect(found.result).toEqual({ data: 'after' });
    expect(found.lines).toEqual([STRAY('upsertContact')]);
  });

  test('also those that are called a little later', async () => {
    const { operation, ended } = asking('upsertContact');
    const found = await run(state => {
      void Promise.resolve().then(() => operation(state));
      return state;
    });
    expect(ended).toHaveLength(1);
    expect(found.lines).toEqual([STRAY('upsertContact')]);
  });

  test.each<[name: string, wait: (one: Operation, state: State) => unknown]>([
    ['awaited', async (one, state) => one(state)],
    ['returned', (one, state) => one(state)],
    ['in Promise.all', async (one, state) => (await Promise.all([one(state), one(state)]))[0]],
    [
      'in Promise.allSettled',
      async (one, state) => (await Promise.allSettled([one(state)])) && state,
    ],
    ['followed by then', (one, state) => Promise.resolve(one(state)).then(next => next)],
  ])('%s, they need no warning', async (_, wait) => {
    const { operation, ended } = asking('upsertContact');
    const found = await run(state => wait(operation, state));
    expect(ended.length).toBeGreaterThan(0);
    expect(found.lines).toEqual([]);
    expect(found.error).toBeUndefined();
  });

  test('a failure fails the step, and others are counted', async () => {
    const errors = [lost(), lost(), new RangeError('own')];
    const made = errors.map((error, at) => asking(`op${Math.min(at, 1)}`, { error, took: at + 1 }));
    const found = await run(state => {
      for (const { operation } of made) void operation(state);
      return state;
    });
    expect(found.error).toBe(errors[0]);
    expect(found.lines).toEqual(
      expect.arrayContaining([
        STRAY('op0'),
        STRAY('op1'),
        'RapidPro: warning: 1 more call that nobody waited for failed: op1(): VALIDATION_FAILED',
        'RapidPro: warning: 1 more call that nobody waited for failed: op1(): an error',
      ]),
    );
    expect(found.lines).toHaveLength(4);
  });

  test('the same failures are counted together', async () => {
    const made = [1, 2, 3].map(took => asking('op', { error: lost(), took }).operation);
    const found = await run(state => {
      for (const operation of made) void operation(state);
      return state;
    });
    expect(found.lines).toContain(
      'RapidPro: warning: 2 more calls that nobody waited for failed: op(): VALIDATION_FAILED',
    );
  });

  test('a failure that the job looks at is its own', async () => {
    const { operation } = asking('op', { error: lost() });
    const found = await run(async state => {
      try {
        await operation(state);
      } catch {
        return { ...state, data: 'caught' };
      }
      return state;
    });
    expect(found.result).toEqual({ data: 'caught' });
    expect(found.lines).toEqual([]);
  });

  test.each<[name: string, handle: (promise: Promise<State>) => unknown]>([
    ['catch', promise => promise.catch(() => {})],
    ['then', promise => promise.then(undefined, () => {})],
    [
      'then, with both',
      promise =>
        promise.then(
          () => {},
          () => {},
        ),
    ],
  ])('so is one with a %s, and it may go on', async (_, handle) => {
    const { operation, ended } = asking('op', { error: lost() });
    const found = await run(state => {
      void handle(operation(state) as Promise<State>);
      return state;
    });
    expect(ended).toEqual(['op']);
    expect(found.error).toBeUndefined();
    expect(found.lines).toEqual([]);
  });

  test('a failure in an async function that nobody waits for fails the step', async () => {
    const error = lost();
    const { operation } = asking('op', { error });
    const found = await run(state => {
      void (async () => {
        await operation(state);
      })();
      return state;
    });
    expect(found.error).toBe(error);
    expect(found.lines).toEqual([STRAY('op')]);
  });

  test('the error of the step itself comes first', async () => {
    const own = new RangeError('own');
    const { operation, ended } = asking('op', { error: lost() });
    const found = await run(state => {
      void operation(state);
      throw own;
    });
    expect(found.error).toBe(own);
    expect(ended).toEqual(['op']);
    expect(found.lines).toEqual([
      STRAY('op'),
      'RapidPro: warning: 1 more call that nobody waited for failed: op(): VALIDATION_FAILED',
    ]);
  });

  test('after the first failure of several in Promise.all, the others are waited for in silence', async () => {
    const error = lost();
    const quick = asking('quick', { error, took: 1 });
    const slow = asking('slow', { took: 9 });
    const found = await run(async state => {
      await Promise.all([quick.operation(state), slow.operation(state)]);
      return state;
    });
    expect(found.error).toBe(error);
    expect(slow.ended).toEqual(['slow']);
    expect(found.lines).toEqual([]);
  });

  test('whoever loses a race may go on', async () => {
    const quick = asking('quick', { took: 1 });
    const slow = asking('slow', { took: 9 });
    const found = await run(async state =>
      Promise.race([quick.operation(state), slow.operation(state)]),
    );
    expect(found.result).toEqual({ data: 'quick' });
    expect(slow.ended).toEqual(['slow']);
    expect(found.lines).toEqual([]);
  });

  test('a promise that is kept in the state may be taken in a later step', async () => {
    const { operation } = asking('op', { took: 9 });
    const found = await run(
      state => ({ ...state, later: [{ promise: operation(state) }] }),
      async state => {
        const [{ promise }] = state.later as [{ promise: Promise<State> }];
        return { data: (await promise).data } as State;
      },
    );
    expect(found.result).toEqual({ data: 'op' });
    expect(found.lines).toEqual([]);
  });

  test('but after the last step nobody can take it', async () => {
    const { operation, ended } = asking('op', { took: 9 });
    const found = await run(state => ({ ...state, later: operation(state) }));
    expect(ended).toEqual(['op']);
    expect(found.lines).toEqual([STRAY('op')]);
  });

  test('a failure of one that is kept, and never taken, fails the job', async () => {
    const error = lost();
    const { operation } = asking('op', { error });
    const found = await run(
      state => ({ ...state, later: operation(state) }),
      () => ({ data: 1 }),
    );
    expect(found.error).toBe(error);
  });

  test('operations within operations: the outer one waits, and fails with them', async () => {
    const error = lost();
    const inner = asking('inner', { error });
    const outer = named(
      'each',
      makeOperation(state =>
        inJobsCode(async () => {
          void inner.operation(state);
          return state;
        }),
      ),
    );
    const found = await run(async state => {
      try {
        await outer(state);
      } catch (caught) {
        return { ...state, data: caught === error };
      }
      return state;
    });
    expect(found.result?.data).toBe(true);
    expect(found.lines).toEqual([STRAY('inner')]);
  });

  test('an operation that throws at once throws to its caller', async () => {
    const error = lost();
    const throwing = named(
      'op',
      makeOperation(() => {
        throw error;
      }),
    );
    const found = await run(state => {
      expect(() => throwing(state)).toThrow(error);
      return state;
    });
    expect(found.error).toBeUndefined();
    expect(found.lines).toEqual([]);
  });

  test('one that gives its result at once needs nobody to wait', async () => {
    const plain = named(
      'fn',
      makeOperation(((state: State) => ({ ...state, data: 'now' })) as unknown as Operation),
    );
    const found = await run(state => {
      expect(plain(state)).toEqual({ data: 'now' });
      return plain(state);
    });
    expect(found.result).toEqual({ data: 'now' });
    expect(found.lines).toEqual([]);
  });

  test('one without a name is told as an operation', async () => {
    const nameless = makeOperation(state => untilAnswered(async () => state));
    Object.defineProperty(nameless, 'name', { value: '' });
    const found = await run(state => {
      void nameless(state);
      return state;
    });
    expect(found.lines).toEqual([STRAY('an operation')]);
  });
});

describe('after the end of the job', () => {
  test('a call is told, and what fails then', async () => {
    const error = lost();
    const { operation, ended } = asking('op', { error, took: 1 });
    let later: Promise<unknown> = Promise.resolve();
    const found = await run(state => {
      later = turns(50).then(() => {
        void operation(state);
      });
      return state;
    });
    expect(found.lines).toEqual([]);
    await later;
    await turns(20);
    expect(ended).toEqual(['op']);
    expect(found.lines).toEqual([
      `RapidPro: warning: op() was called after the job had ended, so nothing waits for it, and it may be cut off. ${AWAIT('op')}`,
      `RapidPro: warning: op() failed after the job had ended: VALIDATION_FAILED. ${AWAIT('op')}`,
    ]);
  });

  test('one that waits for the job’s own promises is told as not finished', async () => {
    let finish = () => {};
    const waiting = named(
      'each',
      makeOperation(state =>
        inJobsCode(async () => {
          await new Promise<void>(done => {
            finish = done;
          });
          return state;
        }),
      ),
    );
    const found = await run(state => {
      void (waiting(state) as Promise<State>).then(() => {});
      return state;
    });
    expect(found.lines).toEqual([
      `RapidPro: warning: each() was not finished when the job ended, and nothing waits for it. ${AWAIT('each')}`,
    ]);
    finish();
  });
});
