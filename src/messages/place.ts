import type { TypedConfig } from '../core/plan.js';
import { oneLine } from '../errors/text.js';
import { shortPath } from './format.js';

const hosts = ['server', 'host', 'connection', 'database'];
const tables = ['table', 'query'];

/** Where a home or store is, in a few words, from the keys by which configurations name a place. */
export function placeOf(config: TypedConfig, cwd: string): string {
  const path = textOf(config, ['path', 'paths', 'file', 'url']);
  const table = textOf(config, tables);
  const parts = [path === null ? textOf(config, hosts) : shortPath(path, cwd), table];
  return oneLine(parts.filter((part) => part !== null).join(' · ')) || config.type;
}

function textOf(config: TypedConfig, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = config[key];
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.length > 0) return value.join(', ');
  }
  return null;
}
