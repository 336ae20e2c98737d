// Faults that the earlier tool had. Each is named after what it guards, and must not come back.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinRegistry, Coordinator, Flow, Home, loadWorkspace, openJournal } from '../../src/index.js';
import { hygge } from '../cli/helpers.js';
import { gate, homeThat, pieces } from './doubles.js';
import { bothRoutes, everything, readFile, settled, useWorkplace, visible } from './workplace.js';

const place = useWorkplace();
const ids = (name: string, rows: number): Promise<string> =>
  place.parquet(name, `SELECT i AS id, 'row ' || i AS label FROM range(${rows}) AS n(i)`);
const count = async (store: string): Promise<number> =>
  Number((await place.witness.rows(`SELECT count(*) FROM (${settled(store)})`))[0]?.[0]);

describe.each(bothRoutes)('a second run into a folder that is not empty, by the %s route', (route) => {
  const run = (home: string, run_type: 'full_drop' | 'incremental') =>
    new Flow({
      name: 'numbers',
      home,
      store: { type: 'parquet', path: place.at('store'), batch_size: 100 },
      run_type,
    }).start({ route });

  it('loses nothing: a thousand rows in ten batches are a thousand more', async () => {
    const home = await ids('home.parquet', 1_000);
    for (const expected of [1_000, 2_000, 3_000]) {
      const result = await run(home, 'incremental');
      expect(result.rows).toBe(1_000);
      expect(result.files).toHaveLength(10);
      expect(await count(place.at('store'))).toBe(expected);
    }
    const three = `${readFile(home)} UNION ALL ${readFile(home)} UNION ALL ${readFile(home)}`;
    await place.witness.expectSame(settled(place.at('store')), three);
  });

  it('replaces where it is to replace, and leaves no row of the run before', async () => {
    await run(await ids('many.parquet', 1_000), 'full_drop');
    const few = await ids('few.parquet', 30);
    const result = await run(few, 'full_drop');
    expect(result.rows).toBe(30);
    await place.witness.expectSame(settled(place.at('store')), readFile(few));
    expect(visible(place.at('store'))).toHaveLength(1);
  });

  it('finds what it put there counted by the next plan', async () => {
    const home = await ids('home.parquet', 1_000);
    await run(home, 'full_drop');
    const plan = await new Flow({ name: 'numbers', home, store: place.at('store') }).plan();
    expect(plan.contents).toMatchObject({ files: 10, rows: 1_000, foreign: [] });
  });
});

describe('options in hygge.yml', () => {
  /** Runs six entities that each wait until `together` of them are open at once; gives the most that ever were. */
  async function mostAtOnce(options: string, together: number): Promise<number> {
    let open = 0;
    let most = 0;
    const enough = gate();
    const home = homeThat(async function* () {
      open++;
      most = Math.max(most, open);
      if (open >= together) enough.open();
      await enough.opened;
      yield [{ id: 1 }];
      open--;
    });
    const entities = [1, 2, 3, 4, 5, 6].map((i) => `e${i}`).join(', ');
    await place.file('hygge.yml', `name: cosy\noptions:\n${options}`);
    await place.file(
      'flows/f/flow.yml',
      `home: { type: rows_of_a_test }\nstore: store\nentities: [${entities}]\n`,
    );
    const registry = builtinRegistry().home(home);
    const loaded = await loadWorkspace({ path: place.folder, registry });
    const result = await new Coordinator(loaded).start();
    expect(result.status).toBe('success');
    return most;
  }

  it('say how many entities run side by side', async () => {
    expect(await mostAtOnce('  concurrency: 3\n', 3)).toBe(3);
    expect(await mostAtOnce('  concurrency: 1\n', 1)).toBe(1);
  });

  it('say whether to go on after a failure', async () => {
    await ids('good.parquet', 5);
    const flows =
      'flows:\n  a: { home: nowhere.parquet, store: a }\n  b: { home: good.parquet, store: b }\noptions: { concurrency: 1';
    await place.file('hygge.yml', `${flows} }\n`);
    const stopped = await (await place.project()).coordinator.start();
    expect(stopped.flows.map(({ status }) => status)).toEqual(['fail', 'skip']);
    await place.file('hygge.yml', `${flows}, continue_on_error: true }\n`);
    const wentOn = await (await place.project()).coordinator.start();
    expect(wentOn.flows.map(({ status }) => status)).toEqual(['fail', 'success']);
  });

  it('the name of the project is the name in its journal, not one for all', async () => {
    await ids('good.parquet', 5);
    for (const name of ['winter', 'summer']) {
      await place.file('hygge.yml', `name: ${name}\nflows:\n  a: { home: good.parquet, store: a }\n`);
      await (await place.project()).coordinator.start();
    }
    const entries = await (await place.project()).journal();
    expect(entries.map(({ coordinator }) => coordinator)).toEqual(['winter', 'summer']);
  });
});

describe('a failure, at whatever stage', () => {
  it('leaves a row in the journal that says why', async () => {
    await ids('good.parquet', 5);
    await place.file('text.parquet', 'this is text and no parquet file at all');
    await place.file('taken', 'a file where a folder should be');
    await place.file(
      'hygge.yml',
      `options: { continue_on_error: true }
flows:
  missing: { home: nowhere.parquet, store: s1 }
  damaged: { home: text.parquet, store: s2 }
  taken: { home: good.parquet, store: taken }
  merging: { home: good.parquet, store: s3, run_type: merge }
  filtered: { home: good.parquet, store: s4, where: 'no such thing' }
  torn: { home: { type: rows_of_a_test }, store: s5 }
  late: { home: { type: late }, store: s6, timeout: 1, retry: { attempts: 1 } }
  good: { home: good.parquet, store: s7 }
`,
    );
    const torn = homeThat(() =>
      pieces(3, undefined, async () => {
        throw new Error('torn in the middle');
      }),
    );
    const late = { ...torn, type: 'late', open: () => new Promise<never>(() => {}) };
    const registry = builtinRegistry().home(torn).home(late);
    const loaded = await loadWorkspace({ path: place.folder, registry });
    const result = await new Coordinator(loaded).start();
    expect(result.status).toBe('fail');
    const entries = await openJournal(loaded.workspace.state).entries();
    const told = Object.fromEntries(entries.map((entry) => [entry.flow, [entry.status, entry.error_code]]));
    expect(told).toEqual({
      missing: ['fail', 'PATH_NOT_FOUND'],
      damaged: ['fail', 'NOT_PARQUET'],
      taken: ['fail', 'STORE_PATH_IS_FILE'],
      merging: ['fail', 'KEY_NEEDED'],
      filtered: ['fail', 'FILTER_INVALID'],
      torn: ['fail', 'TYPE_FAILED'],
      late: ['fail', 'FLOW_TIMEOUT'],
      good: ['success', null],
    });
    for (const { status, message, row_count } of entries.filter(({ status }) => status === 'fail')) {
      expect([status, row_count]).toEqual(['fail', 0]);
      expect(message).toMatch(/\S/);
    }
    expect(entries.find(({ flow }) => flow === 'torn')?.message).toContain('torn in the middle');
  });
});

describe('a dry run', () => {
  it('shows the watermark column, as a plan and to people', async () => {
    await ids('home.parquet', 5);
    await place.file(
      'hygge.yml',
      'flows:\n  a:\n    home: home.parquet\n    store: store\n    run_type: incremental\n    watermark: { watermark_column: label, primary_key: id }\n',
    );
    const { coordinator } = await place.project();
    const [outcome] = await coordinator.plan();
    expect(outcome?.plan?.watermark).toMatchObject({ column: 'label', primary_key: ['id'] });
    const shown = await hygge(['go', '--dry-run'], { cwd: place.folder });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('label');
    expect(everything(place.at('store'))).toEqual([]);
  });
});

describe('the journal', () => {
  it('does not lie in the data, where a reader of everything below the store would take it for data', async () => {
    const home = await ids('home.parquet', 50);
    await place.file('hygge.yml', 'flows:\n  a: { home: home.parquet, store: data/store }\n');
    const { coordinator, journal } = await place.project();
    for (let run = 0; run < 3; run++) await coordinator.start();
    expect(await journal()).toHaveLength(3);
    await place.witness.expectSame(
      `SELECT * FROM read_parquet('${place.at('data')}/**/*.parquet')`,
      readFile(home),
    );
    const named = everything(place.at('data')).filter((name) => name.includes('journal'));
    expect(named).toEqual([]);
    // Nor does what hygge keeps beside the data have a name that a reader looks for.
    const hidden = readdirSync(place.at('data/store/.hygge'), { recursive: true, encoding: 'utf8' });
    expect(hidden.filter((name) => name.endsWith('.parquet'))).toEqual([]);
  });
});

describe('a misspelt key', () => {
  it('is an error, wherever it stands, and the right one is named', async () => {
    await ids('home.parquet', 5);
    await place.file('hygge.yml', 'name: typos\noptoins: { concurrency: 1 }\n');
    await place.file(
      'flows/a/flow.yml',
      'home: { type: parquet, path: home.parquet, batchsize: 5 }\nstore: { path: store, compresion: zstd }\nrun_tpye: incremental\n',
    );
    await place.file('flows/b/flow.yml', 'home: in\nstore: out\n');
    await place.file('flows/b/entities/x.yml', 'name: x\ncolums: [id]\n');
    const failed = await hygge(['go', '--json'], { cwd: place.folder });
    expect(failed.code).toBe(2);
    const { errors } = JSON.parse(failed.stdout) as {
      errors: { code: string; hint: string; file: string }[];
    };
    expect(errors.map(({ code }) => code)).toEqual(errors.map(() => 'UNKNOWN_KEY'));
    const hints = errors.map(({ hint }) => hint).join('\n');
    for (const right of ['options', 'batch_size', 'compression', 'run_type', 'columns'])
      expect(hints).toContain(right);
    expect(errors).toHaveLength(5);
    expect(everything(place.at('store'))).toEqual([]);
  });
});

describe('the command line', () => {
  const project = async (): Promise<void> => {
    await ids('home.parquet', 5);
    const flows = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `  ${name}: { home: home.parquet, store: ${name} }\n`,
    );
    await place.file('hygge.yml', `flows:\n${flows.join('')}`);
  };

  it('runs every flow that --flow names, however often it is given', async () => {
    await project();
    const ended = await hygge(['go', '--json', '--flow', 'a', '--flow', 'b,c', '-f', 'e'], {
      cwd: place.folder,
    });
    expect(ended.code).toBe(0);
    const { flows } = JSON.parse(ended.stdout) as { flows: { name: string }[] };
    expect(flows.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'e']);
    expect(visible(place.at('d'))).toEqual([]);
  });

  it('tells more with --verbose than without', async () => {
    await project();
    const plain = await hygge(['go', '-f', 'a'], { cwd: place.folder });
    const verbose = await hygge(['go', '-f', 'a', '--verbose'], { cwd: place.folder });
    expect(verbose.stdout.split('\n').length).toBeGreaterThan(plain.stdout.split('\n').length);
  });
});

describe('two runs at one store', () => {
  it('never take each other for rubbish: what is staged bears its run, and the second says who holds it', async () => {
    const store = place.at('store');
    const written = gate();
    const goOn = gate();
    const home = homeThat(async function* () {
      yield* pieces(20);
      written.open();
      await goOn.opened;
      yield* pieces(5);
    });
    const target = { type: 'parquet', path: store, batch_size: 500 } as const;
    const first = new Flow({ name: 'first', home: Home.of(home, {}), store: target });
    const running = first.start();
    await written.opened;

    const before = everything(store);
    const staged = before.filter((name) => /\.part$/.test(name));
    expect(staged.length).toBeGreaterThan(0);
    const runs = new Set(staged.map((name) => /([0-9a-z]{26})-\d+\.part$/.exec(name)?.[1]));
    expect(runs.size).toBe(1);
    expect(runs.has(undefined)).toBe(false);

    const second = new Flow({ name: 'second', home: await ids('home.parquet', 5), store: target });
    const error = await second.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_LOCKED', retryable: true });
    expect(String(error)).toContain('first');
    expect(everything(store).filter((name) => staged.includes(name))).toEqual(staged);

    goOn.open();
    expect((await running).rows).toBe(2_500);
    expect(await count(store)).toBe(2_500);
    expect(everything(store).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect((await second.start()).rows).toBe(5);
    expect(await count(store)).toBe(5);
  });
});
