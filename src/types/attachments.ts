/** An attachment as RapidPro writes it: `{ content_type, url }`, `'image/jpeg:https://…'`, or its link alone. */
export type Attachment = string | { content_type?: string; url: string };

/** What has attachments: a message of `getMessages`, the `input` of a push. */
export interface Attached {
  attachments: Attachment[];
}
