/**
 * Stands for OpenFn's adaptor for PostgreSQL, which is not on every registry: the one operation that the example calls,
 * as a statement that a real Postgres carries out. Values are bound, never pasted.
 */
import { createRequire } from 'node:module';

// A copy of this folder runs elsewhere: the client is that of the project.
const pg = createRequire(`${process.cwd()}/`)('pg');

export const execute =
  (...operations) =>
  async state => {
    let current = state;
    for (const operation of operations) current = await operation(current);
    return current;
  };

export const fn = func => async state => func(state);

const quoted = name => pg.escapeIdentifier(name);

/** Insert rows, or write over those with the same key. */
export function upsertMany(table, uuid, data) {
  return async state => {
    const rows = data(state);
    if (rows.length === 0) return state;
    const client = new pg.Client(state.configuration);
    await client.connect();
    try {
      const columns = Object.keys(rows[0]);
      const values = rows.map((_, row) =>
        columns.map((_, column) => `$${row * columns.length + column + 1}`).join(', '),
      );
      const written = columns
        .filter(name => name !== uuid)
        .map(name => `${quoted(name)} = excluded.${quoted(name)}`);
      await client.query(
        `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES ${values.map(value => `(${value})`).join(', ')}
         ON CONFLICT (${quoted(uuid)}) DO UPDATE SET ${written.join(', ')}`,
        rows.flatMap(row => columns.map(name => row[name])),
      );
    } finally {
      await client.end();
    }
    return { ...state, data: [] };
  };
}
