import type { Field, Value } from '../core/types.js';

/** The key of a struct's field in JavaScript: its name, or its place from 1 where it has none, as in `row(1, 2)`. */
export const fieldKey = (field: Field, index: number): string => field.name || String(index + 1);

/** Makes objects with these keys. A key such as `__proto__` becomes a key like any other. */
export function objectOf(keys: readonly string[]): (valueAt: (index: number) => Value) => Value {
  if (keys.includes('__proto__')) {
    return (valueAt) => Object.fromEntries(keys.map((key, i) => [key, valueAt(i)]));
  }
  return (valueAt) => {
    const made: Record<string, Value> = {};
    for (let i = 0; i < keys.length; i++) made[keys[i] ?? ''] = valueAt(i);
    return made;
  };
}

/** An object's own value for a key, and nothing that it inherits. */
export const own = (object: object, key: string): unknown =>
  Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
