// The contracts themselves: what is right passes every case, and each thing that is wrong fails one.
import { describe, expect, it } from 'vitest';
import { defineHome, type HomeSession, z } from '../../src/index.js';
import { type ContractCase, homeContract, storeContract } from '../../src/testing/index.js';
import { allKinds } from '../../src/testing/kinds.js';
import { type Fault, kept, linesStore, readLines } from './lines-store.js';

/** The names of the cases that are not met, with what they say. */
async function broken(cases: readonly ContractCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of cases) {
    await run().catch((error: unknown) => failed.push(`${name}: ${String(error)}`));
  }
  return failed;
}

describe('the contract of stores', () => {
  const refuses = allKinds.filter((kind) => !kept.includes(kind) && kind !== 'null');
  const contract = (fault: Fault | null): readonly ContractCase[] =>
    storeContract({
      definition: linesStore(fault),
      config: (path) => ({ path }),
      read: readLines,
      refuses: fault === 'takes every type' ? ['hugeint'] : refuses,
    });

  it('is met by a small store of somebody else', async () => {
    expect(await broken(contract(null))).toEqual([]);
  });

  it.each<[Fault, RegExp]>([
    ['loses a row', /holds what was brought/],
    ['counts wrongly', /what is staged is counted/],
    ['appends always', /a replace leaves exactly the second run/],
    ['publishes early', /what is staged is counted, and cannot be seen/],
    ['leaves its draft', /discarding leaves what was there, and nothing else/],
    ['publishes twice', /publishing twice is publishing once/],
    ['takes every type', /kind hugeint that would change is refused/],
    ['writes when it looks', /looking into a store writes nothing/],
    ['forgets NULL', /values of every kind settle as they are/],
    ['reorders', /holds what was brought/],
  ])('is broken by one that %s', async (fault, name) => {
    const wanted = contract(fault).filter((one) => name.test(one.name));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await broken(wanted)).not.toEqual([]);
  });
});

describe('the contract of homes', () => {
  let opened = 0;
  const rows = Array.from({ length: 30 }, (_, i) => ({ id: i, label: i % 7 === 0 ? null : `row ${i}` }));
  const schema = [
    { name: 'id', type: { kind: 'bigint' }, nullable: false },
    { name: 'label', type: { kind: 'varchar' }, nullable: true },
  ] as const;
  const good: HomeSession = {
    schema: async () => schema,
    estimate: async () => ({ rows: 30, bytes: null, files: null, exact: true }),
    async *read({ signal }) {
      for (let i = 0; i < rows.length && !signal.aborted; i += 3) yield rows.slice(i, i + 3);
    },
    close: async () => {},
  };
  const contract = (change: Partial<HomeSession>, definition: object = {}): readonly ContractCase[] =>
    homeContract({
      definition: {
        ...defineHome({
          type: 'thirty',
          summary: 'Thirty rows',
          config: z.strictObject({ colour: z.string().default('red').describe('A colour') }),
          capabilities: { gives: ['batches'], ordered: true },
          open: async () => ({ ...good, ...change }),
        }),
        ...definition,
      },
      config: {},
      rows: 30,
      expected: {
        columns: ['id', 'label'],
        rows: rows.map(({ id, label }) => [String(id), label]),
      },
    });

  it('is met by a small home of somebody else', async () => {
    expect(await broken(contract({}))).toEqual([]);
  });

  it.each<[string, Partial<HomeSession>, object, RegExp]>([
    [
      'changes its columns',
      { schema: async () => (opened++ % 2 === 0 ? schema : schema.slice(0, 1)) },
      {},
      /the same columns each time/,
    ],
    [
      'estimates wrongly',
      { estimate: async () => ({ ...(await good.estimate()), rows: 31 }) },
      {},
      /how much/,
    ],
    [
      'does not listen',
      {
        async *read() {
          for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3);
        },
      },
      {},
      /stops reading/,
    ],
    [
      'loses a row',
      {
        async *read() {
          yield rows.slice(1);
        },
      },
      {},
      /the same rows each time/,
    ],
    [
      'reorders',
      {
        async *read() {
          yield [...rows].reverse();
        },
      },
      {},
      /the same rows each time/,
    ],
    [
      'cannot be closed twice',
      {
        close: async () => {
          opened++;
          if (opened > 1) throw new Error('it is closed already');
        },
      },
      {},
      /closed twice/,
    ],
    [
      'promises what it has not',
      {},
      { capabilities: { gives: ['relation'], ordered: true } },
      /the forms that/,
    ],
    [
      'describes nothing',
      {},
      { config: z.strictObject({ colour: z.string().default('red') }) },
      /definition/,
    ],
    ['takes any key', {}, { config: z.object({}) }, /definition/],
    ['has a strange name', {}, { type: 'Thirty Rows' }, /definition/],
  ])('is broken by one that %s', async (_, change, definition, name) => {
    opened = 0;
    const wanted = contract(change, definition).filter((one) => name.test(one.name));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await broken(wanted)).not.toEqual([]);
  });
});
