// A flow from a program: parquet files to parquet files, with an eye on what happens.
// Run it with: npx tsx examples/parquet_flow.ts, or with Node alone from 22.18 on: node examples/parquet_flow.ts
import { fileURLToPath } from 'node:url';
import { Flow } from 'hygge';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const flow = new Flow({
  name: 'numbers',
  home: here('../data/home/numbers'),
  store: { type: 'parquet', path: here('../data/store/numbers/example'), compression: 'zstd' },
  columns: { n: 'number', squared: 'square' },
});
flow.events.on('flow.planned', ({ plan }) => console.log(`Taking the ${plan.route} route: ${plan.reason}`));

const result = await flow.start();
console.log(`${result.rows} rows settled in ${result.files.length} file(s)`);
