import { fail, HyggeError } from '../errors/index.js';
import { readUnfit } from './unfit-value.js';

/** What is known around a statement that failed. */
export interface TranslateContext {
  /** Whose statement it was, for the message. */
  readonly name: string;
  /** Bytes; the limit that the engine was opened with. */
  readonly memoryLimit?: number | undefined;
}

interface Rule {
  readonly pattern: RegExp;
  make(match: RegExpExecArray, context: TranslateContext, cause: unknown): HyggeError;
}

/**
 * An error of the engine as one of hygge's. This is the one place where the engine's messages are read, and where it
 * is decided whether trying again can help: the engine is in this process and does the same every time, so it seldom
 * can.
 */
export function translateEngineError(error: unknown, context: TranslateContext): HyggeError {
  if (error instanceof HyggeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const unfit = readUnfit(message);
  if (unfit !== null)
    return fail('VALUE_UNFIT', { name: context.name, row: null, ...unfit }, { cause: error });
  for (const rule of rules) {
    const match = rule.pattern.exec(message);
    if (match !== null) return rule.make(match, context, error);
  }
  const reason = reasonOf(message);
  return fail(
    'ENGINE_FAILED',
    { name: context.name, reason },
    { cause: error, retryable: passing.test(message) },
  );
}

/** What the system says of things that pass. A file is away for a moment where it is opened anew to write into it;
 * two transactions may want to change one thing. */
const passing =
  /Catalog "hygge_file_\d+" does not exist|^TransactionContext Error: [^\n]*conflict|Too many open files|Resource temporarily unavailable|Stale (?:NFS )?file handle|Input\/output error/;

const quoted = `["']([^"'\\n]*)["']`;
const reasonFor = (cause: unknown): string =>
  reasonOf(cause instanceof Error ? cause.message : String(cause));

const rules: readonly Rule[] = [
  {
    pattern: /^INTERRUPT Error|^Interrupted!/,
    make: (_, { name }, cause) => fail('INTERRUPTED', { name }, { cause }),
  },
  {
    pattern:
      /CSV Error on Line: (\d+)[\s\S]*?Error when converting column "(.*)"\. Could not convert string "([\s\S]*?)" to '(.*)'/,
    make: ([, row = '', column = '', value = '', type = ''], { name }, cause) =>
      fail('VALUE_UNFIT', { name, column, row: Number(row), value: JSON.stringify(value), type }, { cause }),
  },
  {
    // The engine's own words have the text in them.
    pattern: /Invalid string encoding found in Parquet file|(column "[^\n]*" has a text that is no UTF-8)/,
    make: ([, reason = 'a column has a text that is no UTF-8'], { name }, cause) =>
      fail('TEXT_NOT_UNICODE', { name, reason }, { cause }),
  },
  {
    pattern:
      /((?:BYTE_STREAM_SPLIT|RLE|Delta Length Byte Array) encoding is only supported for [^\n]*|Unsupported page encoding|Unsupported compression codec [^\n]*)/,
    make: ([, reason = ''], { name }, cause) => fail('PARQUET_PAGES_UNREADABLE', { name, reason }, { cause }),
  },
  {
    pattern: /max_temp_directory_size/,
    make: (_, __, cause) => fail('DISK_FULL', { what: "the engine's", path: 'temporary files' }, { cause }),
  },
  {
    pattern: /^Out of Memory Error|^std::bad_alloc/,
    make: (_, context, cause) =>
      fail(
        'OUT_OF_MEMORY',
        { name: context.name, limit: limitOf(context, cause), reason: reasonFor(cause) },
        { cause },
      ),
  },
  {
    pattern: new RegExp(
      `${quoted}: (?:No space left on device|Disk quota exceeded|There is not enough space)`,
    ),
    make: ([, path = ''], __, cause) => fail('DISK_FULL', { what: 'the file', path }, { cause }),
  },
  {
    pattern: new RegExp(
      `Could not set lock on file ${quoted}: (?:Conflicting lock is held in ([^\\n]*?)\\.)?`,
    ),
    make: ([, path = '', holder], __, cause) =>
      fail('DATABASE_LOCKED', { path, holder: holder ?? 'another program' }, { cause }),
  },
  {
    pattern: /The file "([^"\n]*)" exists, but it is not a valid DuckDB database file/,
    make: ([, path = ''], __, cause) =>
      fail('NOT_A_DATABASE', { path, what: 'DuckDB database', reason: 'it begins otherwise' }, { cause }),
  },
  {
    pattern: new RegExp(`Cannot open database ${quoted} in read-only mode: database does not exist`),
    make: ([, path = ''], __, cause) => fail('PATH_NOT_FOUND', { what: 'the database', path }, { cause }),
  },
  {
    pattern: /^Constraint Error: ([^\n]*)/,
    make: ([, reason = ''], { name }, cause) => fail('CONSTRAINT_FAILED', { name, reason }, { cause }),
  },
  {
    pattern: new RegExp(`No files found that match the pattern ${quoted}`),
    make: ([, path = ''], __, cause) => fail('PATH_NOT_FOUND', { what: 'the file', path }, { cause }),
  },
  {
    pattern: new RegExp(`Cannot open file ${quoted}: No such file or directory`),
    make: ([, path = ''], __, cause) => fail('PATH_NOT_FOUND', { what: 'the file', path }, { cause }),
  },
  {
    pattern: new RegExp(`(?:Cannot open|Could not read from) file ${quoted}: ([^\\n]*)`),
    make: ([, path = '', reason = ''], __, cause) =>
      fail('PATH_NOT_READABLE', { what: 'the file', path, reason }, { cause }),
  },
  {
    pattern: new RegExp(`Could not write (?:to )?file ${quoted}: ([^\\n]*)`),
    make: ([, path = '', reason = ''], __, cause) =>
      fail('PATH_NOT_WRITABLE', { what: 'the file', path, reason }, { cause }),
  },
  {
    pattern: new RegExp(`No magic bytes found at end of file ${quoted}`),
    make: ([, path = ''], __, cause) =>
      fail('NOT_PARQUET', { path, reason: 'it does not end with PAR1' }, { cause }),
  },
  {
    pattern: new RegExp(`File ${quoted} too small to be a Parquet file`),
    make: ([, path = ''], __, cause) => fail('NOT_PARQUET', { path, reason: 'it is too small' }, { cause }),
  },
  {
    pattern: new RegExp(`Footer length error in file ${quoted}`),
    make: ([, path = ''], __, cause) =>
      fail('PARQUET_DAMAGED', { path, reason: 'its footer is longer than the file' }, { cause }),
  },
  {
    pattern: new RegExp(
      `schema mismatch in glob: column ${quoted} was read from the original file ${quoted}, but could not be found in file ${quoted}`,
    ),
    make: ([, column = '', first = '', second = ''], __, cause) =>
      fail(
        'SCHEMAS_DISAGREE',
        { column, first, second, firstType: 'there', secondType: 'missing' },
        { cause },
      ),
  },
  {
    pattern: new RegExp(
      `In file ${quoted} the column ${quoted} has type (.+?), but we are trying to read it as type (.+?)\\.(?:\\n|$)`,
    ),
    make: ([, second = '', column = '', secondType = '', firstType = ''], __, cause) =>
      fail('SCHEMAS_DISAGREE', { column, first: 'the first file', second, firstType, secondType }, { cause }),
  },
  {
    pattern: new RegExp(`^Invalid (?:Input )?Error: Failed to read file ${quoted}: ([^\\n]*)`),
    make: ([, path = '', reason = ''], __, cause) => fail('PARQUET_DAMAGED', { path, reason }, { cause }),
  },
];

/** The first line, without the engine's name for the kind of error. */
function reasonOf(message: string): string {
  const line = message.split('\n').find((part) => part.trim() !== '') ?? 'it did not say why';
  return line.replace(/^(?:Failed to extract statements: )?(?:[A-Z][A-Za-z ]* Error: )?/, '').trim();
}

function limitOf({ memoryLimit }: TranslateContext, cause: unknown): string {
  if (memoryLimit !== undefined) return formatBytes(memoryLimit);
  const message = cause instanceof Error ? cause.message : '';
  return /\/([\d.]+ [KMGT]?i?B) used/.exec(message)?.[1] ?? 'the engine';
}

/** Bytes for people, such as "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
