import type { Dictionary } from '../types/json.js';

/**
 * A push of RapidPro in its normal form, whatever node or resthook sent it. Keys that were not sent are
 * missing. Keys that RapidPro itself does not send are kept: next to the known keys, or under `other`.
 */
export interface Push {
  /**
   * What sent it: a Call Webhook node, a Call Webhook node of an old (migrated) flow, or a resthook. `run` is
   * a push that was made from a run of the API.
   */
  kind: 'webhook' | 'legacy' | 'resthook' | 'run';
  /**
   * The same for the same push, however often and however it arrives. If the body has the run and its path, as
   * with a resthook, it stands for the place in the run. Otherwise, it stands for the content. If there is no
   * run, it starts with `body-`, and two runs with the same answers have the same key.
   */
  key: string;
  /** True: somebody tried the flow in RapidPro's simulator. Missing if no header says so. */
  simulation?: boolean;
  contact?: PushContact;
  flow?: PushFlow;
  run?: PushRun;
  /** By result key: `results.cases.value`. */
  results?: { [key: string]: PushResult };
  input?: PushInput;
  channel?: PushChannel;
  /** The nodes that the contact went through, the current one last. */
  path?: PushStep[];
  /** Keys of the body that RapidPro's own bodies do not have. */
  other?: Dictionary;
}

/** An address. In a workspace that hides phone numbers, there is no path. */
export interface PushUrn {
  scheme: string;
  path?: string;
  display?: string;
  masked?: true;
}

export interface PushContact {
  uuid?: string;
  name?: string;
  urn?: PushUrn;
  language?: string;
  [more: string]: unknown;
}

export interface PushFlow {
  uuid?: string;
  name?: string;
  revision?: number;
  [more: string]: unknown;
}

export interface PushRun {
  uuid?: string;
  created_on?: string;
  [more: string]: unknown;
}

export interface PushResult {
  name?: string;
  /** Text, also for numbers, unless the option `numbers` asks for them. */
  value?: string | number | boolean;
  category?: string;
  category_localized?: string;
  /** What the contact wrote. */
  input?: string;
  node_uuid?: string;
  created_on?: string;
  [more: string]: unknown;
}

/** The message that the flow is at. */
export interface PushInput {
  type?: string;
  uuid?: string;
  created_on?: string;
  text?: string;
  attachments?: { content_type?: string; url?: string; [more: string]: unknown }[];
  channel?: PushChannel;
  urn?: PushUrn;
  [more: string]: unknown;
}

export interface PushChannel {
  uuid?: string;
  name?: string;
  address?: string;
  [more: string]: unknown;
}

export interface PushStep {
  node_uuid?: string;
  arrived_on?: string;
  [more: string]: unknown;
}

/** How values of results are read. */
export interface ValueOptions {
  /**
   * True: values that look like numbers become numbers; `0788…` and other text stays. A list of result
   * keys: only theirs do, leading zeros or not. Default: false.
   */
  numbers?: boolean | string[];
}

/** The option `numbers`, after its check. */
export type Numbers = ValueOptions['numbers'];

/** Where a push came with: what Lightning leaves in `state.request`. */
export interface PushRequest {
  /** By name, in any case of letters. */
  headers?: object;
  /** What stood after `?` in the address, by name or as text. */
  query_params?: object | string;
  /** The same under another name. */
  query?: object | string;
}

/** What `webhook.parse` takes. */
export interface PushOptions extends ValueOptions {
  /** Refuse pushes without this text of 8 or more characters. Default: `webhookSecret` of the credential, if `header` or `query` is given. */
  secret?: string;
  /** The header with the secret: `'X-Secret'`. */
  header?: string;
  /** The parameter of the address with the secret: `'secret'` for `…?secret=…`. */
  query?: string;
  /** The headers and parameters of the push. Default: `$.request`, where OpenFn puts them. */
  request?: PushRequest;
  /** `'stop'`: a push from the simulator ends the run with the error `SIMULATION`. Default: `'keep'`. */
  simulations?: 'stop' | 'keep';
}
