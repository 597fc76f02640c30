import { endpoint } from '../core/endpoint.js';

export const workspace = endpoint({
  get({ workspace: { settings } }) {
    return {
      status: 200,
      data: {
        uuid: settings.uuid,
        name: settings.name,
        country: settings.country,
        languages: settings.languages,
        timezone: settings.timezone,
        date_style: settings.dateStyle,
        anon: settings.anonymous,
        credits: { used: -1, remaining: -1 },
        primary_language: settings.languages[0] ?? null,
      },
    };
  },
});
