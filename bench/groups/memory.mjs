import { cp, hyggeEngine, hyggeMany, hyggeOne } from '../contenders.mjs';
import { atLeast, atMost, faster, megabytes, secondsText } from '../figures.mjs';
import { race } from '../race.mjs';
import { shapes, sourceOf } from '../shapes.mjs';

/** What the engine may use: small enough that its own needs show. */
const limit = 1_000_000_000;
/** Seconds for a file of the smaller size after which a contender runs once. */
const patience = 5;

/** Peak memory as the data grows fivefold. */
export async function memory({ bytes, rounds }) {
  const contenders = [cp, hyggeMany, hyggeOne, hyggeEngine()];
  const measured = [];
  for (const factor of [1, 5]) {
    console.log(`memory: ${factor} ×`);
    const source = await sourceOf('narrow', bytes * factor);
    const job = { source, memory: limit, rowGroup: shapes.narrow.rowGroup };
    // All but the engine run several times at either size: one run says little about a disk.
    measured.push(await race(contenders, job, { rounds, patience: patience * factor }));
  }
  const [small, large] = measured;
  const lines = contenders.map(({ name }, i) => [
    name,
    megabytes(small[i].peak),
    megabytes(large[i].peak),
    secondsText(small[i].seconds),
    secondsText(large[i].seconds),
    [small[i], large[i]].map((row) => row.missing ?? row.checked).join(', '),
  ]);
  const size = (factor) => `${Math.round((bytes * factor) / 1e6)} MB`;
  const growth = small[3].peak === null ? null : large[3].peak / small[3].peak;
  const worst = (rows) => Math.max(...rows.slice(1, 3).map(({ peak }) => peak ?? 0)) / 1e6 || null;
  return {
    title: 'Memory, and five times the size',
    text: `The engine may use ${megabytes(limit)}. The most that the whole process held, code and libraries included.`,
    parts: [
      {
        table: {
          header: [
            '',
            `peak, ${size(1)}`,
            `peak, ${size(5)}`,
            `time, ${size(1)}`,
            `time, ${size(5)}`,
            'rows',
          ],
          lines,
        },
        rows: measured.flat(),
        goals: [
          atMost('engine route: peak at five times the size, against once', growth, 1.1),
          atMost('engine route: peak memory above the limit', above(large[3].peak), 150, ' MB'),
          atLeast(`${size(5)}, one file: speed of cp`, faster(large, hyggeOne.name, cp.name), 0.8),
          atMost(`splice: peak memory at ${size(5)}`, worst(large), 200, ' MB'),
        ],
      },
    ],
  };
}

const above = (peak) => (peak === null ? null : Math.max(0, peak - limit) / 1e6);
