import type { Resource } from '../../../src/resources.js';
import { readBody, readForm } from '../body/parse.js';
import { archiveFile } from '../endpoints/archives.js';
import { endpoints } from '../endpoints/index.js';
import { uploadedFile } from '../endpoints/media.js';
import type { Server } from '../state/server.js';
import { type Access, authenticate, mayUse } from './auth.js';
import { authenticateForm } from './authenticate.js';
import type { Call } from './call.js';
import { checkLimit, type Endpoint, lookupOf } from './endpoint.js';
import { BAD_REQUEST_PAGE, html, NOT_FOUND_PAGE, SERVER_ERROR, titleOf } from './html.js';
import { fieldCount, type Incoming, last, MOST_FIELDS } from './incoming.js';
import { checkExclusive } from './list.js';
import { type Form, formOf } from './negotiate.js';
import { badRequest, forbidden, Refusal, type Reply, ServerError, Suspicious } from './reply.js';
import { listedEndpoints, type Route, routeOf } from './routes.js';
import { write } from './write.js';

type EndpointRoute = Extract<Route, { kind: 'endpoint' }>;

/** The headers of every response of the site. */
const SITE = {
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Answers a request from the state of a server. */
export async function answer(server: Server, incoming: Incoming): Promise<Response> {
  const response = await answerRoute(server, incoming);
  for (const [name, value] of Object.entries(SITE)) response.headers.set(name, value);
  return response;
}

async function answerRoute(server: Server, incoming: Incoming): Promise<Response> {
  if (!server.allowsHost(new URL(incoming.origin).hostname)) return html(400, BAD_REQUEST_PAGE);
  const file =
    incoming.method === 'GET' &&
    (archiveFile(server.workspaces, incoming.path) ??
      uploadedFile(server.workspaces, incoming.path));
  if (file) return file;
  if (fieldCount(incoming.search) > MOST_FIELDS) return html(400, BAD_REQUEST_PAGE, PAGE);
  const route = routeOf(incoming.path, server.dialect);
  switch (route.kind) {
    case 'unknown':
      return html(404, NOT_FOUND_PAGE, PAGE);
    case 'redirect':
      return redirect(route.status, route.to);
    case 'map':
      return rootMap(server, incoming, route.suffix);
    case 'authenticate':
      return authenticateForm(server, incoming);
    case 'endpoint':
      return answerEndpoint(server, incoming, route);
  }
}

/** The headers of pages without an endpoint. */
const PAGE = { vary: 'Cookie', 'content-language': 'en-us' };

function redirect(status: number, location: string): Response {
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', location });
  headers.set('vary', 'Cookie');
  if (status === 302) headers.set('content-language', 'en-us');
  return new Response(null, { status, headers });
}

const COMMON = { vary: 'Accept, Cookie', 'content-language': 'en-us' };

/** The format that a request names: the suffix comes first. */
const formatOf = ({ query }: Incoming, suffix: boolean): string =>
  suffix ? 'json' : (last(query, 'format') ?? '');

function rootMap(server: Server, incoming: Incoming, suffix: boolean): Response {
  const map = Object.fromEntries(
    listedEndpoints(server.dialect).map(path => [path, `${incoming.origin}/api/v2/${path}`]),
  );
  const form = formOf(incoming.headers.get('accept'), formatOf(incoming, suffix));
  const headers: Record<string, string> = { ...COMMON, allow: 'GET, HEAD, OPTIONS' };
  nameIfKnown(server, incoming, headers);
  const reply = refusedForm(form) ?? { status: 200, data: map };
  return write(reply, form, 'RapidPro API v2', server, headers);
}

/** The answer, as a page, to whoever wants what there is not. */
function refusedForm({ kind }: Form): Reply | undefined {
  if (kind === 'none') {
    return { status: 406, data: { detail: 'Could not satisfy the request Accept header.' } };
  }
  return kind === 'unknown' ? { status: 404, data: { detail: 'Not found.' } } : undefined;
}

/** The methods in the Allow header. It includes HEAD and OPTIONS although both are refused. */
function allowOf({ methods }: Resource): string {
  const head = methods.includes('GET') ? ['HEAD'] : [];
  return [...methods, ...head, 'OPTIONS'].join(', ');
}

async function answerEndpoint(
  server: Server,
  incoming: Incoming,
  route: EndpointRoute,
): Promise<Response> {
  const form = formOf(incoming.headers.get('accept'), formatOf(incoming, route.suffix));
  const headers: Record<string, string> = { ...COMMON, allow: allowOf(route.resource) };
  const title = titleOf(route.name);
  let reply: Reply;
  try {
    reply = await respond(server, incoming, route, form, headers);
  } catch (error) {
    if (error instanceof ServerError) return html(500, SERVER_ERROR, headers);
    if (error instanceof Suspicious) return html(400, BAD_REQUEST_PAGE, PAGE);
    if (!(error instanceof Refusal)) throw error;
    reply = { status: error.status, data: error.data, headers: error.headers };
  }
  return write(reply, form, title, server, headers);
}

async function respond(
  server: Server,
  incoming: Incoming,
  route: EndpointRoute,
  form: Form,
  headers: Record<string, string>,
): Promise<Reply> {
  const { resource, name } = route;
  const refused = refusedForm(form);
  if (refused) {
    nameIfKnown(server, incoming, headers);
    return refused;
  }
  const isDocs = !route.suffix && incoming.method === 'GET';
  const openDocs = isDocs && server.dialect === 'textit';
  const given = incoming.headers.get('authorization');
  const access =
    openDocs && given === null ? undefined : authenticate(given, token => server.find(token));
  if (access) nameWorkspace(access, headers);
  if (access && !mayUse(access.user.role, name, incoming.method)) throw forbidden();
  if (!route.suffix && server.dialect === 'textit' && isWrite(incoming.method)) throw forbidden();
  if (access) server.count(access.workspace, resource);
  if (!isKnown(resource, incoming.method)) {
    return { status: 405, data: { detail: `Method "${incoming.method}" not allowed.` } };
  }
  if (isDocs) return docsAnswer(server, incoming, route, access);
  if (!access) throw forbidden();
  const call: Call = {
    incoming,
    name,
    resource,
    access,
    workspace: access.workspace,
    engine: server.engine,
  };
  return perform(call, endpoints[name], server);
}

const isWrite = (method: string): boolean => method === 'POST' || method === 'DELETE';

const isKnown = ({ methods }: Resource, method: string): boolean =>
  (methods as readonly string[]).includes(method);

/** Authentication is optional here. */
function nameIfKnown(
  server: Server,
  { headers: given }: Incoming,
  headers: Record<string, string>,
): void {
  const access = server.find(given.get('authorization')?.split(' ').at(-1) ?? '');
  if (access) nameWorkspace(access, headers);
}

function nameWorkspace({ workspace }: Access, headers: Record<string, string>): void {
  if (workspace.dialect === 'v9') headers['x-temba-org'] = String(workspace.id);
  else headers['x-temba-workspace'] = workspace.settings.uuid;
}

/** A GET without the suffix shows the documentation, with an empty list for every caller. */
function docsAnswer(
  server: Server,
  incoming: Incoming,
  { resource, name }: EndpointRoute,
  access: Access | undefined,
): Reply | Promise<Reply> {
  if (resource.paging !== 'none') return { status: 200, data: [] };
  if (name === 'statistics') return { status: 200, data: { results: [] } };
  if (!access || (server.dialect === 'textit' && name === 'definitions')) {
    return { status: 200, data: {} };
  }
  const { workspace } = access;
  const call = { incoming, name, resource, access, workspace, engine: server.engine };
  return endpoints[name].get?.(call) ?? { status: 200, data: {} };
}

async function perform(call: Call, endpoint: Endpoint, server: Server): Promise<Reply> {
  switch (call.incoming.method) {
    case 'GET':
      checkExclusive(call, call.resource);
      return endpoint.get?.(call) ?? { status: 404 };
    case 'POST':
      return post(call, endpoint, server);
    default: {
      const lookup = lookupOf(call);
      if (!lookup) {
        const names = (call.resource.lookups ?? []).join(', ');
        throw badRequest(`URL must contain one of the following parameters: ${names}`);
      }
      return endpoint.remove?.(call, endpoint.find?.(call, lookup)) ?? { status: 204 };
    }
  }
}

async function post(call: Call, endpoint: Endpoint, server: Server): Promise<Reply> {
  const lookup = lookupOf(call);
  const object = lookup && endpoint.find?.(call, lookup);
  if (!lookup && endpoint.limited) checkLimit(call, endpoint.limited);
  if (endpoint.postForm) {
    const form = await readForm(call.incoming);
    server.checkStanding(call.workspace);
    const reply = await endpoint.postForm(call, form);
    return object && reply.status === 201 ? { ...reply, status: 200 } : reply;
  }
  const body = await readBody(call.incoming);
  server.checkStanding(call.workspace);
  return endpoint.post?.(call, body, object) ?? { status: 404 };
}
