import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWitness, type Witness } from '../../integration/witness.js';
import { type Ended, hygge, type RunOptions } from './run.js';

/** A way in which a store is filled, with what it held before and what it must hold afterwards. */
export interface Scenario {
  readonly name: string;
  /** null: whichever the planner chooses. */
  readonly route: 'splice' | 'engine' | null;
  /** The lines of the flow, below home and store. */
  readonly flow: string;
  /** SELECTs of the files of the source, as they were at the first run, and as they are now. */
  readonly before: readonly string[];
  readonly now: readonly string[];
  /** What the store holds once `now` has been published `times` times, from the tables `before` and `now`. */
  expected(times: number): string;
  /** Whether a run that is repeated has nothing to do. */
  readonly settles: boolean;
  /** How often a reader may see one id while a publication goes on, and when none does. */
  readonly seen: { readonly during: number; readonly after: number };
}

const rows = (from: number, to: number, label: string, minute = 0): string =>
  `SELECT i AS id, TIMESTAMP '2026-01-01' + INTERVAL (${minute} + i // 7) MINUTE AS changed,
   CASE WHEN i % 11 = 0 THEN NULL ELSE '${label}-' || i END AS name,
   CAST(i * 1.37 AS DECIMAL(12, 2)) AS amount FROM range(${from}, ${to}) AS r(i)`;

const first = [rows(0, 100, 'old'), rows(100, 200, 'old'), rows(200, 300, 'old')];
const other = [rows(150, 250, 'new'), rows(250, 350, 'new'), rows(350, 450, 'new')];
const marked = 'watermark: { watermark_column: changed, primary_key: id }';

const kinds = {
  replace: {
    flow: 'run_type: full_drop',
    before: first,
    now: other,
    expected: (times) => (times === 0 ? 'SELECT * FROM before' : 'SELECT * FROM now'),
    settles: false,
    seen: { during: 2, after: 1 },
  },
  append: {
    flow: 'run_type: incremental',
    before: first,
    now: other,
    expected: (times) => `SELECT * FROM before UNION ALL SELECT n.* FROM now AS n, range(${times})`,
    settles: false,
    seen: { during: Number.POSITIVE_INFINITY, after: Number.POSITIVE_INFINITY },
  },
  incremental: {
    flow: `run_type: incremental, ${marked}`,
    before: first,
    // The second of the new files has rows with the very time at which the first run ended.
    now: [
      ...first,
      rows(308, 508, 'new'),
      `SELECT * REPLACE (id + 1000 AS id) FROM (${rows(294, 310, 'tie')})`,
    ],
    expected: (times) => (times === 0 ? 'SELECT * FROM before' : 'SELECT * FROM now'),
    settles: true,
    seen: { during: 1, after: 1 },
  },
  merge: {
    flow: `run_type: merge, ${marked}`,
    before: first,
    now: [...first, rows(120, 180, 'new', 1000), rows(280, 340, 'new', 1000)],
    expected: (times) =>
      times === 0
        ? 'SELECT * FROM before'
        : 'SELECT * FROM now QUALIFY row_number() OVER (PARTITION BY id ORDER BY changed DESC) = 1',
    settles: true,
    seen: { during: 2, after: 1 },
  },
} satisfies Record<string, Omit<Scenario, 'name' | 'route'>>;

export type ScenarioKind = keyof typeof kinds;

export function scenario(kind: ScenarioKind, route: Scenario['route']): Scenario {
  return { name: `${kind}, ${route ?? 'the chosen route'}`, route, ...kinds[kind] };
}

/** A project with its source and its store, somewhere on the disk. */
export class Place {
  readonly root: string;
  readonly scenario: Scenario;
  /** Has the tables `before` and `now`. */
  readonly witness: Witness;
  /** The run that brought what the store held at first. */
  firstRun: string | null = null;

  constructor(root: string, of: Scenario, witness: Witness) {
    this.root = root;
    this.scenario = of;
    this.witness = witness;
  }

  get project(): string {
    return join(this.root, 'project');
  }

  get source(): string {
    return join(this.root, 'source');
  }

  get store(): string {
    return join(this.root, 'store');
  }

  go(options: RunOptions = {}): Promise<Ended> {
    const { route } = this.scenario;
    const args = ['go', '--verbose', ...(route === null ? [] : ['--route', route]), ...(options.args ?? [])];
    return hygge(this.project, args, options);
  }

  /** Has the store cut its files at so many rows. */
  setBatchSize(rows: number): void {
    const path = join(this.project, 'hygge.yml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/batch_size: \d+/, `batch_size: ${rows}`));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A scenario after its first run, with the source as it is now: copied for each fault. */
export class Template {
  readonly scenario: Scenario;
  /** How long a whole run takes. */
  milliseconds = 0;
  readonly #folder: string;
  readonly #place: Place;

  private constructor(of: Scenario, folder: string, witness: Witness) {
    this.scenario = of;
    this.#folder = folder;
    this.#place = new Place(join(folder, 'template'), of, witness);
  }

  static async make(of: Scenario): Promise<Template> {
    const witness = await openWitness();
    const made = new Template(of, mkdtempSync(join(tmpdir(), 'hygge-faults-')), witness);
    const { project, source } = made.#place;
    mkdirSync(project, { recursive: true });
    writeFileSync(
      join(project, 'hygge.yml'),
      [
        'name: faults',
        'options: { threads: 1 }',
        'flows:',
        `  f: { home: ../source, store: { path: ../store, batch_size: 100 }, retry: { attempts: 1 }, ${of.flow} }`,
        '',
      ].join('\n'),
    );
    await writeSource(witness, source, of.before);
    const ended = await made.#place.go();
    if (ended.code !== 0) throw new Error(`the first run of "${of.name}" failed: ${ended.said}`);
    made.milliseconds = ended.milliseconds;
    const manifest = join(made.#place.store, '.hygge', 'manifest.json');
    made.#place.firstRun = JSON.parse(readFileSync(manifest, 'utf8')).run_id;
    rmSync(source, { recursive: true });
    await writeSource(witness, source, of.now);
    const table = async (name: string, selects: readonly string[]) =>
      witness.run(`CREATE OR REPLACE TABLE ${name} AS ${selects.join(' UNION ALL ')}`);
    await table('before', of.before);
    await table('now', of.now);
    return made;
  }

  copy(name: string): Place {
    const place = new Place(join(this.#folder, name), this.scenario, this.#place.witness);
    place.firstRun = this.#place.firstRun;
    cpSync(this.#place.root, place.root, { recursive: true });
    return place;
  }

  remove(): void {
    this.#place.witness.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function writeSource(
  witness: Witness,
  folder: string,
  selects: readonly string[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [i, select] of selects.entries())
    await witness.run(`COPY (${select}) TO '${join(folder, `${i}.parquet`)}' (FORMAT parquet)`);
}
