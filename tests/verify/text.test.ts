import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hygge, snapshot } from '../cli/helpers.js';
import { useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();

/** Stores of text, and how many rows their files have. */
const stores: Readonly<Record<string, readonly [string, readonly number[]]>> = {
  csv: ['{ type: csv, path: out/csv }', [1000]],
  bare: [
    "{ type: csv, path: out/bare, header: false, delimiter: ';', null_value: N, batch_size: 601 }",
    [601, 399],
  ],
  packed: ['{ type: csv, path: out/packed, compression: gzip, batch_size: 601 }', [601, 399]],
  ndjson: ['{ type: ndjson, path: out/ndjson }', [1000]],
  zipped: ['{ type: ndjson, path: out/zipped, compression: zstd }', [1000]],
  named: ['{ type: local, path: out/named, format: csv, batch_size: 601 }', [601, 399]],
};
const names = Object.keys(stores);
/** Values that run over lines, that are none, and that are empty. */
const rows =
  "SELECT CASE WHEN range % 3 = 0 THEN NULL WHEN range % 3 = 1 THEN '' ELSE concat('a', chr(10), '\"', range, ';') END AS t FROM range(1000)";

async function project() {
  await place.parquet('in/rows.parquet', rows);
  const flows = names.map((name) => `  ${name}: { home: in/rows.parquet, store: ${stores[name]?.[0]} }\n`);
  await place.file('hygge.yml', `name: texts\nflows:\n${flows.join('')}`);
  const { coordinator } = await place.project();
  expect((await coordinator.start()).status).toBe('success');
  return coordinator;
}

const filesOf = (store: string): string[] =>
  readdirSync(place.at('out', store))
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => place.at('out', store, name));

it('counts the rows of stores of text, however they are written, and writes nothing', async () => {
  const coordinator = await project();
  const before = snapshot(place.folder);
  const outcomes = await coordinator.verify();
  expect(
    outcomes.map(({ name, problems, error, audit }) => [name, problems, error, audit?.rows, audit?.files]),
  ).toEqual(names.map((name) => [name, [], null, 1000, stores[name]?.[1].length]));
  expect(snapshot(place.folder)).toEqual(before);
});

it('counts files of earlier runs that are packed in another way', async () => {
  await project();
  const flow = (store: string): string =>
    `name: texts\nflows:\n  csv: { home: in/rows.parquet, store: ${store} }\n`;
  await place.file('hygge.yml', flow('{ type: csv, path: out/csv, compression: gzip, incremental: true }'));
  const { coordinator } = await place.project();
  expect((await coordinator.start()).status).toBe('success');
  expect(filesOf('csv').map((file) => file.slice(file.indexOf('.', file.lastIndexOf('/'))))).toEqual([
    '.csv',
    '.csv.gz',
  ]);
  expect(await coordinator.verify()).toMatchObject([
    { ok: true, problems: [], audit: { rows: 2000, files: 2 } },
  ]);
});

it.each(names)('names what is gone, has another size or is not one of its own: %s', async (name) => {
  const coordinator = await project();
  const [first = ''] = filesOf(name);
  const bytes = readFileSync(first);
  writeFileSync(first, bytes.subarray(0, bytes.length - 1));
  writeFileSync(
    `${first.slice(0, first.indexOf('0000'))}mine${first.slice(first.indexOf('.', first.lastIndexOf('/')))}`,
    bytes,
  );
  const verify = async () => (await coordinator.verify({ flows: [name] }))[0];
  expect(await verify()).toMatchObject({ ok: false, problems: [{ what: 'changed' }] });
  expect((await verify())?.audit?.foreign).toHaveLength(1);
  rmSync(first);
  expect(await verify()).toMatchObject({ ok: false, problems: [{ what: 'missing' }] });
});

it.each(names)(
  'finds a row that is missing, or a file that is not whole, at the same size: %s',
  async (name) => {
    const coordinator = await project();
    const [first = ''] = filesOf(name);
    const bytes = readFileSync(first);
    if (['packed', 'zipped'].includes(name)) bytes.fill(0, bytes.length - 40);
    // The end of the last row but one becomes a part of it; the last one is NULL.
    else bytes[bytes.lastIndexOf('\n', bytes.length - 2)] = 0x20;
    writeFileSync(first, bytes);
    const [outcome] = await coordinator.verify({ flows: [name] });
    const what = ['packed', 'zipped'].includes(name) ? 'damaged' : 'rows';
    expect(outcome).toMatchObject({ ok: false, problems: [{ what }] });
  },
);

it('says which stores could not be looked at, and of the others whether they are as they should be', async () => {
  await project();
  const shown = await hygge(['verify'], { cwd: place.folder });
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('✓ bare  2 files, 1,000 rows\n');
  expect(shown.stdout).toContain('6 stores verified, and all is there.');
  writeFileSync(place.at('out/csv/.hygge/manifest.json'), '{');
  const broken = await hygge(['verify'], { cwd: place.folder });
  expect(broken.code).toBe(1);
  expect(broken.stderr).toContain('manifest.json');
  expect(broken.stdout).toContain('\n1 of 6 stores could not be looked at.\n');
  expect(broken.stdout).not.toContain('as it should be');
});
