// Writing many contacts: the package against bare loops, one after another and side by side.
import { compare, print, ratioTo } from './compare.mjs';
import { startServer } from './listen.mjs';
import { path, run } from './measure.mjs';

/** How many upserts upsertContacts() has in flight by default. */
const WIDTH = 4;

export async function measureWrites({ contacts, delay, rounds, python }) {
  const { host, stop } = await startServer(1000, delay);
  const write = (command, writer, ...args) => {
    const result = run(command, path(`writers/${writer}`), host, String(contacts), ...args);
    if (result.written !== contacts) throw new Error(`${result.written} of ${contacts} written`);
    return result;
  };
  const node = process.execPath;
  const pool = `bare undici, ${WIDTH} side by side`;
  const candidates = [
    ['bare undici loop', () => write(node, 'bare.mjs', '1')],
    ['upsertContact() one by one', () => write(node, 'adaptor.mjs', 'each')],
    [pool, () => write(node, 'bare.mjs', String(WIDTH))],
    [`upsertContacts(), ${WIDTH} side by side`, () => write(node, 'adaptor.mjs', 'bulk')],
    ...(python ? [['rapidpro-python', () => write(python, 'python_client.py')]] : []),
  ];
  try {
    const results = compare(candidates, rounds);
    const base = results.find(({ name }) => name === pool);
    for (const one of results) one.toPool = ratioTo(one, base);
    print(`${contacts} upserts, ${delay} ms each, ${rounds} rounds`, results);
    return { contacts, delay, rounds, results };
  } finally {
    stop();
  }
}
