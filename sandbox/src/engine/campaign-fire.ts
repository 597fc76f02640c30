import type { CampaignEvent, Contact } from '../state/model.js';
import type { Workspace } from '../state/workspace.js';
import { sendMessage } from './messages.js';
import { enterFlow } from './runner.js';
import { whole } from './templates.js';
import { perform } from './work.js';

/** Does what a campaign event does to a contact: sends its message or starts its flow. */
export function fire(workspace: Workspace, event: CampaignEvent, contact: Contact): unknown {
  const { flow, campaign } = event;
  if (flow) {
    // The engine does not know archived flows.
    if (flow.archived) return undefined;
    return perform(enterFlow(workspace, contact, flow, { campaign }));
  }
  const place = `an event of the campaign "${campaign.name}"`;
  return void sendMessage(workspace, contact, {
    text: whole({ workspace, contact }, messageFor(workspace, event, contact), place),
  });
}

/** The message in the contact's language, else in the workspace's. */
function messageFor(
  { settings: { languages } }: Workspace,
  { message }: CampaignEvent,
  { language }: Contact,
): string {
  const texts = message ?? {};
  const own = language !== null && languages.includes(language) ? texts[language] : undefined;
  return own || texts[languages[0] ?? ''] || (Object.values(texts)[0] ?? '');
}
