/** Counts what is read from both systems and what is written to them while something is done. */
export async function counting({ sandbox, dhis2 }, action) {
  const before = [sandbox.requests().length, dhis2.requests().length];
  const result = await action();
  const requests = [...sandbox.requests().slice(before[0]), ...dhis2.requests().slice(before[1])];
  const writes = requests.filter(({ method }) => method !== 'GET').length;
  return { result, reads: requests.length - writes, writes };
}

const METHODS = ['log', 'info', 'warn', 'error', 'debug'];

/** Does something without its lines on the console. They are printed if it fails. */
export async function quietly(action) {
  const before = METHODS.map(name => [name, console[name]]);
  const lines = [];
  for (const name of METHODS) console[name] = (...parts) => void lines.push(parts.join(' '));
  try {
    return await action();
  } catch (error) {
    process.stderr.write(`${lines.join('\n')}\n`);
    throw error;
  } finally {
    Object.assign(console, Object.fromEntries(before));
  }
}
