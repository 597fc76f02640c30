export interface Postgres {
  /** What a client connects with. */
  configuration: { host: string; user: string; database: string };
  query(text: string): Promise<{ [column: string]: unknown }[]>;
  stop(): void;
}

/** Where Postgres is installed; undefined where it is not. */
export function postgresFolder(): string | undefined;

/** A Postgres of its own, on a socket in a temporary folder. */
export function startPostgres(folder: string): Postgres;
