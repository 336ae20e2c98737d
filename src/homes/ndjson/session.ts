import type { HomeContext, HomeSession } from '../../core/home.js';
import { fail } from '../../errors/index.js';
import { listFiles } from '../../formats/listing.js';
import { NdjsonSource } from '../../formats/ndjson/source.js';
import { openTextHome } from '../../formats/text/home.js';
import { type NdjsonHomeConfig, ndjsonFiles } from './index.js';

export async function openNdjsonHome(config: NdjsonHomeConfig, context: HomeContext): Promise<HomeSession> {
  const files = await listFiles(config.path, {
    names: ndjsonFiles,
    none: (at, found) => fail('NO_TEXT_FILES', { path: at, endings: '.ndjson or .jsonl', found }),
  });
  const { path, compression, max_line_size: maxLine } = config;
  const source = new NdjsonSource({ files, compression, maxLine }, context);
  return openTextHome({ path, columns: config.columns, onBadRow: config.on_bad_row, source }, context);
}
