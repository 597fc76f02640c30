import { fileURLToPath } from 'node:url';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { start } from '../scripts/run-child.js';
import { TOKEN } from '../support/credential.js';
import { serve } from '../support/serve.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('survives.ts', import.meta.url));

test('no name, no link and no function of an author ends the process', async () => {
  const server = await serve(
    http.get('*/api/v2/*', () =>
      HttpResponse.json({
        next: null,
        previous: null,
        results: [{ uuid: 'u1', modified_on: '2026-01-01T00:00:00Z' }],
      }),
    ),
    http.post('*/api/v2/contacts.json', () => HttpResponse.json({ uuid: 'u1' }, { status: 201 })),
  );
  const args = ['--import', 'tsx', SCRIPT, server.host, TOKEN];
  const { code, stdout, stderr } = await start(process.execPath, args, { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const ends = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const byAuthor = 'by the author';
  expect(ends).toMatchObject({
    'http to one.example': 'LINK_FAILED',
    'http to two.example': 'LINK_FAILED',
    'http to both.example': 'LINK_FAILED',
    'http to nobody.example': 'LINK_FAILED',
    'https to one.example': 'LINK_FAILED',
    'http to an address': 'LINK_FAILED',
    'an async file': 'INVALID_INPUT',
    'a file that is a failing promise': 'INVALID_INPUT',
    'a file of failing promises': 'INVALID_INPUT',
    'a file that throws': byAuthor,
    'a file that is a failing stream': 'INVALID_INPUT',
    'a file that is not there': 'INVALID_INPUT',
    'a failing stream by a function': 'INVALID_INPUT',
    'a failing stream within': 'INVALID_INPUT',
    'a failing stream by a promise': 'INVALID_INPUT',
    'a failing stream with a wrong option': 'INVALID_OPTION',
    'an iterable that fails': 'INVALID_INPUT',
    'an argument with a failing stream': 'INVALID_INPUT',
    'a failing argument behind a refused one': 'INVALID_INPUT',
    'failing options behind a refused argument': 'INVALID_FILTER',
    'an argument of failing promises': 'INVALID_INPUT',
    'options of failing promises': 'INVALID_OPTION',
    'a promise whose then throws': 'INVALID_INPUT',
    'an async callback that fails': byAuthor,
    'a page that fails later': byAuthor,
    'a change that fails later': byAuthor,
  });
});
