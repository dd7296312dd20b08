"""The demo town's pictures: every category has one, and the same row always the same."""

import pytest

from config.demo_town import load_bundles, load_categories, load_products, load_slots
from config.demo_town.drawing.motifs import MOTIFS
from config.demo_town.drawing.scenes import GOODS, bundle_picture, producer_picture, product_picture


def test_every_category_of_the_town_has_a_motif_and_a_colour() -> None:
    codes = {category.code for category in load_categories()}
    assert (set(MOTIFS), set(GOODS)) == (codes, codes)


def test_pictures_are_the_same_for_the_same_row_and_differ_between_rows() -> None:
    products = [product for product in load_products() if product.category == "coffee"][:6]
    drawn = [product_picture(row.key, row.name, row.category).tobytes() for row in products]
    again = [product_picture(row.key, row.name, row.category).tobytes() for row in products]
    assert drawn == again
    assert len(set(drawn)) == len(products)


@pytest.mark.parametrize("bundle", load_bundles(), ids=lambda bundle: bundle.code)
def test_bundles_and_producers_are_three_by_two(bundle: object) -> None:
    categories = [slot.category for slot in load_slots() if slot.bundle == bundle.code]
    for picture in (bundle_picture(bundle.code, categories), producer_picture("1", categories)):
        assert (picture.width * 2, picture.mode) == (picture.height * 3, "RGB")
