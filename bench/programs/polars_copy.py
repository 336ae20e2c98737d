# SOURCE TARGET: Polars' streaming engine, with the file on the disk at the end.
import os
import sys

import polars as pl

_, source, target = sys.argv
pl.scan_parquet(source).sink_parquet(target, compression="snappy")
with open(target, "r+b") as file:
    os.fsync(file.fileno())
