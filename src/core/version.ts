import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

let read: PackageFile | null = null;

function packageFile(): PackageFile {
  read ??= JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageFile;
  return read;
}

/** hygge's own version, from its package.json. */
export function hyggeVersion(): string {
  return packageFile().version;
}

/** What a run was carried out with: hygge, Node, and the engine, whose version is pinned. */
export interface Versions {
  readonly hygge_version: string;
  readonly node_version: string;
  readonly engine_version: string;
}

export function versions(): Versions {
  const { version, dependencies } = packageFile();
  return {
    hygge_version: version,
    node_version: process.versions.node,
    engine_version: dependencies['@duckdb/node-api'] ?? 'unknown',
  };
}
