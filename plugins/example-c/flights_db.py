"""Writes the tables of the flights example into an SQLite database.

    pip install pyarrow
    python flights_db.py flights.db
"""

import sqlite3
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

FLIGHTS = Path(__file__).resolve().parents[2] / "examples" / "flights"


def read(path):
    if path.suffix == ".parquet":
        return pa.parquet.read_table(path)
    # As the host reads CSV: an empty field is NULL.
    null = pa.csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
    return pa.csv.read_csv(path, convert_options=null)


def column(field):
    if pa.types.is_integer(field.type):
        return f'"{field.name}" INTEGER'
    return f'"{field.name}" {"REAL" if pa.types.is_floating(field.type) else "TEXT"}'


def main(database):
    connection = sqlite3.connect(database)
    for path in sorted([*FLIGHTS.glob("*.parquet"), *FLIGHTS.glob("*.csv")]):
        table = read(path)
        columns = ", ".join(column(field) for field in table.schema)
        connection.execute(f'CREATE TABLE "{path.stem}" ({columns})')
        places = ", ".join("?" * table.num_columns)
        rows = zip(*(column.to_pylist() for column in table.columns))
        connection.executemany(f'INSERT INTO "{path.stem}" VALUES ({places})', rows)
    connection.commit()


if __name__ == "__main__":
    main(sys.argv[1])
