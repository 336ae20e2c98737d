// HOW SOURCE FOLDER REPEATS: moves a file again and again, bare or safe, and prints the seconds of each time as JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinRegistry, Coordinator, loadWorkspace } from '../../build/index.js';
import { executeSplice, planSplice, readFooter } from '../../build/parquet/index.js';
import { tinyFile } from '../shapes.mjs';

const [, , how, source, folder, repeats] = process.argv;
const oneFile = 1_000_000_000;

async function bare(from, to) {
  mkdirSync(to, { recursive: true });
  const footer = await readFooter(from);
  const plan = planSplice([{ footer, rowGroups: footer.rowGroups.map((_, i) => i) }], {
    targetRows: oneFile,
  });
  const staged = join(to, 'staged');
  await executeSplice(plan, [staged], { sync: true });
  await rename(staged, join(to, 'copy.parquet'));
  const handle = await open(to, 'r');
  await handle.sync();
  await handle.close();
}

async function safe(from, to) {
  mkdirSync(to, { recursive: true });
  const path = join(to, 'flow.yml');
  const store = { type: 'parquet', path: join(to, 'store'), batch_size: oneFile };
  writeFileSync(path, JSON.stringify({ flows: { rows: { home: from, store } } }));
  const loaded = await loadWorkspace({ path, cwd: to, env: process.env, registry: builtinRegistry() });
  const { status } = await new Coordinator(loaded).start();
  if (status !== 'success') throw new Error('the run failed');
}

const move = how === 'bare' ? bare : safe;
for (let i = 0; i < 3; i++) await move(await tinyFile(1000), join(folder, `warm-${i}`));
const times = [];
for (let i = 0; i < Number(repeats); i++) {
  const begin = performance.now();
  await move(source, join(folder, `${i}`));
  times.push((performance.now() - begin) / 1000);
}
console.log(JSON.stringify(times));
