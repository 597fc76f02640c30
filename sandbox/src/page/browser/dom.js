/** Building blocks of the page. Text is always inserted as text, so a contact's name can never become markup. */

/**
 * The element of the page with this id.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {{ new (): T }} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${id}.`);
  return element;
}

/**
 * Creates an element. Undefined attributes are omitted.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | undefined>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * A button that looks like a link.
 *
 * @param {string} text
 * @param {() => void} act
 */
export function linkButton(text, act) {
  const button = el('button', { type: 'button', class: 'link' }, text);
  button.addEventListener('click', act);
  return button;
}

/** @type {WeakMap<Element, Map<string, { json: string, node: Element }>>} */
const drawn = new WeakMap();

/**
 * Updates the children of `parent` to match `items`. Unchanged items keep their element; changed and new ones are drawn and
 * briefly highlighted. Keyboard focus stays on its item.
 *
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string | number} keyOf
 * @param {(item: T) => Element} draw
 */
export function fill(parent, items, keyOf, draw) {
  const before = drawn.get(parent);
  const focused = document.activeElement;
  const focusedKey = [...(before ?? [])].find(([, { node }]) => node.contains(focused))?.[0];
  /** @type {Map<string, { json: string, node: Element }>} */
  const now = new Map();
  for (const item of items) {
    const key = String(keyOf(item));
    const json = JSON.stringify(item);
    const known = before?.get(key);
    const node = known?.json === json ? known.node : draw(item);
    if (before && node !== known?.node) node.classList.add('fresh');
    now.set(key, { json, node });
  }
  drawn.set(parent, now);
  const nodes = [...now.values()].map(({ node }) => node);
  const kept = new Set(nodes);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  for (const [index, node] of nodes.entries()) {
    const there = parent.children[index] ?? null;
    if (there !== node) parent.insertBefore(node, there);
  }
  const again = focusedKey === undefined ? undefined : now.get(focusedKey)?.node;
  if (again && !again.contains(document.activeElement)) focusIn(again);
}

/** @param {Element} node */
function focusIn(node) {
  const target = node.matches('button') ? node : node.querySelector('button');
  if (target instanceof HTMLElement) target.focus({ preventScroll: true });
}
