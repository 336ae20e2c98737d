import { fail, HyggeError } from '../../errors/index.js';

/** Whose connection failed, and where it leads to; nothing of it is secret. */
export interface ErrorPlace {
  readonly connection: string;
  readonly where: string;
}

/** What the driver knows of an error of the server. */
interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly detail?: string;
  readonly where?: string;
}

const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';

/** The server is going, or has gone: administrator's shutdown, crash, starting up. */
const ended = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04']);
/** What the system says of the disk that rows pass through. */
const full = new Set(['ENOSPC', 'EDQUOT']);
/** Gone when it is tried again: deadlocks, serialization, a lock that was not free, too many connections. */
const passing = new Set(['40001', '40P01', '55P03', '53300', '53200']);

/**
 * An error of the driver as one of hygge's: the one place where codes of the server are read, and where it is decided
 * whether trying again can help.
 */
export function translatePostgresError(error: unknown, place: ErrorPlace): HyggeError {
  if (error instanceof HyggeError) return error;
  const { connection } = place;
  if (!isServerError(error)) {
    if (error instanceof Error && 'code' in error && full.has(String(error.code)))
      return fail('DISK_FULL', { what: "the engine's", path: 'temporary files' }, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    return fail('CONNECTION_LOST', { ...place, reason }, { cause: error });
  }
  const { code } = error;
  const reason = error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
  if (ended.has(code) || code.startsWith('08'))
    return fail('CONNECTION_LOST', { ...place, reason: error.message }, { cause: error });
  if (code === '42501')
    return fail('DATABASE_RIGHTS', { connection, reason: error.message, grant: null }, { cause: error });
  if (code.startsWith('23'))
    return fail('CONSTRAINT_FAILED', { name: `connection "${connection}"`, reason }, { cause: error });
  const hint = hints[code];
  const said = error.where?.startsWith('COPY ') ? `${reason} (${error.where.split('\n')[0]})` : reason;
  return fail(
    'DATABASE_FAILED',
    { connection, reason: said, code, hint },
    { cause: error, retryable: passing.has(code) },
  );
}

const hints: Readonly<Record<string, string>> = {
  '57014':
    'The server stopped the statement. Raise statement_timeout of the connection, or the one of the server.',
  '53100': 'The disk of the server is full. Make room there. Nothing was published.',
  '53300': 'Lower pool_size of the connection, or raise max_connections of the server.',
};

/** What went wrong while a connection was made, as the step that failed. */
export function connectError(error: unknown, place: ErrorPlace): HyggeError {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const told = (step: string, hint: string, retryable = false): HyggeError =>
    fail('CONNECTION_FAILED', { ...place, step, reason: reason || code, hint }, { cause: error, retryable });
  if (error instanceof HyggeError) return error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return told('finding the server', 'Check host:; the name is not known here.', code === 'EAI_AGAIN');
  if (/does not support SSL/.test(reason))
    return told(
      'the encrypted connection',
      'This server does not encrypt. With ssl: false nothing is, and whoever is on the way can read it.',
    );
  if (/certificate|self.signed|SSL|TLS|altnames/i.test(`${code} ${reason}`) && !isServerError(error))
    return told(
      'the encrypted connection',
      'With ssl: { ca: FILE } another certificate is trusted; ssl: no-verify trusts any, ssl: false does not encrypt.',
    );
  // The two sides prove to each other that they know the password; the driver stops where there is none.
  if (/^SASL/.test(reason) && !isServerError(error))
    return told(
      'the login',
      `Check user: and password:, best a reference such as \${PGPASSWORD}; this server asks for one.`,
    );
  if (!isServerError(error)) {
    const isTime = /timeout/i.test(reason);
    const hint = isTime
      ? 'The server did not answer in time. Check host:, port: and firewalls, or raise connect_timeout:.'
      : 'Is the server running, and does it listen there? Check host: and port:.';
    return told('reaching the server', hint, true);
  }
  if (code.startsWith('28') && /no encryption/.test(reason))
    return told('the login', 'This server takes encrypted connections alone: ssl: true.');
  if (code.startsWith('28'))
    return told('the login', 'Check user: and password:, and what pg_hba.conf of the server allows.');
  if (code === '3D000')
    return told('choosing the database', 'Check database:; names are as the server has them.');
  if (code === '42501')
    return told('the login', 'An administrator can allow it: GRANT CONNECT ON DATABASE … TO the role.');
  if (code === '57P03')
    return told('reaching the server', 'The server is starting up or shutting down.', true);
  if (code === '53300') return told('the login', hints[code] ?? '', true);
  return told('the login', 'The server said no; the reason is its own.', ended.has(code));
}
