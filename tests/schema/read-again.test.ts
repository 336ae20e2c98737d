import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { settled, useWorkplace } from '../integration/workplace.js';
import { codeOf, project, run } from './cases.js';

const place = useWorkplace();

/** What a parquet home makes of some files, settled anew. */
async function again(): Promise<void> {
  await new Flow({ name: 'again', home: place.at('out'), store: place.at('again') }).start();
}

describe('a folder whose files have a column in several types', () => {
  it.each([
    ['INTEGER', 'BIGINT', 'BIGINT', '10', '5000000000'],
    ['BIGINT', 'INTEGER', 'BIGINT', '5000000000', '10'],
    ['BIGINT', 'UBIGINT', 'DECIMAL(20,0)', '-9223372036854775808', '18446744073709551615'],
    ['INTEGER', 'FLOAT', 'DOUBLE', '16777217', '1.5'],
    ['DECIMAL(18,2)', 'DECIMAL(9,5)', 'DECIMAL(21,5)', '1234567890123456.78', '1234.56789'],
    ['BIGINT', 'DECIMAL(10,2)', 'DECIMAL(21,2)', '9223372036854775807', '1.25'],
    ['INTEGER[]', 'BIGINT[]', 'BIGINT[]', '[1, 2]', '[5000000000]'],
  ])('is read by hygge: %s beside %s', async (first, second, both, a, b) => {
    await place.parquet('out/1.parquet', `SELECT 1 AS id, CAST('${a}' AS ${first}) AS v`);
    await place.parquet('out/2.parquet', `SELECT 2 AS id, CAST('${b}' AS ${second}) AS v, 'x' AS more`);
    await place.parquet('out/3.parquet', `SELECT 3 AS id, CAST('${a}' AS ${first}) AS v`);
    await again();
    await place.witness.expectSame(
      settled(place.at('again')),
      `SELECT * FROM (VALUES (1, CAST('${a}' AS ${both}), NULL::VARCHAR), (2, CAST('${b}' AS ${both}), 'x'), (3, CAST('${a}' AS ${both}), NULL)) AS t(id, v, more)`,
    );
    const ids = await place.witness.rows(`SELECT id FROM (${settled(place.at('again'))})`);
    expect(ids).toEqual([['1'], ['2'], ['3']]);
  });

  it('is one that adapt has made, and every type it grew through', async () => {
    const types = ['TINYINT', 'UTINYINT', 'INTEGER', 'UINTEGER', 'BIGINT', 'DECIMAL(20,0)'];
    for (const [i, type] of types.entries()) {
      await place.parquet('in.parquet', `SELECT ${i} AS id, CAST(${i + 100} AS ${type}) AS n`);
      expect(codeOf((await run(await project(place, { store: 'out' }))).result)).toBeNull();
    }
    await again();
    await place.witness.expectSame(
      settled(place.at('again')),
      `SELECT range::INTEGER AS id, (range + 100)::DECIMAL(20,0) AS n FROM range(${types.length})`,
    );
  });

  it('where no type holds both is an error that names both', async () => {
    await place.parquet('out/1.parquet', 'SELECT 1 AS v');
    await place.parquet('out/2.parquet', "SELECT 'one' AS v");
    await expect(again()).rejects.toMatchObject({ code: 'SCHEMAS_DISAGREE' });
  });

  it('has a condition and a watermark in the type that holds both', async () => {
    await place.parquet('out/1.parquet', 'SELECT range::INTEGER AS n FROM range(10)');
    await place.parquet('out/2.parquet', 'SELECT range + 5000000000 AS n FROM range(10)');
    const flow = new Flow({
      name: 'again',
      home: place.at('out'),
      store: place.at('again'),
      where: 'n >= 5',
      run_type: 'incremental',
      watermark: { watermark_column: 'n' },
    });
    expect((await flow.start()).rows).toBe(15);
    expect((await flow.start()).rows).toBe(0);
  });
});
