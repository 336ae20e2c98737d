import { copyFileSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { bothRoutes, readFile, settled, useWorkplace } from './workplace.js';

const place = useWorkplace();

describe('many of them', () => {
  it('a thousand entities all arrive, each with its own rows', async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `e${String(i).padStart(4, '0')}`);
    const kinds = 10;
    for (let kind = 0; kind < kinds; kind++) {
      const rows = `SELECT ${kind} AS kind, i, 'row ' || i AS label FROM range(${kind + 1}) AS n(i)`;
      await place.parquet(`kinds/${kind}.parquet`, rows);
    }
    mkdirSync(place.at('in'));
    for (const [i, name] of names.entries()) {
      copyFileSync(place.at('kinds', `${i % kinds}.parquet`), place.at('in', `${name}.parquet`));
    }
    const entities = names.map((name) => `  - name: ${name}\n    home: { path: ${name}.parquet }\n`).join('');
    await place.file('hygge.yml', 'name: many\noptions:\n  concurrency: 4\n');
    await place.file('flows/many/flow.yml', `home: in\nstore: store\nentities:\n${entities}`);
    const { coordinator, journal } = await place.project();
    const result = await coordinator.start();
    expect(result.flows.filter(({ status }) => status !== 'success')).toEqual([]);
    expect(result.flows).toHaveLength(1_000);
    expect(result.rows).toBe(5_500);
    await place.witness.expectSame(
      `SELECT string_split(filename, '/')[-2] AS entity, kind, i, label FROM read_parquet('${place.at('store')}/*/*.parquet', filename = true)`,
      `SELECT 'e' || lpad(CAST(e AS VARCHAR), 4, '0') AS entity, CAST(e % 10 AS INTEGER) AS kind, i, 'row ' || i AS label FROM range(1000) AS a(e), range(10) AS b(i) WHERE i <= e % 10`,
    );
    const entries = await journal();
    expect(new Set(entries.map(({ entity }) => entity))).toEqual(new Set(names));
  });

  it.each(bothRoutes)('two thousand columns arrive, by the %s route', async (route) => {
    const columns = Array.from({ length: 2_000 }, (_, i) =>
      i % 2 === 0 ? `i + ${i} AS "c${i}"` : `'v' || (i + ${i}) AS "c${i}"`,
    );
    const file = await place.parquet('wide.parquet', `SELECT ${columns.join(', ')} FROM range(50) AS n(i)`);
    const store = place.at('store');
    const result = await new Flow({ name: 'wide', home: file, store }).start({ route });
    expect(result.rows).toBe(50);
    const text = (sql: string): string => `SELECT hash(t) FROM (${sql}) AS t`;
    await place.witness.expectSame(text(settled(store)), text(readFile(file)));
    const names = `SELECT name FROM parquet_schema('${file}') WHERE num_children IS NULL`;
    const settledNames = `SELECT name FROM parquet_schema('${store}/*.parquet') WHERE num_children IS NULL`;
    await place.witness.expectSame(settledNames, names);
  });
});
