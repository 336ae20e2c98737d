import { hygge } from '../contenders.mjs';
import { atMost, faster, raceTable } from '../figures.mjs';
import { race } from '../race.mjs';
import { sourceOf } from '../shapes.mjs';

/** Twenty checks, each kind among them, as a contract may have them; all rows keep all of them. */
export const contract = {
  columns: {
    id: { nullable: false, unique: true, min: 0 },
    started: { nullable: false, min: '2024-01-01', max: '2025-01-01' },
    ended: { min: '2024-01-01' },
    count_0: { in: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
    count_5: { min: 0, max: 999999 },
    amount_0: { nullable: false, min: 0, max: 100000 },
    code_0: { nullable: false, pattern: 'w[0-9]+', length: { min: 2, max: 5 } },
    kept: { nullable: false },
  },
  checks: [
    'fee is null or fee >= 0',
    { min_rows: 1000 },
    { completeness: { column: 'fee', at_least: '60%' } },
  ],
};

const store = { batch_size: 1_000_000_000 };
const contender = (name, more, flags) => hygge(name, { store, flags, flow: more });

/** The same flow without checks and with twenty, by the engine and spliced. */
export async function checks({ bytes, rounds }) {
  const source = await sourceOf('narrow', bytes);
  const parts = [];
  for (const [route, wanted] of [
    ['engine', 1.3],
    ['splice', null],
  ]) {
    console.log(`checks: ${route}`);
    const flags = ['--route', route];
    const without = contender('hygge, no checks', {}, flags);
    const checked = contender('hygge, 20 checks', { contract }, flags);
    const rows = await race([without, checked], { source }, { rounds, patience: Number.POSITIVE_INFINITY });
    const ratio = faster(rows, without.name, checked.name);
    parts.push({
      title: route === 'engine' ? 'through the engine' : 'spliced',
      table: raceTable(rows, without.name),
      rows,
      goals:
        wanted === null ? [] : [atMost('20 checks, engine route: times the time without', ratio, wanted)],
    });
  }
  return {
    title: 'Checks of a contract',
    text: `One file of ${Math.round(bytes / 1e6)} MB becomes one file. The checks are asked of 9 of its 21 columns; every row keeps them.`,
    parts,
  };
}
