import { bytes } from '../support/faults.js';
import type { Behavior } from '../support/rawServer.js';
import type { Group, Place } from './case.js';
import { EVERY_KIND } from './operations.js';

const STATUSES = [301, 302, 303, 307, 308];

const redirect =
  (status: number, location: string): Behavior =>
  request =>
    bytes(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`)(
      request,
    );

const toEach = (locations: (place: Place) => string[]) => (place: Place) =>
  locations(place).flatMap(location => STATUSES.map(status => redirect(status, location)));

const limit = 'requests never follow redirects';

export const REDIRECTS: Group = {
  title: 'Redirects',
  cases: [
    {
      does: 'redirects every request to another host, port or scheme',
      limit,
      operations: EVERY_KIND,
      ways: toEach(({ elsewhere, own }) => [
        `${elsewhere}/api/v2/contacts.json`,
        elsewhere.replace('http:', ''),
        own.replace('http:', 'https:'),
        `http://${own.slice(7)}@${elsewhere.slice(7)}/`,
      ]),
    },
    {
      does: 'redirects every request to itself, or to nowhere',
      limit,
      operations: EVERY_KIND,
      ways: toEach(({ own }) => [
        `${own}/api/v2/contacts.json`,
        '/login/',
        '../../elsewhere',
        'javascript:alert(1)',
        'file:///etc/passwd',
        '',
      ]),
    },
  ],
};
