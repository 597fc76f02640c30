/** Reads DHIS2's `fields`: names, names with the wanted parts in brackets, `*`, and `!name` for what to leave out. */
function read(text) {
  const tree = { all: false, names: new Map(), without: new Set() };
  let rest = text;
  while (rest !== '') {
    const found = /^\s*(:\w+|[*]|!?[\w.]+)/.exec(rest);
    if (!found) break;
    rest = rest.slice(found[0].length);
    let inner;
    if (rest.startsWith('[')) {
      const end = closing(rest);
      inner = read(rest.slice(1, end));
      rest = rest.slice(end + 1);
    }
    rest = rest.replace(/^[^,]*,?/, '');
    const name = found[1];
    if (name === '*' || name.startsWith(':')) tree.all = true;
    else if (name.startsWith('!')) tree.without.add(name.slice(1));
    else tree.names.set(name, inner);
  }
  return tree;
}

function closing(text) {
  let depth = 0;
  for (const [index, sign] of [...text].entries()) {
    if (sign === '[') depth += 1;
    if (sign === ']') depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

function pick(value, tree, lookUp) {
  if (Array.isArray(value)) return value.map(one => pick(one, tree, lookUp));
  if (value === null || typeof value !== 'object') return value;
  const whole = lookUp(value);
  const wanted = Object.entries(whole).filter(
    ([name]) => (tree.all || tree.names.has(name)) && !tree.without.has(name),
  );
  return Object.fromEntries(
    wanted.map(([name, found]) => {
      const inner = tree.names.get(name);
      return [name, inner ? pick(found, inner, lookUp) : found];
    }),
  );
}

/**
 * What a request wants of an object.
 *
 * @param {object} value
 * @param {string} fields - such as `id,name,organisationUnits[id]`
 * @param {(value: object) => object} [lookUp] - puts the whole object in place of one that only has its id
 */
export const picked = (value, fields, lookUp = one => one) => pick(value, read(fields), lookUp);
