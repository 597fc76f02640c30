import { createRequire } from 'node:module';

/** Libraries that few runs need, and that take longer to load than all else. */
interface Libraries {
  'awesome-phonenumber': typeof import('awesome-phonenumber');
  luxon: typeof import('luxon');
}

let load: NodeJS.Require | undefined;

/** A library, loaded when it is first asked for. At once: helpers that jobs call give values, no promises. */
export function library<Name extends keyof Libraries>(name: Name): Libraries[Name] {
  // What is built for require() has no address of its own.
  load ??= createRequire(import.meta.url ?? __filename);
  return load(name);
}
