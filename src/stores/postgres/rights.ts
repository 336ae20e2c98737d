import {
  type PostgresConnection,
  type PostgresSession,
  qualified,
  quoteName,
  quoteText,
} from '../../connections/postgres/index.js';
import { type Destination, runsTable } from '../../connections/runs-table.js';
import { fail } from '../../errors/index.js';

/** DATABASE_RIGHTS where the role could not do what a run does. Writes nothing. */
export async function checkRights(
  session: PostgresSession,
  connection: PostgresConnection,
  destination: Destination,
  isThere: boolean,
): Promise<void> {
  const schema = quoteText(destination.schema);
  const exists = `EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${schema})`;
  // A server may be far away: as few questions as can be.
  const [row] = await session.rows(
    `SELECT current_user, ${exists}, has_database_privilege(current_database(), 'CREATE'), current_database(), CASE WHEN ${exists} THEN has_schema_privilege(${schema}, 'CREATE') AND has_schema_privilege(${schema}, 'USAGE') END`,
  );
  const [role = '', hasSchema, mayMake, database = '', mayUse] = row ?? [];
  const refuse = (reason: string, grant: string): never => {
    throw fail('DATABASE_RIGHTS', { connection: connection.name, reason, grant });
  };
  const to = `TO ${quoteName(role ?? '')}`;
  if (hasSchema !== 't') {
    if (mayMake === 't') return;
    refuse(
      `there is no schema ${destination.schema}, and ${role} may not make one`,
      `GRANT CREATE ON DATABASE ${quoteName(database ?? '')} ${to}`,
    );
  }
  if (mayUse !== 't')
    refuse(
      `${role} may not make tables in the schema ${destination.schema}, where rows are staged`,
      `GRANT USAGE, CREATE ON SCHEMA ${quoteName(destination.schema)} ${to}`,
    );
  const tables = [...(isThere ? [destination.table] : []), runsTable];
  const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
  const asked = rights.map((right) => `has_table_privilege(c.oid, '${right}')`).join(' AND ');
  const names = tables.map((table) => qualified({ schema: destination.schema, table }));
  // No row where there is no such table.
  const found = await session.rows(
    names
      .map(
        (name, i) =>
          `SELECT ${i}, ${asked} FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(${quoteText(name)})`,
      )
      .join(' UNION ALL '),
  );
  for (const [i, may] of found) {
    if (may === 't') continue;
    const why = tables[Number(i)] === runsTable ? ', where runs are kept' : '';
    const name = names[Number(i)];
    refuse(
      `${role} may not read and change the table ${name}${why}`,
      `GRANT ${rights.join(', ')} ON ${name} ${to}`,
    );
  }
}
