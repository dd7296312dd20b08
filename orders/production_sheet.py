"""What to make by day as a spreadsheet: a row for each product, production and delivery date, in the
reader's language.
"""

from collections.abc import Iterable
from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .production import Making, ProductionDay

# Widths in characters.
DATE, NAME, NUMBER = 12, 28, 12


def production_xlsx(days: Iterable[ProductionDay]) -> bytes:
    """Return an Excel workbook with the makings of the days; texts are never taken for formulas."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(_("What to make"))
        title = book.add_format({"bold": True, "bg_color": "#E8ECF6", "border": 1})
        date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for column, (name, width) in enumerate(_columns()):
            page.set_column(column, column, width)
            page.write_string(0, column, name, title)
        page.freeze_panes(1, 0)
        line = 0
        for day in days:
            for making in day.makings:
                line += 1
                page.write_datetime(line, 0, day.date, date)
                page.write_datetime(line, 1, making.delivery_date, date)
                for column, text in enumerate(_texts(making), start=2):
                    page.write_string(line, column, text)
                for column, number in enumerate(_numbers(making), start=6):
                    page.write_number(line, column, number)
        page.autofilter(0, 0, line, len(_columns()) - 1)
    return file.getvalue()


def _columns() -> list[tuple[str, int]]:
    return [
        (_("Production date"), DATE),
        (_("Delivery date"), DATE),
        (_("Product"), NAME),
        (_("Unit"), NAME),
        (_("Producer"), NAME),
        (_("Purchase order"), DATE),
        (_("Ordered"), NUMBER),
        (pgettext("forecast", "Expected"), NUMBER),
        (_("To make"), NUMBER),
    ]


def _texts(making: Making) -> list[str]:
    product = making.product
    return [
        product.display_name,
        product.unit_display,
        product.producer.display_name,
        making.purchase_order,
    ]


def _numbers(making: Making) -> list[int]:
    return [making.firm, making.forecast, making.units]
