import { entry } from '../entry.js';

/** Problems with databases, as a home or a store meets them. */
export const databaseErrors = {
  DATABASE_LOCKED: entry<{ path: string; holder: string }>({
    title: 'Another program holds the database',
    kind: 'run',
    retryable: true,
    message: (f) => `the database ${f.path} is held by ${f.holder}`,
    hint: () =>
      'A database file is open in one program at a time where anybody writes into it. Close the other program, or wait until it is done. Nothing was touched.',
  }),
  NOT_A_DATABASE: entry<{ path: string; what: string; reason: string }>({
    title: 'A file that is no such database',
    kind: 'run',
    message: (f) => `${f.path} is no ${f.what}: ${f.reason}`,
    hint: () => 'Check the path and the type:. The file was not touched.',
  }),
  TABLE_NEEDED: entry<{ name: string; keys: readonly string[] }>({
    title: 'Nobody said which table',
    kind: 'config',
    message: (f) => `${f.name}: which table? ${f.keys.map((key) => `${key}:`).join(' or ')} is missing`,
    hint: (f) =>
      `Add ${f.keys.map((key) => `${key}:`).join(' or ')}. In a flow with entities, the name of the entity is the table.`,
  }),
  TABLE_NOT_FOUND: entry<{
    name: string;
    table: string;
    path: string;
    known: readonly string[];
    nearest?: string | undefined;
  }>({
    title: 'A table that the database does not have',
    kind: 'run',
    message: (f) => `${f.name}: there is no table ${f.table} in ${f.path}`,
    hint: (f) => {
      if (f.nearest !== undefined) return `Did you mean ${f.nearest}?`;
      if (f.known.length === 0) return 'The database has no tables.';
      return `There are: ${f.known.slice(0, 12).join(', ')}${f.known.length > 12 ? ', …' : ''}.`;
    },
  }),
  TABLE_UNFIT: entry<{ name: string; table: string; reason: string; hint?: string | undefined }>({
    title: 'A table that cannot take the rows',
    kind: 'run',
    message: (f) => `${f.name}: the table ${f.table} cannot take the rows: ${f.reason}`,
    hint: (f) =>
      f.hint ??
      'Nothing was changed. Choose and rename columns with columns:, change the table, or name another one.',
  }),
  TABLE_EXISTS: entry<{ name: string; table: string }>({
    title: 'A table that must not be there yet',
    kind: 'run',
    message: (f) => `${f.name}: the table ${f.table} is there already, and if_exists is fail`,
    hint: () =>
      'Nothing was changed. Name another table, remove this one, or write if_exists: append, replace or merge.',
  }),
  QUERY_FAILED: entry<{ name: string; reason: string }>({
    title: 'A query that the database does not understand',
    kind: 'config',
    message: (f) => `${f.name}: the query cannot be used: ${f.reason}`,
    hint: ({ reason }) => {
      const [, extension] = /exists in the (\w+) extension/.exec(reason) ?? [];
      return extension === undefined
        ? 'A query is one SELECT. Try it in the database itself.'
        : `None is loaded by itself: name it with extensions: [${extension}]. It must be installed already.`;
    },
  }),
  CONSTRAINT_FAILED: entry<{ name: string; reason: string }>({
    title: 'Rows that a constraint of the table forbids',
    kind: 'run',
    message: (f) => `${f.name}: a constraint of the table forbids it: ${f.reason}`,
    hint: () => 'Nothing was published. Mend the rows, leave them out with where:, or change the constraint.',
  }),
  DATABASE_FILE_FAILED: entry<{ name: string; path: string; reason: string }>({
    title: 'A database could not carry something out',
    kind: 'run',
    message: (f) => `${f.name}: the database ${f.path} says: ${f.reason}`,
    hint: () => null,
  }),
  EXTENSION_MISSING: entry<{ name: string; extension: string; reason: string }>({
    title: 'An extension of the engine that is not installed',
    kind: 'run',
    message: (f) => `${f.name}: the extension ${f.extension} cannot be loaded: ${f.reason}`,
    hint: (f) =>
      `hygge downloads nothing when it runs. Install it once with DuckDB itself, of the same version: INSTALL ${f.extension}.`,
  }),
};
