import { createSandbox } from '@openfn/rapidpro-sandbox';
import { onTestFinished } from 'vitest';
import { createWorld, type World } from '../../scripts/example/world.mjs';

export { person } from '../../scripts/example/people.mjs';
export { FLOWS } from '../../scripts/example/world.mjs';

const nothing = () => {};
const silent = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };

type Options = Omit<Parameters<typeof createWorld>[0], 'createSandbox'>;

/** Both systems and the example's workflows between them, for one test. */
export async function world(options: Options = {}): Promise<World> {
  const made = await createWorld({ createSandbox, console: silent, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** How many starts in a flow and how many messages were asked of RapidPro. */
export function asked({ sandbox }: World): { starts: number; messages: number } {
  const count = (kind: string) => sandbox.sent().filter(sent => sent.kind === kind).length;
  return { starts: count('flow_start'), messages: count('message') };
}

/** Reasons of the problems, by whom they are about. */
export function reasons({ problems = [] }: { problems?: { who: string; reason: string }[] }) {
  return problems.map(({ who, reason }) => `${who}: ${reason}`);
}

/** Noon of today by the clocks of Kigali. The sandbox stamps what it does by the clock of this computer. */
export function noonInKigali(): number {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Africa/Kigali' }).format(new Date());
  return Date.parse(`${day}T10:00:00Z`);
}

/** A page in place of an answer, as a proxy or a page to log in gives it: the status says that all is well. */
export const PAGE = {
  status: 200,
  body: '<!doctype html><title>Log in</title>',
  headers: { 'Content-Type': 'text/html' },
};
