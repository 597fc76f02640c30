import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerName } from '../../../recordings/read.js';
import { createSandbox, type Sandbox, type Seed } from '../../src/index.js';
import { asker } from './ask.js';
import { listenForHooks } from './listener.js';
import { Bindings, differences, isObject } from './match.js';
import { dialectOf, RecordedWorkspace } from './recorded-workspace.js';
import { scenarioReport } from './scenario-report.js';

/** Replays recorded scenarios against a sandbox. */

interface Request {
  method: string;
  path: string;
  query?: Record<string, string>;
  role?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Step {
  note?: string;
  request?: Request;
  response?: { status: number; headers?: Record<string, string>; body?: unknown };
  event?: { type: string; [detail: string]: unknown };
}

export interface Scenario {
  name: string;
  server: ServerName;
  setup: string | { generate: string };
  variables: Record<string, unknown>;
  fields_kept: string[];
  steps: Step[];
}

const root = fileURLToPath(new URL('../../../recordings/scenarios/', import.meta.url));

export function scenarios(server: ServerName): Scenario[] {
  return readdirSync(join(root, server))
    .filter(file => file.endsWith('.json'))
    .map(file => JSON.parse(readFileSync(join(root, server, file), 'utf8')) as Scenario);
}

const ROLES: Record<string, (sandbox: Sandbox) => string> = {
  administrator: ({ token }) => token,
  editor: ({ tokens }) => tokens.editor,
  surveyor: ({ tokens }) => tokens.surveyor,
  agent_forced: ({ tokens }) => tokens.agent,
  viewer_forced: ({ tokens }) => tokens.viewer,
  outsider_forced: ({ tokens }) => tokens.agent,
  inactive_user: () => 'a-token-of-someone-gone',
  other_workspace_administrator: ({ tokens }) => tokens.other_workspace,
  revoked: () => 'a-token-that-was-revoked',
};

/** The clock of a replay. It advances a little with every step, and explicitly where a scenario waits. */
export function replayClock(start = '2026-11-22T16:00:00Z') {
  let now = Date.parse(start);
  return {
    now: () => now,
    advance(seconds: number) {
      now += seconds * 1000;
    },
  };
}

function seedFor(server: ServerName): Seed {
  const recorded = new RecordedWorkspace(server, 'lists').seed();
  return {
    ...recorded,
    flows: [...(recorded.flows ?? []), scenarioReport(dialectOf(server))],
    resthooks: [...(recorded.resthooks ?? []), { resthook: 'scen-hook' }],
  };
}

/** Replays one scenario and returns the differences by step. */
export async function play(scenario: Scenario): Promise<string[]> {
  const { server } = scenario;
  const clock = replayClock();
  const hooks = await listenForHooks();
  const sandbox = await createSandbox({
    dialect: dialectOf(server),
    seed: seedFor(server),
    clock,
    engineCache: scenario.name.startsWith('engine_cache') ? 5 : 0,
  });
  const player = new Player(scenario, sandbox, clock, hooks.origin);
  try {
    await player.prepare();
    const found: string[] = [];
    for (const [index, step] of scenario.steps.entries()) {
      const wrong = step.event
        ? await player.happen(step.event, hooks.received)
        : await player.request(step);
      found.push(...wrong.map(one => `step ${index}: ${one}`));
    }
    return [...found, ...player.bindings.disorder()];
  } finally {
    await player.close();
    await sandbox.close();
    await hooks.close();
  }
}

/** The recorded address of a listener, with any port; replaced by the test's own. */
const HOOK_HOST = /http:\/\/127\.0\.0\.1:\d+(?=\/)/g;

/** The site's own address in its exports. */
const SITE = /https:\/\/127\.0\.0\.1:\d+/g;

class Player {
  readonly bindings = new Bindings();
  readonly #asker;
  #generated: string[] = [];
  #lastPage: string[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly sandbox: Sandbox,
    readonly clock: ReturnType<typeof replayClock>,
    readonly hookOrigin: string,
  ) {
    this.#asker = asker(sandbox);
    this.bindings.values.set('host', new URL(sandbox.host).origin);
  }

  close(): Promise<void> {
    return this.#asker.close();
  }

  /** Binds what existed beforehand, and creates what the setup generated. */
  async prepare(): Promise<void> {
    const { setup, variables } = this.scenario;
    if (typeof setup === 'object') await this.#generate(setup.generate);
    for (const [name, meaning] of Object.entries(variables)) {
      const value = typeof meaning === 'string' ? await this.#lookUp(meaning) : undefined;
      if (value !== undefined) this.bindings.values.set(name, value);
    }
  }

  /** `uuid of the group 'Adults'…`, `contact '… 005'`, `the group holding …`. */
  async #lookUp(meaning: string): Promise<unknown> {
    const [, kind, name] = /(group|flow|channel|topic|label) '([^']+)'/.exec(meaning) ?? [];
    if (kind && name) return (await this.#row(`${kind}s`, row => row.name === name))?.uuid;
    const ending = /^contact '… (\d+)'/.exec(meaning)?.[1];
    if (ending) return this.#contact(`${this.#prefix()} ${ending}`)?.uuid;
    if (meaning.startsWith('the group holding')) {
      return (await this.#row('groups', row => row.name === `${this.#prefix()} Page`))?.uuid;
    }
    return undefined;
  }

  #contact(name: unknown) {
    return this.sandbox.contacts().find(one => one.name === name);
  }

  async #row(endpoint: string, test: (row: Record<string, unknown>) => boolean) {
    const { body } = await this.#ask('GET', `/api/v2/${endpoint}.json`);
    const rows = isObject(body) && Array.isArray(body.results) ? body.results : [];
    return rows.filter(isObject).find(test);
  }

  #ask(method: string, target: string, body?: unknown) {
    return this.#asker.ask({
      method,
      target,
      headers: {
        authorization: `Token ${this.sandbox.token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  /** The name of the scenario's own objects: `S213`. */
  #prefix(): string {
    return /"(S\d+) [^"]*"/.exec(JSON.stringify(this.scenario.steps))?.[1] ?? 'S0';
  }

  async #generate(what: string): Promise<void> {
    const prefix = this.#prefix();
    const count = Number(/\d+/.exec(what)?.[0]);
    const inGroup = count === 510;
    if (inGroup) await this.#ask('POST', '/api/v2/groups.json', { name: `${prefix} Page` });
    const width = inGroup ? 3 : 1;
    for (let index = 0; index < count; index++) {
      const name = `${prefix} ${String(index).padStart(width, '0')}`;
      const body = { name, ...(inGroup ? { groups: [`${prefix} Page`] } : {}) };
      const made = await this.#ask('POST', '/api/v2/contacts.json', body);
      if (isObject(made.body)) this.#generated.push(String(made.body.uuid));
    }
  }

  async request(step: Step): Promise<string[]> {
    const { request, response } = step;
    if (!request || !response) return ['neither a request nor an event'];
    this.clock.advance(0.05);
    this.#guess(request, response.body);
    const role = request.role ?? 'administrator';
    const token = ROLES[role]?.(this.sandbox);
    const body = this.#body(request.body);
    const answer = await this.#asker.ask({
      method: request.method,
      target: request.path + this.#query(request.query),
      headers: {
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Token ${token}` } : {}),
        ...lowered(request.headers),
      },
      body,
    });
    await this.sandbox.settled();
    this.#lastPage = uuidsOf(answer.body) ?? this.#lastPage;
    if (answer.status !== response.status) {
      return [
        `status ${response.status} is ${answer.status}: ${JSON.stringify(answer.body)?.slice(0, 300)}`,
      ];
    }
    const wanted = this.#rewritten(response.body ?? null);
    return [
      ...differences(wanted, answer.body, this.bindings, 'body'),
      ...Object.entries(response.headers ?? {}).flatMap(([name, value]) =>
        answer.headers[name] === value
          ? []
          : [`header ${name}: ${value} is ${answer.headers[name]}`],
      ),
    ];
  }

  #rewritten(value: unknown): unknown {
    const site = new URL(this.sandbox.host).origin.replace('http:', 'https:');
    return JSON.parse(
      JSON.stringify(value).replace(HOOK_HOST, this.hookOrigin).replace(SITE, site),
    );
  }

  #query(query: Record<string, string> | undefined): string {
    const entries = Object.entries(query ?? {}).map(
      ([key, value]) => [key, String(this.bindings.fill(value))] as [string, string],
    );
    return entries.length > 0 ? `?${new URLSearchParams(entries)}` : '';
  }

  #body(body: unknown): string | null {
    if (body === undefined || body === null) return null;
    if (isObject(body) && '$raw' in body) return String(body.$raw);
    const text = JSON.stringify(this.bindings.fill(this.#rewritten(body)));
    return text.replace(/\{"\$contacts":(\d+)\}/g, (_, count: string) =>
      JSON.stringify(this.#generated.slice(0, Number(count))),
    );
  }

  /**
   * A contact that a request refers to before any response shows it: by the response's name, or any on the last page.
   */
  #guess(request: Request, expected: unknown): void {
    this.#guessTimes(request, expected);
    const uuid = /^\{\{([^}]+)\}\}$/.exec(request.query?.uuid ?? '')?.[1];
    if (!uuid || this.bindings.values.has(uuid)) return;
    const named = this.#contact(isObject(expected) ? expected.name : undefined)?.uuid;
    const taken = new Set(this.bindings.values.values());
    const other = this.#lastPage.slice(5).find(one => !taken.has(one));
    const found = named ?? other;
    if (found) this.bindings.values.set(uuid, found);
  }

  /** A time that a request refers to before any response: that of the contact whose time it is in the response. */
  #guessTimes({ query = {} }: Request, expected: unknown): void {
    for (const text of Object.values(query)) {
      const name = /^\{\{(t\d+)/.exec(text)?.[1];
      if (!name || this.bindings.values.has(name)) continue;
      const owner = ownerOf(`{{${name}}}`, expected);
      const contact = this.#contact(owner?.name);
      const key = owner?.modified_on === `{{${name}}}` ? 'modified_on' : 'created_on';
      if (contact) this.bindings.values.set(name, contact[key]);
    }
  }

  async happen(
    event: NonNullable<Step['event']>,
    received: { method: string; path: string; headers: Record<string, string>; body: unknown }[],
  ): Promise<string[]> {
    switch (event.type) {
      case 'wait':
        this.clock.advance(Number(event.seconds));
        return [];
      case 'incoming_message':
        for (const text of (event.texts as string[] | undefined) ?? [String(event.text)]) {
          this.clock.advance(0.05);
          await this.sandbox.reply(String(this.bindings.fill(event.urn)), text);
        }
        return [];
      case 'workspace_setting': {
        const { type: _, anon, rates, ...rest } = event;
        this.sandbox.configure({
          workspace: 'other',
          ...rest,
          ...(anon === undefined ? {} : { anonymous: anon === true }),
          ...(rates === undefined ? {} : { throttle: rates as Record<string, string> }),
        });
        return [];
      }
      case 'resthook_delivery': {
        const delivery = received.shift();
        if (!delivery) return ['the hook was not called'];
        return [
          ...differences(event.method, delivery.method, this.bindings, 'method'),
          ...differences(event.path, delivery.path, this.bindings, 'path'),
          ...differences(this.#rewritten(event.body), delivery.body, this.bindings, 'body'),
          ...Object.entries(event.headers as Record<string, string>).flatMap(([name, value]) =>
            delivery.headers[name.toLowerCase()] === value
              ? []
              : [`header ${name}: ${value} is ${delivery.headers[name.toLowerCase()]}`],
          ),
        ];
      }
      default:
        return [`an event that the replay does not know: ${event.type}`];
    }
  }
}

/** The object in a response that contains a value. */
function ownerOf(value: string, within: unknown): Record<string, unknown> | undefined {
  if (Array.isArray(within)) {
    for (const one of within) {
      const found = ownerOf(value, one);
      if (found) return found;
    }
    return undefined;
  }
  if (!isObject(within)) return undefined;
  return Object.values(within).includes(value) ? within : ownerOf(value, Object.values(within));
}

const lowered = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function uuidsOf(body: unknown): string[] | undefined {
  if (!isObject(body) || !Array.isArray(body.results)) return undefined;
  return body.results.filter(isObject).map(row => String(row.uuid));
}
