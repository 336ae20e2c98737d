import { identifier, parquet, withDuck } from './duck.mjs';

/** Up to so many rows are compared as rows; above that, by a sum of hashes for every column. */
const exactUpTo = 200_000;

/**
 * Whether parquet files hold the same rows as others, each as often. Values are compared in the types of the
 * original. Gives "equal", or what is wrong in a few words.
 * @param select what of the original is wanted: SQL columns; default all
 */
export async function compare(original, copy, select = '*') {
  return withDuck(async (ask) => {
    const from = `(SELECT ${select} FROM ${parquet(original)})`;
    const columns = await ask(`DESCRIBE ${from}`);
    const found = new Set((await ask(`DESCRIBE SELECT * FROM ${parquet(copy)}`)).map((c) => c.column_name));
    const lost = columns.find(({ column_name: name }) => !found.has(name));
    if (lost !== undefined) return `column ${lost.column_name} is missing`;
    const to = `(SELECT ${columns
      .map(
        ({ column_name: name, column_type: type }) =>
          `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
      )
      .join(', ')} FROM ${parquet(copy)})`;
    const count = async (table) => Number((await ask(`SELECT count(*) AS n FROM ${table}`))[0].n);
    const [left, right] = [await count(from), await count(to)];
    if (left !== right) return `${right} rows instead of ${left}`;
    if (left <= exactUpTo) {
      const extra = `(FROM ${from} EXCEPT ALL FROM ${to})`;
      return (await count(extra)) === 0 ? 'equal' : 'rows differ';
    }
    const hashes = columns.map(
      ({ column_name: name }, i) => `sum(hash(${identifier(name)}))::VARCHAR AS h${i}`,
    );
    const [[a], [b]] = [await ask(`SELECT ${hashes} FROM ${from}`), await ask(`SELECT ${hashes} FROM ${to}`)];
    const other = columns.find((_, i) => a[`h${i}`] !== b[`h${i}`]);
    return other === undefined ? 'equal' : `values of ${other.column_name} differ`;
  });
}
