import { crc32 } from 'node:zlib';
import { type JournalEntry, laterColumns } from './entry.js';

const start = '{"schema_version":';
const check = /^(.*),"check":"([0-9a-f]{8})"\}$/s;

/** An entry as a line of the journal. Its last key is a checksum of all before it. */
export function encodeLine({ schema_version: version, ...rest }: JournalEntry): string {
  const body = JSON.stringify({ schema_version: version, ...rest }).slice(0, -1);
  return `${body},"check":"${checksum(body)}"}\n`;
}

/**
 * The entry in a line; null where there is none that can be trusted. A line that a dying process left unfinished may
 * have a whole one glued to its end.
 */
export function decodeLine(line: string): JournalEntry | null {
  if (line.trim() === '') return null;
  const whole = parse(line);
  if (whole !== null) return whole;
  const glued = line.lastIndexOf(start);
  return glued > 0 ? parse(line.slice(glued)) : null;
}

function parse(line: string): JournalEntry | null {
  const [, body, sum] = check.exec(line) ?? [];
  if (body !== undefined && sum !== checksum(body)) return null;
  let value: unknown;
  try {
    value = JSON.parse(body === undefined ? line : `${body}}`);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('entity_run_id' in value)) return null;
  const entry = value as JournalEntry;
  // The first version had no checksums.
  if (body === undefined && entry.schema_version !== 1) return null;
  const missing = Object.entries(laterColumns).filter(([key]) => !(key in entry));
  return { ...entry, ...Object.fromEntries(missing) };
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
