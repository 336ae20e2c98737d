import { entry } from '../entry.js';

/** Problems with database servers: reaching them, what they allow, what they say. */
export const connectionErrors = {
  CONNECTION_UNKNOWN: entry<{
    connection: string;
    type: string;
    known: readonly string[];
    nearest?: string | undefined;
    /** The type of the connection of this name, which is another. */
    own?: string | undefined;
  }>({
    title: 'A connection that nobody has described',
    kind: 'config',
    message: (f) =>
      f.own === undefined
        ? `there is no ${f.type} connection "${f.connection}"`
        : `connection "${f.connection}" is of type "${f.own}", and one of type ${f.type} is wanted`,
    hint: (f) => {
      if (f.own !== undefined)
        return `Write type: ${f.type} under connections: ${f.connection}: if that is what it is.`;
      if (f.nearest !== undefined) return `Did you mean "${f.nearest}"?`;
      if (f.known.length === 0)
        return `Describe it in hygge.yml, under connections: ${f.connection}: with type: ${f.type}.`;
      return `There are: ${f.known.join(', ')}. They are described in hygge.yml, under connections:.`;
    },
  }),
  CONNECTION_FAILED: entry<{ connection: string; where: string; step: string; reason: string; hint: string }>(
    {
      title: 'A database server that cannot be reached',
      kind: 'run',
      message: (f) => `connection "${f.connection}" (${f.where}): ${f.step} failed: ${f.reason}`,
      hint: (f) => f.hint,
    },
  ),
  CONNECTION_LOST: entry<{ connection: string; where: string; reason: string }>({
    title: 'A connection to a database server that broke off',
    kind: 'run',
    retryable: true,
    message: (f) => `connection "${f.connection}" (${f.where}) broke off: ${f.reason}`,
    hint: () => 'What was not published yet is gone; the store holds what it held. Run it again.',
  }),
  DATABASE_FAILED: entry<{ connection: string; reason: string; code: string; hint?: string | undefined }>({
    title: 'A database server that refused a statement',
    kind: 'run',
    message: (f) => `connection "${f.connection}": the server says: ${f.reason} (${f.code})`,
    hint: (f) => f.hint ?? 'Nothing was published. `hygge debug` tries the connection and its rights.',
  }),
  DATABASE_RIGHTS: entry<{ connection: string; reason: string; grant: string | null }>({
    title: 'A role without the rights that are needed',
    kind: 'run',
    message: (f) => `connection "${f.connection}": its role may not do this: ${f.reason}`,
    hint: (f) =>
      f.grant === null
        ? 'Grant the right to the role, or use a connection of another one.'
        : `An administrator can allow it: ${f.grant}`,
  }),
  TABLE_LOCKED: entry<{ table: string; connection: string; holder: string }>({
    title: 'Another run holds the table',
    kind: 'run',
    message: (f) => `the table ${f.table} of connection "${f.connection}" is held by ${f.holder}`,
    hint: () =>
      'One run at a time writes into a table. Wait until it is done, or stop it. Nothing was touched.',
  }),
  COLUMN_REFUSED: entry<{ name: string; column: string; type: string; table: string; reason: string }>({
    title: 'A column that a table cannot take as it is',
    kind: 'run',
    message: (f) =>
      `${f.name}: column "${f.column}" (${f.type}) does not fit into the table ${f.table}: ${f.reason}`,
    hint: () =>
      'Nothing is rounded, cut or made NULL. Change the table, or leave the column out or rename it with columns:.',
  }),
};
