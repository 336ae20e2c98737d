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
  const [row] = await session.rows(
    `SELECT current_user, EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${schema}), has_database_privilege(current_database(), 'CREATE'), current_database()`,
  );
  const [role = '', hasSchema, mayMake, database = ''] = row ?? [];
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
  const [inSchema] = await session.rows(
    `SELECT has_schema_privilege(${schema}, 'CREATE') AND has_schema_privilege(${schema}, 'USAGE')`,
  );
  if (inSchema?.[0] !== 't')
    refuse(
      `${role} may not make tables in the schema ${destination.schema}, where rows are staged`,
      `GRANT USAGE, CREATE ON SCHEMA ${quoteName(destination.schema)} ${to}`,
    );
  const tables = [...(isThere ? [destination.table] : []), runsTable];
  for (const table of tables) {
    const found = qualified({ schema: destination.schema, table });
    const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
    const asked = rights.map((right) => `has_table_privilege(c.oid, '${right}')`).join(' AND ');
    // No row where there is no such table.
    const [onTable] = await session.rows(
      `SELECT ${asked} FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(${quoteText(found)})`,
    );
    if (onTable === undefined || onTable[0] === 't') continue;
    const why = table === runsTable ? ', where runs are kept' : '';
    refuse(
      `${role} may not read and change the table ${found}${why}`,
      `GRANT ${rights.join(', ')} ON ${found} ${to}`,
    );
  }
}
