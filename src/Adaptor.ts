export {
  alterState,
  as,
  combine,
  cursor,
  dataPath,
  dataValue,
  dateFns,
  each,
  field,
  fields,
  fn,
  fnIf,
  group,
  lastReferenceValue,
  log,
  map,
  merge,
  sourceValue,
  util,
} from '@openfn/language-common';
export { execute } from './execute.js';
export * as http from './http.js';
export {
  addContact,
  deleteContact,
  getContact,
  getContacts,
  updateContact,
  upsertContact,
} from './operations/contacts.js';
export { getFields } from './operations/fields.js';
export { getFlowRuns, getFlows, startFlow } from './operations/flows.js';
export { getGroups } from './operations/groups.js';
export { getMessages, sendBroadcast, sendMessage } from './operations/messages.js';
export { getWorkspace } from './operations/workspace.js';
