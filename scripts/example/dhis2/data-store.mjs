import { done, refusal } from './messages.mjs';
import { newUid } from './uid.mjs';

const none = (key, namespace) =>
  refusal(404, `Key '${key}' not found in namespace '${namespace}'`, 'E1005');

/** `/api/dataStore/{namespace}/{key}`: a namespace is readable by every user. */
export const dataStore = {
  keys({ store, query, params: [namespace] }) {
    const keys = store.namespaces.get(namespace);
    if (!keys) return refusal(404, `Namespace not found: '${namespace}'`, 'E1005');
    // With fields=. the values come too. By DHIS2's documentation; it was not recorded.
    if (query.get('fields') === '.') {
      const entries = [...keys].map(([key, { value }]) => ({ key, value }));
      return { status: 200, body: { entries } };
    }
    return { status: 200, body: [...keys.keys()] };
  },
  namespaces: ({ store }) => ({ status: 200, body: [...store.namespaces.keys()] }),
  removeAll({ store, params: [namespace] }) {
    if (!store.namespaces.delete(namespace)) {
      return refusal(404, `Namespace not found: '${namespace}'`, 'E1005');
    }
    return done(`Namespace deleted: '${namespace}'`);
  },
  read({ store, params: [namespace, key] }) {
    const entry = store.namespaces.get(namespace)?.get(key);
    return entry ? { status: 200, body: entry.value } : none(key, namespace);
  },
  about({ store, params: [namespace, key] }) {
    const entry = store.namespaces.get(namespace)?.get(key);
    if (!entry) return none(key, namespace);
    const { id, user, created, lastUpdated } = entry;
    const who = { id: user.id, code: null, name: user.name, displayName: user.name };
    const by = { ...who, username: user.username };
    const access = { manage: true, externalize: false, write: true, read: true };
    return {
      status: 200,
      body: {
        created: store.shown(created),
        lastUpdated: store.shown(lastUpdated),
        translations: [],
        createdBy: by,
        favorites: [],
        lastUpdatedBy: by,
        sharing: {
          owner: user.id,
          external: false,
          users: {},
          userGroups: {},
          public: 'rw------',
        },
        namespace,
        key,
        access: { ...access, update: true, delete: true },
        favorite: false,
        user: by,
        id,
        attributeValues: [],
      },
    };
  },
  create(request) {
    const { store, params } = request;
    const [namespace, key] = params;
    if (store.namespaces.get(namespace)?.has(key)) {
      return refusal(409, `Key '${key}' already exists in namespace '${namespace}'`, 'E1004');
    }
    return dataStore.put(request);
  },
  /** Makes a key that is not there. */
  put({ store, user, payload, params: [namespace, key] }) {
    if (payload === undefined) return refusal(400, `Invalid JSON value for key '${key}'`, 'E1003');
    const keys = store.namespaces.get(namespace) ?? new Map();
    const known = keys.get(key);
    const now = store.clock();
    const created = known?.created ?? now;
    keys.set(key, { id: known?.id ?? newUid(), value: payload, user, created, lastUpdated: now });
    store.namespaces.set(namespace, keys);
    return known ? done(`Key updated: '${key}'`) : done(`Key created: '${key}'`, { status: 201 });
  },
  remove({ store, params: [namespace, key] }) {
    const keys = store.namespaces.get(namespace);
    if (!keys?.delete(key)) return none(key, namespace);
    // Without a key there is no namespace.
    if (keys.size === 0) store.namespaces.delete(namespace);
    return done(`Key '${key}' deleted from namespace '${namespace}'`);
  },
};
