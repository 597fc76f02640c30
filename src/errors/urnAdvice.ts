/** The schemes of both lines of servers. */
export const SCHEMES =
  'tel mailto whatsapp bsuid telegram instagram facebook twitter twitterid viber freshchat discord ext fcm jiochat line rocketchat slack vk webchat wechat'.split(
    ' ',
  );

export const PHONE_FIX =
  'Write one number with "+" and its country code: "tel:+250788123123". In a spreadsheet, format phone columns as text.';
export const URN_FIX =
  'A URN is a scheme and an address: "tel:+250788123123", "whatsapp:250788123123", "mailto:amina@example.org".';

/** How to write an address of each scheme. */
const ADVICE: { [scheme: string]: string } = {
  tel: PHONE_FIX,
  whatsapp: 'Write only digits, without plus sign, spaces or dashes: "whatsapp:250788123123".',
  telegram: 'Write the number of the Telegram account, only digits: "telegram:987654321".',
  instagram: 'Write the number of the Instagram account, only digits: "instagram:987654321".',
  facebook: 'Write the number of the Facebook account, only digits: "facebook:987654321".',
  twitterid: 'Write the number of the account, only digits: "twitterid:987654321".',
  discord: 'Write the number of the Discord account, digits alone: "discord:987654321".',
  twitter: 'Write the name of the account, up to 15 letters, digits and "_": "twitter:unicef".',
  mailto: 'Write exactly one address: "mailto:amina@example.org".',
  viber: 'Write the id from Viber: up to 24 letters, digits, "_", "=", "+" and "/".',
  freshchat: 'Write two uuids, separated by "/": "freshchat:<channel>/<user>".',
  bsuid: 'Write a two-letter country code, a dot and the id: "bsuid:US.abc123".',
  ext: 'Write an id without "#", "?" and "%": "ext:household-10".',
};

export function urnAdvice(urn: string): string {
  const scheme = /^\s*([a-z]+):/i.exec(urn)?.[1]?.toLowerCase() ?? '';
  return ADVICE[scheme] ?? URN_FIX;
}
