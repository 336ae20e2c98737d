import { rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  builtinRegistry,
  Coordinator,
  defineStore,
  loadWorkspace,
  type Registry,
  type RunResult,
  type StoreSession,
  z,
} from '../../src/index.js';
import { type Fault, linesStore, readLines } from '../contracts/lines-store.js';
import { useWorkplace } from '../integration/workplace.js';

const work = useWorkplace();

/** A store that takes nothing but relations, and does not show what it has staged. */
const pressed = defineStore({
  type: 'pressed',
  summary: 'One parquet file',
  config: z.strictObject({ path: z.string() }),
  capabilities: { takes: ['relation'], modes: ['replace'], atomic: true, ordered: true },
  paths: ['path'],
  destination: ({ path }) => path,
  open: async ({ path }, context): Promise<StoreSession> => {
    const draft = `${path}.draft`;
    let rows = 0;
    return {
      inspect: async () => ({ files: 0, rows: 0, bytes: 0, foreign: [] }),
      begin: async () => {},
      writeRelation: async ({ sql }) => {
        rows = await (await context.engine()).run(`COPY (${sql}) TO '${draft}' (FORMAT parquet)`);
      },
      finish: async () => ({ rows, bytes: 1, files: 1, by: 'COPY' }),
      publish: async () => {
        await rename(draft, path);
        return { files: [path], removed: 0, bytes: 1 };
      },
      discard: () => rm(draft, { force: true }),
      close: async () => {},
    };
  },
});

async function go(type: string, contract: string, fault: Fault | null = null): Promise<RunResult> {
  await work.parquet('in.parquet', "SELECT i AS id, 'w' || i AS word FROM range(100) AS r(i)");
  await work.file(
    'hygge.yml',
    `flows:\n  rows:\n    home: in.parquet\n    store: { type: ${type}, path: out }\n    retry: { attempts: 1 }\n    contract: ${contract}\n`,
  );
  const registry: Registry = builtinRegistry().store(linesStore(fault)).store(pressed);
  const loaded = await loadWorkspace({ path: work.folder, registry });
  return new Coordinator(loaded).start();
}

const readers: Record<string, () => Promise<unknown[]>> = {
  lines: async () => (await readLines(work.at('out'))).rows.map(([id]) => id),
  pressed: async () => {
    const there = await work.witness.rows(`SELECT count(*) FROM glob('${work.at('out')}')`);
    if (there[0]?.[0] === '0') return [];
    return (await work.witness.rows(`SELECT id FROM read_parquet('${work.at('out')}')`)).map(([id]) => id);
  },
};

describe.each(['lines', 'pressed'])(
  'a store of somebody else, which does not show what it has staged: %s',
  (type) => {
    const held = async (): Promise<unknown[]> => (await readers[type]?.()) ?? [];
    const all = Array.from({ length: 100 }, (_, i) => String(i));

    it('is given the rows once they have been checked', async () => {
      const { flows } = await go(
        type,
        '{ columns: { id: { unique: true, min: 0 } }, checks: [{ min_rows: 100 }] }',
      );
      expect(flows[0]).toMatchObject({ status: 'success', rows: 100, error: null });
      expect(flows[0]?.checks?.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed']);
      expect(await held()).toEqual(all);
    });

    it('is given none where they break a check', async () => {
      const { flows } = await go(type, '{ columns: { id: { max: 98 } } }');
      expect(flows[0]).toMatchObject({ status: 'fail', error: { code: 'CHECKS_FAILED' } });
      expect(await held()).toEqual([]);
    });

    it('is not given those that are put aside', async () => {
      const contract = '{ columns: { id: { max: 89, on_fail: quarantine } }, checks: [{ max_rows: 90 }] }';
      const { flows } = await go(type, contract);
      expect(flows[0]).toMatchObject({ status: 'success', rows: 90, rows_quarantined: 10, error: null });
      expect(await held()).toEqual(all.slice(0, 90));
      const aside = `read_parquet('${work.at('.hygge/quarantine/rows')}/*/rows.parquet')`;
      const rows = await work.witness.rows(`SELECT id FROM ${aside} ORDER BY id`);
      expect(rows.map(([id]) => id)).toEqual(all.slice(90));
    });
  },
);

describe('a store that loses a row of those that were checked', () => {
  it('is found out before anything is published', async () => {
    const { flows } = await go('lines', '{ columns: { id: { unique: true } } }', 'loses a row');
    expect(flows[0]).toMatchObject({ status: 'fail', error: { code: 'ROWS_DIFFER' } });
    expect((await readLines(work.at('out'))).rows).toEqual([]);
  });
});
