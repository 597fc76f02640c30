import { createSandbox, type Sandbox, type SandboxOptions } from '@openfn/rapidpro-sandbox';
import { HttpResponse, http as msw } from 'msw';
import { onTestFinished, TestRunner } from 'vitest';
import type { BulkItem, BulkResult } from '../../../src/types/bulk.js';
import type { Operation, State } from '../../../src/types/state.js';
import { TOKEN } from '../../support/credential.js';
import { serve } from '../../support/serve.js';
import { denied, run } from '../run.js';

export const FIELDS = [
  { key: 'tei_id', name: 'Tei Id', type: 'text' },
  { key: 'age', name: 'Age', type: 'number' },
  { key: 'due', name: 'Due', type: 'datetime' },
  { key: 'province', name: 'Province', type: 'state' },
] as const;

export const GROUPS = [
  { name: 'Mothers' },
  { name: 'Partners' },
  { name: 'Old', query: 'age > 50' },
];

/** A sandbox with a few fields and groups, on loopback; it ends with the test. */
export async function workspace(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed, ...others } = options;
  const sandbox = await createSandbox({
    token: TOKEN,
    seed: { fields: [...FIELDS], groups: GROUPS, ...(seed as object) },
    ...others,
  });
  if (TestRunner.getCurrentTest()) onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Runs a bulk operation and gives its result with the state. */
export async function bulk(
  operation: Operation,
  sandbox: { host: string },
  state: State = {},
): Promise<{ result: BulkResult; state: State }> {
  const next = await run(operation, sandbox, state);
  return { result: next.data as BulkResult, state: next };
}

export type Counts = [
  created: number,
  updated: number,
  unchanged: number,
  failed: number,
  not: number,
];

export function counts(result: BulkResult): Counts {
  const { created, updated, unchanged, failed, notAttempted } = result;
  return [created, updated, unchanged, failed, notAttempted].map(list => list.length) as Counts;
}

/** The places in the list that a result names, in order: each once, if it is right. */
export function places(result: BulkResult): number[] {
  const { created, updated, unchanged, failed, notAttempted } = result;
  return [created, updated, unchanged, failed, notAttempted]
    .flatMap((items: BulkItem[]) => items.map(({ index }) => index))
    .sort((a, b) => a - b);
}

export function upTo(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** Requests that change something, short: `POST contacts?urn=tel:+250788123123`. */
export function writes(sandbox: Sandbox): string[] {
  return sandbox
    .requests()
    .filter(({ method, status }) => method !== 'GET' && status !== 429)
    .map(({ method, path, query }) => {
      const name = path.replace('/api/v2/', '').replace('.json', '');
      return `${method} ${name}${query ? `?${decodeURIComponent(query)}` : ''}`;
    });
}

/** The contact with a URN, as the API shows it. */
export function holder(sandbox: Sandbox, urn: string) {
  return sandbox.contacts().find(({ urns }) => urns.includes(urn));
}

/** A server in front of a sandbox, for a token that may not read the workspace. */
export const withoutCountry = ({ host }: { host: string }) =>
  serve(
    msw.get('*/api/v2/workspace.json', denied),
    msw.all('*', async ({ request }) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === 'GET' ? undefined : await request.text();
      const answer = await fetch(new URL(`${pathname}${search}`, host), {
        method,
        headers: {
          authorization: String(headers.get('authorization')),
          'content-type': 'application/json',
        },
        ...(body ? { body } : {}),
      });
      const kept = [...answer.headers].filter(([name]) =>
        /^x-|content-type|retry-after|date/.test(name),
      );
      return new HttpResponse(answer.status === 204 ? null : await answer.text(), {
        status: answer.status,
        headers: Object.fromEntries(kept),
      });
    }),
  );
