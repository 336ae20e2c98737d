# SOURCE TARGET: row group by row group, as pyarrow's documentation has it for large files.
import os
import sys

import pyarrow.parquet as pq

_, source, target = sys.argv
with pq.ParquetFile(source, memory_map=True) as file:
    with pq.ParquetWriter(target, file.schema_arrow, compression="snappy") as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group))
with open(target, "r+b") as file:
    os.fsync(file.fileno())
