import { expect, test } from 'vitest';
import { orderOf } from '../../src/client/orderedList.js';
import type { ResourceName } from '../../src/resources.js';
import type { Query } from '../../src/types/request.js';

const CONTACTS = {
  key: 'modified_on',
  canReverse: true,
  isFiltered: true,
  isAscending: false,
  moves: true,
};
const MESSAGES = {
  key: 'created_on',
  canReverse: false,
  isFiltered: true,
  isAscending: false,
  moves: false,
};
const GROUPS = { ...MESSAGES, isFiltered: false };

test.each<[ResourceName, Query, object]>([
  ['contacts', {}, CONTACTS],
  ['contacts', { reverse: true }, { ...CONTACTS, isAscending: true }],
  ['contacts', { reverse: false }, CONTACTS],
  // Only messages have folders.
  ['contacts', { folder: 'sent' }, CONTACTS],
  ['messages', {}, MESSAGES],
  ['messages', { folder: 'inbox' }, MESSAGES],
  ['messages', { reverse: true }, MESSAGES],
  ['messages', { folder: 'incoming' }, { ...MESSAGES, key: 'modified_on', moves: true }],
  ['messages', { folder: 'sent' }, { ...MESSAGES, key: 'sent_on', isFiltered: false }],
  ['groups', {}, GROUPS],
  // Sorted by one time, filtered by another.
  ['flows', {}, GROUPS],
  ['tickets', {}, { ...CONTACTS, isFiltered: false }],
  ['boundaries', {}, { ...GROUPS, key: 'osm_id', isAscending: true }],
  ['workspace', {}, { ...GROUPS, key: '' }],
])('%s, %j', (name, query, order) => {
  expect(orderOf(name, query)).toEqual(order);
});
