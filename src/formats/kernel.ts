import { readFileSync } from 'node:fs';

/** What of WebAssembly is used here; Node's types have none of it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyApi };

/** The compiled functions of `kernel/`, with a memory of their own. Places are offsets in it. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Makes room for so many columns, and forgets all others. */
  begin(columns: number): void;
  /** Says what the next column is like; gives the place where its name is to be written. */
  column(kind: number, places: number, most: number, isStrict: number, nameLength: number): number;
  /** Where rows may lie: behind all names. */
  rowsBegin(): number;
  /** Where the first line begins that is no object of the columns, does not end before `end`, or is too long. */
  objects(from: number, end: number, most: number): number;
  /** Likewise for rows of csv. `delimiter` and `quote`: bytes; `quote`: 0: none. */
  records(
    from: number,
    end: number,
    most: number,
    delimiter: number,
    quote: number,
    hasReturns: number,
  ): number;
}

/** Bytes by which memory grows. */
export const pageSize = 65_536;

let compiled: object | null = null;

/** A new instance, which remembers nothing of others. */
export function openKernel(): Kernel {
  // As deep as the sources are, so that it is found from both.
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../dist/kernel.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled).exports as Kernel;
}
