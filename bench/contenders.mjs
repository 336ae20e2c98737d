// Who takes part. Each is a process of its own that ends when what it wrote is on the disk.
// A contender has a name, `missing` (why it cannot take part, or null), and `run(job)`: the command, with `files`,
// a glob of what it will have written. A job has `source` (a path, or a glob), `output` (a folder that is empty), and
// perhaps `columns`, `codec`, `rowGroup`, `threads`, `memory`.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { identifier, literal, parquet } from './duck.mjs';
import { flowFile, shell, workspaceFolder } from './jobs.mjs';
import { modules, preparePackages } from './packages.mjs';
import { cli, data, program } from './paths.mjs';
import { home, inVenv, preparePython, python } from './python.mjs';

const oneFile = (job) => join(job.output, 'copy.parquet');
const present = { missing: null };
/** More rows than any file has. */
const everything = 1_000_000_000;

export const cp = {
  ...present,
  name: 'cp, then sync',
  run: (job) => ({ ...shell('cp "$1" "$2" && sync "$2"', job.source, oneFile(job)), files: oneFile(job) }),
};

export const copyFile = {
  ...present,
  name: "Node's copyFile, then fsync",
  run: (job) => node('copy-file.mjs', [job.source, oneFile(job)], oneFile(job)),
};

/** @param ranges a JSON file, see the program */
export const copyRanges = (ranges) => ({
  ...present,
  name: 'copying just those bytes, then fsync',
  bytesOnly: true,
  run: (job) => node('copy-ranges.mjs', [job.source, oneFile(job), ranges], oneFile(job)),
});

const duckdbIn = (name, anyOrder) => ({
  ...present,
  name,
  run(job) {
    const { codec = 'snappy', rowGroup = 122_880, threads = availableParallelism(), memory } = job;
    const select = `SELECT ${job.columns?.map(identifier).join(', ') ?? '*'} FROM ${parquet(job.source)}`;
    const target = oneFile(job);
    const settings = JSON.stringify({ select, target, codec, rowGroup, threads, memory, anyOrder });
    return node('duckdb-copy.mjs', [settings], target);
  },
});

export const duckdb = duckdbIn('DuckDB, then fsync', false);
/** Quicker, for it need not keep the order of the rows. */
const duckdbAnyOrder = duckdbIn('DuckDB, rows in any order, then fsync', true);

/** DuckDB in both ways. */
export const ducks = [duckdb, duckdbAnyOrder];

/** Reads csv or ndjson, with the types of the job or, without them, those of all rows. */
export const duckdbText = {
  ...present,
  name: 'DuckDB, then fsync',
  run(job) {
    const { input, format, types, rowGroup, threads, memory } = job;
    const columns = Object.entries(types ?? {}).map(([name, type]) => `${literal(name)}: ${literal(type)}`);
    const told = [types === null ? 'sample_size = -1' : `columns = {${columns.join(', ')}}`];
    if (format === 'csv') told.push("header = true, delim = ',', quote = '\"', escape = '\"'");
    else told.push("format = 'newline_delimited'");
    const select = `SELECT * FROM ${format === 'csv' ? 'read_csv' : 'read_json'}(${literal(input)}, ${told.join(', ')})`;
    const target = oneFile(job);
    const settings = JSON.stringify({ select, target, codec: 'snappy', rowGroup, threads, memory });
    return node('duckdb-copy.mjs', [settings], target);
  },
};

/**
 * hygge as people run it.
 * @param store keys of the store, @param flags of `hygge go`, @param flow further keys of the flow
 */
export const hygge = (name, { store = {}, flags = [], flow = {} } = {}) => ({
  ...present,
  name,
  run(job) {
    const options = {
      threads: job.threads ?? availableParallelism(),
      ...(job.memory ? { memory_limit: job.memory } : {}),
    };
    const file = flowFile(job, store, options, flow);
    return {
      file: process.execPath,
      args: [cli, 'go', file, '--quiet', ...flags],
      files: `${job.output}/store/*.parquet`,
    };
  },
});

export const hyggeMany = hygge('hygge, files of 100,000 rows (default)');
export const hyggeOne = hygge('hygge, one file', { store: { batch_size: everything } });
export const hyggeText = hygge('hygge, one file', { store: { batch_size: everything } });
export const hyggeEngine = (codec) =>
  hygge('hygge, engine route', {
    store: { batch_size: everything, ...(codec === undefined ? {} : { compression: codec }) },
    flags: ['--route', 'engine'],
  });

const inSqlite = (name, line) => ({
  name,
  get missing() {
    return spawnSync('sqlite3', ['--version']).status === 0 ? null : 'there is no sqlite3';
  },
  bytesOnly: true,
  run: (job) => {
    const target = join(job.output, 'rows.txt');
    return { ...shell(line, job.input, target), files: target };
  },
});

export const sqliteDump = inSqlite(
  'the sqlite3 shell, .dump, then sync',
  'sqlite3 -readonly "$1" ".dump rows" > "$2" && sync "$2"',
);
export const sqliteCsv = inSqlite(
  'the sqlite3 shell, csv, then sync',
  'sqlite3 -readonly -csv "$1" "SELECT * FROM rows" > "$2" && sync "$2"',
);

const inPython = (name, file, args = []) => ({
  name,
  get missing() {
    return preparePython();
  },
  run: (job) => ({
    file: python,
    args: [program(file), job.source, oneFile(job), ...args],
    files: oneFile(job),
  }),
});

export const polars = inPython('Polars (streaming), then fsync', 'polars_copy.py');
export const polarsNode = {
  name: 'Polars in Node (streaming), then fsync',
  get missing() {
    return preparePackages();
  },
  run: (job) => ({
    file: process.execPath,
    args: [program('polars-copy.cjs'), job.source, oneFile(job)],
    env: { NODE_PATH: modules },
    files: oneFile(job),
  }),
};
export const pyarrow = inPython('pyarrow, then fsync', 'pyarrow_copy.py');

export const dlt = (name, how) => ({
  name,
  get missing() {
    return preparePython();
  },
  run: (job) => ({
    file: python,
    args: [program('dlt_copy.py'), job.source, join(job.output, 'dlt'), how],
    env: { HOME: home, RUNTIME__DLTHUB_TELEMETRY: 'false' },
    files: `${job.output}/dlt/bench/rows/*.parquet`,
  }),
});

export const sling = {
  name: 'sling, then sync',
  get missing() {
    return preparePython();
  },
  run: (job) => ({
    ...shell(
      '"$3" run --src-stream "file://$1" --tgt-object "file://$2" && sync "$2"',
      job.source,
      oneFile(job),
      inVenv('sling'),
    ),
    env: {
      HOME: home,
      SLING_HOME_DIR: join(home, '.sling'),
      SLING_DISABLE_TELEMETRY: 'true',
      DUCKDB_PATH: inVenv('duckdb'),
      DUCKDB_USE_INSTALLED_EXTENSIONS: 'true',
    },
    files: oneFile(job),
  }),
};

/** The tool that hygge's words come from, from a checkout that HYGGE_PY names. */
export const earlier = {
  name: 'the earlier hygge, then sync',
  get missing() {
    if (process.env.HYGGE_PY === undefined) return 'HYGGE_PY names no checkout of it';
    return preparePython();
  },
  run: (job) => ({
    ...shell('cd "$1" && "$2" go && sync "$1"/store/*.parquet', workspaceFolder(job), inVenv('hygge')),
    env: { HOME: home },
    files: `${job.output}/store/*.parquet`,
  }),
};

function node(name, args, files) {
  return { file: process.execPath, args: [program(name), ...args], cwd: data, files };
}
