export interface Person {
  id: string;
  orgUnit: string;
  updatedAt: number;
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

/** A small stand-in for DHIS2 2.41 on loopback. */
export function createDhis2(options?: { metadata?: object; clock?: () => number }): Promise<Dhis2>;
