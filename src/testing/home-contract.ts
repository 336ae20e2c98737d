import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Batch, Row } from '../core/batch.js';
import type { Form, Route } from '../core/capabilities.js';
import type { HomeDefinition, HomeSession } from '../core/home.js';
import type { Schema } from '../core/types.js';
import { inferSchema, rowsToBatch } from '../engine/index.js';
import { Flow, Home } from '../flow/index.js';
import { type ContractCase, caseInFolder } from './case.js';
import { checkDefinition, checkForms } from './definition.js';
import { assertSameTable, pick, type TextTable, textOf } from './text-table.js';
import { atWorkbench, type ConnectionSettings, homeOf, type Workbench, withHome } from './workbench.js';

export interface HomeContractOptions<C extends z.ZodObject = z.ZodObject> {
  readonly definition: HomeDefinition<string, C>;
  /** A configuration whose home holds a few rows: at least one, and few enough to be held in memory. */
  readonly config: z.input<C>;
  /** How many rows it holds. Default: not checked. */
  readonly rows?: number;
  /** What it holds, told by somebody else than the home. Default: the forms are held against one another alone. */
  readonly expected?: TextTable;
  /**
   * Columns whose values a folder of parquet files cannot hold as they are, and which the case that runs a whole
   * flow therefore leaves out. Default: none.
   */
  readonly notForParquet?: readonly string[];
  /** What `connection` of the configuration names, as `connections` of hygge.yml. Default: none. */
  readonly connections?: ConnectionSettings;
}

type AtBench = <T>(work: (bench: Workbench) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** How long a home may take to notice that it is to stop, in milliseconds. */
const patience = 10_000;

/**
 * What hygge asks of every home, as cases for any test runner:
 * @example for (const { name, run } of homeContract({ definition, config, rows: 3 })) it(name, run);
 */
export function homeContract<C extends z.ZodObject>(
  options: HomeContractOptions<C>,
): readonly ContractCase[] {
  const { definition } = options;
  const { gives, ordered } = definition.capabilities;
  const { connections = {} } = options;
  const atBench: AtBench = (work, signal) => atWorkbench(work, signal, connections);
  const open = (): Home => homeOf(definition, options.config);
  const table = (form: Form): Promise<TextTable> =>
    atBench((bench) => withHome(open(), bench.home, (session) => read(session, form, bench)));
  const forms = gives.filter((form) => form !== 'files');

  const cases: ContractCase[] = [
    {
      name: 'a home has a definition that people can read',
      run: async () => checkDefinition(definition, options.config),
    },
    {
      name: 'a home gives the forms that its capabilities name',
      run: () =>
        atBench((bench) =>
          withHome(open(), bench.home, async ({ files, relation, read }) => {
            const has = { files: files !== undefined, relation: relation !== undefined };
            checkForms(gives, { ...has, batches: read !== undefined }, 'gives');
          }),
        ),
    },
    {
      name: 'a home tells the same columns each time it is opened',
      run: async () => {
        const look = (): Promise<Schema | null> =>
          atBench((bench) => withHome(open(), bench.home, (session) => session.schema()));
        const schema = await look();
        assert.notEqual(schema?.length, 0, 'there is at least one column');
        assert.deepEqual(await look(), schema);
      },
    },
    {
      name: 'a home tells how much there is, and is right where it says that it knows',
      run: async () => {
        const estimate = await atBench((bench) =>
          withHome(open(), bench.home, (session) => session.estimate()),
        );
        const rows = await countRows(open(), atBench);
        if (estimate.exact) assert.equal(estimate.rows, rows, 'an exact estimate is the number of rows');
        if (options.rows !== undefined) assert.equal(rows, options.rows, 'the number of rows');
      },
    },
    ...forms.map((form) => ({
      name: `a home gives the same rows each time, as ${form}`,
      run: async () => {
        const once = await table(form);
        if (options.expected !== undefined) assertSameTable(once, options.expected, form, { ordered });
        assertSameTable(await table(form), once, `${form}, read again`, { ordered });
      },
    })),
    {
      name: 'a home can be closed twice, and without being read',
      run: () =>
        atBench((bench) =>
          withHome(open(), bench.home, async (session) => {
            await session.close();
            await session.close();
          }),
        ),
    },
    ...flowRoutes(gives).map((route) =>
      caseInFolder(
        `a flow brings the rows of a home into a folder by the ${route ?? 'chosen'} route`,
        async (folder) => {
          const path = join(folder, 'store');
          const [form] = forms;
          const whole = form === undefined ? null : (options.expected ?? (await table(form)));
          if (whole === null) return;
          const columns = whole.columns.filter((name) => !options.notForParquet?.includes(name));
          const expected = pick(whole, columns);
          const flow = new Flow({ name: 'contract', home: open(), store: path, columns, connections });
          const result = await flow.start(route === null ? {} : { route });
          assert.equal(result.status, expected.rows.length === 0 ? result.status : 'success');
          assert.equal(result.rows, expected.rows.length, 'the flow tells how many rows it brought');
          const settled = await atBench((bench) =>
            withHome(Home.create(path), bench.home, (session) => read(session, 'relation', bench)),
          );
          assertSameTable(settled, expected, 'what settled', { ordered });
        },
      ),
    ),
  ];
  if (forms.length > 1) {
    cases.push({
      name: 'a home gives the same rows in every form',
      run: async () => {
        const [first, ...others] = await Promise.all(forms.map(table));
        for (const other of others)
          if (first !== undefined) assertSameTable(other, first, forms.join(' and '));
      },
    });
  }
  if (gives.includes('batches')) cases.push(...batchCases(open, atBench));
  return cases;
}

/** Cases for homes whose rows come through JavaScript. */
function batchCases(open: () => Home, atBench: AtBench): ContractCase[] {
  return [
    {
      name: 'a home stops reading when it is told to',
      run: async () => {
        const stop = new AbortController();
        await atBench(async (bench) => {
          await withHome(open(), bench.home, async (session) => {
            const pieces = session.read?.({ signal: stop.signal })[Symbol.asyncIterator]();
            await pieces?.next();
            stop.abort();
            // A piece may be under way already; more than one says that the signal is not listened to.
            const ended = async (): Promise<boolean> => (await pieces?.next())?.done !== false;
            const outcome = (async () => (await ended()) || (await ended()))().catch(() => true);
            assert.equal(await withinPatience(outcome), true, 'it went on reading after it was told to stop');
          });
        }, stop.signal);
      },
    },
    {
      name: 'a home can be left in the middle of a read',
      run: () =>
        atBench((bench) =>
          withHome(open(), bench.home, async (session) => {
            for await (const _ of session.read?.({ signal: bench.home.signal }) ?? []) break;
          }),
        ),
    },
  ];
}

/** The routes that a home of some forms can always take; null is the planner's own choice. */
function flowRoutes(gives: readonly Form[]): readonly (Route | null)[] {
  return gives.includes('relation')
    ? [null, 'engine', 'batches']
    : gives.includes('batches')
      ? [null, 'batches']
      : [];
}

async function countRows(home: Home, atBench: AtBench): Promise<number> {
  return atBench((bench) =>
    withHome(home, bench.home, async (session) => {
      const { gives } = home.definition.capabilities;
      if (session.files !== undefined && !gives.includes('relation') && !gives.includes('batches')) {
        const files = await session.files();
        return 'impossible' in files ? 0 : files.reduce((sum, { rows }) => sum + rows, 0);
      }
      const form = gives.includes('relation') ? 'relation' : 'batches';
      return (await read(session, form, bench)).rows.length;
    }),
  );
}

/** All rows of a home in one of its forms, as text. */
async function read(
  session: HomeSession,
  form: Form,
  { session: engine, home }: Workbench,
): Promise<TextTable> {
  const declared = await session.schema();
  if (form === 'relation') {
    const relation = await session.relation?.();
    assert.ok(relation !== undefined, 'relation() gives a relation');
    assert.deepEqual(relation.schema, declared, 'the relation has the columns that schema() tells');
    return textOf(engine, relation);
  }
  const batches: Batch[] = [];
  let schema = declared;
  for await (const piece of session.read?.({ signal: home.signal }) ?? []) {
    if (isRows(piece) && piece.length === 0) continue;
    schema ??= isRows(piece) ? inferSchema(piece) : piece.schema;
    const batch = isRows(piece) ? rowsToBatch(piece, schema, { name: home.name }) : piece;
    assert.deepEqual(batch.schema, schema, 'every batch has the columns that schema() tells');
    assert.equal(batch.columns.length, schema.length, 'a batch has as many columns as its schema');
    for (const column of batch.columns)
      assert.equal(column.length, batch.rows, 'columns are of equal length');
    batches.push(batch);
  }
  assert.ok(schema !== null, 'a home without declared columns has at least one row');
  const table = await engine.table(schema);
  for (const batch of batches) await table.append(batch);
  const text = await textOf(engine, await table.relation());
  await table.drop();
  return text;
}

const isRows = (piece: Batch | readonly Row[]): piece is readonly Row[] => Array.isArray(piece);

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `no answer within ${patience / 1000} seconds` })),
      patience,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
