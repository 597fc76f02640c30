import type { Dictionary } from './json.js';

/** What `addContact` and `updateContact` take. Only the keys that are given are set. */
export interface ContactBody {
  /** At most 64 characters; null clears it. */
  name?: string | null;
  /** Three letters, ISO 639-3: `eng`, `fra`, `kin`; null clears it. */
  language?: string | null;
  /** Phone numbers and other addresses, the preferred one first: `["tel:+250788123123"]`. */
  urns?: string[];
  /**
   * Uuids or names of manual groups. Replaces the manual groups that the contact is in.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  groups?: string[];
  /** Values by field key; times as `2026-01-31T08:00:00+02:00`. Other fields stay; null clears one. */
  fields?: { [key: string]: string | number | null };
  /** A note, on TextIt. */
  note?: string;
}

/** What `upsertContact` takes: a contact that is named by its URNs or its uuid. */
export interface UpsertBody extends ContactBody {
  /** If given, the contact is this one. */
  uuid?: string;
}

/** Who gets a broadcast or is started in a flow. */
export interface Recipients {
  /** Uuids or URNs of contacts. */
  contacts?: string[];
  /** URNs; RapidPro makes contacts of those that it does not know. */
  urns?: string[];
  /**
   * Uuids or names of groups.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  groups?: string[];
}

/** A text, or one for each language: `{ eng: "Hello", fra: "Bonjour" }`. */
export type Translated<T> = T | { [language: string]: T };

/** A button under a message, on TextIt. A text alone is one of the type `text`. */
export interface QuickReply {
  type?: 'text' | 'form' | 'url' | 'location';
  text?: string;
  extra?: string;
}

/** What `sendBroadcast` takes. `text` or `attachments` is needed. */
export interface BroadcastBody extends Recipients {
  /** At most 640 characters on RapidPro 9, 4096 on TextIt. */
  text?: Translated<string>;
  /** Uuids of media, or `type:url` of media that was uploaded to RapidPro. */
  attachments?: Translated<string[]>;
  quick_replies?: Translated<(QuickReply | string)[]>;
  /** The language of the contacts that have none. Default: the first of `text`. */
  base_language?: string;
}

/** What `startFlow` takes. */
export interface FlowStartBody extends Recipients {
  /**
   * The flow's uuid, or its exact name.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow: string;
  /** False: leave out who has been in this flow before. Default: true. */
  restart_participants?: boolean;
  /** True: leave out who is in another flow now. Default: false. */
  exclude_active?: boolean;
  /** What the flow can read as `@trigger.params`. */
  params?: Dictionary;
}

/** What `sendMessage` takes. `text` or `attachments` is needed. */
export interface MessageBody {
  /** The uuid or a URN of one contact. */
  contact: string;
  text?: string;
  attachments?: string[];
  quick_replies?: (QuickReply | string)[];
}

/** What has nothing but a name: groups, labels, topics, opt-ins. */
export interface NamedBody {
  /** At most 64 characters, unlike any other in letters, whatever their case. */
  name: string;
}

/** What `addField` and `updateField` take. */
export interface FieldBody {
  /** At most 36 letters, digits, spaces and hyphens. */
  name: string;
  type: FieldType;
}

export type FieldType = 'text' | 'number' | 'datetime' | 'state' | 'district' | 'ward';

/** What `addGlobal` takes. */
export interface GlobalBody {
  /** At most 36 letters, digits, spaces, `_` and `-`. */
  name: string;
  /** At most 10,000 characters, not empty. */
  value: string;
}

/** What `updateGlobal` takes. */
export interface GlobalValueBody {
  value: string;
}

/** What `addCampaign` and `updateCampaign` take. */
export interface CampaignBody {
  name: string;
  /**
   * Uuid or name of the group whose members are in the campaign.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  group: string;
}

/** What `addCampaignEvent` and `updateCampaignEvent` take: all of it, and `message` or `flow`. */
export interface CampaignEventBody {
  /**
   * The campaign's uuid, or its exact name.
   * @magic $.children[?(@.name=='campaigns')].children[*]
   */
  campaign: string;
  /**
   * The key of a date field, or `created_on`, `last_seen_on`.
   * @magic $.children[?(@.name=='fields')].children[*]
   */
  relative_to: string;
  /** So many units after the date; before it if negative. */
  offset: number;
  unit: 'minutes' | 'hours' | 'days' | 'weeks';
  /** 0 to 23; -1 for the hour of the date itself. */
  delivery_hour: number;
  /**
   * A flow to start, by its uuid or exact name.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow?: string;
  /** A text to send, or one for each language. */
  message?: Translated<string>;
}

/** What `addResthookSubscriber` takes. */
export interface ResthookSubscriberBody {
  /** The name of the resthook. */
  resthook: string;
  /** The address to send to; at most 200 characters, without a user name or a password. */
  target_url: string;
}
