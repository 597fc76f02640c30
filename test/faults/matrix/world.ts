import type { Sandbox } from '@openfn/rapidpro-sandbox';

/** What there is in a sandbox as sorted lines of text, so that two worlds can be compared. */
export async function worldOf(sandbox: Sandbox): Promise<string[]> {
  await sandbox.settled();
  return [...linesOf(sandbox), ...(await touchedTickets(sandbox))].sort();
}

/** The same without what only a request can show. */
export function linesOf(sandbox: Sandbox): string[] {
  const contacts = sandbox.contacts().map(({ name, urns, language, groups, fields }) => {
    const names = groups.map(group => group.name);
    return `contact ${name} | ${JSON.stringify([urns, language, names, fields])}`;
  });
  const sent = sandbox
    .sent()
    .flatMap(({ kind, contacts, urns }) => [...contacts, ...urns].map(one => `${kind} to ${one}`));
  return [...contacts, ...sent];
}

export const noteOn = (ticket: string) => `note on ${ticket}`;

/** Notes are not shown, but a ticket with a new one was modified. */
async function touchedTickets({ handle, host, token }: Sandbox): Promise<string[]> {
  const lines: string[] = [];
  let next: string | null = `${host}api/v2/tickets.json`;
  while (next) {
    const answer = await handle(
      new Request(next, { headers: { authorization: `Token ${token}` } }),
    );
    const page = (await answer.json()) as {
      next: string | null;
      results: { uuid: string; modified_on: string }[];
    };
    const touched = page.results.filter(({ modified_on }) => !modified_on.startsWith('2026-01'));
    lines.push(...touched.map(({ uuid }) => noteOn(uuid)));
    next = page.next;
  }
  return lines;
}

export interface Difference {
  gone: string[];
  come: string[];
}

/** Lines of one list that the other has not; each as often as it is there too often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter(line => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

export function difference(before: readonly string[], after: readonly string[]): Difference {
  return { gone: without(before, after), come: without(after, before) };
}

export function apply(world: readonly string[], { gone, come }: Difference): string[] {
  return [...without(world, gone), ...come].sort();
}

/** What is there and should not be, or the other way round: nothing where all is well. */
export function amiss(actual: readonly string[], expected: readonly string[]): string[] {
  const { gone, come } = difference(expected, actual);
  return [
    ...gone.slice(0, 3).map(line => `lost: ${line}`),
    ...come.slice(0, 3).map(line => `too much: ${line}`),
  ];
}
