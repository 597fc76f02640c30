import { z } from 'zod';
import { bodyCheck, name, record, text, uuidOrName } from '../../input/body.js';
import { refuseExpressions } from '../../input/expressions.js';
import { isMissingPart } from '../../input/missing.js';
import type { ResourceName } from '../../resources.js';
import type { FieldType } from '../../types/bodies.js';
import { parseUrl } from '../../url.js';

/** The bodies of groups, labels, fields, globals, campaigns, topics and subscribers. */

const IS_FIELD_TYPE: Record<FieldType, true> = {
  text: true,
  number: true,
  datetime: true,
  state: true,
  district: true,
  ward: true,
};
export const FIELD_TYPES = Object.keys(IS_FIELD_TYPE) as FieldType[];
const UNITS = ['minutes', 'hours', 'days', 'weeks'];

const oneOf = (choices: string[]) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });

/** RapidPro needs whole numbers, and also accepts them as text. */
const whole = z
  .union([z.number(), z.string()], { error: 'must be a whole number' })
  .refine(value => /^-?\d{1,15}$/.test(String(value).trim()), { error: 'must be a whole number' })
  .transform(Number);

/** Longer addresses make RapidPro fail instead of answer. */
const LONGEST_URL = 200;

const url = text
  .trim()
  .refine(value => parseUrl(value) !== undefined && /^https?:/i.test(value), {
    error: 'must be a full web address: https://…',
  })
  .refine(value => value.length <= LONGEST_URL, {
    error: `must have at most ${LONGEST_URL} characters`,
  });

const namedBody = (noun: string, resource: ResourceName) =>
  bodyCheck(noun, { name }, { resource, texts: { name: 'name' } });

export const checkGroup = namedBody('group', 'groups');
export const checkLabel = namedBody('label', 'labels');
export const checkTopic = namedBody('topic', 'topics');
export const checkOptIn = namedBody('optIn', 'optins');

export const checkField = bodyCheck(
  'field',
  { name, type: oneOf(FIELD_TYPES) },
  { resource: 'fields', texts: { name: 'name' } },
);

/** Flows show globals to people. */
const ofGlobal = { resource: 'globals', texts: { name: 'name', value: 'message' } } as const;

export const checkGlobal = bodyCheck('global', { name, value: name }, ofGlobal);

export const checkGlobalValue = bodyCheck('global', { value: name }, ofGlobal);

export const checkCampaign = bodyCheck(
  'campaign',
  {
    name,
    group: text.trim().min(1, { error: 'is empty: it must be the uuid or name of a group' }),
  },
  { resource: 'campaigns', texts: { name: 'name', group: 'name' } },
);

const campaignEvent = bodyCheck(
  'event',
  {
    campaign: uuidOrName('a campaign'),
    relative_to: text.trim().min(1, { error: 'is empty: it must be the key of a date field' }),
    offset: whole,
    unit: oneOf(UNITS),
    delivery_hour: whole,
    flow: uuidOrName('a flow').nullish(),
    message: z
      .union([text, record(text, 'must be text')], {
        error: 'must be text, or an object with a text for each language',
      })
      .nullish(),
  },
  {
    resource: 'campaign_events',
    texts: { campaign: 'name', flow: 'name', relative_to: 'name', message: 'message' },
  },
);

/** @param isLiteral - the option `literal` */
export const checkCampaignEvent: typeof campaignEvent = (value, where = 'event', isLiteral) => {
  const body = campaignEvent(value, where, isLiteral);
  if (!isLiteral) refuseExpressions(body.message, `${where}.message`, 'flow');
  return body;
};

const resthook = text.trim().min(1, { error: 'is empty: it must be the name of a resthook' });

/** A subscriber that may have existed for a long time. */
const ofSubscriber = { resource: 'resthook_subscribers' } as const;

export const checkResthookSubscriber = bodyCheck(
  'subscriber',
  { resthook, target_url: url },
  ofSubscriber,
);

/** Everyone who reads the subscribers would also see a password. */
const openUrl = url
  .refine(
    value => {
      const { username, password } = parseUrl(value) ?? {};
      return !username && !password;
    },
    { error: 'must not contain a user name or password: remove the part before @' },
  )
  .refine(value => !isMissingPart(value), {
    error: 'has a part that is missing data: check the names after $ or state',
  });

export const checkNewSubscriber = bodyCheck(
  'subscriber',
  { resthook, target_url: openUrl },
  ofSubscriber,
);
