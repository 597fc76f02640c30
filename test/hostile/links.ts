import { bytes, json } from '../support/faults.js';
import type { Behavior } from '../support/rawServer.js';
import { archive, bomb, head, MEGABYTE, packed, stored, stream } from './behaviors.js';
import type { Group, Place } from './case.js';
import { eachArchivedMessages, eachArchivedRuns } from './operations.js';

const operations = eachArchivedMessages;
const files =
  (...served: Behavior[]) =>
  ({ own }: Place) =>
    served.map(file => archive(file, `${own}/file`));
const leading =
  (...links: string[]) =>
  () =>
    links.map(link => archive(() => {}, link));

/** A gzip that goes on as long as it is read. */
function endless(part: string, megabytes: number): Behavior {
  const member = stored(Buffer.alloc(MEGABYTE, part));
  return ({ socket }) => stream(socket, head('Connection: close'), member, megabytes);
}

const redirect = (location: string): Behavior =>
  bytes(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);

export const LINKS: Group = {
  title: 'Archives and their links',
  cases: [
    {
      does: 'links to something outside the web: `file:`, `ftp:`, `javascript:`, `data:`',
      limit: '`http:` and `https:`',
      operations,
      ways: leading(
        'file:///etc/passwd',
        'ftp://127.0.0.1/a',
        'javascript:alert(1)',
        'data:,x',
        'x',
      ),
    },
    {
      does: 'links to the address where a cloud keeps the secrets of its machines',
      limit: '169.254.0.0/16 and similar addresses are never requested',
      operations,
      ways: leading(
        'http://169.254.169.254/latest/meta-data/',
        'http://[::ffff:169.254.169.254]/',
        'http://2852039166/',
        'http://[fd00:ec2::254]/',
        'http://100.100.100.200/',
      ),
    },
    {
      does: 'links with a user and a password',
      limit: 'links must not have one',
      operations,
      ways: leading('https://user:password@files.example/a', 'https://user@files.example/a'),
    },
    {
      does: 'redirects a link to a file of this machine, to a cloud’s secrets, or in a circle',
      limit: 'at most 3 redirects, each checked like the first',
      operations,
      ways: ({ own }) =>
        [
          'file:///etc/passwd',
          'http://169.254.169.254/',
          `${own}/file`,
          'http://a:b@x.example/',
        ].map(location => archive(redirect(location), `${own}/file`)),
    },
    {
      does: 'redirects a link to another server',
      limit: 'links never get the token',
      operations,
      ways: ({ own, elsewhere }) => [archive(redirect(`${elsewhere}/file`), `${own}/file`)],
    },
    {
      does: 'sends something that is not an archive',
      limit: 'gzip with one JSON object per line, at most 200 levels deep',
      operations,
      ways: files(
        json({ id: 1 }),
        packed('{"id":1'),
        packed('null\n'),
        packed('[{"id":1}]\n'),
        packed(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`),
        bytes('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      ),
    },
    {
      does: 'sends a compression bomb as an archive',
      limit: 'a ratio of 300 to 1',
      operations,
      memory: 400,
      ways: files(request => {
        const body = bomb(2048);
        request.socket.write(head(`Content-Length: ${body.length}`));
        request.socket.write(body);
      }),
    },
    {
      does: 'sends an archive with one endless line',
      limit: '10 MB per record',
      operations,
      memory: 400,
      ways: files(endless('x', 1024)),
    },
    {
      does: 'sends an archive with endless blank lines',
      limit: '10 MB between two records',
      operations,
      memory: 400,
      ways: files(endless('\n', 1024)),
    },
    {
      does: 'sends an archive with endless records',
      limit: '10,000,000 records',
      operations,
      memory: 400,
      // 64 bytes each, so that a megabyte ends with a line; none of the period.
      ways: files(
        endless('{"created_on":"2025-01-02T00:00:00.000000Z"}                   \n', 1024),
      ),
    },
    {
      does: 'sends an archive a byte at a time',
      limit: 'at least 1 KB per second after a minute',
      operations,
      clock: 10,
      ways: files(({ socket }) => {
        socket.write(head('Content-Length: 1000000'));
        const archived = stored(Buffer.alloc(MEGABYTE, '{"created_on":"2026-01-02"}\n'));
        let sent = 0;
        const timer = setInterval(() => socket.write(archived.subarray(sent, ++sent)), 5);
        socket.on('close', () => clearInterval(timer));
      }),
    },
    {
      does: 'sends archived runs whose values are text, null or keys with a meaning in JavaScript',
      limit: 'they are treated as data',
      operations: eachArchivedRuns,
      ways: ({ own }) => [
        archive(
          packed(
            `${[
              '[{"__proto__":{"polluted":1}},null,"text",5]',
              '"text"',
              'null',
              '{"__proto__":{"polluted":1},"constructor":null}',
            ]
              .map(
                (values, id) =>
                  `{"id":${id},"modified_on":"2026-01-02T00:00:00+00:00","path":null,"values":${values}}`,
              )
              .join('\n')}\n`,
          ),
          `${own}/file`,
          4,
        ),
      ],
      reads: state =>
        `reads ${(state.data as { records: number }).records} records; ${'polluted' in {} ? 'objects are changed' : 'no other object is changed'}`,
    },
  ],
};
