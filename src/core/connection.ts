import type { z } from 'zod';

/** A system that homes and stores share, open for a run. */
export interface OpenConnection {
  /** Tries it for real, step by step, and says in a few words what answered. Fails with the step that went wrong. */
  check(signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** A type of `connections` in hygge.yml: settings that are written once. Cheap to import: a driver is imported in `open`. */
export interface ConnectionDefinition<
  Type extends string = string,
  Config extends z.ZodObject = z.ZodObject,
  Open extends OpenConnection = OpenConnection,
> {
  readonly type: Type;
  /** One line: what it leads to. */
  readonly summary: string;
  /** As of a home. */
  readonly config: Config;
  /** Reaches for nothing yet. `name` is that of the connection, for messages. */
  open(config: z.output<Config>, name: string): Promise<Open>;
}

/** Keeps the types of a definition while checking its form. */
export function defineConnection<
  const Type extends string,
  Config extends z.ZodObject,
  Open extends OpenConnection,
>(definition: ConnectionDefinition<Type, Config, Open>): ConnectionDefinition<Type, Config, Open> {
  return definition;
}

/** The connections of a run: settings stay here, so that plans and journals have only their names. */
export interface Connections {
  /**
   * The connection of a name, opened when it is first asked for, and the same for all who ask.
   * @throws CONNECTION_UNKNOWN where there is none of this name and type
   */
  open<Open extends OpenConnection, Config extends z.ZodObject>(
    definition: ConnectionDefinition<string, Config, Open>,
    name: string,
  ): Promise<Open>;
}
