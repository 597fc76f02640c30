import tls, { type SecureContext } from 'node:tls';

/** Node 22 and newer tell which authorities they trust, with those of NODE_EXTRA_CA_CERTS. */
const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };

/** A run has a credential or two. */
const MOST_KEPT = 10;
const kept = new Map<string, SecureContext>();

/**
 * The authorities for a server's certificate: the public ones and one more. Creating it takes a tenth of a second, so
 * it is done once. It contains nothing secret.
 *
 * @param ca - certificates from the credential; without any, Node.js decides
 */
export function trusting(ca: string | undefined): { secureContext?: SecureContext } {
  if (ca === undefined) return {};
  const known = kept.get(ca);
  if (known) return { secureContext: known };
  const all = getCACertificates?.('default') ?? tls.rootCertificates;
  const secureContext = tls.createSecureContext({ ca: [...all, ca] });
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(ca, secureContext);
  return { secureContext };
}
