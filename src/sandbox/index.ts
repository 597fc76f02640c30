/**
 * A small RapidPro that runs in this process, for trying out and testing jobs without a server.
 */

export type { ShownContact } from './endpoints/contacts.js';
export type { SentItem } from './engine/outbox.js';
export type { SandboxOptions } from './options.js';
export type { LoggedRequest } from './request-log.js';
export { createSandbox, type Sandbox, type TokenName } from './sandbox.js';
export { maternalHealth } from './seeds/maternal-health.js';
export type * from './seeds/types.js';
export type { Clock } from './state/clock.js';
