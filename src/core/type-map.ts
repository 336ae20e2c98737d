import type { z } from 'zod';
import type { HomeDefinition } from './home.js';
import type { StoreDefinition } from './store.js';

/** What TypeScript knows of a type: what may be written, and what comes out with the defaults filled in. */
export interface TypeEntry<Type extends string, Config extends z.ZodObject> {
  readonly input: { readonly type: Type } & Readonly<z.input<Config>>;
  readonly output: { readonly type: Type } & Readonly<z.output<Config>>;
}

export type HomeTypeEntry<D> = D extends HomeDefinition<infer T, infer C> ? TypeEntry<T, C> : never;
export type StoreTypeEntry<D> = D extends StoreDefinition<infer T, infer C> ? TypeEntry<T, C> : never;

/**
 * The known types of homes. Each type adds itself by declaration merging, also those of other packages:
 * `declare module 'hygge' { interface HomeTypes { mongo: HomeTypeEntry<typeof mongoHome> } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface HomeTypes {}

/** The known types of stores; as {@link HomeTypes}. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface StoreTypes {}
