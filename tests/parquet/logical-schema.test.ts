import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeName } from '../../src/core/types.js';
import { logicalSchema, readFooter } from '../../src/parquet/index.js';
import { Witness } from './engine.js';

let folder: string;
let witness: Witness;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hygge-parquet-'));
  witness = await Witness.open();
});
afterAll(async () => {
  witness.close();
  await rm(folder, { recursive: true });
});

/** Names and types by the engine's reader; a geometry's coordinate system is not part of ours. */
const described = async (path: string): Promise<string[][]> =>
  (
    await witness.rows(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('${path}'))`,
    )
  ).map(([name, type]) => [name ?? '', plainType(type ?? '')]);

const ours = async (path: string): Promise<string[][]> =>
  logicalSchema(await readFooter(path)).map((column) => [column.name, plainType(typeName(column.type))]);

/** The engine leaves quotes out where it can. */
const plainType = (type: string): string =>
  type
    .replace(/GEOMETRY\('.*?'\)/g, 'GEOMETRY')
    .replaceAll('"', '')
    .replace('STRUCT( ', 'STRUCT(');

describe('logicalSchema', () => {
  it('sees every type that the engine writes as the engine reads it', async () => {
    const path = join(folder, 'all.parquet');
    await witness.run(`COPY (SELECT * FROM test_all_types()) TO '${path}'`);
    expect(await ours(path)).toEqual(await described(path));
  });

  it('sees the flights as the engine does', async () => {
    const path = 'node_modules/vega-datasets/data/flights-3m.parquet';
    expect(await ours(path)).toEqual(await described(path));
    expect((await readFooter(path)).rows).toBe(3_000_000);
  });
});
