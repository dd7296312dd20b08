"""A town: everything that a hub needs to begin, as rows, from a workbook or the demo into the database."""
