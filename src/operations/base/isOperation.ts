/** The operations of this package, to tell them from the functions of state that jobs write. */
const operations = new WeakSet<object>();

export function markOperation<T extends object>(operation: T): T {
  operations.add(operation);
  return operation;
}

export function isOperation(value: unknown): boolean {
  return typeof value === 'function' && operations.has(value);
}
