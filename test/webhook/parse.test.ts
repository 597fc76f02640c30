import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RapidProError } from '../../src/errors/errors.js';
import { http, webhook } from '../../src/index.js';
import type { State } from '../../src/types/state.js';
import { captureConsole } from '../support/captureConsole.js';
import { DEFAULT_BODY, recordedEvents, recordedPush } from './pushes.js';

const SECRET = 'correct horse battery';

/** The state that Lightning starts a job with. */
function pushed(request: object = {}, data: unknown = DEFAULT_BODY): State {
  return {
    data,
    request: { method: 'POST', path: ['i', 'x'], headers: {}, query_params: {}, ...request },
    references: [],
  };
}

async function failure(options: object, state: State): Promise<RapidProError> {
  return webhook
    .parse(options)(state)
    .then(
      () => expect.fail('it should have thrown'),
      (error: RapidProError) => error,
    );
}

test('the push is in data, the body as it came in references; no credential is needed', async () => {
  const state = await webhook.parse()(pushed({ headers: { 'x-mailroom-mode': 'normal' } }));
  expect(state.data).toEqual({
    ...webhook.parsePush(DEFAULT_BODY),
    simulation: false,
  });
  expect(state.references).toEqual([DEFAULT_BODY]);
  expect(state).not.toHaveProperty('response');
});

test('options may be references', async () => {
  const state = await webhook.parse({ numbers: (state: State) => state.numeric as string[] })({
    ...pushed(),
    numeric: ['cases'],
  });
  expect(state.data).toMatchObject({ results: { cases: { value: 4 } } });
});

test('the log says what came, and nothing of it', async () => {
  const said = captureConsole();
  const { body } = recordedPush('call_resthook');
  await webhook.parse()(pushed({}, body));
  expect(said.join('\n')).toContain('Received a push from a resthook with 3 results');
  expect(said.join('\n')).not.toMatch(/Leah|788200001|cases/);
});

test('a body of which RapidPro sends nothing by itself is accepted, with a warning', async () => {
  const said = captureConsole();
  const state = await webhook.parse()(pushed({}, { hello: 1 }));
  expect(state.data).toMatchObject({ kind: 'webhook', other: { hello: 1 } });
  expect(said.join('\n')).toContain('nothing that RapidPro sends by itself');
  said.length = 0;
  await webhook.parse()(pushed({}, { contact: { name: 'A' }, hello: 1 }));
  expect(said.join('\n')).not.toContain('by itself');
});

describe('a push of the simulator', () => {
  const simulated = pushed({ headers: { 'x-mailroom-mode': 'simulation' } });

  test('is marked and warned of', async () => {
    const said = captureConsole();
    const state = await webhook.parse()(simulated);
    expect(state.data).toMatchObject({ simulation: true });
    expect(said.join('\n')).toContain('simulator');
  });

  test('ends the run where the job says so', async () => {
    expect(await failure({ simulations: 'stop' }, simulated)).toMatchObject({ code: 'SIMULATION' });
    await expect(webhook.parse({ simulations: 'stop' })(pushed())).resolves.toMatchObject({
      data: { kind: 'webhook' },
    });
  });
});

describe('a secret', () => {
  const inHeader = { secret: SECRET, header: 'X-Secret' };
  const inQuery = { secret: SECRET, query: 'secret' };

  test.each([
    [inHeader, { headers: { 'x-secret': SECRET } }],
    [inHeader, { headers: { 'X-SECRET': [SECRET] } }],
    [inQuery, { query_params: { secret: SECRET } }],
    [inQuery, { query_params: undefined, query: { secret: [SECRET] } }],
    [inQuery, { query_params: undefined, query: `?a=1&secret=${encodeURIComponent(SECRET)}` }],
  ])('that is right opens, and is nowhere afterwards: %j %j', async (options, request) => {
    const said = captureConsole();
    const url = `https://x.org/?secret=${encodeURIComponent(SECRET)}&form=${SECRET.replaceAll(' ', '+')}`;
    const data = { ...DEFAULT_BODY, results: { hook: { value: '200', input: `POST ${url}` } } };
    const state = await webhook.parse(options)({
      ...pushed(request, data),
      configuration: { webhookSecret: SECRET },
      references: [{ kept: 1 }],
    });
    expect(state.data).toMatchObject({ kind: 'webhook', contact: { name: 'Amina Diallo' } });
    expect(state.references?.[0]).toEqual({ kept: 1 });
    // The platform takes the credential out of the state; nothing else may hold the secret.
    expect(state.configuration).toEqual({ webhookSecret: SECRET });
    const { configuration: _, ...rest } = state;
    expect(`${JSON.stringify(rest)}${said.join('\n')}`).not.toMatch(/correct.{1,3}horse/);
    expect((state.data as webhook.Push).key).toBe(webhook.parsePush(data).key);
  });

  test.each([
    [inHeader, {}, 'has no header "X-Secret"'],
    [inHeader, { headers: undefined }, 'has no header'],
    [inHeader, { headers: { 'x-secret': '' } }, 'is wrong'],
    [inHeader, { headers: { 'x-secret': `${SECRET} ` } }, 'is wrong'],
    [inHeader, { headers: { 'x-secret': SECRET.toUpperCase() } }, 'is wrong'],
    [inHeader, { headers: { 'x-secret': [SECRET, 'other'] } }, 'more than one'],
    [inHeader, { headers: { 'x-secret': { toString: 1 } } }, 'has no header'],
    [inHeader, { query_params: { 'X-Secret': SECRET } }, 'has no header'],
    [inHeader, { headers: [[Object.create(null), SECRET]] }, 'has no header'],
    [inQuery, { headers: { secret: SECRET } }, 'has no parameter "secret"'],
    [inQuery, { query_params: { Secret: SECRET } }, 'has no parameter'],
    [inQuery, { query_params: { secret: 'wrong' } }, 'is wrong'],
  ])(
    'that is not right is refused before the body is read: %j %j',
    async (options, request, why) => {
      const said = captureConsole();
      const error = await failure(options, pushed(request, 'no body of RapidPro'));
      expect(error).toMatchObject({ code: 'INVALID_SECRET' });
      expect(error.description).toContain(why);
      const reported = `${JSON.stringify(error)}${error.message}${error.stack}${said.join('\n')}`;
      expect(reported.toLowerCase()).not.toContain(SECRET);
    },
  );

  test('in a list without end is refused, not followed', async () => {
    let nested: unknown = SECRET;
    for (let depth = 0; depth < 20_000; depth++) nested = [nested];
    for (const [options, request] of [
      [inHeader, { headers: { 'x-secret': nested } }],
      [inQuery, { query_params: { secret: nested } }],
    ] as const) {
      expect((await failure(options, pushed(request))).code).toBe('INVALID_SECRET');
    }
  });

  test('is wanted even where no headers came at all', async () => {
    const error = await failure(inHeader, { data: DEFAULT_BODY });
    expect(error.code).toBe('INVALID_SECRET');
  });

  test('where no headers are, the fix says how to name their place; elsewhere, it does not', async () => {
    const lost = await failure(inHeader, { data: DEFAULT_BODY });
    expect(lost).toMatchObject({
      description: 'The push has no header "X-Secret": the state has no request.',
      fix: expect.stringContaining('{ request: $.myRequest }'),
    });
    expect(await failure(inHeader, pushed({ query_params: {} }))).toMatchObject({
      description: 'The push has no header "X-Secret": the request has no headers.',
      fix: expect.stringContaining('{ request: $.myRequest }'),
    });
    const other = await failure(inHeader, pushed({ headers: { accept: '*/*' } }));
    expect(other.fix).not.toContain('request:');
  });

  test('with a secret alone, the error says what is missing', async () => {
    const request = { headers: { 'x-secret': SECRET } };
    expect(await failure({ secret: SECRET } as never, pushed(request))).toMatchObject({
      code: 'INVALID_OPTION',
      description: expect.stringContaining('neither "header" nor "query"'),
    });
  });

  test('is found where the job says', async () => {
    const state = await webhook.parse({
      ...inHeader,
      request: (state: State) => state.came as object,
    })({ data: DEFAULT_BODY, came: { headers: { 'X-Secret': SECRET } } });
    expect(JSON.stringify(state)).not.toContain(SECRET);
    expect(state.data).toMatchObject({ kind: 'webhook' });
  });

  test('any other text is refused', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async given => {
        fc.pre(given !== SECRET);
        const error = await failure(inHeader, pushed({ headers: { 'x-secret': given } }));
        expect(error.code).toBe('INVALID_SECRET');
      }),
    );
  });

  test.each([
    [{ secret: undefined, header: 'X-Secret' }],
    [{ secret: (state: State) => (state.configuration as State | undefined)?.webhookSecret }],
    [{ secret: SECRET }],
    [{ secret: SECRET, header: 'A', query: 'b' }],
    [{ secret: '', header: 'X-Secret' }],
    [{ secret: 'short', header: 'X-Secret' }],
    [{ secret: 12345678, header: 'X-Secret' }],
    [{ secert: SECRET, header: 'X-Secret' }],
    [() => undefined],
  ])('never fails open: %j', async options => {
    const error = await failure(options, pushed({ headers: { 'x-secret': SECRET } }));
    expect(error.code).toBe('INVALID_OPTION');
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });
});

describe('the secret of the credential', () => {
  const credential = (webhookSecret: unknown) => ({ configuration: { webhookSecret } });
  const right = { headers: { 'x-secret': SECRET }, query_params: { secret: SECRET } };

  test.each([{ header: 'X-Secret' }, { query: 'secret' }])(
    'is the one that is asked for by default: %j',
    async options => {
      const state = { ...pushed(right), ...credential(`${SECRET}\n`) };
      const { configuration, ...rest } = await webhook.parse(options)(state);
      expect(rest.data).toMatchObject({ kind: 'webhook' });
      expect(configuration).toEqual({ webhookSecret: `${SECRET}\n` });
      expect(JSON.stringify(rest)).not.toContain(SECRET);
      const wrong = { ...pushed(right), ...credential(`${SECRET}!`) };
      expect((await failure(options, wrong)).code).toBe('INVALID_SECRET');
    },
  );

  test.each([undefined, null, '', '   ', 'short', 12345678, [SECRET], { secret: SECRET }])(
    'that is not one never lets a push through: %j',
    async webhookSecret => {
      const empty = { 'x-secret': String(webhookSecret ?? '') };
      const state = { ...pushed({ headers: empty }), ...credential(webhookSecret) };
      const error = await failure({ header: 'X-Secret' }, state);
      expect(error.code).toBe('INVALID_CONFIGURATION');
      expect(JSON.stringify(error)).not.toContain('short');
    },
  );

  test('is missing where there is no credential at all', async () => {
    const error = await failure({ header: 'X-Secret' }, pushed(right));
    expect(error.code).toBe('INVALID_CONFIGURATION');
  });

  test('that is not asked for is a warning, which does not show it', async () => {
    const said = captureConsole();
    await webhook.parse()({ ...pushed(right), ...credential(SECRET) });
    expect(said.join('\n')).toContain("webhook.parse({ header: 'X-Secret' })");
    expect(said.join('\n')).not.toContain(SECRET);
  });
});

test.each([{ numbers: 'cases' }, { simulations: 'drop' }, { nubmers: true }])(
  'what is not an option is refused: %j',
  async options => {
    expect((await failure(options, pushed())).code).toBe('INVALID_OPTION');
  },
);

test('a body that is not RapidPro’s is one clear error', async () => {
  const error = await failure({}, pushed({}, { contact: { urn: 'Amina' } }));
  expect(error).toMatchObject({ code: 'INVALID_INPUT' });
  expect(error.description).toContain('contact.urn');
});

test('keys that change objects are gone from the body in references too', async () => {
  const [event] = recordedEvents('rapidpro-9.0.0');
  const data = JSON.parse(JSON.stringify(event?.data).replace('{', '{"__proto__":{"polluted":1},'));
  const state = await webhook.parse()(pushed({}, data));
  expect(JSON.stringify(state)).not.toContain('polluted');
});

test('the namespaces stand beside each other', () => {
  expect(Object.keys(webhook).sort()).toEqual(['fromRun', 'parse', 'parsePush']);
  expect(Object.keys(http)).toContain('get');
});
