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
  requests(): { method: string; path: string; query: string; status: number }[];
  people(): Person[];
  enrollments(): { id: string; trackedEntity: string; program: string; orgUnit: string }[];
  dataValues(): { dataElement: string; period: string; orgUnit: string; value: string }[];
  enter(payload: object): void;
  seed(person: object): void;
  setUp(kind: 'orgUnits', row: { id: string; name: string; parent?: string }): void;
  fault(order: {
    method: string;
    path: string;
    status?: number;
    kind?: 'reset';
    after?: boolean;
  }): void;
  close(): Promise<void>;
}

/** A small stand-in for DHIS2 on loopback. */
export function createDhis2(options?: {
  metadata?: object;
  clock?: () => number;
  /** Default: `2.41.3`. Versions before 2.41 name parameters and lists in their own way. */
  version?: string;
}): Promise<Dhis2>;
