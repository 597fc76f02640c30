import { readFileSync } from 'node:fs';
import { type Incoming, readIncoming } from '../core/incoming.js';
import type { Faults } from '../faults.js';
import type { Sandbox } from '../sandbox.js';
import type { Handler } from '../server.js';
import { actionOf, Unmet } from './actions.js';
import { answerControl, isControl } from './control.js';
import { isStranger, isStrangerToControl } from './guard.js';
import { type PageSource, revisionOf, viewOf } from './view.js';

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The files that a browser may request; no other file is ever read. */
const NAMES = [
  'index.html',
  'page.css',
  'icon.svg',
  'main.js',
  'ask.js',
  'dom.js',
  'words.js',
  'tabs.js',
  'header.js',
  'contacts.js',
  'chosen.js',
  'conversation.js',
  'activity.js',
  'request.js',
];

/**
 * Serves a file of the page; undefined if there is no such file. The files are next to this module, also when bundled.
 */
function fileAnswer(name: string): Response | undefined {
  if (!NAMES.includes(name)) return undefined;
  const text = readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  return new Response(text, { headers: { 'content-type': type } });
}

export const PAGE_PATH = '/sandbox/';

/** The page loads scripts and styles only from itself, and its data can never become one. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Serves the page in addition to a handler. */
export function withPage(
  handle: Handler,
  source: PageSource,
  faults: Faults,
  sandbox: () => Sandbox,
): Handler {
  return async (request, wire) => {
    const { pathname } = new URL(request.url);
    // A person who opens the bare address wants the page; the API has nothing there.
    if (pathname === '/' && request.method === 'GET') return toPage();
    if (!`${pathname}/`.startsWith(PAGE_PATH)) return handle(request, wire);
    const incoming = await readIncoming(request, wire);
    source.server.catchUp();
    if (isControl(incoming.path)) return answerProgram(source, sandbox(), incoming);
    return answerPage(source, faults, incoming);
  };
}

/** Responds to a request for the control interface. */
async function answerProgram(
  source: PageSource,
  sandbox: Sandbox,
  incoming: Incoming,
): Promise<Response> {
  const response = isStrangerToControl(incoming, source.host())
    ? json(403, { error: `Only programs on this computer are answered, at ${source.host()}` })
    : await answerControl(sandbox, incoming);
  return withHeaders(response);
}

/** Responds to a request for the page or one of its parts. */
async function answerPage(
  source: PageSource,
  faults: Faults,
  incoming: Incoming,
): Promise<Response> {
  const response = isStranger(incoming, source.host())
    ? plain(403, `This page answers only to itself, at ${source.host().slice(0, -1)}${PAGE_PATH}`)
    : await answerOwn(source, faults, incoming);
  return withHeaders(response);
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  return response;
}

function answerOwn(
  source: PageSource,
  faults: Faults,
  incoming: Incoming,
): Response | Promise<Response> {
  const { method, path } = incoming;
  const name = path.slice(PAGE_PATH.length);
  if (method === 'POST') return act(source, faults, name, incoming);
  if (method !== 'GET') return plain(405, 'Only GET and POST are allowed.');
  if (!path.startsWith(PAGE_PATH)) return toPage();
  if (name === 'view') return look(source, incoming);
  if (name === 'request') return openRequest(source, incoming);
  return fileAnswer(name || 'index.html') ?? plain(404, 'Not found.');
}

const toPage = (): Response =>
  new Response(null, { status: 302, headers: { location: PAGE_PATH } });

const MOST_LISTED = 1000;

/** The current view, or nothing if the page already has it. */
function look(source: PageSource, { query }: Incoming): Response {
  if (query.get('since') === revisionOf(source)) return new Response(null, { status: 204 });
  const howMany = (name: string) => {
    const wanted = Number(query.get(name));
    return Math.min(wanted > 0 ? wanted : 50, MOST_LISTED);
  };
  return json(
    200,
    viewOf(source, {
      search: query.get('search') ?? '',
      contact: query.get('contact'),
      most: howMany('most'),
      lines: howMany('lines'),
    }),
  );
}

/** What one request said, and what came back. */
async function openRequest({ recent }: PageSource, { query }: Incoming): Promise<Response> {
  const details = await recent.details(Number(query.get('number')));
  return details ? json(200, details) : plain(404, 'This request is no longer kept.');
}

async function act(
  source: PageSource,
  faults: Faults,
  name: string,
  { headers, body }: Incoming,
): Promise<Response> {
  const action = actionOf(name);
  if (!action) return plain(404, 'Not found.');
  if (headers.get('content-type') !== 'application/json')
    return plain(415, 'Only JSON is accepted.');
  try {
    const given: unknown = JSON.parse(new TextDecoder().decode(body));
    await action(source, faults, Object(given));
    return json(200, {});
  } catch (error) {
    if (error instanceof Unmet || error instanceof SyntaxError) {
      return json(400, { error: error.message });
    }
    throw error;
  }
}

const json = (status: number, data: unknown): Response =>
  new Response(JSON.stringify(data), {
    status,
    headers: { 'content-type': 'application/json' },
  });

const plain = (status: number, text: string): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
