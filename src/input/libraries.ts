import { createRequire } from 'node:module';

/** Libraries that few runs need, and that take longer to load than everything else. */
interface Libraries {
  'awesome-phonenumber': typeof import('awesome-phonenumber');
  luxon: typeof import('luxon');
}

let load: NodeJS.Require | undefined;

/** A library, loaded when first needed. Synchronously, because the helpers that jobs call return values, not promises. */
export function library<Name extends keyof Libraries>(name: Name): Libraries[Name] {
  // A build for require() has no address of its own.
  load ??= createRequire(import.meta.url ?? __filename);
  return load(name);
}
