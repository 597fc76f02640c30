/** What the page is told of the sandbox. The page's own scripts are checked against these shapes. */

export interface Ref {
  uuid: string;
  name: string | null;
}

/** How much of a counter is used. */
export interface Usage {
  scope: string;
  used: number;
  limit: number;
  /** The window's length in seconds. */
  seconds: number;
  /** When the oldest request that counts ceases to count; null where none does. */
  freesOn: string | null;
}

export interface RequestLine {
  /** Counted from 1. */
  number: number;
  on: string;
  method: string;
  path: string;
  query: string;
  status: number;
  /** Whose token it was. */
  as: string | null;
}

export interface ContactLine extends Ref {
  status: string;
  /** The first one. */
  urn: string | null;
  groups: string[];
  /** The flow that waits for an answer. */
  flow: string | null;
  on: string;
}

export interface MessageLine {
  id: number;
  direction: 'in' | 'out';
  text: string;
  attachments: string[];
  status: string;
  /** What it came from: the name of a flow, a broadcast's number. */
  flow: string | null;
  broadcast: number | null;
  contact: Ref;
  on: string;
}

export interface RunLine {
  uuid: string;
  flow: string;
  contact: Ref;
  state: string;
  answers: { name: string; value: string; category: string | null }[];
  on: string;
}

/** A broadcast or a flow start. */
export interface SendLine {
  id: number;
  kind: 'broadcast' | 'start';
  /** A broadcast's text, a start's flow. */
  what: string;
  status: string;
  contacts: number;
  urns: number;
  groups: string[];
  on: string;
}

/** The newest of a kind, and how many there are in all. */
export interface Newest<T> {
  total: number;
  items: T[];
}

export interface ChosenContact extends ContactLine {
  language: string | null;
  urns: string[];
  fields: { name: string; value: string | null }[];
  /** Oldest first. */
  messages: Newest<MessageLine>;
  runs: Newest<RunLine>;
}

export interface View {
  /** Changes with whatever the page shows. */
  revision: string;
  server: { dialect: string; host: string; token: string; workspace: string };
  /** Flows that a contact can be let into. */
  flows: Ref[];
  throttle: Usage[];
  requests: Newest<RequestLine>;
  /** Last changed first; `total` counts all that fit the search. */
  contacts: Newest<ContactLine> & { all: number };
  chosen: ChosenContact | null;
  messages: Newest<MessageLine>;
  runs: Newest<RunLine> & { waiting: number };
  sends: Newest<SendLine>;
}

/** What the page can ask for by a POST, by the last part of its path. */
export interface Actions {
  /** The contact sends a message. */
  reply: { contact: string; text: string };
  /** The contact enters a flow, as by its keyword. */
  start: { contact: string; flow: string };
  /** The next request goes wrong. */
  fault: { kind: 'bad-gateway' | 'reset' };
  /** All counters are used up, or set back. */
  throttle: { used: 'all' | 'none' };
}
