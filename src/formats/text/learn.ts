import type { HomeContext } from '../../core/home.js';
import { nearest } from '../../core/nearest.js';
import { type Field, type LogicalType, typeName } from '../../core/types.js';
import { typeNamed } from '../../engine/index.js';
import { fail, HyggeError } from '../../errors/index.js';
import { explained, unpackWhole } from './explain.js';
import type { TextHomeOptions } from './home.js';
import { type Found, inferTypes, type Unknown } from './infer.js';
import type { Likeness, TextSource } from './source.js';
import { type Texts, valuesOf } from './typed.js';

/** What is known of the columns of text files. */
export interface Known {
  readonly columns: readonly Field[];
  /** Those whose types nobody declared. */
  readonly inferred: readonly Field[];
  /** The names of those whose types the last run found out. */
  readonly remembered: ReadonlySet<string>;
  /** null: nobody has counted. */
  readonly rows: number | null;
  /** How the values are read where all rows are like the first ones; null: nothing of it rests on those. */
  readonly guess: Guess | null;
}

/** `prove` fails where not all rows of a file are like the first ones, in a way that reading them does not show. */
export interface Guess extends Pick<Likeness, 'prove'> {
  readonly texts: Texts;
}

/** Types as the configuration and the last run have them. */
interface Given {
  readonly declared: ReadonlyMap<string, LogicalType>;
  readonly remembered: ReadonlyMap<string, LogicalType>;
}

/** The columns of text files: their names, and their types by declaration, by the last run, and by their values. */
export async function learn(options: TextHomeOptions, context: HomeContext): Promise<Known> {
  const { trust } = context;
  const declared = await parsed(options.columns ?? {}, context, false);
  const last = trust === 'nothing' ? null : await context.remembered?.();
  const given = { declared, remembered: await parsed(last ?? {}, context, true) };
  // A plan is to know the rows that are put aside; when it is carried out, there may be none.
  const mayGuess = trust !== 'last run' && (options.onBadRow === 'fail' || trust === 'first rows');
  const guessed = mayGuess ? await guess(options, given, context) : null;
  if (guessed !== null && trust === 'first rows') return guessed;
  const isOpen = guessed?.inferred.some(({ name }) => !guessed.remembered.has(name)) === true;
  const proven = guessed !== null && isOpen ? await prove(guessed, options, context) : null;
  return proven ?? (await lookAtAll(options, given, context));
}

/** What holds for the first rows, where it holds for all: this look at them costs much less than one that knows nothing. */
async function prove(
  guessed: Known,
  { source }: TextHomeOptions,
  context: HomeContext,
): Promise<Known | null> {
  const { guess, columns } = guessed;
  const { signal } = context;
  if (guess === null) return null;
  const names = columns.map((_, i) => `c${i}`);
  // Counting the values of a column looks at all of them.
  const counts = names.map((name) => `count(${name})`).join(', ');
  const all = `SELECT count(*), ${counts} FROM (${valuesOf(guess.texts)}) AS looked(${names.join(', ')})`;
  try {
    for (const file of source.files) await guess.prove(file, signal, () => {});
    const [[rows] = ['0']] = await (await context.engine()).rows(all, { signal });
    return { ...guessed, rows: Number(rows), guess: null };
  } catch (error) {
    if (!(error instanceof HyggeError) || signal.aborted) throw error;
    return null;
  }
}

async function lookAtAll(options: TextHomeOptions, given: Given, context: HomeContext): Promise<Known> {
  const { source, onBadRow } = options;
  const names = await explained(source, [], context, () => source.names([...given.declared.keys()], null));
  await checkNames(options, names, given, context);
  const fresh = names.filter((column) => !given.declared.has(column) && !given.remembered.has(column));
  const asText = fresh.map((name) => ({ name, type: { kind: 'varchar' } as const }));
  // Only what is selected is known to be readable: a file is judged whole when it is moved.
  const { found, rows } = await explained(source, asText, context, () =>
    lookAt(fresh, options, context, null, onBadRow === 'quarantine'),
  );
  return { ...known(names, given, found), rows, guess: null };
}

/** null where the first rows say that there is nothing to be gained, or fail: then all are looked at. */
async function guess(options: TextHomeOptions, given: Given, context: HomeContext): Promise<Known | null> {
  const { source, onBadRow, typical = 20_480 } = options;
  try {
    const names = await source.names([...given.declared.keys()], typical);
    if (names.length === 0 || [...given.declared.keys()].some((column) => !names.includes(column)))
      return null;
    const fresh = names.filter((column) => !given.declared.has(column) && !given.remembered.has(column));
    const { found } = await lookAt(fresh, options, context, typical, false);
    const whole = known(names, given, found);
    const alike =
      (await source.likeFirst(whole.columns, found, typical)) ??
      // Where there is no bad row, none has to be looked for.
      (onBadRow === 'quarantine' ? asItIs(source, whole.columns) : null);
    if (alike === null) return null;
    const texts = { ...alike, columns: whole.columns, spelling: source.spelling, found };
    return { ...whole, rows: null, guess: { texts, prove: alike.prove } };
  } catch (error) {
    if (!(error instanceof HyggeError) || context.signal.aborted) throw error;
    return null;
  }
}

/** The careful way to read, where nothing is put aside. */
const asItIs = (source: TextSource, columns: readonly Field[]): Likeness => ({
  select: source.select(columns, false),
  prove: (...how) => unpackWhole(source, ...how),
});

function known(
  names: readonly string[],
  { declared, remembered }: Given,
  found: ReadonlyMap<string, Found>,
): Pick<Known, 'columns' | 'inferred' | 'remembered'> {
  const typeOf = (column: string): LogicalType =>
    declared.get(column) ?? remembered.get(column) ?? found.get(column)?.type ?? { kind: 'varchar' };
  const columns = names.map((column) => ({ name: column, type: typeOf(column) }));
  const inferred = columns.filter((column) => !declared.has(column.name));
  const others = inferred.filter(({ name }) => remembered.has(name));
  return { columns, inferred, remembered: new Set(others.map(({ name }) => name)) };
}

async function checkNames(
  { source, path }: TextHomeOptions,
  names: readonly string[],
  { declared }: Given,
  { name, signal }: HomeContext,
): Promise<void> {
  if (names.length === 0) {
    for (const file of source.files) await unpackWhole(source, file, signal, () => {});
    throw fail('NO_ROWS_AND_NAMES', { name, path });
  }
  for (const column of declared.keys()) {
    if (!names.includes(column))
      throw fail('COLUMN_NOT_FOUND', { name, column, known: names, nearest: nearest(column, names) });
  }
}

/** The types of columns by their values: by all of them, or by those of the first rows. */
async function lookAt(
  names: readonly string[],
  { source }: TextHomeOptions,
  { engine, signal }: HomeContext,
  first: number | null,
  tolerant: boolean,
): Promise<{ readonly found: ReadonlyMap<string, Found>; readonly rows: number | null }> {
  if (names.length === 0) return { found: new Map(), rows: null };
  const found = new Map<string, Found>();
  const open: Unknown[] = [];
  for (const each of await source.unknown(names, first)) {
    if ('type' in each) found.set(each.name, { type: each.type, as: 'type', isEmpty: each.isEmpty });
    else open.push(each);
  }
  const typeOf = (name: string): LogicalType => found.get(name)?.type ?? { kind: 'varchar' };
  const select = source.select(
    names.map((name) => ({ name, type: typeOf(name) })),
    tolerant,
  );
  const some = first === null ? select : `SELECT * FROM (${select}) LIMIT ${first}`;
  const inferred = await inferTypes(await engine(), some, open, source.spelling, { signal });
  return { found: new Map([...found, ...inferred.found]), rows: inferred.rows };
}

/** Types as the engine reads them. Of those that it cannot read, the remembered ones are passed over. */
async function parsed(
  texts: Readonly<Record<string, string>>,
  context: HomeContext,
  isRemembered: boolean,
): Promise<Map<string, LogicalType>> {
  const types = new Map<string, LogicalType>();
  for (const [column, text] of Object.entries(texts)) {
    const type = await typeNamed(await context.engine(), { name: context.name, column, text }).catch(
      (error) => {
        if (isRemembered) return null;
        throw error;
      },
    );
    if (type !== null) types.set(column, type);
  }
  return types;
}

/** The types that were found out, as the engine spells them. */
export const inferredOf = ({ inferred }: Known): Readonly<Record<string, string>> =>
  Object.fromEntries(inferred.map(({ name, type }) => [name, typeName(type)]));
