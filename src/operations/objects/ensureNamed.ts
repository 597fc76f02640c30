import { refuseMissing } from '../../input/missing.js';
import { LITERAL } from '../../input/options.js';
import { resources } from '../../resources.js';
import type { Operation } from '../../types/state.js';
import { operation } from '../base/operation.js';
import { collect } from '../lists/list.js';
import { requireText } from '../many/items.js';
import { ensure, sameName } from './ensure.js';

/** `ensureGroup` and `ensureLabel`: what has a name and nothing else, and can be found by it. */
export function ensureNamed(
  resource: 'groups' | 'labels',
  name: unknown,
  options: unknown,
): Operation {
  return operation({
    args: { name },
    options,
    knownOptions: LITERAL,
    run({ client, args, options }) {
      const wanted = requireText(args.name, 'name');
      refuseMissing(wanted, `${resources[resource].nouns[0]}.name`, 'name', options.literal);
      return ensure(client, {
        resource,
        body: { name: wanted },
        async find() {
          const found = await collect(client, resource, { name: wanted });
          return found.find(object => sameName(object.name, wanted));
        },
      });
    },
  });
}
