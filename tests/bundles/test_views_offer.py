"""A producer's products and photos: only one's own, nothing typed is lost, fixed orders keep their prices."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from bundles.actions.capacity import reserve_capacity
from bundles.models import Product
from bundles.views_offer import new_code
from membership.allergens import mask
from membership.models import Organization, User
from membership.photo_field import CHOOSE_AGAIN, PHOTO_WORDS
from membership.photos import MAX_BYTES
from orders.models import Order, OrderLine, PurchaseOrder
from tests.factories import (
    TUESDAY,
    CapacityPoolFactory,
    CategoryFactory,
    ProducerFactory,
    ProductFactory,
    SeatFactory,
    issued_purchase_order,
    need,
    operator,
    orderer,
    producer_user,
)

pytestmark = pytest.mark.django_db
NEW = reverse("bundles:product_create")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("membership.clock.now", lambda: TUESDAY)


def client_of(user: User, language: str = "en") -> Client:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def edit(product: Product) -> str:
    return reverse("bundles:product_edit", args=[product.code])


def typed(producer: Organization, **fields: Any) -> dict[str, Any]:
    return {
        "producer": producer.pk,
        "name": "쌀과자",
        "name_en": "Rice crackers",
        "category": CategoryFactory().pk,
        "unit": "10봉",
        "unit_en": "10 bags",
        "list_price": "12000",
        "supply_price": "9000",
        "tax_type": "exempt",
        "servings": "10",
        "weight_g": "450",
        "volume_ml": "3000",
        "storage": "ambient",
        "allergens": ["2", "19"],
        "is_vegan": "on",
        "lead_days": "2",
        "daily_capacity": "60",
        "made_days": "1",
        "offered_from": "2026-12-01",
        "offered_until": "2027-02-28",
        "is_active": "on",
        **fields,
    }


def picture(kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(buffer, kind)
    return buffer.getvalue()


# -- The form -------------------------------------------------------------------------------------


def test_a_new_product_is_stored_as_it_was_typed() -> None:
    user = producer_user()
    producer = user.seats.get().organization

    response = client_of(user).post(NEW, typed(producer))

    product = Product.objects.get()
    assert response["Location"] == reverse("bundles:product_detail", args=[product.code])
    stored = Product.objects.values(*typed(producer), "is_halal").get()
    assert stored == typed(producer) | {
        "list_price": 12_000,
        "supply_price": 9_000,
        "servings": 10,
        "weight_g": 450,
        "volume_ml": 3_000,
        "allergens": mask([2, 19]),
        "is_vegan": True,
        "is_halal": False,
        "lead_days": 2,
        "daily_capacity": 60,
        "made_days": 1,
        "offered_from": date(2026, 12, 1),
        "offered_until": date(2027, 2, 28),
        "is_active": True,
    }
    assert product.code.startswith("rice-crackers-")


def test_codes_are_of_ascii_letters_and_never_the_same() -> None:
    codes = {new_code(name) for name in ("Rice crackers", "Rice crackers", "", "쌀과자", "a" * 120, "new")}

    assert len(codes) == 6
    assert {code.rpartition("-")[0] for code in codes} == {"rice-crackers", "product", "a" * 40, "new"}
    assert max(map(len, codes)) <= Product._meta.get_field("code").max_length


def test_what_cannot_be_is_marked_beside_its_field_and_nothing_is_lost() -> None:
    user = producer_user()
    wrong = {
        "name": "",
        "list_price": "8999",
        "supply_price": "9000",
        "weight_g": "0",
        "lead_days": "31",
        "offered_until": "2026-11-30",
        "allergens": ["2", "20"],
    }

    response = client_of(user).post(NEW, typed(user.seats.get().organization, **wrong))

    form = response.context["form"]
    assert response.status_code == 200
    assert {name: list(errors) for name, errors in form.errors.items()} == {
        "name": ["This field is required."],
        "weight_g": ["Ensure this value is greater than or equal to 1."],
        "lead_days": ["Ensure this value is less than or equal to 30."],
        "allergens": ["Select a valid choice. 20 is not one of the available choices."],
        "supply_price": ["The supply price can't be above the list price."],
        "offered_until": ["The end is before the beginning."],
    }
    assert (form["supply_price"].value(), form["name_en"].value()) == ("9000", "Rice crackers")
    assert not Product.objects.exists()


def test_nobody_adds_a_product_for_somebody_else() -> None:
    stranger, own = ProducerFactory(), producer_user()

    response = client_of(own).post(NEW, typed(stranger))
    assert list(response.context["form"].errors) == ["producer"]
    assert client_of(orderer()).post(NEW, typed(stranger)).status_code == 404
    assert not Product.objects.exists()

    assert client_of(operator()).post(NEW, typed(stranger)).status_code == 302
    assert Product.objects.get().producer == stranger


def test_whoever_works_for_two_producers_chooses() -> None:
    user, second = producer_user(), ProducerFactory()
    SeatFactory(user=user, organization=second, role="producer")
    client = client_of(user)

    choice = client.get(f"{NEW}?producer={second.pk}").context["form"]["producer"]
    assert {value.value for value, _label in choice.field.choices} == {
        seat.organization_id for seat in user.seats.all()
    }
    assert choice.value() == str(second.pk)


def test_the_form_of_a_product_holds_what_is_stored_and_keeps_code_and_producer() -> None:
    product = ProductFactory(allergens=mask([1, 6]), is_halal=True)
    client = client_of(producer_user(product.producer))
    stranger = ProducerFactory()

    form = client.get(edit(product)).context["form"]
    assert form["allergens"].value() == ["1", "6"]
    assert [form[name].value() for name in ("is_vegan", "is_halal")] == [False, True]

    client.post(edit(product), typed(stranger, code="else"))
    changed = Product.objects.get()
    assert (changed.name, changed.code, changed.producer) == ("쌀과자", product.code, product.producer)
    assert (changed.allergens, changed.is_halal) == (mask([2, 19]), False)


def test_strangers_find_no_form() -> None:
    product = ProductFactory()

    for user in (producer_user(), orderer()):
        client = client_of(user)
        assert client.get(edit(product)).status_code == 404
        assert client.post(edit(product), typed(product.producer)).status_code == 404
    assert Product.objects.get().name == product.name
    assert client_of(operator()).get(edit(product)).status_code == 200


def test_a_refused_change_shows_the_kept_name_above_the_typed_one() -> None:
    product = ProductFactory(name_en="As it was")

    response = client_of(producer_user(product.producer)).post(
        edit(product), typed(product.producer, name_en="As typed", list_price="")
    )

    assert response.context["product"].name_en == "As it was"
    assert response.context["form"]["name_en"].value() == "As typed"


def test_new_prices_are_for_new_orders_only() -> None:
    purchase_order = issued_purchase_order()
    product = purchase_order.lines.get().product

    def promised() -> list[Any]:
        return [
            list(model.objects.order_by("pk").values())
            for model in (Order, OrderLine, PurchaseOrder, type(purchase_order.lines.get()))
        ]

    before = promised()
    response = client_of(producer_user(product.producer)).post(
        edit(product), typed(product.producer, list_price="99000", supply_price="88000")
    )

    assert response.status_code == 302
    assert Product.objects.get(pk=product.pk).supply_price == 88_000
    assert promised() == before
    assert before[1][0]["product_name"] != "쌀과자"


# -- The photo ------------------------------------------------------------------------------------


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(
    client: Client, product: Product, content: bytes, *, name: str = "photo.png", **fields: Any
) -> Any:
    file = SimpleUploadedFile(name, content, "image/png")
    return client.post(edit(product), typed(product.producer) | fields | {"photo": file})


def test_photo_is_kept_as_our_own_jpeg_together_with_what_is_typed(media: Path) -> None:
    product = ProductFactory()
    client = client_of(producer_user(product.producer))

    response = upload(client, product, picture(), name="../../evil.php")

    assert response["Location"] == reverse("bundles:product_detail", args=[product.code])
    [kept] = [path for path in media.rglob("*") if path.is_file()]
    assert (kept.parent, kept.name) == (media / "products", f"{product.code}-{TUESDAY:%Y%m%d%H%M%S}.jpg")
    assert Image.open(kept).size == (20, 20)
    product.refresh_from_db()
    assert product.name == typed(product.producer)["name"]
    assert f"Photo of {product.name_en}" in client.get(edit(product)).content.decode()


def test_new_product_comes_with_its_photo(media: Path) -> None:
    user = producer_user()
    file = SimpleUploadedFile("photo.png", picture(), "image/png")

    client_of(user).post(NEW, typed(user.seats.get().organization) | {"photo": file})

    assert [path.name for path in (media / "products").iterdir()] == [
        Path(Product.objects.get().photo.name).name
    ]


def test_without_a_new_photo_the_old_one_stays(media: Path) -> None:
    product = ProductFactory()
    client = client_of(producer_user(product.producer))
    upload(client, product, picture())
    before = Product.objects.get().photo.name

    client.post(edit(product), typed(product.producer) | {"name": "바꾼 이름"})

    assert Product.objects.values_list("name", "photo").get() == ("바꾼 이름", before)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (picture("GIF"), "not_a_picture"),
        (b"", "not_a_picture"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), "heic"),
        (bytes(MAX_BYTES + 1), "too_large"),
    ],
)
def test_photo_that_cannot_be_used_is_refused_beside_its_field_and_no_word_is_lost(
    media: Path, content: bytes, reason: str
) -> None:
    product = ProductFactory(name="예전 이름")

    response = upload(client_of(producer_user(product.producer)), product, content, name_en="Typed for long")

    form = response.context["form"]
    assert (response.status_code, form.errors) == (200, {"photo": [PHOTO_WORDS[reason]]})
    assert form["name_en"].value() == "Typed for long"
    assert [*media.iterdir(), *Product.objects.values_list("name", "photo").get()] == ["예전 이름", ""]


def test_good_photo_beside_a_wrong_field_is_asked_for_again(media: Path) -> None:
    product = ProductFactory()

    response = upload(client_of(producer_user(product.producer)), product, picture(), list_price="-1")

    errors = response.context["form"].errors
    assert (list(errors), errors["photo"]) == (["list_price", "photo"], [CHOOSE_AGAIN])
    assert [*media.iterdir(), Product.objects.get().photo.name] == [""]


def test_strangers_upload_nothing(media: Path) -> None:
    product = ProductFactory()

    for user in (producer_user(), orderer()):
        assert upload(client_of(user), product, picture()).status_code == 404
    assert [*media.iterdir(), Product.objects.get().photo.name] == [""]


# -- Shared capacity ------------------------------------------------------------------------------


def test_a_producer_puts_a_product_into_one_of_its_pools() -> None:
    product = ProductFactory()
    pool = CapacityPoolFactory(producer=product.producer)
    CapacityPoolFactory(name="남의 오븐")
    client = client_of(producer_user(product.producer))

    choices = client.get(edit(product)).context["form"].fields["pool"].queryset
    answer = client.post(edit(product), typed(product.producer, pool=pool.pk))

    assert (list(choices), answer.status_code) == ([pool], 302)
    product.refresh_from_db()
    assert product.pool == pool


def test_a_pool_without_room_for_what_is_promised_is_refused() -> None:
    product = ProductFactory()
    pool = CapacityPoolFactory(producer=product.producer, daily_capacity=9)
    reserve_capacity([need(product, 10)])

    answer = client_of(producer_user(product.producer)).post(
        edit(product), typed(product.producer, pool=pool.pk, servings=1)
    )

    assert answer.context["form"].errors["pool"] == [
        "On Dec. 1, 2026 it can't make what is already promised: 10 units, room for 9."
    ]
    product.refresh_from_db()
    assert product.pool is None


def test_a_product_is_not_made_before_it_is_ordered() -> None:
    product = ProductFactory()

    answer = client_of(producer_user(product.producer)).post(
        edit(product), typed(product.producer, lead_days=1, made_days=2)
    )

    assert list(answer.context["form"].errors) == ["made_days"]
