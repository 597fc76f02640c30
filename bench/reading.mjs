// Reading a long list: the package against a bare loop and the Python client.
import { compare, print } from './compare.mjs';
import { startServer } from './listen.mjs';
import { path, run } from './measure.mjs';

export async function measureReading({ contacts, delay, shape, rounds, warmups, python }) {
  const { host, stop } = await startServer(contacts, delay, shape);
  const read = (command, reader, ...args) => {
    const result = run(command, path(`readers/${reader}`), host, ...args);
    if (result.records !== contacts) throw new Error(`${result.records} of ${contacts} read`);
    return result;
  };
  const node = process.execPath;
  const candidates = [
    ['bare undici loop', () => read(node, 'bare.mjs')],
    ['getContacts()', () => read(node, 'adaptor.mjs')],
    ['getContacts(), 4 windows', () => read(node, 'adaptor.mjs', '4')],
    ...(python ? [['rapidpro-python', () => read(python, 'python_client.py')]] : []),
  ];
  try {
    const results = compare(candidates, rounds, warmups);
    print(`${contacts} contacts, ${shape} times, ${delay} ms a page, ${rounds} rounds`, results);
    return { contacts, delay, shape, rounds, results };
  } finally {
    stop();
  }
}
