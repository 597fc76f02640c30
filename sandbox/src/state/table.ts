import { type Key, Ordered } from './ordered.js';

interface Row {
  id: number;
  uuid?: string;
}

/** Rows of one kind: looked up by id or uuid, iterated in any declared order. */
export class Table<T extends Row, Order extends string = never> {
  #byId = new Map<number, T>();
  #byUuid = new Map<string, T>();
  #orders = new Map<Order, Ordered<T>>();

  constructor(readonly orders: Record<Order, (row: T) => Key | null>) {}

  get size(): number {
    return this.#byId.size;
  }

  add(row: T): T {
    this.#byId.set(row.id, row);
    if (row.uuid) this.#byUuid.set(row.uuid, row);
    for (const order of this.#orders.values()) order.put(row);
    return row;
  }

  /** Call this after changing a key that the table is sorted by. */
  moved(row: T): void {
    for (const order of this.#orders.values()) order.put(row);
  }

  remove(row: T): void {
    this.#byId.delete(row.id);
    if (row.uuid && this.#byUuid.get(row.uuid) === row) this.#byUuid.delete(row.uuid);
    for (const order of this.#orders.values()) order.remove(row);
  }

  get(id: number): T | undefined {
    return this.#byId.get(id);
  }

  find(uuid: string): T | undefined {
    return this.#byUuid.get(uuid);
  }

  /** In the order of creation. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#byId.values();
  }

  /** An order is built on first use: most workspaces never need most of them. */
  by(name: Order): Ordered<T> {
    let order = this.#orders.get(name);
    if (!order) {
      order = new Ordered(this.orders[name]);
      for (const row of this.#byId.values()) order.put(row);
      this.#orders.set(name, order);
    }
    return order;
  }
}
