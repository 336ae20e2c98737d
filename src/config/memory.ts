import { totalmem } from 'node:os';

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes of a text such as "4GB", "512 MiB" or "50%" (of what the machine or its cgroup has); null for others. */
export function parseBytes(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%|[a-z]*)\s*$/i.exec(text);
  if (match === null) return null;
  const amount = Number(match[1]);
  const unit = (match[2] ?? '').toLowerCase();
  const bytes =
    unit === '%' ? (memoryOfMachine() * Math.min(amount, 100)) / 100 : amount * (units[unit] ?? Number.NaN);
  return Number.isFinite(bytes) && bytes >= 1 ? Math.floor(bytes) : null;
}

function memoryOfMachine(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
