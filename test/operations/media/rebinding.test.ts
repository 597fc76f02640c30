import { createServer } from 'node:http';
import { expect, test, vi } from 'vitest';
import { isNearby, openLink } from '../../../src/client/links/link.js';
import { SecretGuard } from '../../../src/input/secrets.js';
import { listen } from '../../support/closing.js';
import { TOKEN } from '../../support/credential.js';

const secrets = new SecretGuard({ token: TOKEN });

/**
 * Whoever owns a name can let it lead to the web when it is checked, and to this machine when the
 * connection is made. Here every address counts as one of the web, so that loopback can stand for it.
 */
const asked = vi.hoisted(() => [] as string[]);
vi.mock('../../../src/client/links/privateAddress.js', () => ({
  isSecretAddress: (address: string) => address === '127.0.0.77',
  isPrivateAddress: (address: string) => address === '127.0.0.66',
}));
vi.mock('node:dns/promises', () => ({
  lookup: async (host: string) => {
    asked.push(host);
    const other = { 'private.example': '127.0.0.66', 'secret.example': '127.0.0.77' }[host];
    if (other) return ['127.0.0.1', other].map(address => ({ address, family: 4 }));
    return [{ address: asked.length === 1 ? '127.0.0.1' : '127.0.0.66', family: 4 }];
  },
}));

test('the connection goes to the address that was checked, whatever the name says by then', async () => {
  const server = createServer((_, response) => response.end('from the right one'));
  const { port } = await listen(server);
  const { body } = await openLink(`http://name.example:${port}/`, { secrets, allowPrivate: false });
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  expect(text).toBe('from the right one');
  expect(asked).toEqual(['name.example']);
});

test('a redirect is checked anew', async () => {
  asked.length = 0;
  const server = createServer((_, response) =>
    response.writeHead(302, { location: 'http://other.example/' }).end(),
  );
  const { port } = await listen(server);
  await expect(
    openLink(`http://name.example:${port}/`, { secrets, allowPrivate: false }),
  ).rejects.toMatchObject({ code: 'INVALID_LINK' });
  expect(asked).toEqual(['name.example', 'other.example']);
});

test('a name that also leads elsewhere than to the web is refused', async () => {
  const server = createServer((_, response) => response.end('from one of them'));
  const { port } = await listen(server);
  const open = (name: string, allowPrivate: boolean) =>
    openLink(`http://${name}.example:${port}/`, { secrets, allowPrivate });
  for (const [name, allowPrivate, said] of [
    ['private', false, /this machine or its own network/],
    ['secret', false, /a cloud keeps the secrets/],
    ['secret', true, /a cloud keeps the secrets/],
  ] as const) {
    await expect(open(name, allowPrivate)).rejects.toMatchObject({
      code: 'INVALID_LINK',
      description: expect.stringMatching(said),
    });
  }
  expect(await isNearby('http://private.example/')).toBe(true);
});
