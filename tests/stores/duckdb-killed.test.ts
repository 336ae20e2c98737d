// Runs into a DuckDB file that are killed before each of their statements, and in the middle of some: the file holds the
// old or the new, never a mixture, and the next run makes it the new.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hygge, mainOfModules } from '../cli/helpers.js';
import { Random } from '../files/support/random.js';
import { useWorkplace } from '../integration/workplace.js';

const place = useWorkplace();
const killer = fileURLToPath(new URL('fixtures/kill-at-statement.mjs', import.meta.url));
const seed = Number(process.env.HYGGE_SEED ?? Date.now() % 1_000_000);

interface Kind {
  readonly flow: string;
  /** What the home has before and after. */
  readonly before: string;
  readonly after: string;
  /** What the table holds once the second run has published. */
  readonly settles: string;
}

const rows = (from: number, to: number, tag: string): string =>
  `SELECT i AS id, '${tag} ' || md5(i::VARCHAR) AS label FROM range(${from}, ${to}) AS n(i)`;
const watermark = 'watermark: { primary_key: id, watermark_column: id }';

const kinds = (size: number): Record<string, Kind> => ({
  replace: {
    flow: 'run_type: full_drop',
    before: rows(0, size, 'old'),
    after: rows(size / 2, size * 2, 'new'),
    settles: rows(size / 2, size * 2, 'new'),
  },
  append: {
    flow: `run_type: incremental, ${watermark}`,
    before: rows(0, size, 'old'),
    after: rows(0, size * 2, 'old'),
    settles: rows(0, size * 2, 'old'),
  },
  merge: {
    flow: 'run_type: merge, watermark: { primary_key: id }',
    before: rows(0, size, 'old'),
    after: rows(size / 2, size * 2, 'new'),
    settles: `${rows(0, size / 2, 'old')} UNION ALL ${rows(size / 2, size * 2, 'new')}`,
  },
});

/** A project whose first run has published, and whose home has changed since. */
async function template(kind: Kind): Promise<string> {
  const home = await place.parquet('template/in.parquet', kind.before);
  const store = 'store: { type: duckdb, path: out/store.duckdb, table: orders }';
  await place.file('template/hygge.yml', `flows:\n  f: { home: in.parquet, ${store}, ${kind.flow} }\n`);
  const folder = place.at('template');
  const first = await hygge(['go'], { cwd: folder });
  expect(first.code, first.stderr).toBe(0);
  rmSync(home);
  await place.parquet('template/in.parquet', kind.after);
  return folder;
}

let looks = 0;

/** What the file holds, and what it says of itself, by an engine that hygge has no hand in. */
async function look(
  folder: string,
  kind: Kind,
): Promise<{ is: string; begun: string; staging: string; record: string }> {
  const { witness } = place;
  looks += 1;
  const name = `killed_${looks}`;
  await witness.run(`ATTACH '${folder}/out/store.duckdb' AS ${name} (READ_ONLY)`);
  try {
    const same = async (expected: string): Promise<boolean> => {
      const there = `SELECT id, label FROM ${name}.orders`;
      const [[one] = []] = await witness.rows(`SELECT count(*) FROM ((${there}) EXCEPT ALL (${expected}))`);
      const [[other] = []] = await witness.rows(`SELECT count(*) FROM ((${expected}) EXCEPT ALL (${there}))`);
      return one === '0' && other === '0';
    };
    const [[last = null, begun = null] = []] = await witness.rows(
      `SELECT max(fence) FILTER (state = 'published'), count(*) FILTER (state = 'begun') FROM ${name}.hygge_runs`,
    );
    const [[staging = null] = []] = await witness.rows(
      `SELECT count(*) FROM duckdb_tables() WHERE database_name = '${name}' AND table_name LIKE 'hygge_stage%'`,
    );
    const is = (await same(kind.settles)) ? 'new' : (await same(kind.before)) ? 'old' : 'a mixture';
    return { is, begun: begun ?? '', staging: staging ?? '', record: last === '1' ? 'old' : 'new' };
  } finally {
    await witness.run(`DETACH ${name}`);
  }
}

let copies = 0;

/** Kills a run, looks, runs again, and looks again. Gives what was there in between. */
async function killed(from: string, kind: Kind, env: Record<string, string>): Promise<string> {
  const folder = place.at(`killed-${copies++}`);
  cpSync(from, folder, { recursive: true });
  const how = `HYGGE_SEED=${seed}, ${kind.flow}, ${JSON.stringify(env)}`;
  await hygge(['go'], { cwd: folder, nodeArgs: ['--import', killer], program: mainOfModules, env });
  const between = await look(folder, kind);
  expect(between.is, how).toBe(between.record);
  const again = await hygge(['go', '--verbose'], { cwd: folder });
  expect(again.code, `${how}: ${again.stderr}`).toBe(0);
  expect(again.stdout.includes('had died before it published'), how).toBe(between.begun !== '0');
  const after = await look(folder, kind);
  expect({ ...after, record: '' }, how).toEqual({ is: 'new', begun: '0', staging: '0', record: '' });
  rmSync(folder, { recursive: true });
  return between.is;
}

describe('a run into a DuckDB file that is killed', () => {
  it.each(Object.entries(kinds(200)))(
    'before any of its statements: %s',
    async (_, kind) => {
      const from = await template(kind);
      cpSync(from, place.at('whole'), { recursive: true });
      const log = place.at('statements');
      const whole = await hygge(['go'], {
        cwd: place.at('whole'),
        nodeArgs: ['--import', killer],
        program: mainOfModules,
        env: { HYGGE_KILL_LOG: log },
      });
      expect(whole.code, whole.stderr).toBe(0);
      const statements = Number(readFileSync(log, 'utf8'));
      expect(statements).toBeGreaterThan(8);
      const seen: string[] = [];
      // What comes before the last ones is the same for all: the replace goes through it for the others.
      const first = kind.flow.includes('full_drop') ? 1 : statements - 8;
      const numbers = Array.from({ length: statements }, (_, i) => i + 1).filter((n) => n >= first);
      const points = numbers.map((number) => ({ HYGGE_KILL_AT: String(number) }));
      const lane = async (first: number): Promise<void> => {
        for (let i = first; i < points.length; i += 2) seen.push(await killed(from, kind, points[i] ?? {}));
      };
      await Promise.all([lane(0), lane(1)]);
      expect(seen).toContain('old');
    },
    240_000,
  );

  it(`in the middle of its statements, HYGGE_SEED=${seed}`, async () => {
    const random = new Random(seed);
    const kind = random.pick(Object.values(kinds(200_000)));
    const from = await template(kind);
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      const env = {
        HYGGE_KILL_AT: String(6 + random.below(12)),
        HYGGE_KILL_AFTER: String(1 + random.below(8)),
      };
      seen.push(await killed(from, kind, env));
    }
    console.log(`HYGGE_SEED=${seed}: ${seen.join(' ')}`);
  }, 240_000);
});
