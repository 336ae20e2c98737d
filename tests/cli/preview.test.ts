import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectForPeople, folderWith, hygge, parquet, rowsIn, snapshot, sql } from './helpers.js';

const flow = `home: data/home/rooms
store: { path: data/store/rooms, polish: { columns: { case: snake }, constants: [{ name: origin, value: house }] } }
run_type: incremental
watermark: { watermark_column: seenAt, primary_key: roomId }
where: roomId >= 10
mask: { columns: { guest: partial } }
entities: [attic, cellar]
`;

let folder = '';
beforeEach(async () => {
  folder = folderWith({ 'hygge.yml': 'name: house\n', 'flows/rooms/flow.yml': flow });
  for (const [entity, rows] of [
    ['attic', 50],
    ['cellar', 5_000],
  ] as const) {
    const select = `SELECT range AS "roomId", 'Guest ' || (range + 1000) AS guest, TIMESTAMP '2026-01-01' + to_hours(range) AS "seenAt" FROM range(${rows})`;
    await parquet(join(folder, `data/home/rooms/${entity}/1.parquet`), select);
  }
});

describe('hygge preview', () => {
  it('shows the first rows as they would settle, and writes nothing', async () => {
    const before = snapshot(folder);
    const ended = await hygge(['preview', 'rooms', '-e', 'attic', '-n', '2'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expectForPeople(ended.stdout);
    expect(ended.stdout).toBe(
      [
        'rooms_attic  the first 2 rows, as they would settle',
        '  room_id  guest       seen_at              origin',
        '   BIGINT  VARCHAR     TIMESTAMP            VARCHAR',
        '       10  ******1010  2026-01-01 10:00:00  house',
        '       11  ******1011  2026-01-01 11:00:00  house',
        '',
        'Nothing was written.',
        '',
      ].join('\n'),
    );
    expect(snapshot(folder)).toEqual(before);
    expect(existsSync(join(folder, '.hygge'))).toBe(false);
  });

  it('prints one JSON document with every value whole', async () => {
    const ended = await hygge(['preview', 'rooms', '--json', '-n', '1'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { status, previews } = JSON.parse(ended.stdout);
    expect(status).toBe('success');
    expect(previews.map(({ name }: { name: string }) => name)).toEqual(['rooms_attic', 'rooms_cellar']);
    expect(previews[0]).toMatchObject({
      flow: 'rooms',
      entity: 'attic',
      columns: [
        { name: 'room_id', type: 'BIGINT' },
        { name: 'guest', type: 'VARCHAR' },
        { name: 'seen_at', type: 'TIMESTAMP' },
        { name: 'origin', type: 'VARCHAR' },
      ],
      rows: [['10', '******1010', '2026-01-01 10:00:00', 'house']],
      error: null,
    });
  });

  it.each([
    [['room'], 2, 'Did you mean "rooms"?'],
    [['rooms', '-e', 'atic'], 2, 'Did you mean "rooms.attic"?'],
    [['rooms', '-n', 'x'], 2, 'It must be a whole number from 1'],
  ])('says what is wrong with %j', async (args, code, text) => {
    const ended = await hygge(['preview', ...args], { cwd: folder });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(text);
  });

  it('shows what can be shown, and says of the rest why not', async () => {
    await parquet(join(folder, 'data/home/rooms/cellar/1.parquet'), 'SELECT 1 AS other');
    const ended = await hygge(['preview', 'rooms', '-n', '1'], { cwd: folder });
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('******1010');
    expect(ended.stdout).toContain('rooms_cellar  could not be shown');
    expect(ended.stderr).toContain('COLUMN_NOT_FOUND');
  });
});

describe('hygge go --limit', () => {
  it('moves a sample into a scratch store, and touches no store, no watermark and no journal', async () => {
    expect((await hygge(['go', '-e', 'rooms.attic'], { cwd: folder })).code).toBe(0);
    const journal = join(folder, '.hygge');
    const before = { journal: snapshot(journal), store: snapshot(join(folder, 'data/store')) };
    const ended = await hygge(['go', '--limit', '7'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expectForPeople(ended.stdout);
    expect(ended.stdout).toContain('rooms_attic   7 rows');
    expect(ended.stdout).toContain('→ .hygge/scratch/rooms_cellar');
    expect(ended.stdout).toContain(
      'A sample: the first 7 rows of each at most. No store and no watermark was touched.',
    );
    const scratch = join(folder, '.hygge/scratch');
    expect(await rowsIn(join(scratch, 'rooms_cellar'))).toBe(7);
    const rows = await sql(`SELECT room_id, guest, origin FROM '${scratch}/rooms_attic/*.parquet' LIMIT 1`);
    expect(rows).toEqual([[10n, '******1010', 'house']]);
    expect(snapshot(join(folder, 'data/store'))).toEqual(before.store);
    const after = snapshot(journal);
    for (const path of Object.keys(after)) if (path.startsWith(scratch)) delete after[path];
    expect(after).toEqual(before.journal);

    // The next sample takes its place, and the flow goes on from where it was.
    expect((await hygge(['go', '--limit', '3', '-e', 'rooms.attic'], { cwd: folder })).code).toBe(0);
    expect(await rowsIn(join(scratch, 'rooms_attic'))).toBe(3);
    const next = await hygge(['go', '-e', 'rooms.attic'], { cwd: folder });
    expect(next.stdout).toContain('there is nothing new');
  });

  it.each(['--from=2026-01-01', '-i', '-d'])('is not taken together with %s', async (flag) => {
    const ended = await hygge(['go', '--limit', '3', flag], { cwd: folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('exclude one another');
  });
});
