import type { HomeContext, HomeSession } from '../../core/home.js';
import { fail } from '../../errors/index.js';
import { CsvSource } from '../../formats/csv/source.js';
import { listFiles } from '../../formats/listing.js';
import { openTextHome } from '../../formats/text/home.js';
import { type CsvHomeConfig, csvFiles } from './index.js';

export async function openCsvHome(config: CsvHomeConfig, context: HomeContext): Promise<HomeSession> {
  const { path, delimiter, quote, header, encoding, compression } = config;
  const files = await listFiles(path, {
    names: csvFiles,
    none: (at, found) => fail('NO_TEXT_FILES', { path: at, endings: '.csv', found }),
  });
  const dialect = {
    delimiter,
    quote,
    escape: config.escape,
    header,
    comment: config.comment ?? '',
    nulls: config.null_values,
    maxLine: config.max_line_size,
  };
  const spelling = {
    dateFormat: config.date_format,
    timestampFormat: config.timestamp_format,
    decimalSeparator: config.decimal_separator,
    thousands: config.thousands_separator,
    json: false,
  };
  const source = new CsvSource({ path, files, dialect, compression, encoding, spelling }, context);
  return openTextHome({ path, columns: config.columns, onBadRow: config.on_bad_row, source }, context);
}
