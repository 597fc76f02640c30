import * as rapidpro from '../../src/Adaptor.js';
import type { Operations } from './case.js';

/** The operations that the hostile server is met with. Short times: what waits for ever ends soon. */

const options = { timeout: 20 };
const brief = { timeout: 0.3 };
const uuid = '00000000-0000-4000-8000-000000000001';
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

export const getContacts: Operations = { getContacts: () => rapidpro.getContacts({}, options) };

export const HURRIED: Operations = {
  HURRIED: () => rapidpro.getContacts({}, { timeout: 2 }),
};

export const READ_AND_SEND: Operations = {
  ...getContacts,
  sendMessage: () => rapidpro.sendMessage({ contact: uuid, text: 'Hello there' }, options),
};

export const BRIEF: Operations = {
  getContacts: () => rapidpro.getContacts({}, brief),
  sendMessage: () => rapidpro.sendMessage({ contact: uuid, text: 'Hello there' }, brief),
};

/** Every kind of request that the client makes. */
export const EVERY_KIND: Operations = {
  ...READ_AND_SEND,
  getContact: () => rapidpro.getContact(uuid, options),
  addContact: () => rapidpro.addContact({ name: 'Ann' }, options),
  upsertContact: () => rapidpro.upsertContact({ urns: ['tel:+250788123123'] }, options),
  updateContact: () => rapidpro.updateContact(uuid, { name: 'Ann' }, options),
  deleteContact: () => rapidpro.deleteContact(uuid, options),
  addToGroup: () => rapidpro.addToGroup([uuid], uuid, options),
  uploadMedia: () => rapidpro.uploadMedia(PNG, options),
  'http.get': () => rapidpro.http.get('contacts', { uuid }, options),
  'http.post': () => rapidpro.http.post('contacts', { name: 'Ann' }, options),
  'http.delete': () => rapidpro.http.delete('contacts', { uuid }, options),
};

/** What RapidPro answers with a 204. */
export const WITHOUT_ANSWER: Operations = {
  deleteContact: () => rapidpro.deleteContact(uuid, options),
  addToGroup: () => rapidpro.addToGroup([uuid], uuid, options),
};

export const getContact: Operations = { getContact: () => rapidpro.getContact(uuid, options) };

export const eachArchivedMessages: Operations = {
  eachArchivedMessages: () =>
    rapidpro.eachArchivedMessages(
      { after: '2026-01-01' },
      rapidpro.fn(state => state),
    ),
};

export const eachArchivedRuns: Operations = {
  eachArchivedRuns: () =>
    rapidpro.eachArchivedRuns(
      { after: '2026-01-01' },
      rapidpro.fn(state => state),
    ),
};
