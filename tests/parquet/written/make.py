"""Makes the files beside it, by writers that npm does not have. Needs pyarrow, polars, fastparquet and pyspark, and Java.

They are kept, since the tests need no Python; make them anew when a newer version writes something that older ones do not.
"""

import datetime as dt
import decimal
import glob
import os
import shutil
import sys
import tempfile

import fastparquet
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
rows, group = 600, 200
numbers = range(rows)

words = [None if i % 11 == 0 else "" if i % 11 == 1 else f"wört 😀 {i % 40}" for i in numbers]
table = pa.table(
    {
        "id": pa.array(numbers, pa.int32()),
        "wide": pa.array([None if i % 7 == 0 else i * 1000003 for i in numbers], pa.int64()),
        "tiny": pa.array([i % 250 for i in numbers], pa.uint8()),
        "real": pa.array([None if i % 5 == 0 else i / 3 for i in numbers], pa.float64()),
        "half": pa.array([i / 7 for i in numbers], pa.float32()),
        "words": pa.array(words, pa.string()),
        "bytes": pa.array([f"x{i}".encode() for i in numbers], pa.binary()),
        "amount": pa.array([decimal.Decimal(i - 300) / 4 for i in numbers], pa.decimal128(12, 2)),
        "day": pa.array([dt.date(2020, 1, 1) + dt.timedelta(i) for i in numbers], pa.date32()),
        "at": pa.array([dt.datetime(2020, 1, 1) + dt.timedelta(seconds=i) for i in numbers], pa.timestamp("us")),
        "flag": pa.array([i % 3 == 0 for i in numbers], pa.bool_()),
        "pair": pa.array(
            [None if i % 13 == 0 else {"a": i, "b": [f"p{i}", None]} for i in numbers],
            pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))]),
        ),
        "list": pa.array([None if i % 4 == 0 else list(range(i % 4)) for i in numbers], pa.list_(pa.int64())),
        "map": pa.array([[(f"k{i % 5}", i)] for i in numbers], pa.map_(pa.string(), pa.int64())),
    }
)
flat = table.drop_columns(["pair", "list", "map"])


def path(name):
    return os.path.join(here, f"{name}.parquet")


def with_pyarrow():
    whole = {"row_group_size": group, "data_page_size": 600, "write_batch_size": 50}
    pq.write_table(
        table,
        path("pyarrow-v1-indexed"),
        compression="gzip",
        write_page_index=True,
        write_page_checksum=True,
        sorting_columns=[pq.SortingColumn(0)],
        bloom_filter_options={"id": {"ndv": 200, "fpp": 0.01}, "words": {"ndv": 50, "fpp": 0.05}},
        **whole,
    )
    pq.write_table(table, path("pyarrow-v1-brotli"), compression="brotli", **whole)
    pq.write_table(table, path("pyarrow-v1-plain"), compression="none", use_dictionary=False, **whole)
    encodings = {
        "id": "DELTA_BINARY_PACKED",
        "wide": "DELTA_BINARY_PACKED",
        "real": "BYTE_STREAM_SPLIT",
        "half": "BYTE_STREAM_SPLIT",
        "words": "DELTA_BYTE_ARRAY",
        "bytes": "DELTA_LENGTH_BYTE_ARRAY",
        "pair.b.list.element": "DELTA_BYTE_ARRAY",
        "flag": "RLE",
    }
    for version, codec in [("1.0", "lz4"), ("2.0", "zstd")]:
        pq.write_table(
            table,
            path(f"pyarrow-v{version[0]}-encodings"),
            compression=codec,
            data_page_version=version,
            use_dictionary=False,
            column_encoding=encodings,
            write_page_checksum=version == "2.0",
            **whole,
        )


def with_polars():
    frame = pl.from_arrow(table.drop_columns(["map"]))
    for codec in ["zstd", "snappy"]:
        frame.write_parquet(
            path(f"polars-{codec}"), compression=codec, row_group_size=group, data_page_size=600, statistics="full"
        )


def with_fastparquet():
    frame = flat.drop_columns(["amount", "day"]).to_pandas()
    fastparquet.write(path("fastparquet-snappy"), frame, compression="SNAPPY", row_group_offsets=[0, 200, 400])


def with_spark():
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    select = """
        SELECT id, CASE WHEN id % 7 = 0 THEN NULL ELSE id * 1000003 END AS wide,
          CASE WHEN id % 5 = 0 THEN NULL ELSE id / 3.0D END AS real,
          CASE WHEN id % 11 = 0 THEN NULL ELSE concat('wört ', id % 40) END AS words,
          concat('a longer text that differs ', id * 7919) AS texts,
          CAST(id - 300 AS DECIMAL(12, 2)) AS amount, date_add(DATE '2020-01-01', CAST(id AS INT)) AS day,
          TIMESTAMP '2020-01-01 00:00:00' AS at, id % 3 = 0 AS flag,
          named_struct('a', id, 'b', array(concat('p', id), NULL)) AS pair,
          sequence(0, CAST(id % 4 AS INT)) AS list, map(concat('k', id % 5), id) AS map
        FROM range(0, 3000, 1, 1)"""
    for version, codec, block in [("PARQUET_1_0", "gzip", 60_000), ("PARQUET_2_0", "zstd", 20_000)]:
        folder = tempfile.mkdtemp()
        (
            session.sql(select)
            .write.mode("overwrite")
            .option("parquet.writer.version", version)
            .option("compression", codec)
            .option("parquet.block.size", block)
            .option("parquet.block.size.row.check.min", 100)
            .option("parquet.page.size.row.check.min", 100)
            .option("parquet.page.row.count.limit", 300)
            .option("parquet.bloom.filter.enabled#id", "true")
            .option("parquet.bloom.filter.expected.ndv#id", 1000)
            .parquet(folder)
        )
        [written] = glob.glob(os.path.join(folder, "*.parquet"))
        shutil.move(written, path(f"parquet-java-v{version[8]}-{codec}"))
        shutil.rmtree(folder)
    session.stop()


for make in [with_pyarrow, with_polars, with_fastparquet] + ([] if "--no-spark" in sys.argv else [with_spark]):
    make()
