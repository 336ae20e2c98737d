import { expect, it } from 'vitest';
import { builtinRegistry, Coordinator, loadWorkspace, type RunResult } from '../../src/index.js';
import type { Workplace } from '../integration/workplace.js';

/** A type of store as the cases see it. */
export interface StoreCase {
  /** The YAML of a store of its own, in one line. */
  yaml(place: Workplace): string;
  /** Its columns, sorted, and its rows as text: read by somebody that hygge has no hand in. */
  read(place: Workplace): Promise<Rows>;
  /** YAML beside `flows:`. */
  readonly beside?: () => string;
  /** Whether a column can become text. */
  readonly text: boolean;
  /** Which types a column can get where all rows are replaced. Default: any. */
  readonly retypes?: 'any' | 'wider' | 'none';
}

export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Sorts columns and rows, which are nobody's promise here. */
export function sorted({ columns, rows }: Rows): Rows {
  const order = columns.map((_, i) => i).sort((a, b) => ((columns[a] ?? '') < (columns[b] ?? '') ? -1 : 1));
  const pick = <T>(values: readonly T[]): T[] => order.flatMap((i) => values.slice(i, i + 1));
  const text = (row: readonly (string | null)[]): string => JSON.stringify(row);
  return {
    columns: pick(columns),
    rows: rows.map((row) => pick(row)).sort((a, b) => (text(a) < text(b) ? -1 : 1)),
  };
}

/** Only the columns that have a value: tables keep those that are not written any more. */
function withValues({ columns, rows }: Rows): Rows {
  const has = (at: number): boolean => rows.some((row) => row[at] !== null);
  const kept = columns.flatMap((_, at) => (has(at) ? [at] : []));
  const pick = <T>(values: readonly T[]): T[] => kept.flatMap((at) => values.slice(at, at + 1));
  return sorted({ columns: pick(columns), rows: rows.map((row) => pick(row)) });
}

const before = "SELECT 1 AS id, 'a' AS name, 10::INTEGER AS n";
const held = { columns: ['id', 'n', 'name'], rows: [['1', '10', 'a']] };
const more = (
  columns: readonly string[],
  old: readonly (string | null)[],
  fresh: readonly (string | null)[],
) => ({
  columns,
  rows: [old, fresh],
});
const plain = (n: string | null, name: string | null = 'b') =>
  more(held.columns, ['1', '10', 'a'], ['2', n, name]);

interface Kind {
  readonly now: string;
  /** What the store holds then, or the code of the error; it then holds what it held. */
  readonly adapt: Rows | string;
  readonly warn: Rows | string;
  readonly told: RegExp;
  /** Rules besides the mode. */
  readonly rules?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  'a new column': {
    now: "SELECT 2 AS id, 'b' AS name, 20::INTEGER AS n, 1.5::DOUBLE AS extra",
    adapt: more(['extra', 'id', 'n', 'name'], [null, '1', '10', 'a'], ['1.5', '2', '20', 'b']),
    warn: plain('20'),
    told: /column "extra" \(DOUBLE\) is new/,
  },
  'a missing column': {
    now: 'SELECT 2 AS id, 20::INTEGER AS n',
    adapt: plain('20', null),
    warn: plain('20', null),
    told: /column "name" \(VARCHAR\) is missing/,
  },
  'a renamed column': {
    now: "SELECT 2 AS id, 'b' AS full_name, 20::INTEGER AS n",
    adapt: more(['full_name', 'id', 'n', 'name'], [null, '1', '10', 'a'], ['b', '2', '20', null]),
    warn: plain('20', null),
    told: /column "name" \(VARCHAR\) is missing, and seems to be called "full_name" now/,
  },
  'a wider type': {
    now: "SELECT 2 AS id, 'b' AS name, 5000000000 AS n",
    adapt: plain('5000000000'),
    warn: 'VALUE_UNFIT',
    told: /column "n" was INTEGER and is BIGINT now/,
  },
  'a wider type whose values fit': {
    now: "SELECT 2 AS id, 'b' AS name, 20::BIGINT AS n",
    adapt: plain('20'),
    warn: plain('20'),
    told: /column "n" was INTEGER and is BIGINT now/,
  },
  'a narrower type': {
    now: "SELECT 2 AS id, 'b' AS name, 7::SMALLINT AS n",
    adapt: plain('7'),
    warn: plain('7'),
    told: /column "n" was INTEGER and is SMALLINT now: it stays INTEGER/,
  },
  'a type beside the other': {
    now: "SELECT 2 AS id, 'b' AS name, 4000000000::UINTEGER AS n",
    adapt: plain('4000000000'),
    warn: 'VALUE_UNFIT',
    told: /column "n" was INTEGER and is UINTEGER now/,
  },
  'another type': {
    now: "SELECT 2 AS id, 'b' AS name, 'seven' AS n",
    adapt: 'SCHEMA_DRIFT',
    warn: 'VALUE_UNFIT',
    told: /column "n" was INTEGER and is VARCHAR now/,
  },
  'another type, as text': {
    now: "SELECT 2 AS id, 'b' AS name, 'seven' AS n",
    rules: ', on_type_change: text',
    adapt: plain('seven'),
    warn: plain('seven'),
    told: /column "n" was INTEGER and is VARCHAR now/,
  },
};

interface FlowParts {
  readonly store: string;
  readonly run_type?: string;
  readonly schema?: string;
  readonly key?: boolean;
  /** Further keys of the flow, each in one line. */
  readonly keys?: readonly string[];
  readonly beside?: string;
}

/** A project with one flow out of one parquet file. */
export async function project(place: Workplace, parts: FlowParts): Promise<Coordinator> {
  const { store, run_type = 'incremental', schema, key = false, beside = '', keys = [] } = parts;
  const lines = [
    ...(beside === '' ? [] : [beside]),
    'flows:',
    '  f:',
    '    home: in.parquet',
    `    store: ${store}`,
    `    run_type: ${run_type}`,
    ...(key ? ['    watermark: { primary_key: id }'] : []),
    ...(schema === undefined ? [] : [`    schema: ${schema}`]),
    ...keys.map((line) => `    ${line}`),
  ];
  await place.file('hygge.yml', `${lines.join('\n')}\n`);
  const { workspace, registry } = await loadWorkspace({ path: place.folder, registry: builtinRegistry() });
  return new Coordinator({ workspace, registry });
}

/** Runs it; the notices it gave are beside its result. */
export async function run(coordinator: Coordinator): Promise<{ result: RunResult; notices: string[] }> {
  const notices: string[] = [];
  const stop = coordinator.events.on('flow.notice', ({ message }) => notices.push(message));
  const result = await coordinator.start();
  stop();
  return { result, notices };
}

export const codeOf = ({ flows }: RunResult): string | null => flows[0]?.error?.code ?? null;

/** Every kind of change in every mode, and every way of writing. */
export function driftCases(place: Workplace, store: StoreCase): void {
  const parts = (more: Partial<FlowParts> = {}) => {
    const beside = store.beside?.() ?? '';
    return { store: store.yaml(place), beside, ...more };
  };
  const first = async (more: Partial<FlowParts> = {}): Promise<void> => {
    await place.parquet('in.parquet', before);
    expect(codeOf((await run(await project(place, parts(more)))).result)).toBeNull();
  };
  const entries = Object.entries(kinds).filter(([, { rules }]) => store.text || rules === undefined);

  for (const mode of ['adapt', 'warn'] as const)
    it.each(entries)(`${mode}: %s`, async (_, kind) => {
      await first();
      await place.parquet('in.parquet', kind.now);
      const coordinator = await project(place, parts({ schema: `{ mode: ${mode}${kind.rules ?? ''} }` }));
      const { result, notices } = await run(coordinator);
      const expected = kind[mode];
      if (typeof expected === 'string') {
        expect(codeOf(result)).toBe(expected);
        expect(sorted(await store.read(place))).toEqual(held);
        return;
      }
      expect(result.flows[0]?.error).toBeNull();
      expect(notices.join('\n')).toMatch(kind.told);
      expect(result.flows[0]?.schema_changes?.map(({ message }) => message).join('\n')).toMatch(kind.told);
      expect(sorted(await store.read(place))).toEqual(sorted(expected));
      // What was settled with is what is kept: adapted to, the same home brings nothing new to tell.
      const [again] = await coordinator.plan();
      if (mode === 'adapt' && kind.adapt !== kind.warn) {
        const left = again?.plan?.schema_changes.map(({ what }) => what) ?? [];
        expect(left.filter((what) => what !== 'missing' && what !== 'narrowed')).toEqual([]);
      }
    });

  it('strict: each of them stops the plan, and nothing is written', async () => {
    await first();
    const strict = await project(place, parts({ schema: '{ mode: strict }' }));
    for (const { now, told } of Object.values(kinds)) {
      await place.parquet('in.parquet', now);
      const [outcome] = await strict.plan();
      expect(outcome?.error?.code).toBe('SCHEMA_DRIFT');
      expect(outcome?.error?.message).toMatch(told.source.includes('stays') ? /"n" was INTEGER/ : told);
    }
    expect(codeOf((await run(strict)).result)).toBe('SCHEMA_DRIFT');
    expect(sorted(await store.read(place))).toEqual(held);
    await place.parquet('in.parquet', before);
    expect(codeOf((await run(strict)).result)).toBeNull();
  });

  it('full_drop: a missing column stops it, or stays, or goes', async () => {
    const full = { run_type: 'full_drop' };
    await first(full);
    await place.parquet('in.parquet', 'SELECT 2 AS id, 5000000000 AS n, true AS extra');
    expect(codeOf((await run(await project(place, parts(full)))).result)).toBe('SCHEMA_DRIFT');
    expect(sorted(await store.read(place))).toEqual(held);
    const keep = await project(place, parts({ ...full, schema: '{ on_missing_column: keep }' }));
    expect((await run(keep)).result.flows[0]?.error).toBeNull();
    expect(sorted(await store.read(place))).toEqual({
      columns: ['extra', 'id', 'n', 'name'],
      rows: [[expect.stringMatching(/^(true|1|t)$/), '2', '5000000000', null]],
    });
  });

  it('full_drop: what the configuration says otherwise settles as it says, and is told', async () => {
    const full = (...keys: string[]) => parts({ run_type: 'full_drop', keys });
    const go = async (...keys: string[]) => {
      const { result } = await run(await project(place, full(...keys)));
      expect(result.flows[0]?.error).toBeNull();
      const told = result.flows[0]?.schema_changes?.map(({ message }) => message) ?? [];
      return { told, ...withValues(await store.read(place)) };
    };
    await first({ run_type: 'full_drop' });
    const renamed = await go('columns: [{ from: n, name: m }, "*"]');
    expect(renamed).toEqual({
      columns: ['id', 'm', 'name'],
      rows: [['1', '10', 'a']],
      told: [
        'column "n" (INTEGER) settles as "m" now, as the configuration says',
        'column "m" (INTEGER) is what was "n", as the configuration says',
      ],
    });
    const fewer = await go('columns: [id, { from: n, name: m }]', 'mask: { columns: { n: null } }');
    expect(fewer).toMatchObject({ columns: ['id'], rows: [['1']] });
    expect(fewer.told.join()).toMatch(
      /"name" \(VARCHAR\) does not settle any more, as the configuration says/,
    );
    const { retypes = 'any' } = store;
    const text = { columns: ['id', 'm', 'name'], rows: held.rows };
    const cast = await run(await project(place, full('columns: [{ from: n, name: m, as: varchar }, "*"]')));
    expect(codeOf(cast.result)).toBe(retypes === 'none' ? 'TABLE_UNFIT' : null);
    expect(withValues(await store.read(place))).toEqual(
      retypes === 'none' ? { columns: ['id'], rows: [['1']] } : text,
    );
    const told = /"m" was INTEGER and is VARCHAR now, as the configuration says/;
    if (retypes !== 'none') expect(cast.notices.join()).toMatch(told);
    const back = await run(await project(place, full('columns: [{ from: n, name: m }, "*"]')));
    expect(codeOf(back.result)).toBe(retypes === 'wider' ? 'COLUMN_REFUSED' : null);
    expect(withValues(await store.read(place))).toEqual(text);
    if (retypes === 'any') {
      // A column that another one has taken the name of.
      const swapped = await go('columns: { id: id, n: name, name: n }');
      expect(swapped).toMatchObject({ columns: ['id', 'n', 'name'], rows: [['1', 'a', '10']] });
    }
    expect(await go()).toMatchObject(held);
    expect((await go()).told).toEqual([]);
    // What the home changes is another matter, also beside it.
    await place.parquet('in.parquet', "SELECT 1 AS id, 'a' AS title, 10::INTEGER AS n");
    const both = await project(place, full('columns: [{ from: n, name: m }, "*"]'));
    const { result } = await run(both);
    expect(codeOf(result)).toBe('SCHEMA_DRIFT');
    expect(result.flows[0]?.error?.message).toMatch(/"name" \(VARCHAR\) is missing/);
    expect(result.flows[0]?.error?.message).not.toMatch(/"n"/);
    expect(withValues(await store.read(place))).toEqual(held);
  });

  it('merge: new columns and wider types; rows that are not touched keep theirs', async () => {
    const merge = { run_type: 'merge', key: true };
    await place.parquet('in.parquet', `${before} UNION ALL SELECT 3, 'c', 30`);
    const start = (await run(await project(place, parts(merge)))).result;
    if (codeOf(start) === 'MODE_UNSUPPORTED') return;
    expect(codeOf(start)).toBeNull();
    await place.parquet('in.parquet', "SELECT 3 AS id, 'c' AS name, 5000000000 AS n, 'x' AS extra");
    expect((await run(await project(place, parts(merge)))).result.flows[0]?.error).toBeNull();
    const expected = {
      columns: ['extra', 'id', 'n', 'name'],
      rows: [
        [null, '1', '10', 'a'],
        ['x', '3', '5000000000', 'c'],
      ],
    };
    expect(sorted(await store.read(place))).toEqual(sorted(expected));
    await place.parquet('in.parquet', "SELECT 3 AS id, 'd' AS name, 5000000000 AS n");
    expect(codeOf((await run(await project(place, parts(merge)))).result)).toBe('SCHEMA_DRIFT');
    expect(sorted(await store.read(place))).toEqual(sorted(expected));
  });
}
