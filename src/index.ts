import * as Adaptor from './Adaptor.js';

export * from './Adaptor.js';
export { type ErrorCode, type ItemCode, RapidProError } from './errors/errors.js';
export { metadata } from './metadata.js';
export { iteratePages } from './operations/eachPage.js';
export type { ActionResult, BulkResult } from './types/bulk.js';
export type { Operation, State } from './types/state.js';
export { parsePush } from './webhook.js';
export default Adaptor;
