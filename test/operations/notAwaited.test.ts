import { setTimeout as sleep } from 'node:timers/promises';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, test } from 'vitest';
import {
  addToGroup,
  as,
  combine,
  each,
  eachPage,
  execute,
  fn,
  getContacts,
  getGroups,
  sendMessage,
  upsertContact,
  webhook,
} from '../../src/index.js';
import type { Operation, State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { serve, type TestServer } from '../support/serve.js';
import { OTHER_UUID, page, stateFor, UUID } from './run.js';

/** Calls that a function of the job does not wait for: the step does. */

const person = (last: number | string) => ({ urns: [`tel:+25078812312${last}`] });
const people = [1, 2, 3];

/** Answers after a while, so that what does not wait is found out. Ends in 9 are refused. */
const slow = () =>
  serve(
    msw.get('*/contacts.json', async ({ request }) => {
      await sleep(5);
      return page([{ uuid: UUID, urns: [new URL(request.url).searchParams.get('urn')] }]);
    }),
    msw.get('*', async () => {
      await sleep(5);
      return page([{ uuid: OTHER_UUID, name: 'Mothers', query: null }]);
    }),
    msw.post('*/contact_actions.json', async () => {
      await sleep(5);
      return new HttpResponse(null, { status: 204 });
    }),
    msw.post('*', async ({ request }) => {
      await sleep(5);
      if (new URL(request.url).searchParams.get('urn')?.endsWith('9')) {
        return HttpResponse.json({ language: ['Not a valid language.'] }, { status: 400 });
      }
      return HttpResponse.json({ uuid: UUID, name: 'Amina' });
    }),
  );

type Body = (state: State) => unknown;
const step = (body: Body): Operation => fn(body as (state: State) => State);

const writes = (server: TestServer) =>
  server.requests.filter(({ method }) => method === 'POST').length;

/** Runs a job, with what it said and what had been asked by the time it ended. */
async function runJob(...steps: ((state: State) => unknown)[]) {
  const lines = captureConsole();
  const server = await slow();
  const ended = await execute(...(steps as Operation[]))(stateFor(server, { data: people })).then(
    state => ({ state, error: undefined }),
    error => ({ state: undefined, error }),
  );
  const warned = lines.filter(line => line.includes('warning'));
  const before = writes(server);
  await sleep(20);
  // After its end nothing is sent.
  expect(writes(server)).toBe(before);
  return { ...ended, warned, writes: before, server };
}

const forEach =
  (each: (item: number | string, state: State) => unknown, items: (number | string)[] = people) =>
  (state: State) => {
    items.forEach(item => {
      each(item, state);
    });
    return state;
  };

describe('a call that nobody waits for', () => {
  const NOT_AWAITED: [string, ((state: State) => unknown)[], string, number][] = [
    ['in forEach', [step(forEach((p, s) => upsertContact(person(p))(s)))], 'upsertContact', 3],
    [
      'in an async forEach',
      [step(forEach(async (p, s) => await upsertContact(person(p))(s)))],
      'upsertContact',
      3,
    ],
    [
      'two behind each other',
      [
        step(
          forEach(async (p, s) => {
            const next = await upsertContact(person(p))(s);
            await sendMessage({ contact: UUID, text: 'Hi' })(next);
          }),
        ),
      ],
      'upsertContact',
      6,
    ],
    [
      'in a chain',
      [
        step(
          forEach((p, s) => {
            upsertContact(person(p))(s).then(next =>
              sendMessage({ contact: UUID, text: 'Hi' })(next),
            );
          }),
        ),
      ],
      'upsertContact',
      6,
    ],
    [
      'of each',
      [
        step(state => {
          each('$.data[*]', upsertContact(person(1)))(state);
          return state;
        }),
      ],
      'each',
      3,
    ],
    [
      'of combine, within an async function',
      [
        step(async state => {
          await Promise.resolve();
          combine(upsertContact(person(1)), upsertContact(person(2)))(state);
          return state;
        }),
      ],
      'combine',
      2,
    ],
    [
      'of eachPage',
      [
        step(state => {
          eachPage(getContacts(), upsertContact(person(1)))(state);
          return state;
        }),
      ],
      'eachPage',
      1,
    ],
    [
      'in the function of each',
      [each('$.data[*]', step(forEach((p, s) => upsertContact(person(p))(s), [1])))],
      'upsertContact',
      3,
    ],
    [
      'in a page',
      [eachPage(getContacts(), step(forEach((p, s) => upsertContact(person(p))(s))))],
      'upsertContact',
      3,
    ],
    [
      'in a callback',
      [upsertContact(person(1), {}, forEach((p, s) => upsertContact(person(p))(s), [2]) as never)],
      'upsertContact',
      2,
    ],
    [
      'in what follows a step',
      [state => getGroups()(state).then(forEach((p, s) => upsertContact(person(p))(s)) as never)],
      'upsertContact',
      3,
    ],
    [
      'in a step that is no operation',
      [forEach((p, s) => upsertContact(person(p))(s))],
      'upsertContact',
      3,
    ],
    [
      'of all',
      [
        step(state => {
          Promise.all(people.map(p => upsertContact(person(p))(state)));
          return state;
        }),
      ],
      'upsertContact',
      3,
    ],
    [
      'of another part of the job',
      [
        step(state => {
          execute(upsertContact(person(1)), upsertContact(person(2)))(state);
          return state;
        }),
      ],
      'execute',
      2,
    ],
    [
      'that follows a call from before',
      [step(async s => forEach((p, n) => upsertContact(person(p))(n))(await getGroups()(s)))],
      'upsertContact',
      3,
    ],
  ];
  test.each(NOT_AWAITED)('is waited for, and named: %s', async (_, steps, name, expected) => {
    let seen = -1;
    const job = await runJob(...steps, state => {
      seen = expected;
      return state;
    });
    expect(job.error).toBeUndefined();
    expect(seen).toBe(expected);
    expect(job.writes).toBe(expected);
    expect(job.warned.length).toBeGreaterThan(0);
    expect(job.warned[0]).toContain(`${name}() was called inside a function that did not wait`);
    expect(job.warned[0]).toContain(
      `for (const item of state.data) state = await ${name}(…)(state)`,
    );
    expect(new Set(job.warned).size).toBe(job.warned.length);
  });

  test('is named also where the function throws since its state is not there yet', async () => {
    const job = await runJob(
      step(state => {
        const next = upsertContact(person(1))(state) as unknown as { data: { uuid: string } };
        return { ...state, uuid: next.data.uuid };
      }),
    );
    expect(job.error).toMatchObject({ name: 'TypeError' });
    expect(job.writes).toBe(1);
    expect(job.warned[0]).toContain('upsertContact() was called inside a function');
  });

  test('ends before the next step begins', async () => {
    const { server, error } = await runJob(
      step(forEach((p, s) => upsertContact(person(p))(s))),
      addToGroup([UUID], OTHER_UUID),
    );
    expect(error).toBeUndefined();
    const last = server.requests.filter(({ method }) => method === 'POST').at(-1);
    expect(last?.path).toContain('contact_actions');
  });

  const FAILS: [string, Body][] = [
    ['in forEach', forEach((p, s) => upsertContact(person(p))(s), [1, 9, 2])],
    ['twice', forEach((p, s) => upsertContact(person(p))(s), [9, 9, 2])],
    [
      'before the function ends',
      async state => {
        upsertContact(person(9))(state);
        await sleep(50);
        return state;
      },
    ],
    [
      'in a chain',
      forEach((p, s) => upsertContact(person(p))(s).then(next => next, undefined), [9, 2]),
    ],
    [
      'in each',
      state => {
        each('$.data[*]', upsertContact(person(9)))(state);
        return state;
      },
    ],
  ];
  test.each(FAILS)('fails the run with its own error: %s', async (_, body) => {
    let isReached = false;
    const job = await runJob(step(body), state => {
      isReached = true;
      return state;
    });
    expect(job.error).toMatchObject({ name: 'RapidProError', code: 'VALIDATION_FAILED' });
    expect(job.error.description).toContain('Not a valid language');
    expect(isReached).toBe(false);
    expect(job.warned.join()).toMatch(/(upsertContact|each)\(\) was called inside a function/);
  });

  test('of several that fail, one is the error and the others are counted', async () => {
    const job = await runJob(step(forEach((p, s) => upsertContact(person(p))(s), [9, 9, 9])));
    expect(job.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(job.warned.at(-1)).toContain(
      '2 more calls that nobody waited for failed: upsertContact(): VALIDATION_FAILED',
    );
  });

  test('ends before the run does where the step throws, and its failure is told', async () => {
    const mine = new Error('mine');
    const job = await runJob(
      step(state => {
        forEach((p, s) => upsertContact(person(p))(s), [1, 9])(state);
        throw mine;
      }),
    );
    expect(job.error).toBe(mine);
    expect(job.writes).toBe(2);
    expect(job.warned.join()).toContain('upsertContact(): VALIDATION_FAILED');
  });

  test('refused before anything was sent fails the run too', async () => {
    for (const operation of [upsertContact({ urns: 7 as never }), webhook.parse()]) {
      const job = await runJob(
        step(state => {
          operation(state);
          return state;
        }),
      );
      expect(job.error).toMatchObject({ code: 'INVALID_INPUT' });
      expect(job.writes).toBe(0);
    }
  });
});

describe('a call that somebody waits for', () => {
  const bad = person(9);
  const good = person(1);
  const caught: string[] = [];
  const note = (error: { code: string }) => {
    caught.push(error.code);
  };
  test.each<[string, Body, number]>([
    ['awaited', async s => await upsertContact(good)(s), 1],
    ['returned', s => upsertContact(good)(s), 1],
    [
      'in for…of',
      async s => {
        let state = s;
        for (const p of people) state = await upsertContact(person(p))(state);
        return state;
      },
      3,
    ],
    ['chained', s => upsertContact(good)(s).then(upsertContact(good)), 2],
    [
      'in all',
      async s => {
        await Promise.all(people.map(p => upsertContact(person(p))(s)));
        return s;
      },
      3,
    ],
    [
      'in all, and one is refused and caught',
      async s => {
        await Promise.all(people.map(p => upsertContact(p === 2 ? bad : person(p))(s))).catch(note);
        await sleep(50);
        return s;
      },
      3,
    ],
    [
      'in allSettled',
      async s => {
        await Promise.allSettled([9, 9, 1].map(p => upsertContact(person(p))(s)));
        return s;
      },
      3,
    ],
    [
      'refused and caught',
      s =>
        upsertContact(bad)(s)
          .catch(note)
          .then(() => s),
      1,
    ],
    [
      'refused and caught by the second function of then',
      s => upsertContact(bad)(s).then(undefined, () => s),
      1,
    ],
    [
      'refused and tried',
      async s => {
        try {
          await upsertContact(bad)(s);
        } catch (error) {
          note(error as { code: string });
        }
        return s;
      },
      1,
    ],
    [
      'refused long before somebody looks',
      async s => {
        const calls = [9, 9].map(p => upsertContact(person(p))(s));
        await sleep(50);
        for (const call of calls) await call.catch(note);
        return s;
      },
      2,
    ],
    ['at the end, whatever it comes to', s => upsertContact(good)(s).finally(() => {}), 1],
    ['in each', s => each('$.data[*]', upsertContact(good))(s), 3],
    ['in as', s => as('kept', upsertContact(good))(s), 1],
    ['in a part of the job', s => execute(upsertContact(good), upsertContact(good))(s), 2],
    ['in pages', s => eachPage(getContacts(), upsertContact(good), upsertContact(good))(s), 2],
    [
      'in a callback',
      s => (upsertContact as (...g: unknown[]) => Operation)(good, {}, upsertContact(good))(s),
      2,
    ],
  ])('comes to the same as before, without a warning: %s', async (_, body, expected) => {
    const job = await runJob(step(body), getGroups());
    expect(job.error).toBeUndefined();
    expect(job.writes).toBe(expected);
    expect(job.warned).toEqual([]);
    expect(job.state).toMatchObject({ data: [{ name: 'Mothers' }] });
    // As jobs write it at the top.
    const bare = await runJob(body as Operation, getGroups());
    expect(bare).toMatchObject({ error: undefined, writes: expected, warned: [] });
  });

  test('in all, of which one is refused, fails with that, and without a warning', async () => {
    const job = await runJob(
      step(s => Promise.all([1, 9, 2].map(p => upsertContact(person(p))(s)))),
    );
    expect(job.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(job.warned).toEqual([]);
  });

  test('whose failure was caught, though nobody waits, fails nothing', async () => {
    const job = await runJob(
      step(forEach((p, s) => upsertContact(person(p))(s).catch(() => {}), [9, 1])),
      step(forEach(async (p, s) => upsertContact(person(p))(s).then(undefined, () => {}), [9])),
      step(
        forEach(
          async (p, s) => {
            try {
              await upsertContact(person(p))(s);
            } catch {}
          },
          [9, 1],
        ),
      ),
    );
    expect(job.error).toBeUndefined();
    expect(job.writes).toBe(5);
  });
});

describe('a call that may go on when its function has ended', () => {
  const up = (last: number, s: State) => upsertContact(person(last))(s);
  test.each<[string, Body]>([
    ['it lost a race', async s => Promise.race([sleep(1).then(() => s), up(1, s)])],
    ['it lost a race, and is refused', async s => Promise.race([sleep(1).then(() => s), up(9, s)])],
    ['it came second', async s => Promise.any([up(1, s), up(2, s), getGroups()(s)])],
    [
      'another one of all failed, and that was caught',
      async s => {
        await Promise.all([getGroups()(s).then(() => up(1, s)), up(9, s)]).catch(() => {});
        return s;
      },
    ],
    [
      'another one of all failed, which the function gives on',
      async s => {
        try {
          await Promise.all([9, 1, 2].map(p => up(p, s)));
        } catch {
          return s;
        }
      },
    ],
    ['it was caught', forEach((p, s) => up(p as number, s).catch(() => {}), [1, 9])],
    ['it was caught by what logs', forEach((p, s) => up(p as number, s).catch(console.log), [1])],
    [
      'it was caught behind a chain',
      forEach(
        (p, s) =>
          up(p as number, s)
            .then(next => next)
            .catch(() => {}),
        [1, 9],
      ),
    ],
    ['it was caught by the second function', forEach((_, s) => up(9, s).then(null, () => {}), [1])],
  ])('is waited for without a word: %s', async (_, body) => {
    const job = await runJob(step(body), getGroups());
    expect(job.error).toBeUndefined();
    expect(job.warned).toEqual([]);
    const bare = await runJob(body as Operation, getGroups());
    expect(bare).toMatchObject({ error: undefined, warned: [] });
  });

  test('but not where nobody waits for all of them', async () => {
    for (const all of [Promise.all, Promise.allSettled]) {
      const job = await runJob(
        step(s => {
          all.call(
            Promise,
            [1, 2].map(p => up(p, s)),
          );
          return s;
        }),
      );
      expect(job.warned.join()).toContain('upsertContact() was called inside a function');
    }
  });

  describe('a promise that is kept in state', () => {
    const keep = (make: (s: State) => unknown) => step(s => ({ ...s, kept: make(s) }));
    const both = [1, 9];
    test.each<[string, (s: State) => unknown]>([
      ['itself', s => up(9, s)],
      ['in a list', s => both.map(p => up(p, s))],
      ['in a chain', s => up(9, s).then(next => next)],
      ['in the rows of a list', s => both.map(p => ({ sent: up(p, s) }))],
    ])('is the next step’s to take, also where it fails: %s', async (_, make) => {
      const caught: unknown[] = [];
      const job = await runJob(
        keep(make),
        getGroups(),
        step(async s => {
          const { kept, ...rest } = s;
          const promises = [kept].flat().map(one => (one as { sent?: unknown }).sent ?? one);
          await Promise.all(promises).catch(error => caught.push(error.code));
          return rest;
        }),
      );
      expect(job.error).toBeUndefined();
      expect(caught).toEqual(['VALIDATION_FAILED']);
      expect(job.warned).toEqual([]);
    });

    test('is no value, though it leads to the state that it is kept in', async () => {
      const job = await runJob(
        step(s => {
          s.kept = up(1, s);
          return s;
        }),
        upsertContact({ name: (s: State) => s.kept as string }),
      );
      expect(job.error).toMatchObject({ code: 'INVALID_INPUT' });
      expect(job.error.description).toContain('is a promise');
    });

    test('is told, and fails the run, where none takes it', async () => {
      const good = await runJob(
        keep(s => up(1, s)),
        getGroups(),
      );
      expect(good.error).toBeUndefined();
      expect(good.warned.join()).toContain('upsertContact() was called inside a function');
      const bad = await runJob(
        keep(s => up(9, s)),
        getGroups(),
      );
      expect(bad.error).toMatchObject({ code: 'VALIDATION_FAILED' });
      const dropped = await runJob(
        keep(s => up(9, s)),
        step(({ kept, ...rest }) => rest),
        step(() => expect.fail('it has failed before')),
      );
      expect(dropped.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });
});

describe('a call that nobody took is named', () => {
  const mine = Object.assign(new Error('mine'), { code: 'MINE' });
  test.each<[string, Body, error: unknown]>([
    [
      'that ended before its function did',
      async s => {
        upsertContact(person(1))(s);
        await sleep(50);
        return s;
      },
      undefined,
    ],
    [
      'where the function throws an error of its own, with a code',
      s => {
        upsertContact(person(1))(s);
        throw mine;
      },
      mine,
    ],
    [
      'that ended before, where the function throws',
      async s => {
        upsertContact(person(1))(s);
        await sleep(50);
        throw mine;
      },
      mine,
    ],
    [
      'that failed before, where the function throws',
      async s => {
        upsertContact(person(9))(s);
        await sleep(50);
        throw mine;
      },
      mine,
    ],
  ])('%s', async (_, body, error) => {
    for (const made of [step(body), body]) {
      const job = await runJob(made);
      expect(job.error).toBe(error);
      expect(job.writes).toBe(1);
      expect(job.warned.join()).toContain('upsertContact() was called inside a function');
    }
  });

  test('but not those that the failure of another kept from being taken', async () => {
    const job = await runJob(
      step(async s => {
        const calls = [9, 1].map(p => upsertContact(person(p))(s));
        for (const call of calls) await call;
        return s;
      }),
    );
    expect(job.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(job.warned).toEqual([]);
  });
});

describe('nothing waits for ever', () => {
  test.each<[string, Body[]]>([
    [
      'a call that waits for itself',
      [
        state => {
          const call: Promise<State> = fn(async (s: State) => {
            await Promise.resolve();
            await call;
            return s;
          })(state) as Promise<State>;
          return state;
        },
      ],
    ],
    [
      'a callback that waits for its own call',
      [
        state => {
          const call: Promise<State> = upsertContact(person(1), {}, async s => {
            await call;
            return s;
          })(state);
          return state;
        },
      ],
    ],
    [
      'a page that waits for its own reading',
      [
        state => {
          const call: Promise<State> = eachPage(getContacts(), async s => {
            await call;
            return s;
          })(state);
          return state;
        },
      ],
    ],
    [
      'something that never comes',
      [
        state => {
          getGroups()(state).then(() => new Promise(() => {}));
          return state;
        },
      ],
    ],
    [
      'a race',
      [
        async state => {
          await Promise.race([sleep(1), upsertContact(person(9))(state)]);
          return state;
        },
      ],
    ],
    [
      'two parts of the job that wait for each other’s steps',
      [
        async state => {
          let open = () => {};
          const gate = new Promise<void>(resolve => {
            open = resolve;
          });
          const wait = async (s: State) => {
            await gate;
            return s;
          };
          await Promise.all([
            execute(getGroups(), wait, getGroups())(state),
            execute(getContacts(), s => {
              open();
              return s;
            })(state),
          ]);
          return state;
        },
      ],
    ],
  ])(
    '%s',
    async (_, bodies) => {
      const job = await runJob(...bodies.map(step));
      expect(job.error).toBeUndefined();
    },
    5_000,
  );

  test('a race comes to what won it', async () => {
    const job = await runJob(
      step(state =>
        Promise.race([getGroups()(state), sleep(1).then(() => ({ ...state, won: 'time' }))]),
      ),
    );
    expect(job.state).toMatchObject({ won: 'time' });
  });

  test('two runs side by side each have their own', async () => {
    const lines = captureConsole();
    const server = await slow();
    const run = (body: Body) =>
      execute(step(body))(stateFor(server)).then(
        () => 'done',
        error => error.code,
      );
    let release = () => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    const ends = await Promise.all([
      run(forEach((p, s) => upsertContact(person(p))(s), [9])),
      run(async state => {
        await gate;
        return upsertContact(person(1))(state);
      }),
      run(state => {
        upsertContact(person(2))(state);
        release();
        return state;
      }),
    ]);
    expect(ends).toEqual(['VALIDATION_FAILED', 'done', 'done']);
    expect(lines.filter(line => line.includes('did not wait'))).toHaveLength(2);
  });

  /** A step that leaves a call for later, and what makes that call. */
  function afterTheEnd(last: number) {
    let open = () => {};
    const gate = new Promise<void>(resolve => {
      open = resolve;
    });
    let called: Promise<unknown[]> | undefined;
    return {
      step: step(state => {
        // The call is in a list: nobody waits for it.
        called = gate.then(() => [upsertContact(person(last))(state)]);
        return state;
      }),
      end: async () => {
        open();
        return (await called) ?? expect.unreachable('no call');
      },
    };
  }

  test('what is called when the job has ended is told', async () => {
    const lines = captureConsole();
    const server = await slow();
    const late = afterTheEnd(1);
    await execute(late.step)(stateFor(server));
    await Promise.all(await late.end());
    expect(lines.join()).toContain('upsertContact() was called after the job had ended');
    expect(lines.join()).not.toContain('failed after');
  });

  test('what fails when the job has ended is told, and ends no process', async () => {
    const lines = captureConsole();
    const server = await slow();
    const late = afterTheEnd(9);
    await execute(late.step)(stateFor(server));
    await late.end();
    await expect
      .poll(() => lines.join())
      .toContain('upsertContact() failed after the job had ended: VALIDATION_FAILED.');
  });

  test('outside of a run a call is as it was', async () => {
    const server = await slow();
    await expect(upsertContact(person(9))(stateFor(server))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});
