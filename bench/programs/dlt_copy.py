# SOURCE FOLDER HOW: a dlt pipeline into files. HOW is "arrow" (record batches) or "import" (the file as it is).
import os
import sys

import dlt
import pyarrow.parquet as pq

_, source, folder, how = sys.argv


@dlt.resource(name="rows")
def rows():
    file = pq.ParquetFile(source)
    if how == "import":
        columns = file.schema_arrow.empty_table()
        yield dlt.mark.with_file_import(source, "parquet", file.metadata.num_rows, columns)
    else:
        yield from file.iter_batches(batch_size=500_000)


pipeline = dlt.pipeline(
    "bench",
    destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}"),
    dataset_name="bench",
    pipelines_dir=f"{folder}-state",
)
pipeline.run(rows(), loader_file_format="parquet", write_disposition="replace")
for parent, _, files in os.walk(f"{folder}/bench/rows"):
    for name in files:
        with open(os.path.join(parent, name), "r+b") as file:
            os.fsync(file.fileno())
