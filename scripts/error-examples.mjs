// Facts that the reference page makes an example of each error from.
const store = 'data/store/orders';
const runId = '01k0q3v7r2m8x5c9d4f6g1h0jn';

export const errorExamples = {
  USAGE: { reason: '--incremental (-i) and --full-drop (-d) exclude one another' },
  INIT_WOULD_OVERWRITE: { paths: ['cosy/hygge.yml'] },

  COMPACT_UNSUPPORTED: { name: 'orders', type: 'clock' },
  COMPACT_IMPOSSIBLE: {
    name: 'orders',
    reason: 'column "amount" is stored as INT32 in one file and as INT64 in another',
  },
  NANOSECONDS_CUT: { name: 'orders', column: 'paid_at', path: 'data/orders.parquet' },

  UNKNOWN_TYPE: { role: 'home', type: 'parqet', known: ['parquet'], nearest: 'parquet' },
  TYPE_TAKEN: { role: 'home', type: 'parquet' },
  UNKNOWN_KEY: {
    key: 'compresion',
    where: 'the store of flow orders',
    nearest: 'compression',
    known: ['path', 'compression'],
  },
  INVALID_VALUE: {
    key: 'store.compression',
    reason: 'must be snappy, gzip, lz4, brotli or zstd, but is "zst"',
    hint: 'Did you mean "zstd"?',
  },
  MISSING_KEY: {
    key: 'store',
    where: 'flow orders',
    hint: 'Write a path, such as store: data/store, or a map with type.',
  },

  WORKSPACE_NOT_FOUND: { looked: ['/home/ada/elsewhere', '/home/ada', '/home', '/'] },
  CONFIG_NOT_FOUND: { path: 'oders.yaml', what: 'the file or folder' },
  CONFIG_UNREADABLE: { path: 'hygge.yml', reason: 'it is not text in UTF-8' },
  YAML_INVALID: {
    reason: 'a tab is used for indentation',
    hint: 'Indent with spaces.',
  },
  KEY_TWICE: { key: 'orders', line: 2 },
  KEY_NOT_TEXT: { key: '[1, 2]' },
  NO_FLOWS: {
    where: 'flows',
    hint: 'A flow is a folder with a flow.yml that names a home and a store; the name of the folder is its name.',
  },
  ENV_UNSET: { name: 'DATA_FOLDER' },
  ENV_MALFORMED: { text: `\${DATA FOLDER}` },
  KEYS_EXCLUDE: { key: 'full_drop', other: 'run_type', where: 'flow orders' },
  KEY_REPLACED: {
    key: 'key_column',
    where: 'flow orders',
    instead: 'Write watermark: { primary_key: NAME } instead.',
  },
  NAME_TAKEN: { name: 'orders', what: 'a flow', other: 'flows/orders' },
  SAME_DESTINATION: {
    first: 'flow orders',
    second: 'flow returns',
    destination: '/home/ada/shop/data/store',
  },
  PLUGIN_FAILED: {
    plugin: 'hygge-clock',
    reason: 'is not there',
    hint: 'Install it for the project: npm install hygge-clock. A file is named with ./ before it.',
  },
  VAR_INVALID: {
    text: 'flow.oders.store.compression=…',
    reason: 'there is no flow "oders"; did you mean "orders"?',
    flows: ['orders', 'returns'],
  },

  PATH_NOT_FOUND: { path: 'data/home/orders', what: 'the home' },
  PATH_NOT_READABLE: { path: 'data/home/orders', what: 'the home', reason: 'EACCES' },
  PATH_NOT_WRITABLE: { path: store, what: 'the store', reason: 'EACCES' },
  STORE_PATH_IS_FILE: { path: `${store}.parquet` },
  DISK_FULL: { path: store, what: 'the store' },
  FILE_SYSTEM: { path: store, what: 'the store', reason: 'EIO: i/o error, fsync' },

  NO_PARQUET_FILES: { path: 'data/home/orders', found: ['orders.csv', 'readme.txt'] },
  NOT_PARQUET: { path: 'data/home/orders.parquet', reason: 'it does not begin with PAR1' },
  PARQUET_DAMAGED: {
    path: 'data/home/orders.parquet',
    reason: 'it begins as a parquet file, but does not end as one',
  },
  PARQUET_CHANGED: { path: 'data/home/orders.parquet' },
  PARQUET_ENCRYPTED: { path: 'data/home/orders.parquet' },
  PARQUET_CANNOT_HOLD: {
    name: 'orders',
    column: 'total',
    type: 'HUGEINT',
    instead: 'DECIMAL(38,0)',
  },
  PARQUET_TYPE_UNSUPPORTED: {
    path: 'data/home/orders.parquet',
    column: 'seen',
    type: 'an INTERVAL of 8 bytes',
  },
  SCHEMAS_DISAGREE: {
    first: '2024-01.parquet',
    second: '2024-02.parquet',
    column: 'amount',
    firstType: 'DECIMAL(12,2)',
    secondType: 'DOUBLE',
  },
  COLUMN_NOT_FOUND: { name: 'orders', column: 'amout', nearest: 'amount', known: ['id', 'amount'] },
  COLUMN_CLASH: { name: 'orders', column: 'Id' },
  NO_COLUMNS: { name: 'orders' },
  FILTER_INVALID: { name: 'orders', where: 'amount >', reason: 'syntax error at end of input' },
  VALUE_UNFIT: { name: 'orders', column: 'amount', row: 17, value: '"twelve"', type: 'DECIMAL(12,2)' },

  TYPES_MIXED: {
    name: 'orders',
    column: 'amount',
    first: 'DOUBLE',
    firstRow: 1,
    second: 'VARCHAR',
    secondRow: 17,
  },
  KEY_UNEXPECTED: { name: 'orders', column: 'amout', row: 17, value: '12', known: ['id', 'amount'] },

  TYPE_UNSUPPORTED: {
    name: 'orders',
    column: 'extent',
    type: 'GEOMETRY',
    why: 'batches cannot carry its coordinate system EPSG:25833',
  },

  STORE_LOCKED: {
    path: store,
    owner: 'orders',
    runId,
    host: 'hearth',
    pid: 4711,
    since: '2026-01-31T08:00:00.000Z',
  },
  LOCK_LOST: { path: store, owner: 'orders', holder: 'returns holds it now' },
  RECORD_DAMAGED: { path: `${store}/.hygge/manifest.json`, reason: 'its checksum is wrong' },
  RECORD_TOO_NEW: { path: `${store}/.hygge/manifest.json`, version: 2 },
  FILE_NAME_TAKEN: { path: store, name: '00000000000000000001.parquet' },
  STAGED_FILE_LOST: { path: store, name: '00000000000000000001.parquet', runId },
  PUBLISH_UNFINISHED: { path: store, runId, reason: 'EIO: i/o error, fsync' },
  NOTHING_TO_UNDO: { path: store, reason: 'the last run was taken back already' },
  UNFIT_NAME: { name: 'a\\b.parquet', reason: 'it holds a backslash' },

  INTERRUPTED: { name: 'orders' },
  NOT_SELECTED: { what: 'flow', name: 'oders', known: ['orders', 'returns'], nearest: 'orders' },
  FLOW_TIMEOUT: { name: 'orders', seconds: 300 },
  ROWS_DIFFER: { name: 'orders', read: 1000, staged: 999 },
  ROUTE_IMPOSSIBLE: {
    name: 'orders',
    route: 'engine',
    reason: 'the rows of a clock home come through JavaScript',
    possible: ['batches'],
  },
  MODE_UNSUPPORTED: { name: 'orders', type: 'parquet', mode: 'merge', modes: ['replace', 'append'] },
  ENGINE_FAILED: { name: 'orders', reason: 'Conversion Error: …' },
  OUT_OF_MEMORY: { name: 'orders', limit: '1 GB', reason: 'failed to allocate 256 MB' },
  TYPE_FAILED: { name: 'ticks', role: 'home', type: 'clock', reason: 'the clock stands still' },
  INTERNAL: { reason: 'a store without a configuration' },
};
