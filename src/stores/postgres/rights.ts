import {
  type PostgresConnection,
  type PostgresSession,
  qualified,
  quoteName,
  quoteText,
} from '../../connections/postgres/index.js';
import type { Destination } from '../../connections/runs-table.js';
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
  if (!isThere) return;
  const table = qualified(destination);
  const [onTable] = await session.rows(
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
      .map((right) => `has_table_privilege(${quoteText(table)}, '${right}')`)
      .reduce((all, one) => `${all} AND ${one}`, 'SELECT true'),
  );
  if (onTable?.[0] !== 't')
    refuse(
      `${role} may not read and change the table ${table}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} ${to}`,
    );
}
