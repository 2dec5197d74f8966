/**
 * A copy in which every list and record stands once. What crosses from the worker keeps sharing:
 * one empty list in many rows would be changed in all of them when a store changes it in one.
 */
export function unshared<T>(value: T): T {
  if (Array.isArray(value)) return value.map(unshared) as T;
  if (value === null || typeof value !== "object") return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unshared(one)])) as T;
}
