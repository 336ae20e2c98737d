import { defineConnection } from '../../core/connection.js';
import type { PostgresConnection } from './connection.js';
import { postgresSettings } from './settings.js';

/** A Postgres database that homes and stores share. */
export const postgresConnection = defineConnection({
  type: 'postgres',
  summary: 'A Postgres database, 13 or later',
  config: postgresSettings,
  open: async (settings, name): Promise<PostgresConnection> =>
    (await import('./connection.js')).openPostgres(settings, name),
});
