import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../check.mjs';
import { withDuck } from '../duck.mjs';
import { atMost, secondsText } from '../figures.mjs';
import { flowFile } from '../jobs.mjs';
import { measure, median } from '../measure.mjs';
import { cli, output } from '../paths.mjs';
import { tinyFile } from '../shapes.mjs';

const node = (...args) => ({ file: process.execPath, args });
const splice = ['go', join(output, 'flow.yml'), '--quiet'];
const engine = [...splice, '--route', 'engine'];

/** What it costs to begin, and what each of many small entities costs. */
export async function startup({ quick, rounds }) {
  console.log('startup');
  const source = await tinyFile(1000);
  const turns = quick ? rounds : 20;
  const times = { node: [], version: [], splice: [], engine: [] };
  let checked = null;
  for (let turn = 0; turn < turns; turn++) {
    times.node.push((await measure(node('-e', '0'))).seconds);
    times.version.push((await measure(node(cli, '--version'))).seconds);
    for (const [name, args] of Object.entries({ splice, engine })) {
      empty();
      flowFile({ source, output }, {}, {});
      times[name].push((await measure(node(cli, ...args))).seconds);
      const equal = await compare(source, join(output, 'store', '00000000000000000001.parquet'));
      if (checked === null || checked === 'equal') checked = equal;
    }
  }
  const many = await manyEntities(quick ? 50 : 1000);
  rmSync(output, { recursive: true, force: true });
  const middle = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  const line = (name, seconds, rows = '') => [name, secondsText(seconds), rows];
  const each = many.seconds / many.count;
  return {
    title: 'Beginning, and many small ones',
    text: `The median of ${turns}. Splicing loads no engine; the engine route does.`,
    parts: [
      {
        table: {
          header: ['', 'time', 'rows'],
          lines: [
            line('node -e 0', middle.node),
            line('hygge --version', middle.version),
            line('hygge go, 1,000 rows, spliced', middle.splice, checked),
            line('hygge go, 1,000 rows, by the engine', middle.engine, checked),
            line(
              `hygge go, ${many.count.toLocaleString('en')} entities of 100 rows`,
              many.seconds,
              many.checked,
            ),
            line('of which one entity', each),
          ],
        },
        goals: [
          atMost('hygge --version against node -e 0', middle.version / middle.node, 2),
          atMost('1,000 rows from home to store, whole process', middle.engine * 1000, 500, ' ms'),
          atMost('one of many entities of 100 rows', each * 1000, 10, ' ms'),
        ],
      },
    ],
  };
}

/** So many entities of 100 rows each, in one run, eight side by side. */
async function manyEntities(count) {
  empty();
  const source = await tinyFile(100);
  const flows = {};
  for (let i = 0; i < count; i++) flows[`e${i}`] = { home: source, store: join(output, 'many', `e${i}`) };
  writeFileSync(join(output, 'many.yml'), JSON.stringify({ flows }));
  const { seconds } = await measure(node(cli, 'go', join(output, 'many.yml'), '--quiet'));
  const rows = await withDuck(async (ask) => {
    const [{ n }] = await ask(`SELECT count(*) AS n FROM read_parquet('${output}/many/*/*.parquet')`);
    return Number(n);
  });
  const checked = rows === count * 100 ? 'counted' : `${rows} rows instead of ${count * 100}`;
  return { count, seconds, checked };
}

function empty() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
}
