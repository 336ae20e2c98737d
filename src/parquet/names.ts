/** The names that the format gives to its numbers. A number from the future keeps a name of its own. */
const physicalTypes = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
] as const;
export type PhysicalType = (typeof physicalTypes)[number];

const repetitions = ['required', 'optional', 'repeated'] as const;
export type Repetition = (typeof repetitions)[number];

const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const;
export type Codec = (typeof codecs)[number] | `CODEC_${number}`;

const encodings = [
  'PLAIN',
  'GROUP_VAR_INT',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const;
export type Encoding = (typeof encodings)[number] | `ENCODING_${number}`;

const convertedTypes = [
  'UTF8',
  'MAP',
  'MAP_KEY_VALUE',
  'LIST',
  'ENUM',
  'DECIMAL',
  'DATE',
  'TIME_MILLIS',
  'TIME_MICROS',
  'TIMESTAMP_MILLIS',
  'TIMESTAMP_MICROS',
  'UINT_8',
  'UINT_16',
  'UINT_32',
  'UINT_64',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'JSON',
  'BSON',
  'INTERVAL',
] as const;
export type ConvertedType = (typeof convertedTypes)[number] | 'NULL' | `CONVERTED_${number}`;

export const physicalTypeOf = (number: number): PhysicalType | undefined => physicalTypes[number];
export const physicalTypeNumber = (type: PhysicalType): number => physicalTypes.indexOf(type);
export const repetitionOf = (number: number): Repetition | undefined => repetitions[number];
export const codecOf = (number: number): Codec => codecs[number] ?? `CODEC_${number}`;
export const isKnownCodec = (number: number): boolean => codecs[number] !== undefined;
export const knownEncodingOf = (number: number): Encoding | undefined => encodings[number];
export const encodingOf = (number: number): Encoding => encodings[number] ?? `ENCODING_${number}`;

/** 24 is what early writers used for columns that hold nothing but NULL, before there was a logical type. */
export const convertedTypeOf = (number: number): ConvertedType =>
  number === 24 ? 'NULL' : (convertedTypes[number] ?? `CONVERTED_${number}`);
