import { z } from 'zod';
import { fail } from '../errors/errors.js';
import {
  type Body,
  bodyCheck,
  filled,
  name,
  oneOf,
  record,
  text,
  uuidOrName,
} from '../input/body.js';
import { refuseExpressions } from '../input/expressions.js';
import type { CampaignBody, CampaignEventBody } from '../types/bodies.js';
import type { CampaignEventFilters, CampaignFilters } from '../types/filters.js';
import type { ListOptions, Options, WriteOptions } from '../types/options.js';
import type { Operation, Reference } from '../types/state.js';
import { add, remove, update } from './base/objects.js';
import type { Access } from './base/operation.js';
import { collect, list } from './lists/list.js';
import { isName, uuidOf } from './lists/named.js';
import { referenceCheck } from './lists/unknownReference.js';

const CAMPAIGN = {
  resource: 'campaigns',
  check: bodyCheck(
    'campaign',
    { name, group: filled('the uuid or name of a group') },
    { resource: 'campaigns', texts: { name: 'name', group: 'name' } },
  ),
} as const;

/** RapidPro counts in whole numbers, and takes them as text too. */
const whole = z
  .union([z.number(), z.string()], { error: 'must be a whole number' })
  .refine(value => /^-?\d{1,15}$/.test(String(value).trim()), { error: 'must be a whole number' })
  .transform(Number);

const campaignEvent = bodyCheck(
  'event',
  {
    campaign: uuidOrName('a campaign'),
    relative_to: filled('the key of a date field'),
    offset: whole,
    unit: oneOf(['minutes', 'hours', 'days', 'weeks']),
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

const checkCampaignEvent: typeof campaignEvent = (value, where = 'event', isLiteral) => {
  const body = campaignEvent(value, where, isLiteral);
  if (!isLiteral) refuseExpressions(body.message, `${where}.message`, 'flow');
  return body;
};

/**
 * RapidPro fails if a new event counts from a field that is not a date. It accepts a changed one, which then goes by what
 * looks like a date in the field.
 */
async function refuseDateless(
  { client, facts }: Access,
  key: unknown,
  where: string,
): Promise<void> {
  const found = await facts.unlessForbidden(
    'fields',
    () => collect(client, 'fields', { key: String(key) }),
    'it was not checked that campaign events count from dates',
  );
  const { type } = found?.find(field => field.key === key) ?? {};
  if (type === undefined || type === 'datetime') return;
  throw fail(
    'INVALID_INPUT',
    `${where} is not a date field: RapidPro would fail, or go by what looks like a date in it.`,
    'Nothing was sent. Use the key of a field of type "datetime", or created_on or last_seen_on.',
  );
}

/** An event of a campaign, with names replaced by uuids. */
async function eventWithUuids(
  { client, facts }: Access,
  body: Body,
  where = 'event',
): Promise<Body> {
  await refuseDateless({ client, facts }, body.relative_to, `${where}.relative_to`);
  const found: Body = { ...body };
  const { campaign, flow } = body;
  if (isName(campaign)) {
    found.campaign = await uuidOf(client, 'campaigns', campaign, `${where}.campaign`);
  }
  if (isName(flow)) found.flow = await uuidOf(client, 'flows', flow, `${where}.flow`);
  else await facts.refuseArchived(flow, `${where}.flow`);
  return found;
}

const EVENT = {
  resource: 'campaign_events',
  check: checkCampaignEvent,
  resolve: eventWithUuids,
  // RapidPro 9 gives it a new uuid each time.
  repeatable: false,
} as const;

/**
 * Read the campaigns of the workspace, newest first. Archived ones are not listed.
 * @public
 * @function
 * @namespace global
 * @example <caption>All campaigns</caption>
 * getCampaigns();
 * @example <caption>The first ten</caption>
 * getCampaigns({}, { limit: 10 });
 * @param {CampaignFilters} [filters] - `uuid`. Default: all campaigns.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The campaigns: `uuid`, `name`, `group`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaigns
 * @returns {Operation}
 */
export function getCampaigns(
  filters?: Reference<CampaignFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getCampaigns', arguments, { resource: 'campaigns', filters, options });
}

/**
 * Add a campaign for a group.
 * @public
 * @function
 * @namespace global
 * @example <caption>Visits for mothers</caption>
 * addCampaign({ name: 'Postnatal visits', group: 'Mothers' });
 * @example <caption>For a group from the previous operation</caption>
 * getGroups({ name: 'Mothers' });
 * addCampaign({ name: 'Vaccinations', group: state => state.data[0].uuid });
 * @param {CampaignBody} campaign - `name` and `group` (uuid or name).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The campaign.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NAME_TAKEN`, `UNKNOWN_REFERENCE` (group), `VALIDATION_FAILED`; `OUTCOME_UNKNOWN`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaigns
 * @returns {Operation}
 */
export function addCampaign(
  campaign: Reference<CampaignBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addCampaign', arguments, CAMPAIGN, campaign, options);
}

/**
 * Change a campaign. RapidPro needs both `name` and `group`.
 * @public
 * @function
 * @namespace global
 * @example <caption>Another group</caption>
 * updateCampaign('aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11', { name: 'Visits', group: 'Pregnant' });
 * @example <caption>By its current name, for another group</caption>
 * getCampaigns();
 * updateCampaign(state => state.data.find(({ name }) => name === 'Visits').uuid, {
 *   name: 'All visits',
 *   group: 'Pregnant',
 * });
 * @param {string} campaign - The uuid of the campaign.
 * @param {CampaignBody} changes - `name` and `group`, both.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The campaign.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `VALIDATION_FAILED`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaigns
 * @returns {Operation}
 */
export function updateCampaign(
  campaign: Reference<string>,
  changes: Reference<CampaignBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateCampaign', arguments, CAMPAIGN, campaign, changes, options);
}

/**
 * Read the events of campaigns, newest first.
 * @public
 * @function
 * @namespace global
 * @example <caption>Of one campaign</caption>
 * getCampaignEvents({ campaign: 'Visits' });
 * @example <caption>The first ten of all campaigns</caption>
 * getCampaignEvents({}, { limit: 10 });
 * @param {CampaignEventFilters} [filters] - `campaign` (uuid or exact name), `uuid`. Default: all events.
 * @param {ListOptions} [options] - `limit` (records; default: all), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {array} data - The events: `uuid`, `campaign`, `relative_to`, `offset`, `unit`, `delivery_hour`, `flow` or `message`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE` if the list is empty because the campaign does not exist; `INVALID_FILTER`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaign_events
 * @returns {Operation}
 */
export function getCampaignEvents(
  filters?: Reference<CampaignEventFilters>,
  options?: Reference<ListOptions>,
): Operation {
  return list('getCampaignEvents', arguments, {
    resource: 'campaign_events',
    filters,
    options,
    ifEmpty: referenceCheck('campaign'),
  });
}

/**
 * Add an event to a campaign: a message or a flow, a set time before or after a date of the contact.
 * @public
 * @function
 * @namespace global
 * @example <caption>A reminder one day before the visit</caption>
 * addCampaignEvent({
 *   campaign: 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11',
 *   relative_to: 'next_visit',
 *   offset: -1,
 *   unit: 'days',
 *   delivery_hour: 9,
 *   message: { eng: 'Your visit is tomorrow.' },
 * });
 * @example <caption>A flow, one week after the visit</caption>
 * addCampaignEvent({
 *   campaign: 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11',
 *   relative_to: 'next_visit',
 *   offset: 1,
 *   unit: 'weeks',
 *   delivery_hour: -1,
 *   flow: '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c',
 * });
 * @param {CampaignEventBody} event - `campaign` (uuid or exact name), `relative_to` (key of a date field), `offset`, `unit`, `delivery_hour` (0 to 23; -1: the hour of the date), and `message` or `flow` (uuid or exact name).
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The event.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `UNKNOWN_REFERENCE`, `VALIDATION_FAILED`, `INVALID_INPUT`; `OUTCOME_UNKNOWN`, because repeating it could add it twice; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaign_events
 * @returns {Operation}
 */
export function addCampaignEvent(
  event: Reference<CampaignEventBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return add('addCampaignEvent', arguments, EVENT, event, options);
}

/**
 * Change an event of a campaign. RapidPro needs all keys. RapidPro 9 gives it a new uuid.
 * @public
 * @function
 * @namespace global
 * @example <caption>Two days before</caption>
 * updateCampaignEvent($.data.uuid, {
 *   campaign: 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11',
 *   relative_to: 'next_visit',
 *   offset: -2,
 *   unit: 'days',
 *   delivery_hour: 9,
 *   message: 'Your visit is in two days.',
 * });
 * @example <caption>In two languages, three days before</caption>
 * updateCampaignEvent($.data.uuid, {
 *   campaign: 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11',
 *   relative_to: 'next_visit',
 *   offset: -3,
 *   unit: 'days',
 *   delivery_hour: 8,
 *   message: { eng: 'Your visit is in three days.', fra: 'Votre visite est dans trois jours.' },
 * });
 * @param {string} event - The uuid of the campaign event.
 * @param {CampaignEventBody} changes - All the keys of `addCampaignEvent`; `campaign` cannot change.
 * @param {WriteOptions} [options] - `literal` (true: send words for missing data, such as `undefined`, as they are; default: false), `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - The event, on RapidPro 9 with a new uuid.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `VALIDATION_FAILED`, `UNKNOWN_REFERENCE`, `INVALID_INPUT`; `OUTCOME_UNKNOWN`, because RapidPro 9 would give it another uuid; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaign_events
 * @returns {Operation}
 */
export function updateCampaignEvent(
  event: Reference<string>,
  changes: Reference<CampaignEventBody>,
  options?: Reference<WriteOptions>,
): Operation {
  return update('updateCampaignEvent', arguments, EVENT, event, changes, options);
}

/**
 * Delete an event of a campaign.
 * @public
 * @function
 * @namespace global
 * @example <caption>Delete</caption>
 * deleteCampaignEvent($.data.uuid);
 * @example <caption>All events one day before the date</caption>
 * getCampaignEvents({ campaign: 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11' });
 * each(
 *   state => state.data.filter(({ offset, unit }) => offset === -1 && unit === 'days'),
 *   deleteCampaignEvent($.data.uuid),
 * );
 * @param {string} event - The uuid of the campaign event.
 * @param {Options} [options] - `timeout` (seconds per request; default: 60), `maxWait` (total seconds of waiting; default: 60).
 * @state {object} data - `deleted: true`.
 * @state {object} response - Method, path, statusCode, duration (ms) and number of requests.
 * @throws {RapidProError} `NOT_FOUND`, `INVALID_INPUT`; the errors of every request.
 * @see https://app.rapidpro.io/api/v2/campaign_events
 * @returns {Operation}
 */
export function deleteCampaignEvent(
  event: Reference<string>,
  options?: Reference<Options>,
): Operation {
  return remove('deleteCampaignEvent', arguments, 'campaign_events', event, options);
}
