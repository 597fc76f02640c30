/**
 * The page's requests: views, what one request of a job was, and actions.
 *
 * @typedef {import('../types.js').View} View
 * @typedef {import('../types.js').Actions} Actions
 */

/**
 * The current view. Undefined if nothing changed since the given revision.
 *
 * @param {Record<string, string>} query
 * @returns {Promise<View | undefined>}
 */
export async function look(query) {
  const response = await fetch(`view?${new URLSearchParams(query)}`);
  if (response.status === 204) return undefined;
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/**
 * What a request of a job said, and what came back.
 *
 * @param {number} number
 * @returns {Promise<import('../types.js').RequestDetails>}
 */
export async function requestDetails(number) {
  const response = await fetch(`request?number=${number}`);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/**
 * @template {keyof Actions} Name
 * @param {Name} name
 * @param {Actions[Name]} body
 */
export async function act(name, body) {
  const response = await fetch(name, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.ok) return;
  const { error } = await response.json().catch(() => ({}));
  throw new Error(error ?? `The sandbox answered ${response.status}.`);
}
