"""Write many rows at once, as fast as the database takes them.

Django's `bulk_create` makes an object of each row and prepares each value by itself, which takes several
times as long as the database needs. Rows here are plain tuples, sent by COPY to PostgreSQL and by one
prepared statement to SQLite. Constraints hold as ever.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models

Row = Sequence[Any]


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of the columns, named as the model's attributes (`order_id`); others get their defaults."""
    if not rows:
        return
    others = [
        field
        for field in model._meta.concrete_fields
        if field.attname not in columns and not field.primary_key
    ]
    table, names = _quoted(model, [*columns, *(field.attname for field in others)])
    defaults = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
    rows = [(*row, *defaults) for row in _adapted(model, columns, rows)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
            # Django knows nothing of COPY: what goes wrong in it must be told as its own exceptions.
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            values = ", ".join(["%s"] * len(names))
            insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"  # noqa: S608 – our own names
            cursor.executemany(insert, rows)


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set the columns; each row has a value for each of them and the key last."""
    if not rows:
        return
    table, names = _quoted(model, columns)
    settings = ", ".join(f"{name} = %s" for name in names)
    update = f"UPDATE {table} SET {settings} WHERE id = %s"  # noqa: S608 – our own names
    with connection.cursor() as cursor:
        cursor.executemany(update, _adapted(model, columns, rows))


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """Return keys for so many rows that this transaction will insert: others can refer to them at once."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, count])
            return [row[0] for row in cursor.fetchall()]
        # Nobody else writes before this transaction ends, and keys of deleted rows don't come again.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


def check_references() -> None:
    """Look up now, not at the end of the transaction, whether rows exist that the new ones refer to.

    PostgreSQL takes as long for it as for the writing; meanwhile others shouldn't wait for locks.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _quoted(model: type[models.Model], columns: Sequence[str]) -> tuple[str, list[str]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), [quote(str(fields[name].column)) for name in columns]


def _adapted(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with dates and times as SQLite stores them; PostgreSQL's driver knows them itself."""
    if connection.vendor == "postgresql":
        return rows
    kinds = {field.attname: field.get_internal_type() for field in model._meta.concrete_fields}
    adapt: dict[str, Callable[[Any], Any]] = {
        "DateField": connection.ops.adapt_datefield_value,
        "DateTimeField": connection.ops.adapt_datetimefield_value,
        "TimeField": connection.ops.adapt_timefield_value,
    }
    places = [(place, adapt[kinds[name]]) for place, name in enumerate(columns) if kinds[name] in adapt]
    if not places:
        return rows
    adapted = [list(row) for row in rows]
    for place, as_stored in places:
        stored = {value: as_stored(value) for value in {row[place] for row in rows}}
        for row in adapted:
            row[place] = stored[row[place]]
    return adapted
