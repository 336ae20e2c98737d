import { mkdirSync, rmSync, statSync } from 'node:fs';
import { atMost, secondsText } from '../figures.mjs';
import { measure, median } from '../measure.mjs';
import { output, program } from '../paths.mjs';
import { readyMemory } from '../ready-memory.mjs';
import { sourceOf, tinyFile } from '../shapes.mjs';

/** What locks, intent, journal and verification cost: a run of a workspace against the bare copying of row groups. */
export async function safety({ bytes, rounds, quick }) {
  const large = await sourceOf('narrow', bytes);
  const tiny = await tinyFile(1000);
  const lines = [];
  const costs = {};
  for (const [name, source, repeats] of [
    ['large', large, 1],
    ['tiny', tiny, quick ? 5 : 30],
  ]) {
    console.log(`safety: ${name}`);
    const bare = [];
    const safe = [];
    // Differences of a few percent need more rounds than ratios do.
    for (let round = 0; round < Math.max(rounds, quick ? 1 : 5); round++) {
      const both = [
        ['bare', bare],
        ['safe', safe],
      ];
      for (const [how, all] of round % 2 === 0 ? both : both.reverse()) {
        all.push(...(await timesOf(how, source, repeats)));
      }
    }
    costs[name] = { bare: median(bare), safe: median(safe) };
    lines.push([name, secondsText(costs[name].bare), secondsText(costs[name].safe)]);
  }
  const share = (costs.large.safe / costs.large.bare - 1) * 100;
  return {
    title: 'The cost of safety',
    text: 'Inside of one process, after a first run to warm up. Bare: footers read, row groups copied, the file synced and renamed. Safe: a run of a workspace, with planning, lock, intent, verification, publishing and journal. So the difference also holds the planning, and is more than safety alone.',
    parts: [
      {
        table: { header: ['', 'bare', 'safe'], lines },
        goals: [
          atMost(`safety on ${Math.round(bytes / 1e6)} MB`, share, 5, ' %'),
          atMost('safety on 1,000 rows', (costs.tiny.safe - costs.tiny.bare) * 1000, 15, ' ms'),
        ],
      },
    ],
  };
}

async function timesOf(how, source, repeats) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  readyMemory(statSync(source).size);
  const args = [program('safety.mjs'), how, source, output, `${repeats}`];
  const { out } = await measure({ file: process.execPath, args });
  rmSync(output, { recursive: true, force: true });
  return JSON.parse(out);
}
