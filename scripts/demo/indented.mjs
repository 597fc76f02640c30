const METHODS = ['log', 'info', 'warn', 'error', 'debug'];

/**
 * Runs something with all that it logs set in, so that a reader can tell it from the story around it.
 *
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function indented(action) {
  const before = METHODS.map(method => [method, console[method]]);
  for (const [method, write] of before) {
    console[method] = (first, ...rest) =>
      write(`    ${String(first).replaceAll('\n', '\n    ')}`, ...rest);
  }
  try {
    return await action();
  } finally {
    Object.assign(console, Object.fromEntries(before));
  }
}
