export {
  alterState,
  as,
  chunk,
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
  parseCsv,
  sourceValue,
  util,
} from './common.js';
export { execute } from './execute.js';
export * as http from './http.js';
export { eachArchivedMessages, eachArchivedRuns, getArchives } from './operations/archives.js';
export { downloadAttachment } from './operations/attachments.js';
export {
  addCampaign,
  addCampaignEvent,
  deleteCampaignEvent,
  getCampaignEvents,
  getCampaigns,
  updateCampaign,
  updateCampaignEvent,
} from './operations/campaigns.js';
export {
  addToGroup,
  archiveContactMessages,
  blockContacts,
  deleteContacts,
  interruptContacts,
  removeFromGroup,
  unblockContacts,
} from './operations/contactActions.js';
export {
  addContact,
  deleteContact,
  getContact,
  getContacts,
  updateContact,
  upsertContact,
} from './operations/contacts.js';
export { getDeliveries } from './operations/deliveries.js';
export { eachChange } from './operations/eachChange.js';
export { eachMissedPush } from './operations/eachMissedPush.js';
export { eachPage } from './operations/eachPage.js';
export { addField, ensureField, getFields, updateField } from './operations/fields.js';
export {
  getFlowDefinitions,
  getFlowRuns,
  getFlowStarts,
  getFlows,
  startFlow,
} from './operations/flows.js';
export { addGlobal, getGlobals, setGlobal, updateGlobal } from './operations/globals.js';
export { addGroup, deleteGroup, ensureGroup, getGroups, updateGroup } from './operations/groups.js';
export { addLabel, deleteLabel, ensureLabel, getLabels, updateLabel } from './operations/labels.js';
export { uploadMedia } from './operations/media.js';
export {
  archiveMessages,
  deleteMessages,
  getBroadcasts,
  getMessages,
  labelMessages,
  restoreMessages,
  sendBroadcast,
  sendMessage,
  unlabelMessages,
} from './operations/messages.js';
export {
  addResthookSubscriber,
  deleteResthookSubscriber,
  getResthookEvents,
  getResthookSubscribers,
  getResthooks,
  subscribe,
  unsubscribe,
} from './operations/resthooks.js';
export {
  addTicketNote,
  addTopic,
  assignTickets,
  changeTicketTopic,
  closeTickets,
  getTickets,
  getTopics,
  reopenTickets,
  updateTopic,
} from './operations/tickets.js';
export {
  addOptIn,
  getBoundaries,
  getChannelEvents,
  getChannels,
  getClassifiers,
  getOptIns,
  getStatistics,
  getTemplates,
  getUsers,
  getWorkspace,
} from './operations/workspace.js';
export { syncContacts, upsertContacts } from './sync/bulkContacts.js';
export * as webhook from './webhook.js';
