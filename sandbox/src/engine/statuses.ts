import type { Message, MessageStatus } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';

/** What a channel can say about a message. */
export type ReportedStatus = 'wired' | 'sent' | 'delivered' | 'read' | 'errored' | 'failed';

/** Seconds from one status to the next. */
const AFTER = { queued: 15, wired: 5, sent: 10 } as const;

/** The engine tries again after so many seconds, each time as many more, and gives up with the third error. */
const RETRY = 300;
const MOST_ERRORS = 3;

const SECOND = 1_000_000;

/** Lets a channel take a queued message, send it, and say that it has arrived, if it is one that says so. */
export function onItsWay(workspace: Workspace, message: Message): void {
  const next = nextOf(message);
  if (!next) return;
  const at = workspace.ticker.now() + next.seconds * SECOND;
  const planned = workspace.schedule.plan(at, () => {
    if (workspace.messages.get(message.id) === message) report(workspace, message, next.status);
  });
  message.delivery = { errors: message.delivery?.errors ?? 0, planned };
}

function nextOf(
  message: Message,
): { status: 'wired' | 'sent' | 'delivered'; seconds: number } | undefined {
  switch (message.status) {
    case 'queued':
      return { status: 'wired', seconds: AFTER.queued };
    case 'wired':
      return { status: 'sent', seconds: AFTER.wired };
    case 'sent':
      return message.channel?.reportsDelivery
        ? { status: 'delivered', seconds: AFTER.sent }
        : undefined;
    case 'errored':
      return { status: 'wired', seconds: RETRY * (message.delivery?.errors ?? 1) };
    default:
      return undefined;
  }
}

/** Sets what a channel says about an outgoing message. What follows from it comes with the clock. */
export function report(workspace: Workspace, message: Message, said: ReportedStatus): void {
  if (message.delivery?.planned) message.delivery.planned.act = undefined;
  const errors = (message.delivery?.errors ?? 0) + (said === 'errored' ? 1 : 0);
  message.delivery = { errors, planned: undefined };
  message.status = errors >= MOST_ERRORS && said === 'errored' ? 'failed' : said;
  const at = workspace.tick();
  if (LEFT.includes(message.status)) message.sentOn ??= at;
  message.modifiedOn = at;
  workspace.messages.moved(message);
  onItsWay(workspace, message);
}

/** Statuses of a message that a channel has taken. */
const LEFT: readonly MessageStatus[] = ['wired', 'sent', 'delivered', 'read'];
