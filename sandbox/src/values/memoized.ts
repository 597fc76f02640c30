/** Keeps what a function found for its last keys; with too many of them it begins anew. */
export function memoized<K, V>(most: number, find: (key: K) => V): (key: K) => V {
  const found = new Map<K, V>();
  return key => {
    const known = found.get(key);
    if (known !== undefined || found.has(key)) return known as V;
    if (found.size >= most) found.clear();
    const value = find(key);
    found.set(key, value);
    return value;
  };
}
