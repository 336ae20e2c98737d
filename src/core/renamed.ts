import { nearest } from './nearest.js';
import { type Column, sameType } from './types.js';

/** Columns that seem to be the same under another name: of one type, and alike in name or the only ones of it. */
export function renamed(
  missing: readonly Column[],
  added: readonly Column[],
): { readonly to: ReadonlyMap<string, string>; readonly from: ReadonlyMap<string, string> } {
  const to = new Map<string, string>();
  const from = new Map<string, string>();
  for (const column of missing) {
    const alike = added.filter(({ name, type }) => !from.has(name) && sameType(type, column.type));
    const names = alike.map(({ name }) => name);
    const rivals = missing.filter(({ name, type }) => !to.has(name) && sameType(type, column.type));
    const only = names.length === 1 && rivals.length === 1 ? names[0] : undefined;
    const found = nearest(column.name, names) ?? contained(column.name, names) ?? only;
    if (found === undefined) continue;
    to.set(column.name, found);
    from.set(found, column.name);
  }
  return { to, from };
}

/** `name` and `customer_name`. */
function contained(name: string, candidates: readonly string[]): string | undefined {
  const small = name.toLowerCase();
  const found = candidates.filter((other) => {
    const large = other.toLowerCase();
    return small.length >= 3 && large.length >= 3 && (large.includes(small) || small.includes(large));
  });
  return found.length === 1 ? found[0] : undefined;
}
