import { identifier, parquet, withDuck } from './duck.mjs';

/** Up to so many rows are compared as rows; above that, by a sum of the hashes of whole rows. */
const exactUpTo = 200_000;
/** Hashes of sources, which many copies are compared with. */
const known = new Map();

/**
 * Whether parquet files hold the same rows as others, each as often. Values are compared in the types of the
 * original. Gives "equal", or what is wrong in a few words.
 * @param select what of the original is wanted: SQL columns; default all
 */
export function compare(original, copy, select = '*') {
  return withDuck(async (ask) => {
    const from = `(SELECT ${select} FROM ${parquet(original)})`;
    const columns = await ask(`DESCRIBE ${from}`);
    const found = new Set((await ask(`DESCRIBE SELECT * FROM ${parquet(copy)}`)).map((c) => c.column_name));
    const lost = columns.find(({ column_name: name }) => !found.has(name));
    if (lost !== undefined) return `column ${lost.column_name} is missing`;
    const names = columns.map(({ column_name: name }) => identifier(name));
    const cast = columns.map(({ column_type: type }, i) => `CAST(${names[i]} AS ${type}) AS ${names[i]}`);
    const to = `(SELECT ${cast.join(', ')} FROM ${parquet(copy)})`;
    const count = async (table) => Number((await ask(`SELECT count(*) AS n FROM ${table}`))[0].n);
    const [left, right] = [await count(from), await count(to)];
    if (left !== right) return `${right} rows instead of ${left}`;
    if (left <= exactUpTo) {
      const extra = await count(`(FROM ${from} EXCEPT ALL FROM ${to})`);
      return extra === 0 ? 'equal' : `${extra} rows differ`;
    }
    const hash = async (table, what) =>
      (await ask(`SELECT sum(hash(${what}))::VARCHAR AS h FROM ${table}`))[0].h;
    const row = names.join(', ');
    if (!known.has(from)) known.set(from, await hash(from, row));
    if (known.get(from) === (await hash(to, row))) return 'equal';
    for (const name of names) {
      if ((await hash(from, name)) !== (await hash(to, name))) return `values of ${name} differ`;
    }
    return 'rows differ';
  });
}
