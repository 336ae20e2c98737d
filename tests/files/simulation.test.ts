import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { HyggeError } from '../../src/errors/index.js';
import type { Recovered } from '../../src/files/index.js';
import type { Disk } from './support/memory-file-system.js';
import { Random } from './support/random.js';
import {
  comeBack,
  emptyWorld,
  type Fault,
  faulty,
  isCrash,
  recoverThrough,
  Simulation,
  type Step,
  type World,
  worldAfter,
} from './support/simulation.js';

/** What went wrong; null where the store holds exactly this world. */
async function differs(simulation: Simulation, world: World): Promise<string | null> {
  const expected = { ...world.own, ...world.foreign };
  const seen = simulation.seen();
  if (!isDeepStrictEqual(seen, expected))
    return `a reader sees ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`;
  const contents = await simulation.inspect();
  const own = contents.files.map(({ name }) => name);
  if (!isDeepStrictEqual(own, Object.keys(world.own).sort())) return `hygge takes ${own} for its own`;
  if (contents.missing.length > 0) return `missing: ${JSON.stringify(contents.missing)}`;
  if (contents.runId !== world.runId) return `the manifest is of run ${contents.runId}, not ${world.runId}`;
  if (!isDeepStrictEqual(contents.record, world.record)) return `the record is ${contents.record}`;
  if (contents.pending.length > 0) return 'a change is still pending';
  return null;
}

/** Only what the last run took out may be left in `.hygge`. */
function litter(simulation: Simulation, world: World): string | null {
  const kept = new RegExp(`^files/${world.runId ?? 'none'}-\\d+\\.old$`);
  const left = simulation.hidden().filter((name) => name !== 'manifest.json' && !kept.test(name));
  return left.length > 0 ? `left in .hygge: ${left}` : null;
}

/** Which of the two worlds the store is in. Fails where it is in neither. */
async function which(simulation: Simulation, old: World, next: World | null): Promise<World> {
  const notOld = await differs(simulation, old);
  if (notOld === null) return old;
  const notNew = next === null ? 'there is no new one' : await differs(simulation, next);
  if (next !== null && notNew === null) return next;
  throw new Error(`neither the old data (${notOld}) nor the new (${notNew})`);
}

/** What recovery said must be what it did. */
function checkTold(told: readonly Recovered[], step: Step, old: World, next: World | null, found: World) {
  for (const { what, runId, record } of told) {
    if (step.kind === 'undo' && what === 'rolled-back' && runId === old.runId && found !== next)
      throw new Error(`said that ${runId} was taken back, and it was not`);
    if (runId !== step.runId || step.kind === 'undo') continue;
    if (what === 'rolled-forward' && (found !== next || !isDeepStrictEqual(record, next?.record)))
      throw new Error(`said that ${runId} was rolled forward, and it was not`);
    if (what !== 'rolled-forward' && found !== old)
      throw new Error(`said that ${runId} was ${what}, but its data is there`);
  }
}

/** Carries a step out under a fault, lets everything come back, and gives the world that the store is in then. */
async function stepThrough(
  simulation: Simulation,
  old: World,
  step: Step,
  fault: Fault | null,
  random: Random,
  depth: number,
): Promise<World> {
  const next = worldAfter(old, step);
  const before = fault === null ? () => {} : faulty(simulation.fileSystem, fault);
  let outcome: 'done' | 'crashed' | 'unfinished' | 'failed' = 'done';
  try {
    await simulation.run(step, before);
  } catch (error) {
    const code = error instanceof HyggeError ? error.code : null;
    outcome = isCrash(error) ? 'crashed' : code === 'PUBLISH_UNFINISHED' ? 'unfinished' : 'failed';
    if (fault === null && (next !== null || (code !== 'FILE_NAME_TAKEN' && code !== 'NOTHING_TO_UNDO')))
      throw error;
  }
  if (outcome === 'done' && !simulation.fileSystem.dead && random.chance(0.5)) {
    const now = await differs(simulation, next ?? old);
    if (now !== null) throw new Error(`right after success: ${now}`);
    return next ?? old;
  }
  const told = await recoverThrough(simulation, random, depth);
  const found = await which(simulation, old, next);
  checkTold(told, step, old, next, found);
  if (outcome === 'done' && found !== next)
    throw new Error(
      `what ${JSON.stringify(step)} reported as published is not there; ${JSON.stringify({ old, next, told, fault })}`,
    );
  if (outcome === 'failed' && found !== old) throw new Error('what was reported as failed is there');
  const rubbish = litter(simulation, found);
  if (rubbish !== null) throw new Error(rubbish);
  return found;
}

const names = ['a.parquet', 'b.parquet', 'c.parquet', 'd.parquet', 's/e.parquet', 's/t/f.parquet'];

function randomStep(random: Random, world: World, number: number): Step {
  const kind = random.pick([
    'append',
    'append',
    'replace',
    'replace',
    'merge',
    'undo',
    'replace-foreign',
  ] as const);
  return {
    kind,
    runId: `r${String(number).padStart(2, '0')}`,
    names: names.filter(() => random.chance(0.35)),
    remove: kind === 'merge' ? Object.keys(world.own).filter(() => random.chance(0.5)) : [],
  };
}

function randomFault(random: Random): Fault | null {
  const at = 1 + random.below(110);
  if (random.chance(0.65)) return { kind: 'crash', at };
  const code = random.pick(['EIO', 'ENOSPC', 'EROFS', 'EMFILE']);
  return random.chance(0.7)
    ? { kind: 'error', at, code, times: random.pick([1, 1, 1, 2, 3, 5, 8, 1000]) }
    : null;
}

/** A short life of a store, with a fault in every other step. */
async function life(seed: number): Promise<void> {
  const random = new Random(seed);
  const disk: Disk = random.chance(0.5) ? 'journal' : 'harsh';
  // Without links a file is moved from one folder to another, and a disk that does that by halves can lose it.
  const simulation = new Simulation(disk, disk === 'harsh' || random.chance(0.7));
  let world = emptyWorld;
  const steps = 1 + random.below(4);
  for (let number = 1; number <= steps; number++) {
    if (world.runId !== null && random.chance(0.2)) {
      const name = `foreign-${number}.parquet`;
      await simulation.addForeign(name, `foreign ${number}`);
      world = { ...world, foreign: { ...world.foreign, [name]: `foreign ${number}` } };
    }
    const step = randomStep(random, world, number);
    const fault = random.chance(0.75) ? randomFault(random) : null;
    world = await stepThrough(
      simulation,
      world,
      step,
      fault,
      random,
      random.chance(0.5) ? 0 : random.below(6),
    );
    if (random.chance(0.2)) comeBack(simulation, random);
  }
}

/** One step on a store with two runs behind it, with a crash before the operation of every number. */
async function everywhere(disk: Disk, links: boolean, kind: Step['kind'], seed: number): Promise<void> {
  for (let at = 1; ; at++) {
    const random = new Random(seed * 1000 + at);
    const simulation = new Simulation(disk, links);
    let world = emptyWorld;
    const before = [
      { kind: 'append', runId: 'r01', names: ['a.parquet', 's/e.parquet'], remove: [] },
      { kind: 'replace', runId: 'r02', names: ['a.parquet', 'b.parquet'], remove: [] },
    ] as const;
    for (const step of before) world = await stepThrough(simulation, world, step, null, random, 0);
    await simulation.addForeign('mine.parquet', 'mine');
    world = { ...world, foreign: { 'mine.parquet': 'mine' } };
    const names =
      kind === 'append' || kind === 'merge' ? ['c.parquet', 's/e.parquet'] : ['a.parquet', 's/e.parquet'];
    const step = { kind, runId: 'r03', names, remove: kind === 'merge' ? ['b.parquet'] : [] };
    try {
      await stepThrough(simulation, world, step, { kind: 'crash', at }, random, at % 6);
    } catch (error) {
      throw new Error(`${kind} on a ${disk} disk, crash before operation ${at}, seed ${seed}: ${error}`);
    }
    if (simulation.taken < at) return;
  }
}

describe('a simulated disk', () => {
  const { HYGGE_SEED: only, HYGGE_SEEDS: seeds = 10_000 } = process.env;
  const traces = Error.stackTraceLimit;
  // Most of the errors here are meant to be, and their traces cost more than the work.
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = traces;
  });

  it(`holds the old data or the new through ${only ?? seeds} lives with crashes and errors`, async () => {
    const first = Number(only ?? 1);
    const last = Number(only ?? seeds);
    for (let seed = first; seed <= last; seed++) {
      try {
        await life(seed);
      } catch (error) {
        throw new Error(`HYGGE_SEED=${seed}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    }
  }, 240_000);

  it.each([
    ['journal', true],
    ['journal', false],
    ['harsh', true],
  ] as const)(
    'holds the old data or the new wherever a step is cut off (%s, links: %s)',
    async (disk, links) => {
      for (const kind of ['append', 'replace', 'replace-foreign', 'merge', 'undo'] as const) {
        await everywhere(disk, links, kind, 1);
      }
    },
  );
});
