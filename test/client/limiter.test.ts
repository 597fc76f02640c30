import { describe, expect, test } from 'vitest';
import { AbortedError, Limiter } from '../../src/client/limiter.js';
import { RapidProError } from '../../src/errors/errors.js';
import { fakeClock } from '../support/fakeClock.js';

/** A clock whose time moves on when a sleep ends, so that others can join it. */
function joinableClock() {
  const clock = fakeClock();
  const sleep = async (seconds: number) => {
    const end = clock.now() + seconds * 1000;
    clock.sleeps.push(seconds);
    await new Promise(setImmediate);
    clock.advance(Math.max(0, end - clock.now()) / 1000);
  };
  return { ...clock, sleep };
}

/** A clock whose sleeps end when the test says so. */
function sleepingClock() {
  let wake = () => {};
  const clock = { ...fakeClock(), sleep: () => new Promise<void>(resolve => (wake = resolve)) };
  return { clock, wake: () => wake() };
}

const pause = () => new Promise(resolve => setTimeout(resolve, 5));

const stop = new RapidProError({ code: 'SERVER_UNAVAILABLE', description: 'down', fix: 'wait' });

describe('waits that are shared', () => {
  test('count once, however many join', async () => {
    const clock = joinableClock();
    const limiter = new Limiter({ clock });
    const hold = (seconds: number) => limiter.hold('v2', seconds);
    await Promise.all([hold(10), hold(10), hold(10.2)]);
    expect(limiter.waited).toBe(10);
    expect(clock.sleeps).toEqual([10]);
    await hold(3);
    expect(limiter.waited).toBe(13);
  });

  test('last as long as the longest of them', async () => {
    const clock = joinableClock();
    const limiter = new Limiter({ clock });
    await Promise.all([1, 25, 10].map(seconds => limiter.hold('v2', seconds)));
    expect(limiter.waited).toBe(25);
    expect(clock.sleeps).toEqual([1, 24]);
  });

  test('count once where scopes and single requests wait side by side', async () => {
    const limiter = new Limiter({ clock: joinableClock() });
    await Promise.all([
      limiter.hold('v2', 10),
      limiter.hold('v2.contacts', 12),
      limiter.pause(4, 'ambiguous'),
    ]);
    expect(limiter.waited).toBe(12);
  });

  test('of which only the past counts, so that who joins one has no more to wait', async () => {
    const clock = { ...fakeClock(), sleep: () => new Promise<void>(() => {}) };
    const limiter = new Limiter({ clock, maxWait: 30 });
    limiter.hold('v2', 25);
    expect(limiter.allowance(0)).toEqual({ waited: 0, maxWait: 30 });
    clock.advance(20);
    expect(limiter.waited).toBe(20);
    limiter.hold('v2', 8);
    expect(limiter.waited).toBe(20);
    clock.advance(5);
    expect(limiter.waited).toBe(25);
  });

  test('hold up what has not begun, and let go of it when all is over', async () => {
    const { clock, wake } = sleepingClock();
    const limiter = new Limiter({ clock });
    const order: string[] = [];
    const asleep = limiter.hold('v2', 5).then(() => order.push('slept'));
    const held = limiter.enter('v2').then(() => order.push('entered'));
    await pause();
    expect(order).toEqual([]);
    await limiter.enter('v2.contacts');
    wake();
    await Promise.all([asleep, held]);
    expect(order.sort()).toEqual(['entered', 'slept']);
  });

  test('end when nobody wants their work any longer, and later ones do not', async () => {
    const { clock, wake } = sleepingClock();
    const limiter = new Limiter({ clock });
    const one = limiter.hold('v2', 5).then(() => limiter.enter('v2'));
    const other = limiter.pause(5, 'timeout').then(() => limiter.enter('v2'));
    const held = limiter.enter('v2');
    const all = Promise.allSettled([one, other, held]);
    const over = limiter.abandon(all);
    await expect(limiter.enter('v2')).rejects.toBeInstanceOf(AbortedError);
    await expect(limiter.hold('v2', 1)).rejects.toBeInstanceOf(AbortedError);
    for (const end of await all) {
      expect(end).toMatchObject({ status: 'rejected', reason: expect.any(AbortedError) });
    }
    await over;
    await limiter.enter('v2');
    const next = limiter.hold('v2', 5).then(() => 'slept');
    expect(await Promise.race([next, pause()])).toBeUndefined();
    wake();
    expect(await next).toBe('slept');
  });

  test('are told once, and again where one becomes longer', async () => {
    const told: unknown[] = [];
    const onWait = (...wait: unknown[]) => told.push(wait);
    const limiter = new Limiter({ clock: joinableClock(), onWait });
    await Promise.all([10, 10.1, 10.8, 20].map(seconds => limiter.hold('v2', seconds)));
    expect(told).toEqual([
      [10, 'throttled'],
      [20, 'throttled'],
    ]);
  });
});

describe('what was just created', () => {
  const now = fakeClock().now();

  test('is waited for once, by all together', async () => {
    const clock = joinableClock();
    const limiter = new Limiter({ clock, madeOn: now - 500 });
    await Promise.all([limiter.waitForNew(), limiter.waitForNew()]);
    await limiter.waitForNew();
    expect(clock.sleeps).toEqual([5.5]);
    expect(limiter.waited).toBe(5.5);
    expect(limiter.made).toBeUndefined();
    limiter.noteMade();
    expect(limiter.made).toBe(clock.now());
    await limiter.waitForNew();
    expect(clock.sleeps).toEqual([5.5, 6]);
  });

  test.each([undefined, now - 6000, now + 1])('nothing is waited for with %s', async madeOn => {
    const clock = fakeClock();
    await new Limiter({ clock, madeOn }).waitForNew();
    expect(clock.sleeps).toEqual([]);
  });
});

describe('what was created and is not in a list yet', () => {
  /** Reads a list that shows it after so many more reads. */
  const looking = async (options: ConstructorParameters<typeof Limiter>[0], after = Infinity) => {
    const clock = fakeClock();
    const reasons: string[] = [];
    const onWait = (_: number, reason: string) => reasons.push(reason);
    const limiter = new Limiter({ clock, madeOn: clock.now(), onWait, ...options });
    let reads = 0;
    const read = async () => ++reads;
    const shown = await limiter.untilShown(0, read, value => value >= after);
    return { sleeps: clock.sleeps, reads, shown, limiter, clock, reasons };
  };
  const now = fakeClock().now();

  test.each([
    [0, []],
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2, 4]],
    [4, [1, 2, 4]],
  ])('is looked for until it is shown, three times at most: after %i', async (after, sleeps) => {
    const all = await looking({}, after);
    expect(all.sleeps).toEqual(sleeps);
    expect(all).toMatchObject({ reads: sleeps.length, shown: sleeps.length });
    expect(all.limiter.waited).toBe(sleeps.reduce((sum: number, one) => sum + one, 0));
    expect(all.reasons).toEqual(sleeps.map(() => 'new'));
  });

  test.each([
    ['when nothing was created', { madeOn: undefined }, 0],
    ['when that was too long ago', { madeOn: now - 30_001 }, 0],
    ['once, if it is too long ago then', { madeOn: now - 29_500 }, 1],
    ['at the last moment', { madeOn: now - 30_000 }, 1],
    ['when that is to come: somebody has set the clock', { madeOn: now + 1 }, 0],
    ['no longer than the job lets it wait', { maxWait: 2.9 }, 1],
    ['as long as the job lets it wait', { maxWait: 3 }, 2],
    ['never, if the job does not let it wait', { maxWait: 0 }, 0],
    ['not beyond the deadline', { deadline: 6.9 }, 2],
    ['up to the deadline', { deadline: 7 }, 3],
    ['in a bulk run no longer than the job lets it wait, either', { isBulk: true, maxWait: 3 }, 2],
  ])('is looked for: %s', async (_, options, reads) => {
    expect(await looking(options)).toMatchObject({ reads });
  });

  test('is also what this operation created itself, at the time of the last one', async () => {
    const { limiter, clock } = await looking({ madeOn: undefined });
    clock.advance(100);
    limiter.noteMade();
    clock.advance(20);
    limiter.noteMade();
    clock.advance(15);
    let reads = 0;
    await limiter.untilShown(
      0,
      async () => ++reads,
      () => false,
    );
    expect(reads).toBe(3);
    expect(limiter.made).toBe(clock.now() - 22_000);
  });

  test('but what was only created by an earlier operation is not', async () => {
    expect((await looking({})).limiter.made).toBeUndefined();
  });

  test('is looked for after the wait for the engine, too', async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, madeOn: clock.now() });
    await limiter.waitForNew();
    await limiter.waitForNew();
    expect(clock.sleeps).toEqual([6]);
    let reads = 0;
    await limiter.untilShown(
      0,
      async () => ++reads,
      value => value > 0,
    );
    expect(reads).toBe(1);
  });
});

describe('a bulk run', () => {
  test('begins nothing shortly before its deadline; a list does', async () => {
    const clock = fakeClock();
    const options = { clock, deadline: 60 };
    const [bulk, list] = [new Limiter({ ...options, isBulk: true }), new Limiter(options)];
    await bulk.pause(53, 'ambiguous');
    await expect(bulk.pause(2, 'ambiguous')).rejects.toBeInstanceOf(AbortedError);
    expect(bulk).toMatchObject({ outOfTime: true, stopped: { code: 'TIMEOUT' } });
    await expect(bulk.enter('v2')).rejects.toBeInstanceOf(AbortedError);
    await list.enter('v2');
    expect(list.isLate).toBe(false);
    expect(list.timeFor(60)).toBe(7);
    clock.advance(7);
    expect(list.isLate).toBe(true);
    expect(list.timeFor(60)).toBe(0.05);
    expect(list.stopped).toBeUndefined();
  });

  test('does not use up its waits by what single contacts are tried again for', async () => {
    const bulk = new Limiter({ clock: fakeClock(), isBulk: true });
    for (let count = 0; count < 50; count++) await bulk.pause(2, 'ambiguous');
    expect(bulk.allowance(3)).toEqual({ waited: 3, maxWait: 60 });
    const one = new Limiter({ clock: fakeClock() });
    await one.pause(2, 'ambiguous');
    expect(one.allowance(2)).toEqual({ waited: 2, maxWait: 60 });
  });
});

describe('work side by side', () => {
  test('as many items as it may, in their order', async () => {
    const limiter = new Limiter({ concurrency: 3 });
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await limiter.each([0, 1, 2, 3, 4, 5, 6], async item => {
      begun.push(item);
      most = Math.max(most, ++running);
      await pause();
      running--;
    });
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(3);
  });

  test('gives others their turn, also where nothing is waited for', async () => {
    const limiter = new Limiter({ concurrency: 2 });
    let done = 0;
    const doneBefore = new Promise<number>(resolve => setImmediate(() => resolve(done)));
    await limiter.each([0, 1, 2, 3], async () => {
      const end = performance.now() + 45;
      while (performance.now() < end);
      done++;
    });
    expect(await doneBefore).toBeLessThan(4);
  });

  test('ends when it has stopped, and with the first error', async () => {
    const limiter = new Limiter({ concurrency: 2 });
    const begun: number[] = [];
    await expect(
      limiter.each([0, 1, 2, 3], async item => {
        begun.push(item);
        await pause();
        throw new Error(`no ${item}`);
      }),
    ).rejects.toThrow('no 0');
    expect(begun).toEqual([0, 1]);
    await limiter.each([4, 5, 6, 7], async item => {
      begun.push(item);
      limiter.stop(stop);
      await limiter.enter('v2');
    });
    expect(begun).toEqual([0, 1, 4]);
    limiter.stop(new RapidProError({ code: 'TIMEOUT', description: 'late', fix: '' }));
    expect(limiter.stopped).toBe(stop);
  });
});

describe('the end of what may be waited', () => {
  test('is the deadline where that comes first', () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, deadline: 20 });
    expect(limiter.allowance(0)).toEqual({ waited: 0, maxWait: 20 });
    clock.advance(5);
    expect(limiter.allowance(3)).toEqual({ waited: 0, maxWait: 15 });
    expect(limiter.timeFor(60)).toBe(15);
    expect(limiter.timeFor(4)).toBe(4);
    clock.advance(14.949);
    expect(limiter.isLate).toBe(false);
    clock.advance(0.001);
    expect(limiter.isLate).toBe(true);
  });

  test('without one, a request has all its time', () => {
    const limiter = new Limiter({ clock: fakeClock() });
    expect(limiter.timeFor(60)).toBe(60);
    expect(limiter.isLate).toBe(false);
    expect(new Limiter({ maxWait: 7 }).allowance(0)).toEqual({ waited: 0, maxWait: 7 });
  });

  test.each([
    ['RATE_LIMITED', 0, true],
    ['TIMEOUT', 0, false],
    ['TIMEOUT', 60, true],
    ['SERVER_ERROR', 60, false],
  ] as const)('%s after %i s stops a read that may go on later: %s', (code, seconds, expected) => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, deadline: 60 });
    clock.advance(seconds);
    const error = new RapidProError({ code, description: '', fix: '' });
    expect(limiter.isStop(error, true)).toBe(expected);
    expect(limiter.isStop({ code }, true)).toBe(false);
    // A rate limit before the first record is an error.
    expect(limiter.isStop(error, false)).toBe(expected && code === 'TIMEOUT');
  });

  test('a request around the pages of a list has a result, unless that ends the read', async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, deadline: 60 });
    const failing = (code: 'RATE_LIMITED' | 'TIMEOUT') => () =>
      Promise.reject(new RapidProError({ code, description: '', fix: '' }));
    expect(await limiter.unlessCutOff(async () => undefined)).toEqual({ value: undefined });
    expect(await limiter.unlessCutOff(failing('RATE_LIMITED'), true)).toBeUndefined();
    for (const code of ['RATE_LIMITED', 'TIMEOUT'] as const) {
      await expect(limiter.unlessCutOff(failing(code))).rejects.toMatchObject({ code });
    }
    clock.advance(60);
    expect(await limiter.unlessCutOff(failing('TIMEOUT'))).toBeUndefined();
  });

  test.each([
    [60, 53.9, true],
    [60, 54, true],
    [60, 54.1, false],
    [200, 189.9, true],
    [200, 190.1, false],
  ])('a bulk run of %i s begins something after %d s: %s', async (deadline, seconds, begins) => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, deadline, isBulk: true });
    clock.advance(seconds);
    const entered = limiter.enter('v2').then(
      () => true,
      () => false,
    );
    expect(await entered).toBe(begins);
    expect(limiter.outOfTime).toBe(!begins);
  });

  test('without a deadline, a bulk run goes on', async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, isBulk: true });
    clock.advance(1e6);
    await limiter.enter('v2');
    expect(limiter.stopped).toBeUndefined();
  });
});

describe('a hold', () => {
  test.each([
    [10.5, [10]],
    [10.6, [10, 0.6]],
  ])('of %d s beside one of 10 s', async (seconds, sleeps) => {
    const clock = joinableClock();
    const limiter = new Limiter({ clock });
    await Promise.all([limiter.hold('v2', 10), limiter.hold('v2', seconds)]);
    expect(clock.sleeps.map(slept => Math.round(slept * 10) / 10)).toEqual(sleeps);
  });

  test('is told again from a second more on', async () => {
    const told: number[] = [];
    const onWait = (seconds: number) => told.push(seconds);
    const limiter = new Limiter({ clock: joinableClock(), onWait });
    await Promise.all([10, 11, 11.9].map(seconds => limiter.hold('v2', seconds)));
    expect(told).toEqual([10, 11]);
  });

  test('a pause beside it is not told, one after it is', async () => {
    const told: unknown[] = [];
    const onWait = (...wait: unknown[]) => told.push(wait);
    const limiter = new Limiter({ clock: joinableClock(), onWait });
    await Promise.all([limiter.hold('v2', 5), limiter.pause(2, 'timeout')]);
    await limiter.pause(3, 'timeout');
    expect(told).toEqual([
      [5, 'throttled'],
      [3, 'timeout'],
    ]);
  });
});

describe('when it stops', () => {
  const failure = (statusCode?: number) =>
    new RapidProError({ code: 'SERVER_ERROR', description: 'x', fix: '', statusCode });

  test.each([
    [undefined, 5],
    [502, 5],
    [500, 25],
  ])('after failures in a row with status %s: %i', (status, many) => {
    const limiter = new Limiter();
    for (let count = 1; count < many; count++) limiter.wentWrong(failure(status));
    expect(limiter.stopped).toBeUndefined();
    limiter.wentWell();
    for (let count = 1; count < many; count++) limiter.wentWrong(failure(status));
    expect(limiter.stopped).toBeUndefined();
    const last = failure(status);
    limiter.wentWrong(last);
    expect(limiter.stopped).toBe(last);
  });

  test('it says whether it can go on later, and whom that concerns', () => {
    const rate = new RapidProError({ code: 'RATE_LIMITED', description: '', fix: '' });
    const [one, two, three] = [new Limiter(), new Limiter(), new Limiter()];
    one.stop(rate);
    expect(one).toMatchObject({ outOfTime: true, concernsAll: false });
    two.stop(stop, { concernsAll: true });
    expect(two).toMatchObject({ outOfTime: false, concernsAll: true });
    three.stop(stop, { isLate: true });
    three.stop(stop, { concernsAll: true });
    expect(three).toMatchObject({ outOfTime: true, concernsAll: false });
  });

  test('for the error of a read, but not for others', () => {
    const limiter = new Limiter();
    limiter.stopFor(new AbortedError());
    expect(limiter.stopped).toBeUndefined();
    expect(() => limiter.stopFor(new TypeError('bug'))).toThrow('bug');
    limiter.stopFor(stop);
    expect(limiter.stopped).toBe(stop);
  });

  test('a list does not stop for its deadline by itself', () => {
    const limiter = new Limiter({ clock: fakeClock(), deadline: 1 });
    limiter.stopLate();
    expect(limiter.stopped).toBeUndefined();
  });

  test('what waits for something new, or begins to, is not sent', async () => {
    const { clock, wake } = sleepingClock();
    const limiter = new Limiter({ clock });
    limiter.noteMade();
    const waiting = limiter.waitForNew();
    limiter.stop(stop);
    wake();
    await expect(waiting).rejects.toThrow('down');
    limiter.noteMade();
    await expect(limiter.waitForNew()).rejects.toBeInstanceOf(AbortedError);
  });
});

test('nothing is stopped from the beginning', () => {
  expect(new Limiter()).toMatchObject({ outOfTime: false, concernsAll: false, stopped: undefined });
});

test('how many items are worked on side by side, unless told', () => {
  expect(new Limiter().concurrency).toBe(1);
  expect(new Limiter({ isBulk: true }).concurrency).toBe(4);
  expect(new Limiter({ isBulk: true, concurrency: 2 }).concurrency).toBe(2);
});

test('after the first failure, no more items are begun', async () => {
  const limiter = new Limiter({ concurrency: 2 });
  const begun: number[] = [];
  await expect(
    limiter.each([0, 1, 2, 3, 4, 5], async item => {
      begun.push(item);
      if (item === 0) throw new Error('no 0');
      await pause();
    }),
  ).rejects.toThrow('no 0');
  expect(begun).toEqual([0, 1]);
});

describe('work with a common name', () => {
  test('is done one after the other, other work beside it', async () => {
    const limiter = new Limiter();
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await pause();
      order.push(`${name} ends`);
      return name;
    };
    const all = await Promise.all([
      limiter.withLock(['x', 'y'], work('one')),
      limiter.withLock(['y', 'z'], work('two')),
      limiter.withLock(['w'], work('other')),
      limiter.withLock(['z'], work('three')),
    ]);
    expect(all).toEqual(['one', 'two', 'other', 'three']);
    const main = order.filter(step => !step.startsWith('other'));
    expect(main).toEqual(
      ['one', 'two', 'three'].flatMap(name => [`${name} begins`, `${name} ends`]),
    );
    expect(order.indexOf('other begins')).toBeLessThan(order.indexOf('one ends'));
  });

  test('waits also for what began after something that has ended', async () => {
    const limiter = new Limiter();
    const order: string[] = [];
    const one = limiter.withLock(['x'], async () => {});
    const two = limiter.withLock(['x'], async () => {
      await pause();
      order.push('two');
    });
    await one;
    await limiter.withLock(['x'], async () => {
      order.push('three');
    });
    await two;
    expect(order).toEqual(['two', 'three']);
  });

  test('goes on after a failure', async () => {
    const limiter = new Limiter();
    const failed = limiter.withLock(['x'], () => Promise.reject(new Error('no')));
    const next = limiter.withLock(['x'], async () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});

test('work that is abandoned ends before anything new begins, also if it fails', async () => {
  const limiter = new Limiter({ clock: fakeClock() });
  await expect(limiter.abandon(Promise.reject(new Error('no')))).rejects.toThrow('no');
  await limiter.enter('v2');
});

test('a wait that ends early has counted what it was meant to be', async () => {
  const clock = joinableClock();
  const limiter = new Limiter({ clock });
  await limiter.pause(2, 'timeout');
  clock.advance(10);
  await limiter.pause(3, 'timeout');
  expect(limiter.waited).toBe(5);
  const cutShort = new Limiter({ clock: { ...fakeClock(), sleep: async () => {} } });
  await cutShort.pause(10, 'timeout');
  await cutShort.pause(4, 'timeout');
  expect(cutShort.waited).toBe(14);
});

describe('if somebody sets the clock of the computer', () => {
  const HOUR = 3600;

  test('forward, a wait that another request extends is not longer by as much', async () => {
    const { clock, wake } = sleepingClock();
    const slept: number[] = [];
    const sleep = (seconds: number) => {
      slept.push(seconds);
      return clock.sleep();
    };
    const limiter = new Limiter({ clock: { ...clock, sleep } });
    const first = limiter.hold('v2', 5);
    clock.advance(HOUR);
    const second = limiter.hold('v2', 5);
    wake();
    await pause();
    wake();
    await Promise.all([first, second]);
    expect(slept).toEqual([5, 5]);
  });

  test('back, a deadline comes no later', async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, deadline: 100, isBulk: true });
    clock.advance(60);
    expect(limiter.timeFor(1000)).toBe(40);
    clock.advance(-HOUR);
    expect(limiter.timeFor(1000)).toBe(40);
    clock.advance(35);
    await expect(limiter.enter('v2')).rejects.toThrow(AbortedError);
    expect(limiter.outOfTime).toBe(true);
  });

  test('back, no wait is longer than allowed', async () => {
    const { clock, wake } = sleepingClock();
    const limiter = new Limiter({ clock, maxWait: 60 });
    const waiting = limiter.hold('v2', 50);
    expect(limiter.waited).toBe(0);
    clock.advance(-HOUR);
    expect(limiter.allowance(0)).toEqual({ waited: 0, maxWait: 60 });
    wake();
    await waiting;
    expect(limiter.waited).toBe(50);
  });
});

describe('what others may just have created', () => {
  const looking = async (options: ConstructorParameters<typeof Limiter>[0], atLeast: number) => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock, ...options });
    let reads = 0;
    const read = async () => ++reads;
    await limiter.untilShown(0, read, () => false, { atLeast });
    return { sleeps: clock.sleeps, reads, waited: limiter.waited };
  };
  const now = fakeClock().now();

  test.each([
    [0, {}, []],
    [1, {}, [1]],
    [2, {}, [1, 2]],
    [3, {}, [1, 2, 4]],
    [9, {}, [1, 2, 4]],
    // If something of this job is new, it is looked for as always.
    [1, { madeOn: now - 1000 }, [1, 2, 4]],
    [1, { madeOn: now - 60_000 }, [1]],
    [3, { maxWait: 2 }, [1]],
    [3, { maxWait: 0 }, []],
    [3, { deadline: 6.9 }, [1, 2]],
    [3, { isBulk: true, maxWait: 3 }, [1, 2]],
  ])('is looked for at least %i times, with %j', async (atLeast, options, sleeps) => {
    const all = await looking(options, atLeast);
    expect(all).toMatchObject({ sleeps, reads: sleeps.length });
  });

  test('is not looked for once it is shown, or when the run was stopped', async () => {
    const clock = fakeClock();
    const limiter = new Limiter({ clock });
    let reads = 0;
    const read = async () => ++reads;
    expect(await limiter.untilShown(0, read, value => value > 1, { atLeast: 3 })).toBe(2);
    expect(clock.sleeps).toEqual([1, 2]);
    limiter.stop(stop);
    const look = limiter.untilShown(0, read, () => false, { atLeast: 3 });
    await expect(look).rejects.toBeInstanceOf(AbortedError);
    expect(reads).toBe(2);
  });
});
