import type { WireFault } from '../wire-fault.js';

/** The data that the sandbox sends to its page. The page's scripts are type-checked against it. */

export interface Ref {
  uuid: string;
  name: string | null;
}

/** The use of a rate limit. */
export interface Usage {
  scope: string;
  used: number;
  limit: number;
  /** The window's length in seconds. */
  seconds: number;
  /** When the oldest counted request expires; null if none is counted. */
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
  /** What was done to the connection. */
  fault: WireFault['kind'] | null;
  /** The name of the token. */
  as: string | null;
}

/** The beginning of a text: so many of its characters. JSON is laid out. */
export interface Excerpt {
  text: string;
  shown: number;
  length: number;
}

/** What a request opens to. */
export interface RequestDetails {
  number: number;
  query: Excerpt;
  /** Null if there was none. */
  body: Excerpt | null;
  answer: Excerpt | null;
  /** Why it was refused, or how it failed. */
  reason: string | null;
}

export interface ContactLine extends Ref {
  status: string;
  /** The first URN. */
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
  /** The source: a flow's name or a broadcast's id. */
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
  /** The text of a broadcast, or the flow of a start. */
  what: string;
  status: string;
  contacts: number;
  urns: number;
  groups: string[];
  on: string;
}

/** Something that was not as meant in a flow, a broadcast or a campaign. */
export interface UnknownLine {
  /** Counted from 1. */
  number: number;
  what: string;
  expression: string;
  place: string;
}

/** The newest items of a kind, and their total number. */
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
  /** Changes with everything that the page shows. */
  revision: string;
  server: { dialect: string; host: string; token: string; workspace: string };
  /** Flows that a contact can be started in. */
  flows: Ref[];
  throttle: Usage[];
  /** Ordered faults that still wait: of which kind, and for how many requests. */
  faults: { kind: string; times: number; path: string | null }[];
  requests: Newest<RequestLine>;
  /** Most recently changed first. `total` counts all matches. */
  contacts: Newest<ContactLine> & { all: number };
  chosen: ChosenContact | null;
  messages: Newest<MessageLine>;
  runs: Newest<RunLine> & { waiting: number };
  sends: Newest<SendLine>;
  unknown: Newest<UnknownLine>;
}

/** The page's POST actions, by the last part of the path. */
export interface Actions {
  /** The contact sends a message. */
  reply: { contact: string; text: string };
  /** The contact starts a flow, as by its keyword. */
  start: { contact: string; flow: string };
  /** The next request fails. */
  fault: { kind: 'bad-gateway' | 'reset' };
  /** All rate limits are used up or reset. */
  throttle: { used: 'all' | 'none' };
}
