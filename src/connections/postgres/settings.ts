import { z } from 'zod';

const path = z.string().min(1);

/** What may stand in `connections.<name>` with `type: postgres`. */
export const postgresSettings = z.strictObject({
  url: z.string().min(1).optional().meta({
    description:
      'postgresql://user:password@host:port/database; the keys beside it say the same, and go before it',
    writeOnly: true,
  }),
  host: z.string().min(1).optional().describe('Name or address of the server. Default: localhost'),
  port: z.int().min(1).max(65_535).optional().describe('Default: 5432'),
  database: z.string().min(1).optional().describe('Default: the name of the user'),
  user: z.string().min(1).optional().describe('The role to log in as'),
  password: z
    .string()
    .optional()
    .meta({ description: `Its password; best as a reference such as \${PGPASSWORD}`, writeOnly: true }),
  ssl: z
    .union([
      z.boolean(),
      z.literal('no-verify'),
      z.strictObject({
        verify: z.boolean().default(true).describe('Whether the certificate of the server is checked'),
        ca: path.optional().describe('File with the certificates to trust. Default: those of Node'),
        cert: path.optional().describe("File with the client's certificate"),
        key: path.optional().describe("File with the client's key"),
      }),
    ])
    .nullable()
    .default(null)
    .describe(
      'true: encrypted, and the certificate is checked; no-verify: encrypted, unchecked; false: not encrypted. Default: true, but false for this machine',
    ),
  pool_size: z
    .int()
    .min(2)
    .default(10)
    .describe('Connections that a run takes of the server at once, for homes and stores together'),
  connect_timeout: z
    .number()
    .positive()
    .default(10)
    .describe('Seconds to wait for an answer to a new connection'),
  statement_timeout: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Seconds after which the server stops a statement. Default: the server's own"),
  application_name: z
    .string()
    .min(1)
    .max(30)
    .default('hygge')
    .describe('What the server lists the connections as; the id of the run follows'),
});

export type PostgresSettings = z.output<typeof postgresSettings>;

/** Where a connection leads to, with every default filled in. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly ssl: PostgresSettings['ssl'];
}

/** A problem of the settings, in a few words. Never says what the secret is. */
export class SettingsProblem extends Error {}

/** The address that settings say, the keys before the url. */
export function addressOf(settings: PostgresSettings): Address {
  const given = settings.url === undefined ? {} : fromUrl(settings.url);
  const user = settings.user ?? given.user;
  if (user === undefined) throw new SettingsProblem('nobody said which user: add user:');
  return {
    host: settings.host ?? given.host ?? 'localhost',
    port: settings.port ?? given.port ?? 5432,
    database: settings.database ?? given.database ?? user,
    user,
    password: settings.password ?? given.password,
    ssl: settings.ssl ?? given.ssl ?? null,
  };
}

function fromUrl(text: string): Partial<Address> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new SettingsProblem('url: is no URL such as postgresql://user@host:5432/database');
  }
  if (url.protocol !== 'postgresql:' && url.protocol !== 'postgres:')
    throw new SettingsProblem('url: must begin with postgresql://');
  const part = (value: string): string | undefined => {
    if (value === '') return undefined;
    try {
      return decodeURIComponent(value);
    } catch {
      throw new SettingsProblem('url: has a % that is not followed by two hexadecimal digits; write %25');
    }
  };
  const found = {
    host: part(url.hostname.replace(/^\[|\]$/g, '')),
    port: url.port === '' ? undefined : Number(url.port),
    database: part(url.pathname.replace(/^\//, '')),
    user: part(url.username),
    password: part(url.password),
    ssl: sslOf(url.searchParams),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** As libpq's, but for `require`, which checks the certificate here. */
const modes: Readonly<Record<string, boolean | 'no-verify'>> = {
  disable: false,
  'no-verify': 'no-verify',
  require: true,
  'verify-ca': true,
  'verify-full': true,
};

function sslOf(parameters: URLSearchParams): boolean | 'no-verify' | undefined {
  for (const name of parameters.keys())
    if (name !== 'sslmode')
      throw new SettingsProblem(
        `url: the parameter ${name} is not known; sslmode is, the rest has keys of its own`,
      );
  const mode = parameters.get('sslmode');
  if (mode === null) return undefined;
  const known = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
  if (known === undefined)
    throw new SettingsProblem(`url: sslmode must be one of ${Object.keys(modes).join(', ')}`);
  return known;
}

const here = /^(localhost|127(\.\d+){3}|::1|\/.*)$/;

/** Whether a host is this very machine. */
export const isHere = (host: string): boolean => here.test(host);
