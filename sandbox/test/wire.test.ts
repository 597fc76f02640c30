import { connect, type Socket } from 'node:net';
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
