import { posix } from 'node:path';

/** Where the package lies in OpenFn's repository, for people, and for a page that shows a picture. */
const THERE = 'https://github.com/OpenFn/adaptors/blob/main/packages/rapidpro';
const RAW = 'https://raw.githubusercontent.com/OpenFn/adaptors/main/packages/rapidpro';
const SANDBOX = 'https://www.npmjs.com/package/@openfn/rapidpro-sandbox';

/**
 * The links of a page, made for the monorepo: absolute, since the page is also shown elsewhere. Of what is
 * not laid out only the text stays.
 *
 * @param {string} text - the page
 * @param {string} from - its path in this repository
 * @param {ReadonlyMap<string, string>} places - where each file of this repository is laid out
 */
export function withLinksThere(text, from, places) {
  return text.replace(
    /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g,
    (whole, image, label, target) => {
      if (/^(?:[a-z]+:|#)/.test(target)) return whole;
      const [path, anchor] = target.split('#');
      const file = posix.normalize(posix.join(posix.dirname(from), path));
      const hash = anchor === undefined ? '' : `#${anchor}`;
      if (file.startsWith('sandbox/')) return `[${label}](${SANDBOX})`;
      const place = places.get(file.replace(/\/$/, '/README.md'));
      if (!place) return label;
      return `${image}[${label}](${image ? RAW : THERE}/${place}${hash})`;
    },
  );
}
