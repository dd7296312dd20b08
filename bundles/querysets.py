"""Every read of the catalogue with a meaning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from membership.permissions import is_operator, producer_ids

from .edition_key import EditionKey

if TYPE_CHECKING:
    from membership.models import User

    from .models import Room


class ProductQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> ProductQuerySet:
        """A producer's own products, everything for operators, and what is on offer for others."""
        if is_operator(user):
            return self
        own = producer_ids(user)
        return self.filter(producer__in=own) if own else self.on_offer()

    def on_offer(self) -> ProductQuerySet:
        return self.filter(is_active=True, producer__is_active=True)

    def of_categories(self, categories: Iterable[int]) -> ProductQuerySet:
        """Products of the categories, with what their capacity is looked up by."""
        return self.filter(category__in=set(categories)).select_related("producer", "pool")


class CapacityPoolQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> CapacityPoolQuerySet:
        return self if is_operator(user) else self.filter(producer__in=producer_ids(user))


class CapacityQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> CapacityQuerySet:
        if is_operator(user):
            return self
        own = producer_ids(user)
        return self.filter(Q(product__producer__in=own) | Q(pool__producer__in=own))

    def of_products(self) -> CapacityQuerySet:
        """Units by product, whether they share a capacity or not: what was promised of each."""
        return self.filter(pool=None)

    def of_rooms(self, rooms: Iterable[Room]) -> CapacityQuerySet:
        """What the rooms hold."""
        by_kind: dict[str, set[int]] = {"product": set(), "pool": set()}
        for kind, pk in rooms:
            by_kind[kind].add(pk)
        return self.filter(Q(product__in=by_kind["product"]) | Q(pool__in=by_kind["pool"]))


class ClosureQuerySet(models.QuerySet[Any]):
    def for_user(self, user: User) -> ClosureQuerySet:
        return self if is_operator(user) else self.filter(producer__in=producer_ids(user))

    def touching(self, first: date, last: date) -> ClosureQuerySet:
        """Closures with a day from `first` to `last`, both included."""
        return self.filter(first_day__lte=last, last_day__gte=first)


class BundleQuerySet(models.QuerySet[Any]):
    def on_offer(self) -> BundleQuerySet:
        return self.filter(is_active=True)

    def for_events(self) -> BundleQuerySet:
        """Bundles that may be ordered for a single day, without a plan."""
        return self.on_offer().filter(kind="event")


class EditionQuerySet(models.QuerySet[Any]):
    def on(self, day: date) -> EditionQuerySet:
        return self.filter(delivery_date=day)

    def with_key(self, key: EditionKey) -> EditionQuerySet:
        """The one edition of a bundle, date and exclusions, if it is composed."""
        return self.filter(bundle=key.bundle, delivery_date=key.day, exclusions=key.exclusions)

    def keys(self) -> set[EditionKey]:
        """What is composed."""
        return {EditionKey(*row) for row in self.values_list("bundle", "delivery_date", "exclusions")}

    def with_items(self) -> EditionQuerySet:
        """Editions with the slot and the product of their items, in one query for any number of them."""
        items = apps.get_model("bundles", "EditionItem").objects.select_related("slot", "product__producer")
        return self.prefetch_related(models.Prefetch("items", queryset=items))

    def with_contents(self) -> EditionQuerySet:
        """Editions with everything that a page shows of them."""
        return self.select_related("bundle").prefetch_related(
            "items__slot__category", "items__product__producer"
        )
