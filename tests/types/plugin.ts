// A type of another package: what its author writes, and what the compiler then knows. It is compiled against the
// built package and never run; each line below "refused" must be an error of the compiler.
import {
  defineHome,
  defineStore,
  Flow,
  HomeConfig,
  type HomeTypeEntry,
  StoreConfig,
  type StoreTypeEntry,
  z,
} from 'hygge';

export const moonHome = defineHome({
  type: 'moon',
  summary: 'Stones of the moon',
  config: z.strictObject({
    crater: z.string().describe('Where to look'),
    stones: z.int().default(3).describe('How many to bring'),
  }),
  capabilities: { gives: ['batches'], ordered: true },
  open: async ({ crater, stones }) => {
    const place: string = crater;
    const many: number = stones;
    return {
      schema: async () => [{ name: 'stone', type: { kind: 'varchar' }, nullable: false }],
      estimate: async () => ({ rows: many, bytes: null, files: null, exact: true }),
      async *read() {
        yield Array.from({ length: many }, (_, i) => ({ stone: `${place} ${i}` }));
      },
      close: async () => {},
    };
  },
});

export const chestStore = defineStore({
  type: 'chest',
  summary: 'A chest for stones',
  config: z.strictObject({ lid: z.boolean().default(true).describe('Whether it can be shut') }),
  capabilities: { takes: ['batches'], modes: ['replace'], atomic: true, ordered: true },
  destination: () => 'the chest',
  open: async () => {
    throw new Error('never opened');
  },
});

declare module 'hygge' {
  interface HomeTypes {
    readonly moon: HomeTypeEntry<typeof moonHome>;
  }
  interface StoreTypes {
    readonly chest: StoreTypeEntry<typeof chestStore>;
  }
}

// What is right, and the types that come out.
const moon = HomeConfig.create({ type: 'moon', crater: 'Tycho' });
export const stones: number = moon.stones;
const parquet = HomeConfig.create({ type: 'parquet', path: 'in' });
export const batchSize: number = parquet.batch_size;
export const fromPath: string = HomeConfig.create('in').path;
const chest = StoreConfig.create({ type: 'chest' });
export const lid: boolean = chest.lid;
const folder = StoreConfig.create({ type: 'parquet', path: 'out', compression: 'zstd' });
export const codec: string = folder.compression;
new Flow({ name: 'moon', home: { type: 'moon', crater: 'Tycho' }, store: { type: 'chest' } });
new Flow({ name: 'moon', home: 'in', store: { type: 'parquet', path: 'out', batch_size: 5 } });

// What is refused.
// @ts-expect-error a misspelt key
HomeConfig.create({ type: 'parquet', path: 'in', batchsize: 5 });
// @ts-expect-error a misspelt key of a type of one's own
HomeConfig.create({ type: 'moon', crater: 'Tycho', stoned: 3 });
// @ts-expect-error a key that is missing
HomeConfig.create({ type: 'moon' });
// @ts-expect-error a value of another type
HomeConfig.create({ type: 'moon', crater: 'Tycho', stones: 'many' });
// @ts-expect-error a type that nobody knows
HomeConfig.create({ type: 'sun', crater: 'Tycho' });
// @ts-expect-error a store is no home
HomeConfig.create({ type: 'chest' });
// @ts-expect-error a codec that there is not
StoreConfig.create({ type: 'parquet', path: 'out', compression: 'zip' });
// @ts-expect-error a misspelt key of a store
StoreConfig.create({ type: 'parquet', path: 'out', compresion: 'zstd' });
// @ts-expect-error what comes out has no such key
export const none: unknown = moon.path;
// @ts-expect-error a misspelt setting of a flow
new Flow({ name: 'moon', home: 'in', store: 'out', queuesize: 5 });
// @ts-expect-error a misspelt key of a flow's home
new Flow({ name: 'moon', home: { type: 'parquet', paht: 'in' }, store: 'out' });
