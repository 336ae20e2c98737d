import { createHash } from 'node:crypto';
import type { TextTable } from '../../../src/testing/index.js';
import type { Witness } from '../../integration/witness.js';
import type { TestServer } from './server.js';

/** A table of its own for each path that a contract thinks of. */
export const tableAt = (place: string): string =>
  `at_${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;

/** Types of the server whose text is another in the engine: what the engine reads it as. */
const asEngine: Readonly<Record<number, string>> = {
  16: 'BOOLEAN',
  700: 'FLOAT',
  701: 'DOUBLE',
  1082: 'DATE',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMPTZ',
  1186: 'INTERVAL',
};
const bytea = 17;

/** What lies in a table, by the driver alone, in the words of the engine; no rows where there is no table. */
export async function readTable(server: TestServer, witness: Witness, table: string): Promise<TextTable> {
  const client = await server.client();
  try {
    await client.query("SET TimeZone = 'UTC'");
    const found = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [`"${table}"`]);
    if (found.rows[0]?.there !== true) return { columns: [], rows: [] };
    const types = { getTypeParser: () => (text: string | Buffer) => String(text) };
    const result = await client.query({ text: `SELECT * FROM "${table}"`, rowMode: 'array', types } as never);
    const { fields, rows } = result as unknown as {
      fields: { name: string; dataTypeID: number }[];
      rows: (string | null)[][];
    };
    const memo = new Map<string, string | null>();
    const engineText = async (value: string, type: number): Promise<string | null> => {
      const key = `${type} ${value}`;
      const known = memo.get(key);
      if (known !== undefined) return known;
      const text = value.replaceAll("'", "''");
      const expression =
        type === bytea ? `unhex('${text.slice(2)}')` : `CAST('${text}' AS ${asEngine[type] ?? 'VARCHAR'})`;
      const made = (await witness.rows(`SELECT ${expression}`))[0]?.[0] ?? null;
      memo.set(key, made);
      return made;
    };
    const out: (string | null)[][] = [];
    for (const row of rows) {
      const values: (string | null)[] = [];
      for (const [i, value] of row.entries()) {
        const type = fields[i]?.dataTypeID ?? 0;
        if (value === null) values.push(null);
        else if (type === 1007) values.push(`[${value.slice(1, -1).split(',').join(', ')}]`);
        else if (type === bytea || asEngine[type] !== undefined) values.push(await engineText(value, type));
        else values.push(value);
      }
      out.push(values);
    }
    return { columns: fields.map(({ name }) => name), rows: out };
  } finally {
    await client.end();
  }
}
