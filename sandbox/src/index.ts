/** A small RapidPro in this process, for testing API clients without a server. */

export type { TokenName, Tokens } from './build.js';
export type { ShownContact } from './endpoints/contact-shown.js';
export type { DeliveryOptions } from './engine/deliver.js';
export type { SentItem } from './engine/outbox.js';
export type { ReportedStatus } from './engine/statuses.js';
export type { FaultKind, FaultOrder } from './faults.js';
export type { SandboxOptions } from './options.js';
export type { LoggedRequest } from './request-log.js';
export {
  createSandbox,
  type Reply,
  type Sandbox,
  type TicketOptions,
  type WorkspaceChanges,
} from './sandbox.js';
export { maternalHealth } from './seeds/maternal-health.js';
export type * from './seeds/types.js';
export type { Clock } from './state/clock.js';
export type { UnknownConstruct } from './state/unknown.js';
