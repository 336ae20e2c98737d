// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment are what is tested
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../src/index.js';
import { useWorkplace } from '../integration/workplace.js';

const work = useWorkplace();
const env = { HYGGE_MASK_KEY: 'long enough to be a key' };

/** Where the error of a flow points, in the words `file:line:column CODE`; and what stands there. */
async function placeOf(yaml: string, files: Record<string, string> = {}): Promise<[string, string]> {
  await work.parquet(
    'in/rows.parquet',
    "SELECT i AS id, i * 1000 AS n, 'x' || i AS t, DATE '2024-01-01' AS day FROM range(300) AS r(i)",
  );
  const texts: Record<string, string> = { 'flow.yaml': yaml, ...files };
  for (const [name, text] of Object.entries(texts)) await work.file(name, text);
  const { workspace, registry } = await loadWorkspace({
    path: work.at('flow.yaml'),
    cwd: work.folder,
    registry: builtinRegistry(),
    env,
  });
  const { flows } = await new Coordinator({ workspace, registry }).start();
  const { code, file, line, column } = flows[0]?.error ?? {};
  const there = texts[file ?? '']?.split('\n')[(line ?? 0) - 1]?.slice((column ?? 0) - 1) ?? '';
  return [`${file}:${line}:${column} ${code}`, there];
}

const flow = (...lines: string[]): string =>
  ['flows:', '  rows:', '    home: in', '    store: out', ...lines.map((line) => `    ${line}`), ''].join(
    '\n',
  );

describe('an error of what shapes rows points at', () => {
  it.each([
    ['COLUMN_NOT_FOUND', 'nn', flow('columns:', '  - id', '  - nn')],
    ['COLUMN_NOT_FOUND', '{ from: nn', flow('columns:', '  - id', '  - { from: nn, as: date }')],
    ['COLUMN_NOT_FOUND', 'x: nn', flow('columns:', '  id: id', '  x: nn')],
    ['COLUMN_NOT_FOUND', 'nn: redact', flow('mask:', '  columns:', '    t: redact', '    nn: redact')],
    [
      'COLUMN_NOT_FOUND',
      'day: {',
      flow(
        'mask:',
        '  key: ${HYGGE_MASK_KEY}',
        '  columns:',
        '    t: redact',
        '    day: { rule: date_shift, by: nn }',
      ),
    ],
    ['COLUMN_CLASH', '{ from: n,', flow('columns:', '  - id', '  - { from: n, name: ID }')],
    ['TYPE_UNKNOWN', '{ from: n,', flow('columns:', '  - id', '  - { from: n, as: money }')],
    ['CAST_IMPOSSIBLE', 'd:', flow('columns:', '  id: id', '  d:', '    from: day', '    as: timestamptz')],
    [
      'MASK_IMPOSSIBLE',
      't: {',
      flow('mask:', '  columns:', '    id: redact', '    t: { rule: round, to: 10 }'),
    ],
    [
      'MASK_NEEDS_ROW',
      'day: date_shift',
      flow('mask:', '  key: ${HYGGE_MASK_KEY}', '  columns:', '    day: date_shift'),
    ],
    ['FILTER_INVALID', 'where: amount', flow('columns: [id]', 'where: amount > 1')],
    ['VALUE_UNFIT', '{ from: n,', flow('columns:', '  - id', '  - { from: n, as: smallint }')],
    [
      'VALUE_UNFIT',
      'small: {',
      flow('columns: ["*", { from: id, name: small, as: utinyint }]').replace(
        '["*", { from: id, name: small, as: utinyint }]',
        '\n      small: { from: id, as: utinyint }\n      n: n',
      ),
    ],
    [
      'WATERMARK_SHAPED',
      'id: redact',
      flow(
        'run_type: incremental',
        'watermark: { watermark_column: id, primary_key: id }',
        'mask:',
        '  columns:',
        '    id: redact',
      ),
    ],
    [
      'COLUMN_NOT_FOUND',
      '- { name: h',
      flow().replace(
        'store: out',
        'store:\n      path: out\n      polish:\n        hash_ids: [{ name: h, from_columns: [nn] }]',
      ),
    ],
    [
      'COLUMN_CLASH',
      '- { name: id',
      flow().replace(
        'store: out',
        'store:\n      path: out\n      polish:\n        constants: [{ name: id, value: 1 }]',
      ),
    ],
    [
      'FORMAT_INVALID',
      '- { name: at',
      flow().replace(
        'store: out',
        'store:\n      path: out\n      polish:\n        timestamps: [{ name: at, type: string, format: "%Q" }]',
      ),
    ],
  ])('its own line: %s at %s', async (code, there, yaml) => {
    const [place, found] = await placeOf(yaml);
    expect(place).toMatch(new RegExp(`^flow\\.yaml:\\d+:\\d+ ${code}$`));
    expect(found.startsWith(there.replace(/^- /, ''))).toBe(true);
  });
});

describe('what a home declares of a column is pointed at where', () => {
  const csv = (columns: string): string =>
    flow().replace('home: in', `home: { type: csv, path: rows.csv, columns: { ${columns} } }`);
  const sqlite = (columns: string): string =>
    flow().replace('home: in', `home: { type: sqlite, path: rows.db, table: t, columns: { ${columns} } }`);
  it.each([
    ['a value does not fit it', 'BAD_ROW', 'day: date', csv('id: bigint, day: date')],
    ['it is no type', 'TYPE_UNKNOWN', 'day: dat', csv('id: bigint, day: dat')],
    ['there is no such column', 'COLUMN_NOT_FOUND', 'dya: date', csv('id: bigint, dya: date')],
    ['a value of SQLite does not fit it', 'VALUE_UNFIT', 'day: date', sqlite('id: bigint, day: date')],
    ['it is no type, of SQLite', 'TYPE_UNKNOWN', 'day: dat', sqlite('id: bigint, day: dat')],
    ['SQLite has no such column', 'COLUMN_NOT_FOUND', 'dya: date', sqlite('id: bigint, dya: date')],
  ])('%s', async (_, code, there, yaml) => {
    const database = new DatabaseSync(work.at('rows.db'));
    database.exec(
      "CREATE TABLE t (id INTEGER, day TEXT); INSERT INTO t VALUES (1, '2024-01-01'), (2, 'soon')",
    );
    database.close();
    const [place, found] = await placeOf(yaml, { 'rows.csv': 'id,day\n1,2024-01-01\n2,soon\n' });
    expect(place).toMatch(new RegExp(`^flow\\.yaml:3:\\d+ ${code}$`));
    expect(found).toBe(`${there} } }`);
  });
});

it('what a store cannot do points at the store', async () => {
  const yaml = flow('run_type: merge', 'watermark: { primary_key: id }').replace(
    'out',
    '{ type: csv, path: out }',
  );
  expect(await placeOf(yaml)).toEqual(['flow.yaml:4:5 MODE_UNSUPPORTED', 'store: { type: csv, path: out }']);
});

describe('a check that is broken points at', () => {
  it('its rule, the first that has to hold', async () => {
    const yaml = flow(
      'contract:',
      '  columns:',
      '    id: { min: 5, on_fail: warn }',
      '    n: { min: 0, max: 7 }',
    );
    expect(await placeOf(yaml)).toEqual(['flow.yaml:8:27 CHECKS_FAILED', '7 }']);
  });

  it('its condition, and its place in the file that the flow names', async () => {
    const contract =
      'columns:\n  id: { unique: true }\nchecks:\n  - id < 400\n  - { min_rows: 1000, name: enough }\n';
    const found = await placeOf(flow('contract: contracts/rows.yml'), { 'contracts/rows.yml': contract });
    expect(found).toEqual(['contracts/rows.yml:5:5 CHECKS_FAILED', '{ min_rows: 1000, name: enough }']);
  });

  it('itself after rows were put aside too', async () => {
    const yaml = flow(
      'contract:',
      '  columns: { id: { max: 9, on_fail: quarantine } }',
      '  checks:',
      '    - min_rows: 100',
    );
    expect(await placeOf(yaml)).toEqual(['flow.yaml:8:11 CHECKS_FAILED', 'min_rows: 100']);
  });
});
