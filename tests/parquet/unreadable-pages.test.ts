import { readFile, writeFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { Encoding, readParquet, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm/node';
import { expect, it } from 'vitest';
import { Flow } from '../../src/index.js';
import { readFooter } from '../../src/parquet/index.js';
import { useWorkplace, visible } from '../integration/workplace.js';

const place = useWorkplace();

it('pages that the engine cannot read are copied as they are, or refused with what to do', async () => {
  const plain = await place.parquet('plain.parquet', 'SELECT i AS id FROM range(1000) t(i)');
  const properties = new WriterPropertiesBuilder()
    .setColumnDictionaryEnabled('id', false)
    .setColumnEncoding('id', Encoding.BYTE_STREAM_SPLIT)
    .build();
  const source = place.at('in.parquet');
  await writeFile(source, writeParquet(readParquet(await readFile(plain)), properties));
  expect((await readFooter(source)).rowGroups[0]?.columns[0]?.encodings).toContain('BYTE_STREAM_SPLIT');
  const move = (to: string, route?: 'engine') =>
    new Flow({ name: 'tea', home: source, store: place.at(to) }).start({ ...(route && { route }) });

  expect(await move('copied')).toMatchObject({ status: 'success', rows: 1000, route: 'splice' });
  const copied = await readFile(place.at('copied/00000000000000000001.parquet'));
  const rows = await parquetReadObjects({
    file: copied.buffer.slice(copied.byteOffset, copied.byteOffset + copied.length) as ArrayBuffer,
  });
  expect(rows).toEqual(Array.from({ length: 1000 }, (_, i) => ({ id: BigInt(i) })));

  await expect(move('read', 'engine')).rejects.toMatchObject({
    code: 'PARQUET_PAGES_UNREADABLE',
    facts: { reason: 'BYTE_STREAM_SPLIT encoding is only supported for FLOAT or DOUBLE data' },
  });
  expect(visible(place.at('read'))).toEqual([]);
});
