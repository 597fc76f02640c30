/** An attachment as RapidPro writes it: `{ content_type, url }`, `'image/jpeg:https://…'`, or just its link. */
export type Attachment = string | { content_type?: string; url: string };

/** Something with attachments: a message of `getMessages`, or the `input` of a push. */
export interface Attached {
  attachments: Attachment[];
}
