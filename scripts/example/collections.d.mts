/** An entry of the operator's desk. */
export interface DeskEntry {
  kind: string;
  id: string;
  status: 'done' | 'waiting' | 'refused' | 'unknown';
  who?: string;
  of?: string;
  until?: string;
  cause?: string;
  mend?: string;
  since: string;
}

export interface Collections {
  credential: { collections_endpoint: string; collections_token: string };
  requests(): { method: string; path: string; body: string }[];
  values(name: string): Record<string, DeskEntry>;
  put(name: string, key: string, value: object): void;
  fault(order: { method: 'GET' | 'POST' | 'DELETE'; kind?: 'reset'; after?: boolean }): void;
  close(): Promise<void>;
}

/** A stand-in for OpenFn's collections on loopback. */
export function createCollections(names: string[]): Promise<Collections>;
