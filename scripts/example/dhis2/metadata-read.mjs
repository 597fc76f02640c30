import { may } from './access.mjs';
import { picked } from './fields.mjs';
import { refusal } from './messages.mjs';
import { paged } from './pager.mjs';
import { levelOf, pathOf } from './store.mjs';

const refs = (ids = []) => ids.map(id => ({ id }));

/** How each kind of object is shown: what `fields` may ask for. References have an id; more of them is looked up. */
const KINDS = {
  organisationUnits: {
    of: 'orgUnits',
    noun: 'OrganisationUnit',
    show: (unit, store) => ({
      ...unit,
      ...(unit.parent ? { parent: { id: unit.parent } } : {}),
      level: levelOf(store, unit.id),
      path: pathOf(store, unit.id),
    }),
  },
  dataElements: {
    of: 'dataElements',
    noun: 'DataElement',
    show: one => ({ ...one, categoryCombo: { id: one.categoryCombo } }),
  },
  categoryCombos: { of: 'combos', noun: 'CategoryCombo', show: one => one },
  dataSets: {
    of: 'dataSets',
    noun: 'DataSet',
    show: ({ dataElements, organisationUnits, ...one }, _store, user) => ({
      ...one,
      dataSetElements: dataElements.map(id => ({ dataElement: { id } })),
      organisationUnits: refs(organisationUnits),
      access: accessOf(user),
    }),
  },
  programs: {
    of: 'programs',
    noun: 'Program',
    show: ({ attributes = [], mandatoryAttributes = [], ...one }, _store, user) => ({
      ...one,
      trackedEntityType: { id: one.trackedEntityType },
      organisationUnits: refs(one.organisationUnits),
      programStages: refs(one.programStages),
      programTrackedEntityAttributes: attributes.map(id => ({
        mandatory: mandatoryAttributes.includes(id),
        trackedEntityAttribute: { id },
      })),
      access: accessOf(user),
    }),
  },
  programStages: {
    of: 'stages',
    noun: 'ProgramStage',
    show: ({ dataElements, ...one }) => ({
      ...one,
      program: { id: one.program },
      programStageDataElements: dataElements.map(id => ({ dataElement: { id } })),
    }),
  },
  trackedEntityAttributes: {
    of: 'attributes',
    noun: 'TrackedEntityAttribute',
    show: ({ optionSet, ...one }) => ({
      ...one,
      ...(optionSet
        ? {
            optionSet: {
              id: optionSet.id,
              options: optionSet.options.map(code => ({ code, name: code })),
            },
          }
        : {}),
    }),
  },
  trackedEntityTypes: { of: 'types', noun: 'TrackedEntityType', show: one => one },
  users: {
    of: 'users',
    noun: 'User',
    show: ({ disabled = false, authorities, ...one }) => ({
      ...one,
      disabled,
      organisationUnits: refs(one.organisationUnits),
      userGroups: refs(one.userGroups),
    }),
  },
  userGroups: { of: 'userGroups', noun: 'UserGroup', show: one => one },
};

/** Whoever may enter data for some unit may read and write data of what is set up. */
function accessOf(user) {
  const canWrite = (user.organisationUnits ?? []).length > 0;
  return { read: true, write: false, data: { read: canWrite, write: canWrite } };
}

const show = (store, user, kind) => one => KINDS[kind].show(one, store, user);

/** Finds the whole of an object that is given by its id alone. */
function lookUp(store, user) {
  return value => {
    if (Object.keys(value).length !== 1 || !value.id) return value;
    for (const [kind, { of }] of Object.entries(KINDS)) {
      const found = store[of].get(value.id);
      if (found) return show(store, user, kind)(found);
    }
    return value;
  };
}

export const isKind = kind => kind in KINDS;

function hidden(kind, user) {
  if (kind !== 'users' || may(user, 'F_USER_VIEW')) return undefined;
  const message = "You don't have the proper permissions to read objects of this type.";
  return refusal(403, message, 'E1006');
}

/** `GET /api/{kind}/{id}`. */
export function readOne({ store, user, query, params: [kind, id] }) {
  const refused = hidden(kind, user);
  if (refused) return refused;
  const { of, noun } = KINDS[kind];
  const found = store[of].get(id);
  if (!found) return refusal(404, `${noun} with id ${id} could not be found.`, 'E1005');
  const fields = query.get('fields') ?? '*';
  return { status: 200, body: picked(show(store, user, kind)(found), fields, lookUp(store, user)) };
}

/** `GET /api/{kind}`, with `filter`, `order` and pages. */
export function readList({ store, user, query, url, baseUrl, params: [kind] }) {
  const refused = hidden(kind, user);
  if (refused) return refused;
  const filters = query.getAll('filter').map(readFilter);
  const isAny = query.get('rootJunction')?.toUpperCase() === 'OR';
  const fits = one =>
    filters.length === 0 ||
    (isAny ? filters.some(test => test(one)) : filters.every(test => test(one)));
  const [key, direction] = (query.get('order') ?? 'name:asc').split(':');
  const sign = direction === 'desc' ? -1 : 1;
  const all = [...store[KINDS[kind].of].values()]
    .map(show(store, user, kind))
    .filter(fits)
    .sort((a, b) => sign * String(a[key] ?? '').localeCompare(String(b[key] ?? '')));
  const fields = query.get('fields') ?? 'id,displayName';
  const shown = rows => rows.map(one => picked(one, fields, lookUp(store, user)));
  if (query.get('paging') === 'false') return { status: 200, body: { [kind]: shown(all) } };
  const { pager, rows } = paged(all, url, baseUrl, true);
  return { status: 200, body: { pager, [kind]: shown(rows) } };
}

const OPERATORS = {
  eq: (value, wanted) => String(value) === wanted,
  '!eq': (value, wanted) => String(value) !== wanted,
  ne: (value, wanted) => String(value) !== wanted,
  in: (value, wanted) =>
    wanted
      .replace(/^\[|\]$/g, '')
      .split(',')
      .includes(String(value)),
  like: (value, wanted) => String(value ?? '').includes(wanted),
  ilike: (value, wanted) =>
    String(value ?? '')
      .toLowerCase()
      .includes(wanted.toLowerCase()),
  '!like': (value, wanted) => !String(value ?? '').includes(wanted),
  $like: (value, wanted) => String(value ?? '').startsWith(wanted),
  gt: (value, wanted) => String(value ?? '') > wanted,
  ge: (value, wanted) => String(value ?? '') >= wanted,
  lt: (value, wanted) => String(value ?? '') < wanted,
  le: (value, wanted) => String(value ?? '') <= wanted,
  null: value => value === undefined || value === null,
  '!null': value => value !== undefined && value !== null,
};

/** `property:operator:value`; a property may be one of a list of references: `organisationUnits.id`. */
function readFilter(text) {
  const [path, operator, ...rest] = text.split(':');
  const test = OPERATORS[operator] ?? (() => false);
  const valuesOf = (value, [name, ...others]) => {
    if (Array.isArray(value)) return value.flatMap(one => valuesOf(one, [name, ...others]));
    const found = value?.[name];
    return others.length === 0 ? [found] : valuesOf(found, others);
  };
  return one => valuesOf(one, path.split('.')).some(value => test(value, rest.join(':')));
}

/** `GET /api/me`. */
export function me({ store, user, query }) {
  const whole = { ...user, organisationUnits: refs(user.organisationUnits) };
  const fields = query.get('fields') ?? '*';
  return { status: 200, body: picked(whole, fields, lookUp(store, user)) };
}
