import { entry } from '../entry.js';

/** Problems with what is done to rows on their way: casts, masks, columns that are added. */
export const shapingErrors = {
  CAST_IMPOSSIBLE: entry<{ name: string; column: string; from: string; to: string; reason: string }>({
    title: 'A cast between times with and without a zone that lacks the zone',
    kind: 'config',
    message: (f) =>
      `${f.name}: columns: "${f.column}" is ${f.from} and cannot be cast to ${f.to}: ${f.reason}`,
    hint: () =>
      'Write zone: with the place that times without a zone are in, such as zone: Europe/Oslo, or zone: UTC.',
  }),
  MASK_IMPOSSIBLE: entry<{ name: string; column: string; rule: string; type: string; reason: string }>({
    title: 'A mask that does not suit its column',
    kind: 'config',
    message: (f) => `${f.name}: mask: ${f.rule} cannot hide "${f.column}", which is ${f.type}: ${f.reason}`,
    hint: () =>
      'hash, redact and null suit every type, partial all that have a short text, date_shift dates and times, round numbers, dates and times.',
  }),
  MASK_NEEDS_ROW: entry<{ name: string; column: string }>({
    title: 'A date_shift that does not know which rows belong together',
    kind: 'config',
    message: (f) => `${f.name}: mask: date_shift of "${f.column}" needs columns that name a row`,
    hint: (f) =>
      `Write ${f.column}: { rule: date_shift, by: id }, with the column whose rows are to be shifted alike, or give the flow a watermark with a primary_key.`,
  }),
  FORMAT_INVALID: entry<{ name: string; column: string; reason: string }>({
    title: 'A format of a time that the engine does not understand',
    kind: 'config',
    message: (f) => `${f.name}: polish: timestamps: the format of "${f.column}" cannot be used: ${f.reason}`,
    hint: () => 'A format is made of parts such as %Y, %m, %d, %H, %M and %S; for the sign itself write %%.',
  }),
  WATERMARK_SHAPED: entry<{ name: string; column: string; what: string; how: string }>({
    title: 'A column that tells new rows from old ones is changed on the way',
    kind: 'config',
    message: (f) => `${f.name}: "${f.column}", which is ${f.what}, is ${f.how}`,
    hint: () =>
      'What the store holds could not be compared with it, and the journal would keep it as it was. Leave it as it is, or take another column; the columns of a primary_key may be masked by hash.',
  }),
  TIMESTAMPS_NEED_KEY: entry<{ name: string; column: string }>({
    title: 'Rows that differ in every run by a timestamp',
    kind: 'config',
    message: (f) =>
      `${f.name}: polish adds "${f.column}", which is another in every run, so rows that the store holds could not be told from new ones`,
    hint: () => 'Write watermark: { primary_key: … }, with the columns that name a row.',
  }),
};
