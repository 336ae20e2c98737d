import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderWith, hygge, parquet, rowsIn, sql } from '../cli/helpers.js';

const killer = fileURLToPath(new URL('kill-at-schema.mjs', import.meta.url));
const first = "SELECT 1 AS id, 'a' AS name";
const second = "SELECT 2 AS id, 'b' AS name, 1.5::DOUBLE AS extra";

async function workspace(parts = ''): Promise<string> {
  const folder = folderWith({
    'hygge.yml': `flows:\n  f:\n    home: in.parquet\n    store: out\n    run_type: incremental\n${parts}`,
  });
  await parquet(join(folder, 'in.parquet'), first);
  return folder;
}

const keptAt = (folder: string): string => join(folder, '.hygge/schemas/f.yml');

describe('hygge schema', () => {
  it('shows, compares and accepts, with exit codes for scripts', async () => {
    const cwd = await workspace('    schema: { mode: strict }\n');
    expect(await hygge(['schema', 'show'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/nothing is kept yet/),
    });
    expect(await hygge(['schema', 'diff'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/nothing is kept yet/),
    });
    expect((await hygge(['go'], { cwd })).code).toBe(0);
    const shown = await hygge(['schema', 'show', 'f'], { cwd });
    expect(shown.stdout).toMatch(/f {2}\.hygge\/schemas\/f\.yml\n {2}id {4}INTEGER\n {2}name {2}VARCHAR\n/);
    expect(await hygge(['schema', 'diff'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/no difference/),
    });

    await parquet(join(cwd, 'in.parquet'), second);
    const diff = await hygge(['schema', 'diff', 'f'], { cwd });
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/column "extra" \(DOUBLE\) is new – this stops the run/);
    const document = JSON.parse((await hygge(['schema', 'diff', '--json'], { cwd })).stdout);
    expect(document).toMatchObject({
      status: 'success',
      differs: true,
      entities: [
        {
          name: 'f',
          kept: [{ name: 'id', type: 'INTEGER', nullable: true }, { name: 'name' }],
          now: [{ name: 'id' }, { name: 'name' }, { name: 'extra', type: 'DOUBLE' }],
          changes: [{ what: 'added', column: 'extra', action: 'refused' }],
          error: null,
        },
      ],
    });
    const stopped = await hygge(['go'], { cwd });
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).toMatch(/SCHEMA_DRIFT/);
    expect(stopped.stdout).toMatch(/hygge schema accept f/);

    const accepted = await hygge(['schema', 'accept', 'f'], { cwd });
    expect(accepted).toMatchObject({ code: 0, stdout: expect.stringMatching(/3 columns accepted/) });
    expect((await hygge(['go'], { cwd })).code).toBe(0);
    const read = `read_parquet('${cwd}/out/*.parquet', union_by_name = true)`;
    expect(await sql(`SELECT id, extra FROM ${read} ORDER BY id`)).toEqual([
      [1, null],
      [2, 1.5],
    ]);
  });

  it('says where a kept schema cannot be understood, and accept writes it anew', async () => {
    const cwd = await workspace();
    await hygge(['go'], { cwd });
    const text = readFileSync(keptAt(cwd), 'utf8');
    writeFileSync(keptAt(cwd), text.replace('INTEGER', 'NUMBER'));
    const failed = await hygge(['plan'], { cwd });
    expect(failed.code).toBe(2);
    expect(failed.stdout).toMatch(/SCHEMA_FILE_DAMAGED .* column "id" has the type NUMBER, which is none/);
    expect(failed.stdout).toMatch(/f\.yml:5:11/);
    expect((await hygge(['schema', 'show'], { cwd })).code).toBe(2);
    expect((await hygge(['schema', 'accept', 'f'], { cwd })).code).toBe(0);
    expect(readFileSync(keptAt(cwd), 'utf8')).toBe(text);
  });

  it('by itself is the JSON Schema of the files, and knows schema:', async () => {
    const { stdout } = await hygge(['schema'], { cwd: await workspace() });
    expect(JSON.parse(stdout).$defs.flow.properties.schema).toBeDefined();
  });
});

describe('the kept schema', () => {
  it('is made to be committed: one file for each entity, the same after each run', async () => {
    const cwd = folderWith({
      'hygge.yml': 'schema: { path: schemas, on_new_column: fail }\n',
      'flows/f/flow.yml': 'home: in\nstore: out\nentities: [a, b]\n',
    });
    for (const name of ['a', 'b']) await parquet(join(cwd, `in/${name}/x.parquet`), first);
    expect((await hygge(['go'], { cwd })).code).toBe(0);
    const path = join(cwd, 'schemas/f/a.yml');
    expect(readFileSync(path, 'utf8')).toBe(
      [
        '# The columns of "f_a" as they settle. Written by hygge after a run; made to be committed.',
        'version: 1',
        'columns:',
        '  - name: id',
        '    type: INTEGER',
        '    nullable: true',
        '  - name: name',
        '    type: VARCHAR',
        '    nullable: true',
        '',
      ].join('\n'),
    );
    expect(existsSync(join(cwd, 'schemas/f/b.yml'))).toBe(true);
    const { mtimeMs } = statSync(path);
    expect((await hygge(['go'], { cwd })).code).toBe(0);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    await parquet(join(cwd, 'in/a/x.parquet'), second);
    const failed = await hygge(['go', '--json'], { cwd });
    expect(
      JSON.parse(failed.stdout).flows.map(({ error }: { error: { code: string } | null }) => error?.code),
    ).toContain('SCHEMA_DRIFT');
  });

  it('is not written where the run did not publish', async () => {
    const cwd = await workspace();
    mkdirSync(dirname(join(cwd, 'out/x')), { recursive: true });
    const failed = await hygge(['go'], {
      cwd,
      nodeArgs: ['--import', killer],
      env: { KILL_AT: 'manifest.json' },
    });
    expect(failed.signal).toBe('SIGKILL');
    expect(existsSync(keptAt(cwd))).toBe(false);
  });

  it.each(['out', '{ type: duckdb, path: out.duckdb, table: t }'])(
    'of a run that died before it could be kept is found in the store: %s',
    async (store) => {
      const cwd = folderWith({
        'hygge.yml': `flows:\n  f:\n    home: in.parquet\n    store: ${store}\n    run_type: incremental\n`,
      });
      const read = store === 'out' ? `read_parquet('${cwd}/out/*.parquet', union_by_name = true)` : 'there.t';
      const ids = async (): Promise<unknown> => {
        if (store === 'out') return sql(`SELECT id, extra FROM ${read} ORDER BY id`);
        return sql(
          `ATTACH '${cwd}/out.duckdb' AS there (READ_ONLY); SELECT id, extra FROM ${read} ORDER BY id`,
        );
      };
      await parquet(join(cwd, 'in.parquet'), first);
      const kill = { cwd, nodeArgs: ['--import', killer], env: { KILL_AT: 'f.yml' } };
      expect((await hygge(['go'], kill)).signal).toBe('SIGKILL');
      expect(existsSync(keptAt(cwd))).toBe(false);
      // Nothing is kept in a file, and all the same the difference is known, and the store follows.
      await parquet(join(cwd, 'in.parquet'), second);
      const died = await hygge(['go'], kill);
      expect(died.signal).toBe('SIGKILL');
      expect(died.stdout).toMatch(/column "extra" \(DOUBLE\) is new/);
      expect(existsSync(keptAt(cwd))).toBe(false);
      await parquet(join(cwd, 'in.parquet'), "SELECT 3 AS id, 'c' AS name, 2.5::DOUBLE AS extra");
      const last = await hygge(['go', '--json'], { cwd });
      expect(JSON.parse(last.stdout).flows[0]).toMatchObject({ status: 'success', rows: 1 });
      expect(JSON.parse(last.stdout).flows[0].schema_changes).toBeUndefined();
      expect(readFileSync(keptAt(cwd), 'utf8')).toMatch(/name: extra/);
      expect(await ids()).toEqual([
        [1, null],
        [2, 1.5],
        [3, 2.5],
      ]);
      const journal = JSON.parse((await hygge(['journal', '--json'], { cwd })).stdout);
      const messages = journal.entries.map(({ message }: { message: string | null }) => message ?? '');
      expect(messages.filter((text: string) => text.includes('"extra" (DOUBLE) is new'))).toHaveLength(1);
      if (store === 'out') expect(await rowsIn(join(cwd, 'out'))).toBe(3);
    },
  );
});
