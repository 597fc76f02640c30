import { maternalHealth } from '@openfn/rapidpro-sandbox';

/** The uuids that the examples write. */
export const FLOW = '0c8f6f6c-4a2e-4d36-9a5c-2f1f9f0a1b2c';
export const OBJECT = 'aaf2b9ab-2c8e-4f5a-b5a0-5c3b7f2f0d11';
const TOPIC = 'bf7d7b53-4fdf-4da4-8ac7-10af7af21568';
export const AMINA = 'tel:+221770001122';

/** The seed of the guides, and what the examples name besides. */
export function world() {
  const seed = maternalHealth();
  return {
    ...seed,
    fields: [
      ...seed.fields,
      { name: 'Next visit', type: 'datetime' },
      { name: 'Village', type: 'text' },
      { name: 'Last report', type: 'number' },
      { key: 'tei_id', name: 'TEI id', type: 'text' },
    ],
    groups: [...seed.groups, { uuid: OBJECT, name: 'Old name' }],
    labels: [...seed.labels, { uuid: OBJECT, name: 'Old name' }],
    topics: [...seed.topics, { uuid: OBJECT, name: 'Old name' }, { uuid: TOPIC, name: 'Visits' }],
    flows: [
      ...seed.flows,
      { uuid: FLOW, name: 'Visit', results: [{ key: 'webhook', name: 'webhook' }] },
    ],
    contacts: [
      ...seed.contacts,
      { name: 'Amina', urns: [AMINA], groups: ['Mothers'] },
      { name: 'Keza', urns: ['tel:+250788123123'] },
    ],
    globals: [...seed.globals, { name: 'Clinic phone', value: '113' }],
    campaigns: [...seed.campaigns, { uuid: OBJECT, name: 'Visits', group: 'Mothers' }],
    campaign_events: [
      ...seed.campaign_events,
      {
        campaign: 'Visits',
        relative_to: 'next_visit',
        offset: -1,
        unit: 'days',
        delivery_hour: 9,
        message: { eng: 'Tomorrow.' },
      },
    ],
    users: [
      { email: 'admin@example.org', first_name: 'Ada', last_name: 'M', role: 'administrator' },
      { email: 'amina@example.org', first_name: 'Amina', last_name: 'D', role: 'agent' },
    ],
    resthooks: [...seed.resthooks, { resthook: 'new-birth' }],
  };
}
