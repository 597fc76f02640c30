import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/index.js';
import type { View } from '../../src/page/types.js';
import { callsOf, type Opened } from '../opened.js';

/** A contact whose name is an attack. */
export const MALLORY = '<script>alert(1)</script>Mallory';

/** Fixed, so that a test can refer to a contact. */
export const ANN = '11111111-1111-4111-8111-111111111111';

export const SURVEY = '22222222-2222-4222-8222-222222222222';

export const SEED = {
  groups: [{ name: 'Mothers' }],
  fields: [{ key: 'visits', name: 'Visits', type: 'number' as const }],
  flows: [
    { uuid: SURVEY, name: 'Survey' },
    { name: 'Old', archived: true },
  ],
  contacts: [
    {
      uuid: ANN,
      name: 'Ann',
      urns: ['tel:+250788000001'],
      groups: ['Mothers'],
      fields: { visits: 3 },
    },
    { name: MALLORY, urns: ['tel:+250788000002'] },
  ],
};

export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface OpenedPage extends Opened {
  page: string;
  /** Requests a part of the page with a browser's headers. */
  ask(path: string, headers?: Record<string, string>): Promise<Answered>;
  view(query?: Record<string, string>): Promise<View>;
  act(name: string, body: unknown, headers?: Record<string, string>): Promise<Answered>;
}

/** Opens a sandbox with its page; both are closed after the test. */
export async function openPage(options: SandboxOptions = { seed: SEED }): Promise<OpenedPage> {
  const sandbox = await createSandbox({ ...options, page: true });
  onTestFinished(() => sandbox.close());
  return pageOf(sandbox);
}

function pageOf(sandbox: Sandbox): OpenedPage {
  const page = sandbox.page ?? '';
  const send = async (
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answered> => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await request(new URL(path, page), { method, headers, ...(body && { body }) });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const own = { origin: new URL(page).origin, 'content-type': 'application/json' };
  return {
    ...callsOf(sandbox),
    page,
    ask: (path, headers = {}) => send(path, headers),
    view: async query => JSON.parse((await send(`view?${new URLSearchParams(query)}`, {})).text),
    act: (name, body, headers = {}) => send(name, { ...own, ...headers }, JSON.stringify(body)),
  };
}
