import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, hygge, parquet, snapshot } from '../cli/helpers.js';
import { useWorkplace } from '../integration/workplace.js';
import { flipBit, lastByteOf, withChecksums } from './checksums.js';

const place = useWorkplace();

const flows = `name: shop
flows:
  small:
    home: in/small.parquet
    store: { path: out/small, batch_size: 500, compression: gzip }
  large:
    home: in/large.parquet
    store: { path: out/large }
    verify: fingerprint
`;

/** A project in which two flows have run. */
async function project() {
  await place.parquet('in/small.parquet', 'SELECT range AS id FROM range(1000)');
  await place.parquet('in/large.parquet', "SELECT range AS id, 'w' || range AS w FROM range(5000)");
  await place.file('hygge.yml', flows);
  const { coordinator, journal } = await place.project();
  expect((await coordinator.start()).status).toBe('success');
  return { coordinator, journal };
}

const filesOf = (store: string): string[] =>
  readdirSync(place.at('out', store))
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => place.at('out', store, name));

it('finds nothing wrong where nothing is, and writes nothing', async () => {
  const { coordinator } = await project();
  const before = snapshot(place.folder);
  const outcomes = await coordinator.verify();
  expect(outcomes).toMatchObject([
    {
      name: 'small',
      ok: true,
      problems: [],
      audit: { files: 2, rows: 1000, hashed: 0, foreign: [], notes: [] },
    },
    { name: 'large', ok: true, problems: [], audit: { files: 1, rows: 5000, hashed: 1 }, error: null },
  ]);
  expect(await coordinator.verify({ flows: ['large'] })).toHaveLength(1);
  expect(snapshot(place.folder)).toEqual(before);
});

it('names a file that is gone, one that is shorter, one that is damaged, and those not of hygge', async () => {
  const { coordinator } = await project();
  const [first = '', second = ''] = filesOf('small');
  const [large = ''] = filesOf('large');
  rmSync(first);
  truncateSync(second, 100);
  writeFileSync(place.at('out/small/mine.parquet'), readFileSync(large));
  const bytes = readFileSync(large);
  writeFileSync(large, bytes.fill(0, bytes.length - 60, bytes.length - 20));
  const [small, other] = await coordinator.verify();
  expect(small).toMatchObject({
    ok: false,
    problems: [
      { what: 'missing', file: '00000000000000000001.parquet' },
      { what: 'changed', file: '00000000000000000002.parquet' },
    ],
    audit: { foreign: ['mine.parquet'] },
  });
  expect(other?.problems).toMatchObject([{ what: 'damaged' }]);
});

it('finds one changed bit: by the hash of a file, and without one by the checksum of a page', async () => {
  const { coordinator } = await project();
  await place.file('hygge.yml', flows.replace('batch_size: 500, compression: gzip', 'batch_size: 5000'));
  await withChecksums(place.at('in/large.parquet'), place.at('in/small.parquet'));
  const { coordinator: again } = await place.project();
  expect((await again.start({ flows: ['small'] })).status).toBe('success');
  expect(await again.verify()).toMatchObject([{ ok: true }, { ok: true }]);
  for (const name of ['small', 'large']) {
    const [file = ''] = filesOf(name);
    await flipBit(file, await lastByteOf(file, 0, 1));
  }
  expect(await coordinator.verify()).toMatchObject([
    { problems: [{ what: 'damaged', message: expect.stringContaining('column "w" in row group 1') }] },
    { problems: [{ what: 'changed', message: expect.stringContaining('content') }] },
  ]);
});

it('tells when the store knows nothing of what the journal says, or less than that', async () => {
  const { coordinator } = await project();
  cpSync(place.at('out/small'), place.at('before'), { recursive: true });
  expect((await coordinator.start({ flows: ['small'] })).status).toBe('success');
  expect(await coordinator.verify({ flows: ['small'] })).toMatchObject([{ ok: true }]);
  rmSync(place.at('out/small'), { recursive: true });
  cpSync(place.at('before'), place.at('out/small'), { recursive: true });
  expect(await coordinator.verify({ flows: ['small'] })).toMatchObject([
    {
      problems: [
        { what: 'journal', message: expect.stringContaining('the last run that the store knows of') },
      ],
    },
  ]);
  rmSync(place.at('out/small'), { recursive: true });
  expect(await coordinator.verify({ flows: ['small'] })).toMatchObject([
    { problems: [{ what: 'journal', message: expect.stringContaining('the store knows of no run') }] },
  ]);
});

it('goes with what was taken back, and keeps hashes through appends', async () => {
  const { coordinator, journal } = await project();
  await place.file('hygge.yml', flows.replace('path: out/large', 'path: out/large, incremental: true'));
  const { coordinator: appending } = await place.project();
  const { run_id: run } = await appending.start({ flows: ['large'] });
  expect(await appending.verify({ flows: ['large'] })).toMatchObject([
    { ok: true, audit: { rows: 10_000, files: 2, hashed: 2 } },
  ]);
  const entry = (await journal()).at(-1);
  expect(entry?.fingerprint).toMatchObject({ rows: 5000, columns: [{ name: 'id' }, { name: 'w' }] });
  await appending.undo(await appending.findRun(run));
  expect(await coordinator.verify({ flows: ['large'] })).toMatchObject([{ ok: true, audit: { rows: 5000 } }]);
});

it('is a command for people and for programs', async () => {
  const cwd = folderWith({ 'hygge.yml': flows });
  await parquet(join(cwd, 'in/small.parquet'));
  await parquet(join(cwd, 'in/large.parquet'), 'SELECT range AS id FROM range(5000)');
  const empty = await hygge(['verify'], { cwd });
  expect(empty).toMatchObject({ code: 0, stderr: '' });
  expect(empty.stdout).toContain('✓ small  nothing has been put there yet');
  expect((await hygge(['go'], { cwd })).code).toBe(0);
  const fine = await hygge(['verify'], { cwd });
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(fine.stdout).toBe(
    '✓ small  2 files, 1,000 rows\n✓ large  1 file, 5,000 rows, the content of 1 compared\n\n2 stores verified, and all is there.\n',
  );
  rmSync(join(cwd, 'out/small/00000000000000000001.parquet'));
  const wrong = await hygge(['verify', 'small', './hygge.yml', '--json'], { cwd });
  expect(wrong.code).toBe(1);
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    status: 'fail',
    stores: [{ name: 'small', ok: false, rows: 1000, problems: [{ what: 'missing' }], error: null }],
  });
  expect((await hygge(['verify', 'small', cwd], { cwd: join(cwd, 'out') })).stdout).toContain('it is gone');
  expect((await hygge(['verify', './hygge.yml'], { cwd })).code).toBe(1);
  expect((await hygge(['verify', 'smal'], { cwd })).code).toBe(2);
});
