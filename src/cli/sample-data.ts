/** Some rows to try a new workspace with. */
const rows = `
  SELECT * FROM (VALUES
    (1, 'Beeswax',        4.50::DECIMAL(6,2), DATE '2026-01-05', true),
    (2, 'Cinnamon',       6.25::DECIMAL(6,2), DATE '2026-01-09', true),
    (3, 'Pine & juniper', 7.00::DECIMAL(6,2), DATE '2026-01-17', false),
    (4, 'Vanilla',        5.75::DECIMAL(6,2), DATE '2026-02-02', true),
    (5, 'Unscented',      3.95::DECIMAL(6,2), NULL,              true)
  ) AS candles (id, name, price, poured_on, in_stock)`;

/** Writes a small parquet file. */
export async function writeSampleData(path: string): Promise<void> {
  const { openEngine } = await import('../engine/index.js');
  const engine = await openEngine({ threads: 1 });
  try {
    const session = await engine.session();
    try {
      await session.run(`COPY (${rows}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
    } finally {
      await session.close();
    }
  } finally {
    await engine.close();
  }
}
