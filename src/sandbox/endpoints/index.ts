import type { ResourceName } from '../../resources.js';
import type { Endpoint } from '../core/endpoint.js';
import { broadcasts } from './broadcasts.js';
import { contacts } from './contacts.js';
import { fields } from './fields.js';
import { flowStarts } from './flow-starts.js';
import { flows } from './flows.js';
import { groups } from './groups.js';
import { messages } from './messages.js';
import { runs } from './runs.js';
import { workspace } from './workspace.js';

/** What answers at each of the API's paths. */
export const endpoints: Partial<Record<ResourceName, Endpoint>> = {
  broadcasts,
  contacts,
  fields,
  flow_starts: flowStarts,
  flows,
  groups,
  messages,
  org: workspace,
  runs,
  workspace,
};
