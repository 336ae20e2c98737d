import { describe, expect, it } from 'vitest';
import { load, problemsOf, project } from './project.js';

const files = {
  'f.yml': `flows:
  orders: {home: in, store: {path: out, compression: gzip}, run_type: full_drop}
  orders.eu: {home: in2, store: out2, entities: [a, {name: b, run_type: merge}]}
`,
};
const run = async (overrides: NonNullable<Parameters<typeof load>[1]>['overrides']) =>
  (await load(project(files), { path: 'f.yml', overrides })).workspace;

describe('what a command line says over the files', () => {
  it('sets keys of a flow', async () => {
    const { entities } = await run({
      vars: [
        'flow.orders.store.compression=zstd',
        'flow.orders.home.batch_size=7',
        'flow.orders.watermark.watermark_column=seen',
        'flow.orders.where=a = 1',
        'flow.orders.columns=[x, y]',
        'flow.orders.store.incremental=null',
        'flow.orders.eu.queue_size=3',
        'flow.orders.eu.store=out3',
      ],
    });
    expect(entities[0]).toMatchObject({
      home: { batch_size: 7, path: expect.stringMatching(/\/in$/) },
      store: { compression: 'zstd' },
      watermark: { watermark_column: 'seen' },
      where: 'a = 1',
      columns: [{ name: 'x' }, { name: 'y' }],
    });
    expect(entities[1]).toMatchObject({
      name: 'orders.eu_a',
      settings: { queue_size: 3 },
      store: { path: expect.stringMatching(/out3\/a$/) },
    });
  });

  it('sets the run type of every entity, and the concurrency', async () => {
    const { entities, options } = await run({ runType: 'incremental', concurrency: 2 });
    expect(entities.map(({ run_type }) => run_type)).toEqual(['incremental', 'incremental', 'incremental']);
    expect(options.concurrency).toBe(2);
  });

  it.each([
    ['orders.store=x', 'VAR_INVALID --var orders.store=…: it does not begin with "flow."'],
    ['flow.orders.store', 'VAR_INVALID --var flow.orders.store: there is no "=" with a value behind it'],
    [
      'flow.ordrs.store=x',
      'VAR_INVALID --var flow.ordrs.store=…: there is no flow "ordrs"; did you mean "orders"?',
    ],
    ['flow.orders=x', 'VAR_INVALID --var flow.orders=…: it names no key of flow orders'],
    ['flow.orders.=x', 'VAR_INVALID --var flow.orders.=…: it names no key of flow orders'],
    ['flow.orders..a=x', 'VAR_INVALID --var flow.orders..a=…: it names no key'],
    ['flow.orders.store=[', 'VAR_INVALID --var flow.orders.store=…: its value is not a YAML value'],
    ['', 'VAR_INVALID --var : there is no "="'],
    ['flow.orders.stor.path=x', 'UNKNOWN_KEY unknown key "stor" in flow orders (Did you mean "store"?)'],
    [
      'flow.orders.store.compression=zst',
      'INVALID_VALUE store.compression: must be snappy, zstd or gzip, but is "zst" (Did you mean "zstd"?)',
    ],
  ])('refuses --var %s', async (text, message) => {
    const problems = await problemsOf(run({ vars: [text] }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^(- |f.yml:2:3 )/);
    expect(problems[0]).toContain(message);
  });

  it('tells the right form, with a flow that is there', async () => {
    expect((await problemsOf(run({ vars: ['x'] })))[0]).toContain(
      '(Write it like --var flow.orders.store.compression=zstd. The flows are: orders, orders.eu.)',
    );
  });

  it('refuses a concurrency below one', async () => {
    expect(await problemsOf(run({ concurrency: 0 }))).toEqual([
      '- INVALID_VALUE options.concurrency: must be at least 1, but is 0',
    ]);
  });
});

describe('the options of a run', () => {
  const limit = async (value: string) =>
    (
      await load(
        project({ 'hygge.yml': `options: {memory_limit: ${value}}\nflows: {a: {home: x, store: y}}` }),
      )
    ).workspace.options.memory_limit;

  it.each([
    ['1000000', 1_000_000],
    ['4GB', 4e9],
    ['"512 MB"', 512e6],
    ['1.5gib', 1.5 * 2 ** 30],
    ['"2048"', 2048],
    ['null', null],
  ])('memory_limit %s is %s bytes', async (text, bytes) => {
    expect(await limit(text)).toBe(bytes);
  });

  it('memory_limit may be a part of the machine', async () => {
    const [half, all] = [await limit('50%'), await limit('100%')];
    expect(Math.abs((half ?? 0) * 2 - (all ?? 0))).toBeLessThan(2);
    expect(half).toBeGreaterThan(1e6);
  });

  it.each(['4QB', '"-1GB"', '0%', '"much"', '""'])('memory_limit cannot be %s', async (text) => {
    expect(await problemsOf(limit(text))).toEqual([
      expect.stringMatching(/INVALID_VALUE options.memory_limit: must/),
    ]);
  });
});
