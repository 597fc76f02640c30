import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { recordedBytes } from '../../recordings/read.js';
import type { Sandbox } from '../src/index.js';
import { open } from './opened.js';

const ANN = '1d2f5a4c-3b6e-4f80-9c1d-000000000001';
const contacts = [{ uuid: ANN, name: 'Ann' }];

/** Reads bytes from a connection until `enough` accepts them. */
function until(socket: Socket, enough: (bytes: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = '';
    const take = (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      if (!enough(bytes)) return;
      socket.off('data', take);
      resolve(bytes);
    };
    socket.on('data', take).once('error', reject);
    socket.once('close', () => resolve(bytes));
  });
}

function requestBytes({ token, host }: Sandbox, path: string, body?: unknown): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  return [
    `${body === undefined ? 'GET' : 'POST'} /api/v2/${path} HTTP/1.1`,
    `Host: ${new URL(host).host}`,
    `Authorization: Token ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
    '',
    text,
  ].join('\r\n');
}

/** Header lines by lowercase name, without those that a front server adds. */
function headOf(bytes: string): Record<string, string> {
  const [head = ''] = bytes.split('\r\n\r\n');
  const own = ['server', 'date', 'connection', 'keep-alive', 'x-temba-org'];
  const lines = head.split('\r\n').slice(1);
  const pairs = lines.map(line => line.split(': ') as [string, string]);
  return Object.fromEntries(
    pairs
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !own.includes(name)),
  );
}

const block = { contacts: [ANN], action: 'block' };

describe('the bytes of an empty action response', () => {
  it('match the recording, including two stray bytes', async () => {
    const { sandbox } = await open({ contacts });
    const recorded = recordedBytes(
      'rapidpro-9.0.0',
      'contact_actions/raw_204_gunicorn.txt',
    ).toString('latin1');
    const socket = connect(Number(new URL(sandbox.host).port), '127.0.0.1');
    try {
      socket.write(requestBytes(sandbox, 'contact_actions.json', block));
      const bytes = await until(socket, text => text.endsWith('""'));
      expect(bytes.startsWith('HTTP/1.1 204 No Content\r\n')).toBe(true);
      expect(bytes.split('\r\n\r\n')[1]).toBe('""');
      expect(headOf(bytes)).toEqual(headOf(recorded.replaceAll(/\r?\n/g, '\r\n')));
      // The connection continues, with the two bytes before the next response.
      socket.write(requestBytes(sandbox, 'workspace.json'));
      const next = await until(socket, text => text.endsWith('}'));
      expect(next.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
    } finally {
      socket.destroy();
    }
  });

  it.each([{ dialect: 'v9', rawNoContent: false }, { dialect: 'textit' }] as const)(
    'have no stray bytes with rawNoContent: false or textit (%o)',
    async options => {
      const { sandbox } = await open({ contacts, ...options });
      const socket = connect(Number(new URL(sandbox.host).port), '127.0.0.1');
      try {
        // Two requests at once: the second head directly follows the first.
        socket.write(requestBytes(sandbox, 'contact_actions.json', block));
        socket.write(requestBytes(sandbox, 'workspace.json'));
        const bytes = await until(socket, text => text.endsWith('}'));
        const [first, second] = bytes.split('\r\n\r\n');
        expect(first).toContain('204 No Content');
        expect(first?.toLowerCase()).not.toContain('content-length: 2');
        expect(second?.startsWith('HTTP/1.1 200 OK')).toBe(true);
      } finally {
        socket.destroy();
      }
    },
  );
});

/** What a server answers to bytes on a connection of their own, up to the last of the `answers`. */
async function exchanged({ host }: Sandbox, parts: (string | Buffer)[], answers = 1) {
  const socket = connect(Number(new URL(host).port), '127.0.0.1');
  try {
    for (const part of parts) socket.write(part);
    const heads = /HTTP\/1\.1 (?!100)\d+/g;
    const isLast = (text: string) => (text.match(heads) ?? []).length >= answers;
    return await until(socket, text => isLast(text) && /[\r\n}\])>]\s*$/.test(text));
  } finally {
    socket.destroy();
  }
}

describe('HTTP as clients may speak it', () => {
  /** A request whose head may have more lines. */
  const asking = (
    { token, host }: Sandbox,
    start: string,
    lines: readonly string[] = [],
    { named = true } = {},
  ): string =>
    [
      start,
      ...(named ? [`Host: ${new URL(host).host}`] : []),
      `Authorization: Token ${token}`,
      'Content-Type: application/json',
      ...lines,
      '',
      '',
    ].join('\r\n');
  const get = 'GET /api/v2/contacts.json HTTP/1.1';
  const post = 'POST /api/v2/contacts.json HTTP/1.1';
  const named = '{"name":"Ben"}';
  const length = `Content-Length: ${named.length}`;

  it.each([
    [['Accept-Encoding: gzip, br']],
    [['If-None-Match: *', 'If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT']],
    [['Range: bytes=0-9']],
    [['Connection: Upgrade', 'Upgrade: websocket']],
    [['Connection: close']],
  ])('passes over what RapidPro does not know: %j', async lines => {
    const { sandbox } = await open({ contacts });
    const bytes = await exchanged(sandbox, [asking(sandbox, get, lines)]);
    expect(bytes.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
    expect(headOf(bytes)).not.toHaveProperty('content-encoding');
    expect(headOf(bytes)).not.toHaveProperty('etag');
    const [, body = ''] = bytes.split('\r\n\r\n');
    expect(headOf(bytes)['content-length']).toBe(String(body.length));
    expect(JSON.parse(body).results).toHaveLength(1);
    expect(bytes.includes('Connection: close')).toBe(lines[0] === 'Connection: close');
  });

  it('reads a compressed body as it is, as Django does', async () => {
    const { sandbox } = await open();
    const zipped = gzipSync(named);
    const lines = ['Content-Encoding: gzip', `Content-Length: ${zipped.length}`];
    const bytes = await exchanged(sandbox, [asking(sandbox, post, lines), zipped]);
    expect(bytes).toContain('HTTP/1.1 400 Bad Request');
    expect(bytes).toContain(
      "JSON parse error - 'utf-8' codec can't decode byte 0x8b in position 1",
    );
    expect(sandbox.contacts()).toEqual([]);
  });

  it.each([
    ['in one piece', [length], [named]],
    [
      'in chunks',
      ['Transfer-Encoding: chunked'],
      ['8\r\n{"name":\r\n', '6\r\n"Ben"}\r\n', '0\r\n\r\n'],
    ],
    ['after a 100', ['Expect: 100-continue', length], [named]],
    ['with an Expect that no server knows', ['Expect: 200-ok', length], [named]],
  ])('reads a body %s', async (_, lines, parts) => {
    const { sandbox } = await open();
    const bytes = await exchanged(sandbox, [asking(sandbox, post, lines), ...parts]);
    const isContinued = lines[0] === 'Expect: 100-continue';
    expect(bytes.startsWith('HTTP/1.1 100 Continue\r\n\r\n')).toBe(isContinued);
    expect(bytes).toContain('HTTP/1.1 201 Created');
    expect(sandbox.contacts()).toHaveLength(1);
  });

  it('answers HTTP/1.0, and closes unless it is asked not to', async () => {
    const { sandbox } = await open();
    const index = 'GET /api/v2/.json HTTP/1.0';
    const closed = await exchanged(sandbox, [asking(sandbox, index, [], { named: false })]);
    expect(closed).toContain('Connection: close');
    // Without a host the links name the address that was called.
    expect(closed).toContain(`"contacts":"${sandbox.host}api/v2/contacts"`);
    const kept = await exchanged(sandbox, [asking(sandbox, index, ['Connection: keep-alive'])]);
    expect(kept).toContain('Connection: keep-alive');
  });

  it('answers requests that do not wait for each other, in their order', async () => {
    const { sandbox } = await open({ contacts });
    const lines = ['Content-Length: 0'];
    const all = [
      asking(sandbox, get),
      asking(sandbox, 'HEAD /api/v2/contacts.json HTTP/1.1'),
      `${asking(sandbox, post, [length])}${named}`,
      asking(sandbox, 'GET /api/v2/nope.json HTTP/1.1', lines),
    ];
    const bytes = await exchanged(sandbox, [all.join('')], all.length);
    expect(bytes.match(/HTTP\/1\.1 \d+/g)).toEqual(
      [200, 405, 201, 404].map(status => `HTTP/1.1 ${status}`),
    );
    // The answer to a HEAD announces its body, and has none.
    expect(bytes).toMatch(/content-length: 41\r\n(?:[^\r]+\r\n)*\r\nHTTP\/1\.1 201/i);
  });

  it('takes a target that is meant for a proxy', async () => {
    const { sandbox } = await open({ contacts });
    const bytes = await exchanged(sandbox, [
      asking(sandbox, `GET ${sandbox.host}api/v2/contacts.json?uuid=${ANN} HTTP/1.1`),
    ]);
    expect(bytes).toContain('HTTP/1.1 200 OK');
    expect(bytes).toContain(ANN);
  });

  it('refuses a form of more than 1,000 fields, as Django does', async () => {
    const { sandbox } = await open();
    const headers = { authorization: `Token ${sandbox.token}` };
    const statusOf = async (count: number) => {
      const body = new URLSearchParams(Array.from({ length: count }, () => 'a=b').join('&'));
      const url = `${sandbox.host}api/v2/contacts.json`;
      return (await sandbox.handle(new Request(url, { method: 'POST', headers, body }))).status;
    };
    expect([await statusOf(1000), await statusOf(1001)]).toEqual([201, 400]);
  });
});

it('listens on loopback only', async () => {
  const { sandbox } = await open();
  expect(new URL(sandbox.host).hostname).toBe('127.0.0.1');
  const socket = connect(Number(new URL(sandbox.host).port), '127.0.0.2');
  const refused = await new Promise(resolve => {
    socket.once('error', () => resolve(true)).once('connect', () => resolve(false));
  });
  socket.destroy();
  expect(refused).toBe(true);
});
