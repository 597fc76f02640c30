import { isIPv4 } from 'node:net';
import { type Rule, readShape, required, text, value } from '../body/rules.js';
import { endpoint } from '../core/endpoint.js';
import { last } from '../core/incoming.js';
import { isTrue, listPage } from '../core/list.js';
import { invalidAsAWhole, ServerError } from '../core/reply.js';
import { parseUrl } from '../core/url.js';
import { isoTime } from '../state/clock.js';
import type { Resthook, Subscriber } from '../state/model.js';
import { lengthOf } from '../values/text.js';
import { idFilter, missing } from './filters.js';

export const resthooks = endpoint({
  get: call =>
    listPage(call, {
      rows: call.workspace.resthooks.by('modified'),
      ascending: isTrue(last(call.incoming.query, 'reverse')),
      show: ({ slug, modifiedOn, createdOn }) => ({
        resthook: slug,
        modified_on: isoTime(modifiedOn),
        created_on: isoTime(createdOn),
      }),
    }),
});

/** Events are listed for 48 hours. */
const KEPT = 48 * 3_600_000_000;

export const resthookEvents = endpoint({
  get(call) {
    const { workspace } = call;
    const slug = last(call.incoming.query, 'resthook');
    const oldest = workspace.ticker.now() - KEPT;
    return listPage(call, {
      rows: workspace.resthookEvents.by('created'),
      holds: ({ resthook, createdOn }) => createdOn >= oldest && (!slug || resthook.slug === slug),
      show: ({ resthook, data, createdOn }) => ({
        resthook: resthook.slug,
        data,
        created_on: isoTime(createdOn),
      }),
    });
  },
});

const plain = text();

const hook: Rule<Resthook> = {
  read(input, call) {
    const read = plain.read(input, call);
    if ('issue' in read) return read;
    for (const one of call.workspace.resthooks) if (one.slug === read.value) return value(one);
    return { issue: [`No resthook with slug: ${read.value}`] };
  },
};

const url = text({ checks: given => (isUrl(given) ? [] : ['Enter a valid URL.']) });

const LABEL = /^[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?$/i;
const LAST_LABEL = /^(?:[a-z\u00a1-\uffff-]{2,63}|xn--[a-z0-9]{1,59})$/i;

function isUrl(given: string): boolean {
  const found =
    /^(?:https?|ftps?):\/\/(?:[^\s:@/]+(?::[^\s:@/]*)?@)?([^\s:@/?#[\]]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#]\S*)?$/i.exec(
      given,
    );
  const host = found?.[1];
  if (host === undefined || given.length > 2048 || !parseUrl(given)) return false;
  if (host.startsWith('[') || host.toLowerCase() === 'localhost') return true;
  return isIPv4(host) || isDomain(host);
}

/** A name with at least two labels, the last of which has no digits. */
function isDomain(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  return (
    host.length <= 253 &&
    labels.length > 1 &&
    labels.every(label => LABEL.test(label)) &&
    LAST_LABEL.test(last)
  );
}

/** The width of the database column. A longer URL is a server error. */
const MOST_LETTERS = 200;

const shape = { resthook: required(hook), target_url: required(url) };

export const resthookSubscribers = endpoint<Subscriber>({
  get(call) {
    const { workspace, incoming } = call;
    const id = idFilter(call, 'id');
    const slug = last(incoming.query, 'resthook');
    return listPage(call, {
      rows: workspace.subscribers.by('created'),
      holds: one => (id === undefined || one.id === id) && (!slug || one.resthook.slug === slug),
      show: showSubscriber,
    });
  },

  find({ workspace }, { value: given }) {
    if (!/^\s*[+-]?\d+\s*$/.test(given)) throw new ServerError('a lookup that is not a number');
    const found = workspace.subscribers.get(Number(given));
    if (!found) throw missing('ResthookSubscriber');
    return found;
  },

  post(call, body, known) {
    const { workspace } = call;
    const { resthook, target_url: targetUrl } = readShape(shape, body, call);
    if (
      [...workspace.subscribers].some(
        one => one.resthook === resthook && one.targetUrl === targetUrl,
      )
    ) {
      throw invalidAsAWhole('URL is already subscribed to this event.');
    }
    if (lengthOf(targetUrl) > MOST_LETTERS) throw new ServerError('a URL longer than its column');
    const made = workspace.subscribers.add({
      id: workspace.nextId('subscriber'),
      resthook,
      targetUrl,
      createdOn: workspace.tick(),
    });
    touch(resthook, workspace.tick());
    workspace.resthooks.moved(resthook);
    return { status: known ? 200 : 201, data: showSubscriber(made) };
  },

  remove({ workspace }, subscriber) {
    workspace.subscribers.remove(subscriber);
    touch(subscriber.resthook, workspace.tick());
    workspace.resthooks.moved(subscriber.resthook);
    return { status: 204 };
  },
});

function touch(resthook: Resthook, at: number): void {
  resthook.modifiedOn = at;
}

function showSubscriber({ id, resthook, targetUrl, createdOn }: Subscriber): unknown {
  return { id, resthook: resthook.slug, target_url: targetUrl, created_on: isoTime(createdOn) };
}
