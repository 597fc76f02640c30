/** A message, broadcast or flow start that a client requested. */
export interface SentItem {
  kind: 'message' | 'broadcast' | 'flow_start';
  uuid: string;
  id: number;
  /** Uuids. */
  contacts: string[];
  groups: string[];
  urns: string[];
  /** By language for a broadcast; absent for a flow start. */
  text?: string | Record<string, string | null>;
  /** The uuid of the flow. */
  flow?: string;
  params?: unknown;
  on: string;
}

/** What clients requested, in order. */
export class Outbox {
  #items: SentItem[] = [];

  add(item: SentItem): void {
    this.#items.push(item);
  }

  items(): SentItem[] {
    return [...this.#items];
  }
}
