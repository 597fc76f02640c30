import type { Dictionary } from './json.js';

/** What `addContact` and `updateContact` take. Keys that you leave out are not set. */
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

/** What `upsertContact` takes: a contact, found by its URNs or its uuid. */
export interface UpsertBody extends ContactBody {
  /** The contact to update. Without it, the URNs decide. */
  uuid?: string;
}

/** Who gets a broadcast or is started in a flow. */
export interface Recipients {
  /** Uuids or URNs of contacts. */
  contacts?: string[];
  /** URNs. RapidPro adds contacts for those that it does not know. */
  urns?: string[];
  /**
   * Uuids or names of groups.
   * @magic $.children[?(@.name=='groups')].children[*]
   */
  groups?: string[];
}

/** A text, or one for each language: `{ eng: "Hello", fra: "Bonjour" }`. */
type Translated<T> = T | { [language: string]: T };

/** A button under a message, on TextIt. A plain text has the type `text`. */
interface QuickReply {
  type?: 'text' | 'form' | 'url' | 'location';
  text?: string;
  extra?: string;
}

/** What `sendBroadcast` takes. `text` or `attachments` is needed. */
export interface BroadcastBody extends Recipients {
  /**
   * At most 640 characters on RapidPro 9, 4096 on TextIt. Can contain expressions, such as `@contact.first_name`.
   * One that nobody has, such as `@contact.firstname`, is refused.
   */
  text?: Translated<string>;
  /** Uuids of media from `uploadMedia`, or `type:url` of files that are in RapidPro. */
  attachments?: Translated<string[]>;
  quick_replies?: Translated<(QuickReply | string)[]>;
  /** The language for contacts without one. Default: the first in `text`. */
  base_language?: string;
}

/** What `startFlow` takes. */
export interface FlowStartBody extends Recipients {
  /**
   * The flow's uuid, or its exact name.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow: string;
  /** False: leave out contacts who have been in this flow before. Default: true. */
  restart_participants?: boolean;
  /** True: leave out contacts who are in another flow now. Default: false. */
  exclude_active?: boolean;
  /** Values that the flow reads as `@trigger.params`. */
  params?: Dictionary;
}

/** What `sendMessage` takes. `text` or `attachments` is needed. */
export interface MessageBody {
  /** The uuid or a URN of one contact. */
  contact: string;
  /** Sent as it is: expressions such as `@contact.name` work only in broadcasts and flows, and are refused. */
  text?: string;
  attachments?: string[];
  quick_replies?: (QuickReply | string)[];
}

/** What `addGroup`, `addLabel`, `addTopic`, `addOptIn` and their updates take. */
export interface NamedBody {
  /** At most 64 characters. Two names that differ only in capitals count as the same. */
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

/** What `addCampaignEvent` and `updateCampaignEvent` take: all keys, and `message` or `flow`. */
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
  /** The number of units after the date, or before it if negative. */
  offset: number;
  unit: 'minutes' | 'hours' | 'days' | 'weeks';
  /** 0 to 23, or -1 for the hour of the date itself. */
  delivery_hour: number;
  /**
   * A flow to start, by its uuid or exact name.
   * @magic $.children[?(@.name=='flows')].children[*]
   */
  flow?: string;
  /** The text to send, or one for each language. */
  message?: Translated<string>;
}

/** What `addResthookSubscriber` takes. */
export interface ResthookSubscriberBody {
  /** The name of the resthook. */
  resthook: string;
  /** The address to send to; at most 200 characters, without a user name or password. */
  target_url: string;
}

/** An attachment as RapidPro writes it: `{ content_type, url }`, `'image/jpeg:https://…'`, or just its link. */
export type Attachment = string | { content_type?: string; url: string };

/** Something with attachments: a message of `getMessages`, or the `input` of a push. */
export interface Attached {
  attachments: Attachment[];
}
