import type { TypeDescription } from '../config/index.js';
import { oneLine, paint } from '../errors/text.js';
import type { Output } from './output.js';
import { tableLines } from './table.js';

export interface TypeLists {
  readonly homes: readonly TypeDescription[];
  readonly stores: readonly TypeDescription[];
  readonly connections: readonly TypeDescription[];
}

/** The known types for people: each with its keys, what they mean, and their defaults. */
export function typesText({ homes, stores, connections }: TypeLists, output: Output): string {
  return [
    ...section('Homes', homes, output),
    ...section('Stores', stores, output),
    ...section('Connections', connections, output),
  ].join('\n');
}

function section(title: string, types: readonly TypeDescription[], output: Output): string[] {
  const brush = paint(output.color);
  return [
    brush.strong(title),
    ...types.flatMap((type) => [
      `  ${brush.good(type.type)}  ${oneLine(type.summary)}`,
      ...keyLines(type, output),
      '',
    ]),
  ];
}

function keyLines(type: TypeDescription, output: Output): string[] {
  const brush = paint(output.color);
  const columns = [
    { title: 'key' },
    { title: 'value', cuts: true },
    { title: 'default' },
    { title: 'meaning', cuts: true },
  ] as const;
  const rows = type.keys.map((key) => [
    key.name,
    key.type,
    key.required ? 'required' : defaultText(key.default),
    key.description ?? '',
  ]);
  const width = output.columns === null ? null : output.columns - 4;
  return tableLines(columns, rows, width, brush.faint).map((line) => `    ${line}`);
}

function defaultText(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
