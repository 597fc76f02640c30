import { describe, expect, test } from 'vitest';
import { Call, Run } from '../../src/input/call.js';
import {
  handOver,
  inJobsCode,
  makeOperation,
  named,
  runStep,
  untilAnswered,
  warnOnce,
  watchCalls,
} from '../../src/input/run.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { AWAIT, asking, FAILED_LATE, lost, run, running, STRAY, turn, turns } from './asking.js';

/** Operations that a job made and did not call, or called and did not wait for: without a server. */

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

  test('not if they have no name', async () => {
    const found = await run(state => {
      Object.defineProperty(
        makeOperation(async () => state),
        'name',
        { value: '' },
      );
      return state;
    });
    expect(found.forgotten).toEqual([]);
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
    const lines = captureConsole();
    for (let times = 0; times < 2; times++) warnOnce('x');
    expect(lines).toHaveLength(2);
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
  const lines = captureConsole();
  const step = (state: State) => {
    for (const line of ['x', 'x', 'y']) warnOnce(line);
    return state;
  };
  await watchCalls(
    () => runStep(() => step({})),
    () => {},
  );
  await watchCalls(
    () => runStep(() => step({})),
    () => {},
  );
  expect(lines.map(line => line.at(-1))).toEqual(['x', 'y', 'x', 'y']);
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
    const outer = running('each', state => {
      void inner.operation(state);
      return state;
    });
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

describe('what a step waits for', () => {
  test('a call that begins in the next turn', async () => {
    const { operation, ended } = asking('op');
    const found = await run(state => {
      setImmediate(() => void operation(state));
      return state;
    });
    expect(ended).toEqual(['op']);
    expect(found.lines).toEqual([STRAY('op')]);
  });

  test('within an operation, a call that asks RapidPro only in the next turn', async () => {
    const { operation, ended } = asking('inner');
    const inner = running('slow', async state => {
      await turn();
      return operation(state);
    });
    const outer = running('each', state => {
      void inner(state);
      return state;
    });
    const found = await run(async state => {
      await outer(state);
      expect(ended).toEqual(['inner']);
      return state;
    });
    expect(found.error).toBeUndefined();
  });

  test('an operation that goes on after a function of the job', async () => {
    const ended: string[] = [];
    const operation = named(
      'getContacts',
      makeOperation(state =>
        untilAnswered(async () => {
          await turn();
          await inJobsCode(() => {});
          await turns(9);
          ended.push('getContacts');
          return state;
        }),
      ),
    );
    const found = await run(state => {
      void operation(state);
      return state;
    });
    expect(ended).toEqual(['getContacts']);
    expect(found.lines).toEqual([STRAY('getContacts')]);
  });

  test('it names the outermost call of those that run', async () => {
    const { operation } = asking('inner', { took: 9 });
    const outer = running('each', async state => operation(state));
    const found = await run(state => {
      void (outer(state) as Promise<State>).then(next => next);
      return state;
    });
    expect(found.lines).toEqual([STRAY('each')]);
  });

  test('but not one that has ended', async () => {
    const { operation, ended } = asking('inner', { took: 9 });
    const outer = running('each', state => {
      void turns(2).then(() => operation(state));
      return state;
    });
    const found = await run(async state => {
      await outer(state);
      await turns(4);
      return state;
    });
    expect(ended).toEqual(['inner']);
    expect(found.lines).toEqual([STRAY('inner')]);
  });

  test('what gives its result at once becomes a promise if its function left a call', async () => {
    const error = lost();
    const { operation } = asking('inner', { error });
    const atOnce = () =>
      named(
        'fn',
        makeOperation(((state: State) => {
          void operation(state);
          return state;
        }) as unknown as Operation),
      );
    const found = await run(async state => {
      const next = atOnce()(state) as Promise<State>;
      expect(next).toBeInstanceOf(Promise);
      return next.catch(caught => ({ ...state, data: caught === error }));
    });
    expect(found.result).toEqual({ data: true });
  });

  test('but within another operation it does not: that one waits', async () => {
    const inner = asking('inner');
    const atOnce = named(
      'fn',
      makeOperation(((state: State) => {
        void inner.operation(state);
        return state;
      }) as unknown as Operation),
    );
    const outer = running('each', state => {
      expect(atOnce(state)).toBe(state);
      return state;
    });
    const found = await run(async state => {
      await outer(state);
      expect(inner.ended).toEqual(['inner']);
      return state;
    });
    expect(found.error).toBeUndefined();
    expect(found.lines).toEqual([STRAY('inner')]);
  });
});

test('a step of many calls keeps none that was taken and has ended', () => {
  const ofJob = new Run();
  const step = new Call(ofJob, () => 'execute');
  const [taken, left] = [new Call(ofJob, () => 'op', step), new Call(ofJob, () => 'op', step)];
  expect(step.below).toEqual(new Set([taken, left]));
  taken.isTaken = true;
  taken.end();
  left.end();
  // The other one has not been named yet.
  expect([...step.below]).toEqual([left]);
  left.leaveIfDone();
  expect(step.below.size).toBe(0);
});

describe('calls that the failure of another leaves running', () => {
  const both = () => ({
    quick: asking('quick', { error: lost(), took: 1 }),
    slow: asking('slow', { took: 9 }),
  });

  test('are not named if the job would have come to them', async () => {
    const { quick, slow } = both();
    const found = await run(async state => {
      const calls = [quick.operation(state), slow.operation(state)];
      for (const call of calls) await call;
      return state;
    });
    expect(found.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(slow.ended).toEqual(['slow']);
    expect(found.lines).toEqual([]);
  });

  test('are not named in a Promise.all that the job caught', async () => {
    const { quick, slow } = both();
    const found = await run(async state => {
      await Promise.all([quick.operation(state), slow.operation(state)]).catch(() => {});
      return state;
    });
    expect(slow.ended).toEqual(['slow']);
    expect(found).toMatchObject({ error: undefined, lines: [] });
  });

  /** Takes the promise of a call, and goes on without it. */
  const leave = (call: unknown) => void (call as Promise<State>).then(next => next);

  test('are named if it was not in a Promise.all', async () => {
    const { quick, slow } = both();
    const found = await run(async state => {
      leave(slow.operation(state));
      await (quick.operation(state) as Promise<State>).catch(() => {});
      return state;
    });
    expect(slow.ended).toEqual(['slow']);
    expect(found).toMatchObject({ error: undefined, lines: [STRAY('slow')] });
  });

  test('are named if no other failed', async () => {
    const [one, two] = [asking('one', { took: 1 }), asking('two', { took: 9 })];
    const found = await run(async state => {
      leave(two.operation(state));
      await Promise.all([one.operation(state)]);
      return state;
    });
    expect(found.lines).toEqual([STRAY('two')]);
  });

  test('are named in a Promise.all that nobody waits for', async () => {
    const { operation } = asking('op');
    const found = await run(state => {
      void Promise.all([operation(state)]);
      return state;
    });
    expect(found.lines).toEqual([STRAY('op')]);
  });

  test('are named in the next step, as in any', async () => {
    const { quick, slow } = both();
    const other = asking('other', { took: 9 });
    const found = await run(
      async state => {
        await Promise.all([quick.operation(state), slow.operation(state)]).catch(() => {});
        return state;
      },
      state => {
        leave(other.operation(state));
        return state;
      },
    );
    expect(found.lines).toEqual([STRAY('other')]);
  });

  test('may have a function of JavaScript itself that catches their own', async () => {
    const { operation } = asking('op', { error: lost(), took: 9 });
    const found = await run(state => {
      void (operation(state) as Promise<State>).catch(Boolean);
      return state;
    });
    expect(found).toMatchObject({ error: undefined, lines: [] });
  });
});

describe('promises that a job keeps in its state', () => {
  const keep = (kept: (state: State) => unknown) => (state: State) => ({
    ...state,
    later: kept(state),
  });

  test('may be of many calls', async () => {
    const { operation } = asking('op', { took: 9 });
    const found = await run(
      keep(state => Promise.all([operation(state), operation(state)])),
      async state => {
        await (state.later as Promise<unknown>);
        return { data: 'after' };
      },
    );
    expect(found).toMatchObject({ result: { data: 'after' }, lines: [] });
  });

  test.each<[string, (call: Promise<State>) => unknown]>([
    ['a call', call => call],
    ['what follows it', call => call.then(next => next)],
    ['Promise.all', call => Promise.all([call])],
  ])('may fail before they are taken: %s', async (_, made) => {
    const error = lost();
    const { operation } = asking('op', { error, took: 1 });
    const kept = keep(state => made(operation(state) as Promise<State>));
    const steps: string[] = [];
    const taken = await run(kept, async state => {
      await (state.later as Promise<unknown>).catch(() => {});
      return { data: 'after' };
    });
    expect(taken).toMatchObject({ error: undefined, result: { data: 'after' } });
    const dropped = await run(
      kept,
      () => {
        steps.push('dropped');
        return { data: 1 };
      },
      () => {
        steps.push('next');
        return { data: 2 };
      },
    );
    expect(dropped.error).toBe(error);
    expect(steps).toEqual(['dropped']);
  });

  test('in a part of the job may be taken in any later step of that part', async () => {
    const { operation } = asking('op', { took: 9 });
    const part = named(
      'execute',
      makeOperation(async state => {
        const kept = await runStep(() => ({ ...state, later: operation(state) }));
        await runStep(() => asking('other', { took: 1 }).operation(state));
        return runStep(() => kept.later as Promise<State>);
      }),
    );
    const found = await run(part);
    expect(found).toMatchObject({ result: { data: 'op' }, lines: [] });
  });

  /** What is said of a call whose promise is in the state like this, and is taken in the next step. */
  async function said(wrap: (promise: unknown) => unknown) {
    const { operation, ended } = asking('op', { took: 9 });
    let call: unknown;
    const found = await run(
      keep(state => {
        call = operation(state);
        return wrap(call);
      }),
      async () => (await call) as State,
    );
    expect(ended).toEqual(['op']);
    return found.lines;
  }
  const many = (length: number) => Array.from({ length }, () => 0);

  test.each<[string, (promise: unknown) => unknown]>([
    ['three levels down', promise => ({ b: [{ c: promise }] })],
    ['beside what is nothing', promise => [null, undefined, 'text', 7, promise]],
    ['among thousands of values', promise => [...many(9000), promise]],
  ])('are found %s', async (_, wrap) => {
    expect(await said(wrap)).toEqual([]);
  });

  test.each<[string, (promise: unknown) => unknown]>([
    ['further down', promise => ({ b: [{ c: [promise] }] })],
    ['after ten thousand values', promise => [many(10_000), promise]],
  ])('are not looked for %s', async (_, wrap) => {
    expect(await said(wrap)).toEqual([STRAY('op')]);
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
      FAILED_LATE('op', 'VALIDATION_FAILED'),
    ]);
  });

  test('calls of the same name are told once', async () => {
    const { operation } = asking('op', { took: 1 });
    let later: Promise<unknown> = Promise.resolve();
    const found = await run(state => {
      later = turns(20).then(() => {
        for (let at = 0; at < 3; at++) void operation(state);
      });
      return state;
    });
    await later;
    await turns(5);
    expect(found.lines).toHaveLength(1);
  });

  test('one below another that has ended is told as not finished', async () => {
    let finish = () => {};
    const gate = new Promise<void>(done => {
      finish = done;
    });
    const waiting = running('inner', async state => {
      await gate;
      return state;
    });
    const outer = running('each', state => {
      void (waiting(state) as Promise<State>).then(() => {});
      return state;
    });
    const found = await run(outer);
    expect(found.lines).toEqual([
      `RapidPro: warning: inner() was not finished when the job ended, and nothing waits for it. ${AWAIT('inner')}`,
    ]);
    finish();
  });

  test('one that waits for the job’s own promises is told as not finished', async () => {
    let finish = () => {};
    const waiting = running('each', async state => {
      await new Promise<void>(done => {
        finish = done;
      });
      return state;
    });
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
