import type { Discovery } from '../coordinator/index.js';
import { type FoundTable, likelyWatermarks } from '../core/discover.js';
import { oneLine, paint } from '../errors/text.js';
import { bytes, count, counted } from './format.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

/** Tables for people: a line each, and with `columns` a line for each column below. */
export function discoveryText(
  title: string,
  tables: readonly FoundTable[],
  total: number,
  output: Output,
  { columns = false }: { readonly columns?: boolean } = {},
): string {
  const brush = paint(output.color);
  const shown =
    tables.length === total
      ? counted(total, 'table')
      : `${count(tables.length)} of ${counted(total, 'table')}`;
  const head = brush.strong(`${oneLine(title)}: ${shown}`);
  if (tables.length === 0) return `${head}\n`;
  const headings = [
    { title: 'table', cuts: true },
    { title: 'kind' },
    { title: 'rows', align: 'right' },
    { title: 'size', align: 'right' },
    { title: 'key', cuts: true },
    { title: 'watermark', cuts: true },
    { title: 'columns', cuts: true },
  ] as const;
  const rows = tables.map((table) => [
    Object.values(table.home).join(' '),
    table.readable ? table.kind : `${table.kind}, no right to read`,
    table.rows === null ? '' : `~${count(table.rows)}`,
    table.bytes === null ? '' : bytes(table.bytes),
    table.key.join(', '),
    likelyWatermarks(table)[0] ?? '',
    columns
      ? String(table.columns.length)
      : `${table.columns.length}: ${table.columns.map(({ name }) => name).join(', ')}`,
  ]);
  const [first = '', ...lines] = tableLines(headings, rows, output.columns, brush.faint);
  const body = lines.flatMap((line, i) => [line, ...(columns ? columnLines(tables[i], output) : [])]);
  return `${[head, '', first, ...body].join('\n')}\n`;
}

function columnLines(table: FoundTable | undefined, output: Output): string[] {
  if (table === undefined) return [];
  const watermarks = likelyWatermarks(table);
  const rows = table.columns.map(({ name, type, nullable }) => [
    name,
    type,
    [
      ...(table.key.includes(name) ? ['key'] : []),
      ...(nullable ? [] : ['never NULL']),
      ...(watermarks.includes(name) ? ['watermark?'] : []),
    ].join(', '),
  ]);
  const width = output.columns === null ? null : output.columns - 4;
  const [, ...lines] = tableLines(
    [{ title: '', cuts: true }, { title: '', cuts: true }, { title: '' }],
    rows,
    width,
  );
  return lines.map((line) => `    ${line}`);
}

/** The same as data. */
export const discoveryDocument = ({ home }: Discovery, tables: readonly FoundTable[]): object => ({
  status: 'success',
  home,
  tables: tables.map(({ key, ...table }) => ({
    ...table,
    primary_key: key,
    watermark_columns: likelyWatermarks({ ...table, key }),
  })),
});
