"""`manage.py import_town FILE.xlsx`: an operator's own institutions, producers, products and people."""

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.demo_town import demo_town
from config.town.errors import BadTown
from config.town.rows import Town
from config.town.workbook import TownFile, read_workbook, write_template
from config.town.write import write_town
from membership import clock
from membership.geocoding.find import find_address
from membership.models import Site

EXAMPLE_ROWS = 3
# Each address may be waited for so long.
LOOK_UP_SECONDS = 30


class Command(BaseCommand):
    """Load a workbook, all or nothing, naming every bad cell; or write the template for one."""

    help = "Load a town from an Excel workbook, all or nothing; --template writes one to fill in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the workbook (.xlsx)")
        parser.add_argument("--template", action="store_true", help="write a template to FILE instead")
        parser.add_argument(
            "--demo", action="store_true", help="with --template: filled with the whole demo town"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if options["template"]:
            write_template(file, _example(whole=options["demo"]))
            self.stdout.write(_("The template is in %(file)s.") % {"file": file})
            return
        book = read_workbook(file)
        if book.errors:
            raise _refusal(book)
        looked_up = _locate(book.town)
        try:
            # Nobody's password is known: each person sets one by “Forgot your password?”.
            counts = write_town(
                book.town,
                password=make_password(None),
                is_demo=False,
                now=clock.now(),
                looked_up=looked_up,
            )
        except BadTown as bad:
            book.errors = bad.errors
            raise _refusal(book) from None
        self.stdout.write(", ".join(f"{sheet}: {count}" for sheet, count in counts.items()))
        for site in Site.objects.exclude(precision__in=Site.LOCATED).order_by("pk"):
            self.stdout.write(_("Not located yet, nothing can be delivered: %(site)s") % {"site": site.name})


def _locate(town: Town) -> dict[str, str]:
    """Look up the places that came without coordinates, before anything is locked; return who found them."""
    providers: dict[str, str] = {}
    for index, place in enumerate(town.places):
        if place.latitude is not None:
            continue
        search = find_address(place.address, now=clock.now(), seconds=LOOK_UP_SECONDS)
        if found := search.found:
            town.places[index] = replace(
                place,
                latitude=found.latitude,
                longitude=found.longitude,
                precision=found.precision,
            )
            providers[place.key] = found.provider
    return providers


def _refusal(book: TownFile) -> CommandError:
    lines = [f"{book.where(error)}: {error.message}" for error in book.errors]
    return CommandError(
        "\n".join([*lines, _("Nothing was written; %(count)d faults.") % {"count": len(lines)}])
    )


def _example(*, whole: bool) -> Town:
    town = demo_town(clock.today(), [clock.today()])
    if not whole:
        for sheet in town.__dataclass_fields__:
            del getattr(town, sheet)[EXAMPLE_ROWS:]
    return town
