import { expect, test } from 'vitest';
import { report } from '../../scripts/demo/report.mjs';

const request = (method: string, endpoint: string, status = 200) => ({ method, endpoint, status });

test('says in plain words what a job did', () => {
  const requests = [
    request('GET', 'contacts'),
    request('GET', 'contacts'),
    request('GET', 'runs'),
    request('POST', 'contacts'),
    request('POST', 'broadcasts', 429),
    request('POST', 'broadcasts', 201),
    request('DELETE', 'groups', 204),
  ];
  const result = { mothers: 2, list: [1, 2], more: {} };
  expect(report({ requests, milliseconds: 1234, result, people: 5 }).split('\n')).toEqual([
    'Result    mothers: 2, list: 2 items, more: …',
    'Read      2 pages of contacts, 1 page of flow runs',
    'Changed   1 contact, 1 group',
    'Sent      1 broadcast, to 5 people',
    'Took      7 requests to RapidPro, 1.2 seconds',
  ]);
});

test('says so where nothing was done', () => {
  expect(report({ requests: [], milliseconds: 0, result: [] }).split('\n')).toEqual([
    'Read      nothing',
    'Changed   nothing',
    'Sent      nothing',
    'Took      0 requests to RapidPro, 0.0 seconds',
  ]);
});
