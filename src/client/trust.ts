import tls, { type SecureContext } from 'node:tls';

/** Node 22 and newer tell which authorities they trust, with those of NODE_EXTRA_CA_CERTS. */
const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };

/** A run has a credential or two. */
const MOST_KEPT = 10;
const kept = new Map<string, SecureContext>();

/**
 * What a server's certificate is held against: the authorities that everybody trusts, and one more. To make
 * it takes a tenth of a second, so it is made once; it holds nothing that is secret.
 *
 * @param ca - certificates, as the credential has them; without any it is up to node
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
