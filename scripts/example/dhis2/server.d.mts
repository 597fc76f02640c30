import type { DeskEntry } from '../collections.mjs';

export interface Person {
  id: string;
  orgUnit: string;
  updatedAt: number;
  geometry?: object;
  values: Record<string, string>;
}

export interface Dhis2 {
  baseUrl: string;
  token: string;
  credential: { baseUrl: string; username: string; password: string };
  requests(): { method: string; path: string; query: string; body: string; status: number }[];
  people(): Person[];
  enrollments(): { id: string; trackedEntity: string; program: string; orgUnit: string }[];
  events(): {
    id: string;
    enrollment: string;
    status: string;
    scheduledAt?: string;
    occurredAt?: string;
    geometry?: object;
    values: Record<string, string>;
  }[];
  users(): { id: string; organisationUnits: string[]; disabled?: boolean; userRoles?: object[] }[];
  dataStore(namespace: string): Record<string, DeskEntry>;
  dataValues(): {
    dataElement: string;
    period: string;
    orgUnit: string;
    categoryOptionCombo: string;
    value: string;
  }[];
  registrations(): {
    dataSet: string;
    period: string;
    organisationUnit: string;
    completed: boolean;
  }[];
  enter(payload: object): void;
  seed(person: object): void;
  setUp(
    kind: 'orgUnits' | 'dataElements' | 'dataSets' | 'programs' | 'users' | 'userGroups',
    row: { id: string } & Record<string, unknown>,
  ): void;
  fault(order: {
    method: string;
    path: string;
    status?: number;
    body?: object | string;
    headers?: Record<string, string>;
    kind?: 'reset';
    after?: boolean;
  }): void;
  close(): Promise<void>;
}

/** A small stand-in for DHIS2 on loopback. */
export function createDhis2(options?: {
  /** Lists as in metadata.mjs; those that are not named are as there. */
  metadata?: object;
  clock?: () => number;
  /** Default: `2.42.5.2`. Versions before 2.41 name parameters and lists in their own way. */
  version?: string;
  /** Default: `Africa/Kigali`. */
  zone?: string;
  /** Default: `iso8601`. */
  calendar?: string;
}): Promise<Dhis2>;
