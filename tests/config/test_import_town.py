"""A workbook of the operator's own becomes a town, or every bad cell is named and nothing is written."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from bundles.models import Product, Slot
from delivery.models import Shift
from membership.exclusions import mask
from membership.models import Certification, Organization, Seat, Site, User
from membership.site_facts import site_facts
from orders.models import StandingOrder

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A small sound workbook, typed as a person types: numbers and dates, not text."""
    path = tmp_path / "town.xlsx"
    call_command("import_town", str(path), "--template")
    book = openpyxl.load_workbook(path)
    for sheet in book:
        sheet.delete_rows(2, sheet.max_row)
    rows: dict[str, list[list[object]]] = {
        "hub": [
            ["hub", "허브", "Hub", "116-82-00276", "은평구", "통일로 684", 37.609, 126.934, time(7), time(19)]
        ],
        "places": [
            [
                "lib",
                "도서관",
                "Library",
                1348672683,
                "library",
                "은평구",
                "진흥로 1",
                37.61,
                126.92,
                "building",
                "뒷문",
                "Back door",
                time(9),
                time(18),
                "4 vegan",
                "이담당",
                "02-120-0000",
                "1층 안내데스크",
                "Desk on the ground floor",
                "goods",
                "지하 2층",
                "Basement 2",
                210,
                "하역장 B",
                "Bay B",
            ],
        ],
        "producers": [
            [
                "oven",
                "빵집",
                "Oven",
                "2208162517",
                "김",
                "마포구",
                "길 1",
                37.55,
                126.91,
                "02-000-0001",
                "",
                "",
                "social_enterprise:1:고용노동부:2024-01-01:2029-12-31",
            ],
        ],
        "people": [
            ["lee", "이", "Lee", "lee@example.org", "", "orderer", "lib"],
            ["park", "박", "Park", "park@example.org", "", "courier", "hub"],
        ],
        "categories": [["bread", "빵", "Bread", 1]],
        "products": [
            [
                "roll",
                "oven",
                "bread",
                "롤",
                "Roll",
                "1개",
                "one",
                3000,
                2200,
                "taxable",
                1,
                100,
                500,
                "ambient",
                "1 2 6",
                0,
                1,
                1,
                0,
                200,
                "",
            ],
        ],
        "plans": [["p50", "5만 원", "Plan 50", 50000, 1]],
        "bundles": [["tea", "event", None, "다과", "Tea", "", "", 10, 50000, 60]],
        "slots": [["tea", 1, "bread", 1.5, None]],
        "vehicles": [["12가 3456", "차", "Van", 800, 4000, True, 230]],
        "shifts": [["park", "12가 3456", date(2026, 12, 1), time(9), time(13)]],
        "standing_orders": [
            ["lib", "tea", 12, "FREQ=WEEKLY;BYDAY=TU", date(2026, 12, 1), "before", None, None]
        ],
    }
    for sheet, lines in rows.items():
        for line in lines:
            book[sheet].append(line)
    book.save(path)
    return path


def change(path: Path, *cells: tuple[str, str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    book.save(path)


def refusal(path: Path) -> list[str]:
    with pytest.raises(CommandError) as caught:
        call_command("import_town", str(path))
    assert Organization.objects.count() == 0
    assert User.objects.count() == 0
    return str(caught.value).splitlines()


def test_import_town_writes_every_sheet(workbook, capsys) -> None:
    call_command("import_town", str(workbook))
    site = Site.objects.get()
    assert (site.organization.business_number, site.name, site.precision) == (
        "1348672683",
        "도서관",
        "building",
    )
    assert [(window.weekday, window.opens, window.closes) for window in site.windows.all()] == [
        (weekday, time(9), time(18)) for weekday in range(5)
    ]
    assert [(fact.label, fact.text) for fact in site_facts(site)] == [
        ("Parking", "Basement 2 · up to 2.1 m high"),
        ("Unloading", "Bay B"),
        ("Entrance", "Back door"),
        ("Reception", "Desk on the ground floor"),
        ("Lift", "goods lift"),
    ]
    assert (site.contact_name, site.contact_phone) == ("이담당", "02-120-0000")
    assert Certification.objects.get().valid_until == date(2029, 12, 31)
    product = Product.objects.get()
    assert (product.producer.name, product.allergen_codes, product.daily_capacity) == ("빵집", (1, 2, 6), 200)
    assert (product.is_vegan, product.is_halal) == (False, True)
    assert site.organization.exclusions == mask(["4", "vegan"])
    assert Slot.objects.get().servings_per_person == Decimal("1.5")
    van = Shift.objects.get().vehicle
    assert (van.is_chilled, van.height_cm) == (True, 230)
    standing = StandingOrder.objects.get()
    assert standing.exclusions == site.organization.exclusions
    assert (standing.headcount, standing.created_by, standing.starts_on) == (
        12,
        User.objects.get(email="lee@example.org"),
        date(2026, 12, 1),
    )
    assert set(Seat.objects.values_list("user__email", "role")) == {
        ("lee@example.org", "orderer"),
        ("park@example.org", "courier"),
    }
    assert not Organization.objects.filter(is_demo=True).exists()
    assert not User.objects.get(email="lee@example.org").has_usable_password()
    assert "standing_orders: 1" in capsys.readouterr().out


def test_the_orderer_is_called_where_a_place_names_no_contact(workbook) -> None:
    change(workbook, ("places", "P2", None), ("places", "Q2", None))

    call_command("import_town", str(workbook))

    assert Site.objects.get().contact_name == "이"


def test_import_town_twice_changes_nothing(workbook) -> None:
    call_command("import_town", str(workbook))
    with pytest.raises(CommandError, match="already exists"):
        call_command("import_town", str(workbook))
    assert (Organization.objects.count(), User.objects.count(), StandingOrder.objects.count()) == (3, 2, 1)


def test_import_town_names_every_cell_that_cannot_be_read(workbook) -> None:
    change(
        workbook,
        ("products", "H2", "three thousand"),
        ("places", "D2", "134-86"),
        ("shifts", "C2", "tomorrow"),
    )
    assert refusal(workbook) == [
        "places!D2 (business_number): “134-86” can't be read; expected ten digits, such as 116-82-00276.",
        "products!H2 (list_price): “three thousand” can't be read; expected a whole number.",
        "shifts!C2 (date): “tomorrow” can't be read; expected a date, such as 2026-12-01.",
        "Nothing was written; 3 faults.",
    ]


def test_import_town_names_cells_that_the_models_refuse(workbook) -> None:
    change(
        workbook,
        ("producers", "D2", "2208162518"),
        ("people", "F2", "boss"),
        ("vehicles", "D2", -5),
        ("slots", "C2", "cake"),
        ("standing_orders", "D2", "EVERY TUESDAY"),
    )
    assert [line.split(":")[0] for line in refusal(workbook)] == [
        "producers!D2 (business_number)",
        "people!F2 (role)",
        "slots!C2 (category)",
        "vehicles!D2 (max_weight_kg)",
        "standing_orders!D2 (rrule)",
        "Nothing was written; 5 faults.",
    ]


def test_import_town_finds_rows_and_columns_where_they_stand(workbook) -> None:
    book = openpyxl.load_workbook(workbook)
    people = book["people"]
    people.insert_rows(2)
    people.move_range("G1:G4", cols=1)
    people["G1"] = None
    people["D4"] = "not an address"
    people["H3"] = "nowhere"
    book.save(workbook)
    assert [line.split(":")[0] for line in refusal(workbook)] == [
        "people!H3 (organization)",
        "people!D4 (email)",
        "Nothing was written; 2 faults.",
    ]


def test_import_town_refuses_unknown_sheets_and_columns(workbook) -> None:
    book = openpyxl.load_workbook(workbook)
    book.create_sheet("notes")
    book["plans"]["D1"] = "fee"
    book.save(workbook)
    assert refusal(workbook) == [
        "plans monthly_fee: This column is missing.",
        "plans fee: There is no such column in the template.",
        "notes: There is no such sheet in the template.",
        "Nothing was written; 3 faults.",
    ]


def test_import_town_refuses_what_is_no_workbook(tmp_path) -> None:
    path = tmp_path / "town.xlsx"
    path.write_text("hello")
    assert refusal(path)[0] == "town.xlsx: This is not an Excel workbook (.xlsx)."


@pytest.mark.parametrize(
    ("address", "where"),
    [("서울특별시 은평구 은평로 195", ("district", "gazetteer")), ("어딘가 1", ("none", ""))],
)
def test_import_town_says_which_sites_are_not_located(workbook, capsys, address: str, where: object) -> None:
    change(workbook, *(("places", f"{column}2", None) for column in "HIJ"), ("places", "G2", address))
    call_command("import_town", str(workbook))
    site = Site.objects.get()
    assert (site.precision, site.located_by) == where
    assert "Not located yet, nothing can be delivered: 도서관" in capsys.readouterr().out


def test_import_town_takes_its_own_template(tmp_path) -> None:
    path = tmp_path / "demo.xlsx"
    call_command("import_town", str(path), "--template", "--demo")
    call_command("import_town", str(path))
    assert (Site.objects.count(), Product.objects.count() >= 200) == (93, True)
