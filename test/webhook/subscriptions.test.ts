import { createSandbox } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recording, servers } from '../../recordings/read.js';
import {
  addResthookSubscriber,
  getResthookSubscribers,
  subscribe,
  unsubscribe,
} from '../../src/Adaptor.js';
import type { State } from '../../src/types/state.js';
import { failure, page, refused, run, sent } from '../operations/run.js';
import { captureConsole } from '../support/captureConsole.js';
import { noSleep } from '../support/noSleep.js';
import { serve } from '../support/serve.js';

const HOOK = 'new-report';
const URL_A = 'https://openfn.example.org/i/a?secret=very-secret';
const URL_B = 'https://openfn.example.org/i/b';
const PATH = '*/api/v2/resthook_subscribers.json';

const row = (id: number, target_url: string, resthook = HOOK) => ({ id, resthook, target_url });
const hooks = msw.get('*/api/v2/resthooks.json', () => page([{ resthook: HOOK }]));

describe.each(['v9', 'textit'] as const)('in a workspace, %s', dialect => {
  async function workspace() {
    const seed = { resthooks: [{ resthook: HOOK }, { resthook: 'other' }] };
    const sandbox = await createSandbox({ dialect, seed });
    onTestFinished(() => sandbox.close());
    const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };
    const addresses = async () => {
      const { data } = await getResthookSubscribers({ resthook: HOOK })(credential);
      return (data as { target_url: string }[]).map(one => one.target_url).sort();
    };
    return { sandbox, credential, addresses };
  }

  test('an address is subscribed once, however often it is asked', async () => {
    const said = captureConsole();
    const { credential, addresses } = await workspace();
    const first = await subscribe(HOOK, URL_A)(credential);
    expect(first.data).toMatchObject({ id: expect.any(Number), resthook: HOOK, target_url: URL_A });
    const second = await subscribe(HOOK, ` ${URL_A} `)(credential);
    expect(second.data).toEqual(first.data);
    await subscribe('other', URL_A)(credential);
    await subscribe(HOOK, URL_B)(credential);
    expect(await addresses()).toEqual([URL_A, URL_B]);
    expect(said.join('\n')).not.toContain('very-secret');
  });

  test('an address is taken off once, and other ones stay', async () => {
    const { credential, addresses } = await workspace();
    await subscribe(HOOK, URL_A)(credential);
    await subscribe('other', URL_A)(credential);
    await subscribe(HOOK, URL_B)(credential);
    expect((await unsubscribe(HOOK, URL_A)(credential)).data).toEqual({ deleted: true });
    expect((await unsubscribe(HOOK, URL_A)(credential)).data).toEqual({ deleted: false });
    expect(await addresses()).toEqual([URL_B]);
    const other = await getResthookSubscribers({ resthook: 'other' })(credential);
    expect(other.data).toHaveLength(1);
  });

  test('a resthook that is not there', async () => {
    const said = captureConsole();
    const { sandbox, credential } = await workspace();
    expect(await failure(subscribe('nope', URL_A), sandbox, credential)).toMatchObject({
      code: 'UNKNOWN_REFERENCE',
    });
    expect((await unsubscribe('nope', URL_A)(credential)).data).toEqual({ deleted: false });
    expect(said.join('\n')).toContain('no resthook with this name');
  });

  test('an address that the server does not take', async () => {
    const { sandbox, credential } = await workspace();
    const error = await failure(subscribe(HOOK, 'http://intranet/hook'), sandbox, credential);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(error.errors?.[0]).toContain('target_url');
  });

  test('many that subscribe at once make one subscriber', async () => {
    const { credential, addresses } = await workspace();
    await Promise.all(Array.from({ length: 5 }, () => subscribe(HOOK, URL_A)(credential)));
    expect(await addresses()).toEqual([URL_A]);
  });
});

describe.each(servers)('answers of %s', server => {
  const answer = (name: string) => () => {
    const { response } = recording(server, 'resthook_subscribers', name);
    return HttpResponse.json(response.body as object, { status: response.status });
  };

  test('another job was faster: its subscriber is found, also when the list lags behind', async () => {
    const sleeps = noSleep();
    const lists = [[], [], [row(7, URL_B), row(8, URL_A)]];
    const target = await serve(
      hooks,
      msw.get(PATH, () => page(lists.shift() ?? [])),
      msw.post(PATH, answer('post_error_duplicate')),
    );
    const state = await run(subscribe(HOOK, URL_A), target);
    expect(state.data).toMatchObject({ id: 8 });
    expect(sleeps).toEqual([1]);
  });

  test('any other refusal keeps what the server said', async () => {
    noSleep();
    const target = await serve(
      hooks,
      msw.get(PATH, () => page([])),
      msw.post(PATH, answer('post_error_bad_url')),
    );
    const error = await failure(subscribe(HOOK, URL_A), target);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', statusCode: 400 });
    expect(error.errors?.join()).toContain('Enter a valid URL');
    expect(JSON.stringify(error)).not.toContain('very-secret');
  });

  test('another job has deleted it meanwhile', async () => {
    const target = await serve(
      msw.get(PATH, () => page([row(8, URL_A)])),
      msw.delete(PATH, answer('delete_again')),
    );
    expect((await run(unsubscribe(HOOK, URL_A), target)).data).toEqual({ deleted: true });
    expect(sent(target)).toEqual([
      'GET resthook_subscribers?resthook=new-report',
      'DELETE resthook_subscribers?id=8',
    ]);
  });
});

test('a lost answer to the addition makes no second subscriber', async () => {
  noSleep();
  const made: object[] = [];
  const target = await serve(
    msw.get(PATH, () => page(made)),
    msw.post(PATH, () => {
      const first = made.length === 0;
      if (first) made.push(row(9, URL_A));
      return first
        ? new HttpResponse(null, { status: 502 })
        : HttpResponse.json(
            { non_field_errors: ['L’URL est déjà abonnée.'] },
            { status: 400, headers: { 'x-temba-org': '1' } },
          );
    }),
    hooks,
  );
  expect((await run(subscribe(HOOK, URL_A), target)).data).toMatchObject({ id: 9 });
});

test('two that subscribe in the same moment, on a server that lets both in, leave one', async () => {
  const made: ReturnType<typeof row>[] = [];
  let waiting: (() => void)[] = [];
  const target = await serve(
    msw.get(PATH, () => page([...made].reverse())),
    msw.post(PATH, async () => {
      // Both have looked before either writes.
      await new Promise<void>(go => {
        waiting.push(go);
        if (waiting.length < 2) return;
        for (const one of waiting) one();
        waiting = [];
      });
      const subscriber = row(made.length + 1, URL_A);
      made.push(subscriber);
      return HttpResponse.json(subscriber, { status: 201 });
    }),
    msw.delete(PATH, ({ request }) => {
      const id = Number(new URL(request.url).searchParams.get('id'));
      const index = made.findIndex(one => one.id === id);
      if (index < 0) return HttpResponse.json({ detail: 'Not found.' }, { status: 404 });
      made.splice(index, 1);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const states = await Promise.all([1, 2].map(() => run(subscribe(HOOK, URL_A), target)));
  expect(states.map(({ data }) => data)).toEqual([row(1, URL_A), row(1, URL_A)]);
  expect(made).toEqual([row(1, URL_A)]);
});

test('a new subscriber is kept if nobody can say whether there are others', async () => {
  noSleep();
  const said = captureConsole();
  let isMade = false;
  const target = await serve(
    msw.get(PATH, () => (isMade ? new HttpResponse('<h1>Login</h1>', { status: 403 }) : page([]))),
    msw.post(PATH, () => {
      isMade = true;
      return HttpResponse.json(row(9, URL_A), { status: 201 });
    }),
  );
  expect((await run(subscribe(HOOK, URL_A), target)).data).toEqual(row(9, URL_A));
  expect(said.join('\n')).toContain('whether another job has subscribed the same address');
});

test('a new subscriber that the list does not show yet is the one, and nothing is deleted', async () => {
  let isMade = false;
  const target = await serve(
    // Two of another time, whose deletion the copy does not show yet.
    msw.get(PATH, () => page(isMade ? [row(3, URL_A), row(4, URL_A)] : [])),
    msw.post(PATH, () => {
      isMade = true;
      return HttpResponse.json(row(9, URL_A), { status: 201 });
    }),
  );
  expect((await run(subscribe(HOOK, URL_A), target)).data).toEqual(row(9, URL_A));
  expect(sent(target).filter(line => line.startsWith('DELETE'))).toEqual([]);
});

test('an address that got on the list twice is put right', async () => {
  const deleted: string[] = [];
  const target = await serve(
    msw.get(PATH, () => page([row(9, URL_A), row(12, URL_B), row(7, URL_A)])),
    msw.delete(PATH, ({ request }) => {
      deleted.push(new URL(request.url).search);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  expect((await run(subscribe(HOOK, URL_A), target)).data).toMatchObject({ id: 7 });
  expect(deleted).toEqual(['?id=9']);
});

test.each([
  [undefined, URL_A],
  ['', URL_A],
  [HOOK, undefined],
  [HOOK, 'openfn.example.org/i/a'],
  [HOOK, 'ftp://openfn.example.org/'],
  [HOOK, `https://openfn.example.org/${'x'.repeat(200)}`],
  [{ resthook: HOOK }, URL_A],
])('is refused before anything is sent: %j %j', async (resthook, url) => {
  await refused(subscribe(resthook as string, url as string), 'INVALID_INPUT');
  await refused(unsubscribe(resthook as string, url as string), 'INVALID_INPUT');
});

test('a password in the address is refused, but an old one can be taken away', async () => {
  const url = 'https://openfn:S3cret-word@openfn.example.org/i/a';
  for (const operation of [
    subscribe(HOOK, url),
    addResthookSubscriber({ resthook: HOOK, target_url: url }),
    addResthookSubscriber({ resthook: HOOK, target_url: 'https://openfn@openfn.example.org/' }),
  ]) {
    const error = await refused(operation, 'INVALID_INPUT');
    expect(error.description).toContain('must not contain a user name or password');
    expect(JSON.stringify(error)).not.toContain('S3cret');
  }
  const target = await serve(
    msw.get(PATH, () => page([row(9, url)])),
    msw.delete(PATH, () => new HttpResponse(null, { status: 204 })),
  );
  expect((await run(unsubscribe(HOOK, url), target)).data).toEqual({ deleted: true });
});

test('the subscriber can be deleted by its id too', async () => {
  const sandbox = await createSandbox({ seed: { resthooks: [{ resthook: HOOK }] } });
  onTestFinished(() => sandbox.close());
  const credential: State = { configuration: { host: sandbox.host, token: sandbox.token } };
  const added = await addResthookSubscriber({ resthook: HOOK, target_url: URL_A })(credential);
  expect((await subscribe(HOOK, URL_A)(credential)).data).toEqual(added.data);
});
