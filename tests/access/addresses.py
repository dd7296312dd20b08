"""Who may do what: every address of the service with what it answers to whom.

Each address acts on a thing of the town's own side. Whoever is not named for a method gets the answer of
strangers: visitors are sent to the log-in (401 from the API), everybody else finds nothing (404), or learns
that the address doesn't know the method (405).
"""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from orders.actions.event_change import last_event

from .address import (
    ANY_APPROVER,
    ANY_COURIER,
    ANY_ORDERER,
    ANY_PRODUCER,
    ANY_READER,
    ANY_VIEWER,
    APPROVER,
    COURIER,
    EVERYBODY,
    HUB,
    MEMBERS,
    NOBODY,
    ORDERERS,
    OTHER_ORDERERS,
    PRODUCER,
    READERS,
    Address,
)
from .side import LATER, OPEN, SOON, Side


def _credentials(side: Side) -> dict[str, Any]:
    return {"username": side.orderer.email, "password": "secret-pass-1"}


def _api_credentials(side: Side) -> dict[str, Any]:
    return {"email": side.orderer.email, "password": "secret-pass-1"}


def _new_password(side: Side) -> dict[str, Any]:
    return {
        "old_password": "secret-pass-1",
        "new_password1": "a-long-new-word",
        "new_password2": "a-long-new-word",
    }


def event_order(side: Side) -> dict[str, Any]:
    return {
        "site": side.site.pk,
        "department": side.department.pk,
        "bundle": side.bundle.pk,
        "headcount": 10,
        "event_on": str(LATER),
        "event_time": "14:00",
        "event_at": f"{LATER}T14:00+09:00",
        "note": "",
        "request_key": str(UUID(int=1)),
    }


def event_change(side: Side) -> dict[str, Any]:
    return {
        "event_on": str(LATER),
        "event_time": "14:00",
        "headcount": 10,
        "note": "",
        "seen": last_event(side.placed),
    }


def _seen_price(side: Side) -> dict[str, Any]:
    return {"price": side.awaiting.gross}


def _more_people(_side: Side) -> dict[str, Any]:
    return {"headcount": 11}


def _closed_day(_side: Side) -> dict[str, Any]:
    return {"day": str(LATER), "word": "closed", "name": "임시공휴일"}


def _weekly_limits(_side: Side) -> dict[str, Any]:
    return {"limit-hub-0": 99}


def _date_limit(_side: Side) -> dict[str, Any]:
    return {"day": str(OPEN), "deliveries": 12}


def _zone(_side: Side) -> dict[str, Any]:
    return {"name": "서북권", "districts": ["은평구"]}


def _exclusions(_side: Side) -> dict[str, Any]:
    return {"exclusions": ["4", "19"]}


def standing_change(side: Side) -> dict[str, Any]:
    return standing_order(side) | {
        "scope": "all",
        "seen": side.standing_order.revision,
        "headcount": 12,
        "repeat": "keep",
        "holiday_default": "before",
    }


def standing_order(side: Side) -> dict[str, Any]:
    return {
        "site": side.site.pk,
        "department": side.department.pk,
        "bundle": side.bundle.pk,
        "headcount": 10,
        "repeat": "weekly",
        "weekdays": ["TH"],
        "interval": "1",
        "rrule": "FREQ=WEEKLY;BYDAY=TH",
        "starts_on": str(LATER),
        "holiday_policy": "before",
    }


def _product(side: Side) -> dict[str, Any]:
    return {
        "producer": side.producer.pk,
        "category": side.product.category_id,
        "name": "새 빵",
        "unit": "1개",
        "list_price": 3100,
        "supply_price": 1300,
        "tax_type": "taxable",
        "servings": 1,
        "weight_g": 200,
        "volume_ml": 500,
        "storage": "ambient",
        "lead_days": 1,
        "daily_capacity": 100,
        "made_days": 0,
        "photo": _photo(),
    }


def _photo() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    return SimpleUploadedFile("photo.png", picture.getvalue(), "image/png")


def _story(side: Side) -> dict[str, Any]:
    return {"story": "새 이야기", "photo": _photo()}


def _bundle_words(side: Side) -> dict[str, Any]:
    return {"name": side.bundle.name, "description": "새 설명", "photo": _photo()}


def _limit(side: Side) -> dict[str, Any]:
    return {
        "producer": side.producer.pk,
        "room": side.product.code,
        "first_day": str(LATER),
        "limit": 123,
    }


def _closure(side: Side) -> dict[str, Any]:
    return {"producer": side.producer.pk, "first_day": str(SOON)}


def _shortage(side: Side) -> dict[str, Any]:
    return {"confirmed": 0}


def _stars(side: Side) -> dict[str, Any]:
    return {f"line-{side.delivered.lines.first().pk}-stars": 3}


def _scanned(side: Side) -> dict[str, Any]:
    """The code on the one box of a line."""
    return {"code": f"https://elsewhere/purchase-orders/{side.purchase_order.number}/#line-{side.line.pk}"}


def _receiver(side: Side) -> dict[str, Any]:
    return {"receiver_name": "박수령"}


def _failure(side: Side) -> dict[str, Any]:
    return {"reason": "closed", "next_step": "return"}


def _seen_plan(side: Side) -> dict[str, Any]:
    return {"revision": side.draft_plan.revision}


def _road_record(side: Side) -> dict[str, Any]:
    return {
        "key": str(UUID(int=2)),
        "kind": "arrive",
        "stop": side.stop.pk,
        "phone_at": "2026-12-02T09:00:00+09:00",
    }


def _seen(side: Side) -> dict[str, Any]:
    return {"seen": side.draft.revision}


def _ticked(side: Side) -> dict[str, Any]:
    return {"draft": [f"{side.draft.pk}-{side.draft.revision}"]}


def _product_to_place(side: Side) -> dict[str, Any]:
    return {**_seen(side), "product": side.slot.category.products.exclude(pk=side.product.pk).get().pk}


def _swap(side: Side) -> dict[str, Any]:
    return {"product": side.product.pk, "alternative": _product_to_place(side)["product"]}


INSTITUTION = {"pk": "institution.pk"}


def _new_site(side: Side) -> dict[str, Any]:
    return {
        "organization": side.institution.pk,
        "name": "새 배송지",
        "address": "서울특별시 은평구 은평로 195",
        "hours_0": "9-18",
    }


def _site(side: Side) -> dict[str, Any]:
    return {"name": side.site.name, "address": side.site.address, "lift": "goods", "seen": side.site.revision}


def _mark(side: Side) -> dict[str, Any]:
    return {"point": "37.5665, 126.978", "precision": "entrance", "seen": side.site.revision}


def _seen_site(side: Side) -> dict[str, Any]:
    return {"seen": side.site.revision}


SITE = {"pk": "site.pk"}
SITE_PHOTO = {**SITE, "photo": "site_photo.pk"}
ORDER = {"number": "placed.number"}
TO_PACK = {"number": "to_pack.number"}
DRAFT = {"pk": "draft.pk"}
DRAFT_PLAN = {"pk": "draft_plan.pk"}
PURCHASE_ORDER = {"number": "purchase_order.number"}
ROUTE, STOP, PROOF = {"pk": "route.pk"}, {"pk": "stop.pk"}, {"pk": "proof.stop_id"}

PAGES = [
    # -- The service and accounts
    # A courier's home is a page of its own.
    Address("home", get={"302 delivery:drive": ANY_COURIER, "200": MEMBERS}),
    Address("health", get={"200": EVERYBODY}, is_public=True),
    Address(
        "set_language",
        post={"302 home": EVERYBODY},
        data=lambda side: {"language": "en"},
        changes=MEMBERS,
        is_public=True,
    ),
    Address("style_guide", get={"200": HUB}, post={"200": HUB}, changes=NOBODY),
    Address("login", get={"200": EVERYBODY}, post={"302 home": EVERYBODY}, data=_credentials, is_public=True),
    Address("logout", post={"302 login": EVERYBODY}, changes=NOBODY, is_public=True),
    Address(
        "password_change",
        get={"200": MEMBERS},
        post={"302 password_change_done": MEMBERS},
        data=_new_password,
    ),
    Address("password_change_done", get={"200": MEMBERS}),
    Address(
        "password_reset",
        get={"200": EVERYBODY},
        post={"302 password_reset_done": EVERYBODY},
        data=lambda side: {"email": side.orderer.email},
        changes=NOBODY,
        is_public=True,
    ),
    Address("password_reset_done", get={"200": EVERYBODY}, is_public=True),
    # The name of a person is no token: the page says that the link is used up, and takes no password.
    Address(
        "password_reset_confirm",
        {"uidb64": "name", "token": "name"},
        get={"200": EVERYBODY},
        post={"200": EVERYBODY},
        data=_new_password,
        changes=NOBODY,
        is_public=True,
    ),
    Address("password_reset_complete", get={"200": EVERYBODY}, is_public=True),
    # -- The catalogue
    Address("bundles:bundle_list", get={"200": MEMBERS}),
    Address("bundles:bundle_detail", {"code": "bundle.code"}, get={"200": MEMBERS}),
    Address("bundles:product_list", get={"200": ANY_READER | ANY_PRODUCER | HUB}),
    Address(
        "bundles:product_detail",
        {"code": "product.code"},
        get={"200": ANY_READER | PRODUCER | HUB},
    ),
    # Bundles are open to every role, and so are the pictures on their pages.
    Address("bundles:product_photo", {"code": "product.code"}, get={"200": MEMBERS}),
    Address("bundles:bundle_photo", {"code": "bundle.code"}, get={"200": MEMBERS}),
    Address("bundles:producer_photo", {"pk": "producer.pk"}, get={"200": MEMBERS}),
    Address("bundles:producer_detail", {"pk": "producer.pk"}, get={"200": MEMBERS}),
    # -- Where institutions receive
    Address("membership:site_list", get={"200": ANY_READER | HUB}),
    # Others' institutions can't be named: their people see the form again.
    Address(
        "membership:site_create",
        get={"200": ANY_ORDERER | HUB, "403": ANY_VIEWER},
        post={"302 membership:site_place": ORDERERS | HUB, "403": ANY_VIEWER, "200": ANY_ORDERER},
        data=_new_site,
    ),
    Address("membership:site_detail", SITE, get={"200": READERS | HUB}),
    Address(
        "membership:site_edit",
        SITE,
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
        data=_site,
    ),
    Address(
        "membership:site_place",
        SITE,
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
        data=_mark,
    ),
    Address(
        "membership:site_confirm",
        SITE,
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
        data=_seen_site,
    ),
    # Orders are coming there.
    Address("membership:site_retire", SITE, post={"422": ORDERERS | HUB, "403": READERS}),
    Address(
        "membership:site_reopen",
        SITE,
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
        changes=NOBODY,
    ),
    Address(
        "membership:site_photo_add",
        SITE,
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"photo": _photo(), "caption": "후문"},
    ),
    Address("membership:site_photo", SITE_PHOTO, get={"200": READERS | HUB}),
    Address(
        "membership:site_photo_remove",
        SITE_PHOTO,
        post={"302 membership:site_detail": ORDERERS | HUB, "403": READERS},
    ),
    # -- What producers offer
    Address(
        "bundles:product_create",
        get={"200": ANY_PRODUCER | HUB},
        # Others' producers can't be named: their people see the form again.
        post={"302 bundles:product_detail": PRODUCER | HUB, "200": ANY_PRODUCER},
        data=_product,
    ),
    Address(
        "bundles:product_edit",
        {"code": "product.code"},
        get={"200": PRODUCER | HUB},
        post={"302 bundles:product_detail": PRODUCER | HUB},
        data=_product,
    ),
    Address(
        "bundles:producer_edit",
        {"pk": "producer.pk"},
        get={"200": PRODUCER | HUB},
        post={"302 bundles:producer_detail": PRODUCER | HUB},
        data=_story,
    ),
    Address("bundles:producer_share", {"pk": "producer.pk"}, get={"200": PRODUCER | HUB}),
    Address(
        "bundles:bundle_edit",
        {"code": "bundle.code"},
        get={"200": HUB},
        post={"302 bundles:bundle_detail": HUB},
        data=_bundle_words,
    ),
    Address("orders:capacity_calendar", get={"200": ANY_PRODUCER | HUB}),
    Address("orders:capacity_set", post={"302 orders:capacity_calendar": PRODUCER | HUB}, data=_limit),
    Address("orders:closure_add", post={"302 orders:capacity_calendar": PRODUCER | HUB}, data=_closure),
    Address(
        "orders:closure_remove",
        {"pk": "closure.pk"},
        post={"302 orders:capacity_calendar": PRODUCER | HUB},
    ),
    # -- Institutions
    Address("orders:order_list", get={"200": ANY_READER | HUB}),
    Address("orders:order_detail", ORDER, get={"200": READERS | HUB}),
    # The hub has no say in it.
    Address(
        "orders:order_rate",
        {"number": "delivered.number"},
        post={"302 orders:order_detail": ORDERERS, "403": READERS | HUB},
        data=_stars,
    ),
    Address("orders:order_statement", {"number": "delivered.number"}, get={"200": READERS | HUB}),
    Address(
        "orders:order_cancel",
        ORDER,
        post={"302 orders:order_detail": ORDERERS | HUB, "403": READERS},
    ),
    Address(
        "orders:order_on_shortage",
        ORDER,
        post={"302 orders:order_detail": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"on_shortage": "credit"},
    ),
    # Those who may order elsewhere see the form again: this site is none of theirs.
    Address(
        "orders:event_order_create",
        get={"200": ANY_ORDERER | HUB, "403": ANY_VIEWER},
        post={"302 orders:order_detail": ORDERERS | HUB, "403": ANY_VIEWER, "200": ANY_ORDERER},
        data=event_order,
    ),
    Address("orders:institution_calendar", get={"200": ANY_READER | HUB}),
    Address("orders:standing_order_calendar", {"pk": "standing_order.pk"}, get={"200": READERS | HUB}),
    Address("orders:standing_order_ics", {"pk": "standing_order.pk"}, get={"200": READERS | HUB}),
    Address(
        "orders:standing_order_date",
        {"pk": "planned.standing_order_id", "day": "planned.rule_date"},
        get={"200": READERS | HUB},
    ),
    Address("orders:waiting_list", get={"200": ANY_READER | HUB}),
    Address(
        "orders:application_accept",
        {"pk": "offer.pk"},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
    ),
    Address("orders:application_call_off", {"pk": "wish.pk"}, post={"302 orders:waiting_list": HUB}),
    Address("orders:day_limits", get={"200": HUB}),
    Address("orders:day_limits_weekly", post={"302 orders:day_limits": HUB}, data=_weekly_limits),
    Address("orders:day_limit_add", post={"302 orders:day_limits": HUB}, data=_date_limit),
    Address("orders:day_limit_remove", {"pk": "date_limit.pk"}, post={"302 orders:day_limits": HUB}),
    Address("orders:zone_create", get={"200": HUB}, post={"302 orders:day_limits": HUB}, data=_zone),
    Address(
        "orders:zone_edit",
        {"pk": "zone.pk"},
        get={"200": HUB},
        post={"302 orders:day_limits": HUB},
        data=_zone,
    ),
    Address("orders:zone_remove", {"pk": "zone.pk"}, post={"302 orders:day_limits": HUB}),
    Address("orders:working_days", get={"200": HUB}, post={"200": HUB}, data=_closed_day),
    Address(
        "orders:event_order_change",
        ORDER,
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 orders:order_detail": ORDERERS | HUB, "403": READERS},
        data=event_change,
    ),
    Address(
        "orders:institution_exclusions",
        {"pk": "institution.pk"},
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 orders:institution_exclusions": ORDERERS | HUB, "403": READERS},
        data=_exclusions,
    ),
    Address("orders:membership_list", get={"200": HUB}),
    Address("orders:membership", get={"302 orders:membership_detail": ANY_READER}),
    Address("orders:membership_detail", INSTITUTION, get={"200": READERS | HUB}),
    # An application is under way: they see the form again.
    Address(
        "orders:membership_plan",
        INSTITUTION,
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"422": ORDERERS | HUB, "403": READERS},
    ),
    *(
        Address(
            f"orders:membership_{verb}",
            INSTITUTION,
            get={"200": ORDERERS | HUB, "403": READERS},
            post={"302 orders:membership_detail": ORDERERS | HUB, "403": READERS},
            data=data,
        )
        for verb, data in (
            ("pause", lambda side: {"starts_on": "2027-04-01", "ends_on": "2027-04-02"}),
            ("resume", lambda side: {"resumes_on": str(LATER)}),
            ("leave", lambda side: {"last_day": "2027-05-31"}),
        )
    ),
    Address(
        "orders:membership_undo",
        {"pk": "change.pk"},
        post={"302 orders:membership_detail": ORDERERS | HUB, "403": READERS},
    ),
    *(
        Address(
            f"orders:application_{verb}",
            {"pk": "application.pk"},
            post={"302 orders:membership_detail": APPROVER, "403": (READERS | HUB) - APPROVER},
        )
        for verb in ("approve", "decline")
    ),
    Address(
        "orders:application_withdraw",
        {"pk": "application.pk"},
        post={"302 orders:membership_detail": ORDERERS | HUB, "403": READERS},
    ),
    Address(
        "orders:institution_on_shortage",
        {"pk": "institution.pk"},
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 orders:institution_on_shortage": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"on_shortage": "credit"},
    ),
    Address(
        "orders:order_shortage",
        {"number": "asked_order.number", "pk": "question.pk"},
        get={"200": READERS | HUB},
        post={"302 orders:order_shortage": ORDERERS | HUB, "403": READERS},
    ),
    Address("orders:standing_order_list", get={"200": ANY_READER | HUB}),
    Address(
        "orders:standing_order_create",
        get={"200": ANY_ORDERER | HUB, "403": ANY_VIEWER},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": ANY_VIEWER, "200": ANY_ORDERER},
        data=standing_order,
    ),
    Address("orders:standing_order_detail", {"pk": "standing_order.pk"}, get={"200": READERS | HUB}),
    Address(
        "orders:standing_order_end",
        {"pk": "standing_order.pk"},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
    ),
    Address(
        "orders:standing_order_change",
        {"pk": "standing_order.pk"},
        get={"200": ORDERERS | HUB, "403": READERS},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
        data=standing_change,
    ),
    *(
        Address(
            f"orders:standing_order_{verb}",
            {"pk": "standing_order.pk"},
            post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
            data=lambda side: {"first": str(LATER), "on": str(LATER)},
        )
        for verb in ("pause", "resume")
    ),
    Address(
        "orders:standing_order_undo",
        {"pk": "standing_order.pk", "change": "standing_change.pk"},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
    ),
    *(
        Address(
            f"orders:date_{verb}",
            {"pk": "planned.standing_order_id", "day": "planned.rule_date"},
            post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
            data=lambda side: {"to": str(OPEN)},
        )
        for verb in ("leave_out", "bring_back", "move")
    ),
    Address(
        "orders:date_answer",
        {"pk": "planned.standing_order_id", "day": "planned.rule_date"},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"answer": "skip"},
        changes=NOBODY,  # it is no holiday
    ),
    Address(
        "orders:occurrence_swap",
        {"pk": "planned.pk"},
        get={"200": READERS | HUB},
        post={"302 orders:occurrence_swap": ORDERERS | HUB, "403": READERS},
        data=_swap,
        changes=NOBODY,  # what comes then isn't published yet
    ),
    Address(
        "orders:order_swap",
        ORDER,
        get={"200": READERS | HUB},
        post={"302 orders:order_swap": ORDERERS | HUB, "403": READERS},
        data=_swap,
        changes=NOBODY,  # what comes then isn't published yet
    ),
    Address(
        "orders:occurrence_skip",
        {"pk": "planned.pk"},
        post={"302 orders:standing_order_detail": ORDERERS | HUB, "403": READERS},
    ),
    Address(
        "orders:occurrence_retry",
        {"pk": "failed.pk"},
        post={"302 orders:standing_order_detail": HUB, "403": READERS},
    ),
    # -- Approvers; whoever else reads the order may not decide, the hub neither
    *(
        Address(
            f"orders:order_{verb}",
            {"number": "awaiting.number"},
            post={"302 orders:order_detail": APPROVER, "403": (READERS | HUB) - APPROVER},
            data=_seen_price,
        )
        for verb in ("approve", "decline")
    ),
    *(
        Address(
            f"orders:standing_order_{verb}",
            {"pk": "awaiting_standing_order.pk"},
            post={"302 orders:standing_order_detail": APPROVER, "403": (READERS | HUB) - APPROVER},
        )
        for verb in ("approve", "decline")
    ),
    Address("orders:budget", get={"200": ANY_READER}),
    Address("orders:budget_detail", {"pk": "department.pk"}, get={"200": READERS}),
    Address("orders:budget_settings", get={"200": ANY_APPROVER, "403": ANY_READER}),
    Address(
        "orders:budget_amounts",
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
        data=lambda side: {
            "institution": side.institution.pk,
            "year": 2026,
            f"amount_{side.department.pk}": 5_000_000,
        },
    ),
    Address(
        "orders:department_add",
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
        data=lambda side: {"institution": side.institution.pk, "new-code": "new", "new-name": "새로운과"},
    ),
    Address(
        "orders:department_edit",
        {"pk": "department.pk"},
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
        data=lambda side: {"code": "renamed", "name": "바뀐과"},
    ),
    Address(
        "orders:department_retire",
        {"pk": "department.pk"},
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
    ),
    Address(
        "orders:department_reopen",
        {"pk": "department.pk"},
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
        changes=NOBODY,  # it is in use
    ),
    Address(
        "orders:seat_edit",
        {"pk": "seat.pk"},
        post={"302 orders:budget_settings": APPROVER, "403": READERS},
        data=lambda side: {"department": side.department.pk, "order_limit": 77},
    ),
    Address("orders:purchases", get={"200": ANY_READER}),
    Address(
        "orders:purchases_outside",
        post={"302 orders:purchases": ORDERERS, "403": READERS},
        data=lambda side: {
            "institution": side.institution.pk,
            "goods": 1,
            "services": 2,
            "works": 3,
        },
    ),
    Address(
        "orders:purchases_targets",
        post={"302 orders:purchases": ORDERERS, "403": READERS},
        data=lambda side: {"institution": side.institution.pk, "social_enterprise": "3.5"},
    ),
    # -- Producers
    Address("orders:purchase_order_list", get={"200": ANY_PRODUCER | HUB}),
    Address("orders:purchase_order_detail", PURCHASE_ORDER, get={"200": PRODUCER | HUB}),
    Address(
        "orders:purchase_order_accept",
        PURCHASE_ORDER,
        post={"302 orders:purchase_order_detail": PRODUCER | HUB},
    ),
    Address(
        "orders:purchase_order_shortage",
        {**PURCHASE_ORDER, "line": "line.pk"},
        post={"302 orders:purchase_order_detail": PRODUCER | HUB},
        data=_shortage,
    ),
    Address(
        "orders:purchase_order_note",
        PURCHASE_ORDER,
        post={"302 orders:purchase_order_detail": PRODUCER | HUB},
        data=lambda side: {"text": "내일 아침에 갑니다"},
    ),
    Address("orders:purchase_order_labels", PURCHASE_ORDER, get={"200": PRODUCER | HUB}),
    Address("orders:rating_list", get={"200": ANY_PRODUCER | HUB}),
    Address("orders:production", get={"200": ANY_PRODUCER | HUB}),
    Address("orders:production_file", get={"200": ANY_PRODUCER | HUB}),
    # -- The hub
    Address("orders:shortage_list", get={"200": HUB}),
    Address("orders:shortage_line", {"pk": "line.pk"}, get={"200": HUB}),
    Address(
        "orders:shortage_report",
        {"pk": "line.pk"},
        post={"302 orders:shortage_line": HUB},
        data=_shortage,
    ),
    Address("orders:shortage_change", {"pk": "question.pk"}, post={"302 orders:shortage_line": HUB}),
    Address(
        "orders:shortage_change_all",
        {"pk": "question.purchase_order_line_id"},
        post={"302 orders:shortage_line": HUB},
    ),
    Address("orders:compose_board", get={"200": HUB}),
    Address("orders:compose_fairness", get={"200": HUB}),
    Address(
        "orders:compose_missing",
        {"bundle": "bundle.pk", "day": "later", "exclusions": "exclusions"},
        get={"200": HUB},
        post={"302 orders:edition_detail": HUB},
    ),
    Address("orders:compose_publish", get={"200": HUB}, post={"302 orders:compose_board": HUB}, data=_ticked),
    Address("orders:edition_detail", DRAFT, get={"200": HUB}),
    Address("orders:edition_recompose", DRAFT, post={"302 orders:edition_detail": HUB}, data=_seen),
    Address("orders:edition_undo", DRAFT, post={"302 orders:edition_detail": HUB}, data=_seen),
    Address("orders:edition_publish", DRAFT, post={"302 orders:edition_detail": HUB}, data=_seen),
    Address(
        "orders:edition_lock",
        {**DRAFT, "product": "product.pk"},
        post={"302 orders:edition_detail": HUB},
    ),
    Address(
        "orders:edition_ban",
        {**DRAFT, "product": "product.pk"},
        post={"302 orders:edition_detail": HUB},
        data=_seen,
    ),
    Address(
        "orders:edition_place",
        {**DRAFT, "slot": "slot.pk"},
        post={"302 orders:edition_detail": HUB},
        data=_product_to_place,
    ),
    Address("orders:packing", get={"200": HUB}),
    Address("orders:day_labels", get={"200": HUB}),
    Address("orders:order_labels", TO_PACK, get={"200": HUB, "403": READERS}),
    Address(
        "orders:purchase_order_receive",
        PURCHASE_ORDER,
        post={"302 orders:packing": HUB, "403": PRODUCER},
    ),
    Address(
        "orders:order_call_off",
        TO_PACK,
        post={"302 orders:order_detail": HUB, "403": READERS},
        data=lambda side: {"reason": "행사가 취소되었습니다."},
    ),
    Address("orders:order_pack", TO_PACK, post={"302 orders:packing": HUB, "403": READERS}),
    Address(
        "orders:purchase_order_line_receive",
        {**PURCHASE_ORDER, "line": "line.pk"},
        post={"302 orders:packing": HUB, "403": PRODUCER},
        data=lambda side: {"units": side.line.coming},
    ),
    Address(
        "orders:purchase_order_line_take_back",
        {**PURCHASE_ORDER, "line": "line.pk"},
        post={"302 orders:packing": HUB, "403": PRODUCER},
        changes=NOBODY,
    ),
    Address("orders:scan", post={"302 orders:packing": HUB}, data=_scanned),
    Address("orders:order_packing", TO_PACK, get={"200": HUB, "403": READERS}),
    Address(
        "orders:order_line_pack",
        {**TO_PACK, "line": "line_to_pack.pk"},
        post={"302 orders:order_packing": HUB, "403": READERS},
    ),
    Address(
        "orders:order_line_unpack",
        {**TO_PACK, "line": "line_to_pack.pk"},
        post={"302 orders:order_packing": HUB, "403": READERS},
        changes=NOBODY,
    ),
    Address(
        "orders:order_line_missing",
        {**TO_PACK, "line": "line_to_pack.pk"},
        post={"302 orders:order_packing": HUB, "403": READERS},
        data=lambda side: {"units": 0},
    ),
    Address("orders:cycle_run_list", get={"200": HUB}),
    Address("orders:cycle_item_list", get={"200": HUB}),
    Address("orders:cycle_run_detail", {"pk": "run.pk"}, get={"200": HUB}),
    # -- Couriers; a worker plans the routes, not the page
    Address("delivery:route_list", get={"200": ANY_COURIER | HUB}),
    Address("delivery:dispatch_home", get={"302 delivery:dispatch": HUB}),
    Address("delivery:dispatch", {"day": "draft_plan.date"}, get={"200": HUB}),
    Address(
        "delivery:plan_ask",
        {"day": "draft_plan.date"},
        post={"302 delivery:dispatch": HUB},
        data=lambda side: {"seconds": 1},
    ),
    Address(
        "delivery:run_stop",
        {"pk": "plan_run.pk"},
        post={"302 delivery:dispatch": HUB},
        data=lambda side: {"wish": "cancel"},
    ),
    Address("delivery:plan_sheets", {"pk": "route.plan_id"}, get={"200": HUB}),
    Address("delivery:plan_edit", {"pk": "route.plan_id"}, post={"302 delivery:dispatch": HUB}),
    Address(
        "delivery:stop_move",
        {**DRAFT_PLAN, "number": "to_pack.number"},
        get={"200": HUB},
        post={"302 delivery:dispatch": HUB},
        data=lambda side: {**_seen_plan(side), "position": 1},
    ),
    Address(
        "delivery:stop_lock",
        {**DRAFT_PLAN, "number": "to_pack.number"},
        post={"302 delivery:dispatch": HUB},
        data=lambda side: {**_seen_plan(side), "is_locked": "on"},
    ),
    Address(
        "delivery:route_keep",
        DRAFT_PLAN,
        post={"302 delivery:dispatch": HUB},
        data=lambda side: {
            **_seen_plan(side),
            "keeps": "on",
            "shift": side.draft_plan.routes.get(shift__courier=side.courier).shift_id,
        },
    ),
    Address("delivery:plan_publish", DRAFT_PLAN, post={"302 delivery:dispatch": HUB}, data=_seen_plan),
    Address("delivery:plan_discard", DRAFT_PLAN, post={"302 delivery:dispatch": HUB}, data=_seen_plan),
    Address("delivery:route_detail", ROUTE, get={"200": COURIER | HUB}),
    Address("delivery:route_sheet", ROUTE, get={"200": COURIER | HUB}),
    # Whoever has the address
    Address("delivery:track", {"token": "private_token"}, get={"200": EVERYBODY}, is_public=True),
    Address(
        "delivery:track_leave",
        {"token": "private_token"},
        post={"302 delivery:track": EVERYBODY},
        data=lambda side: {"place": "desk"},
        is_public=True,
    ),
    Address("delivery:drive", get={"200": ANY_COURIER}),
    Address("delivery:drive_worker", get={"200": EVERYBODY}, is_public=True),
    Address("delivery:drive_manifest", get={"200": EVERYBODY}, is_public=True),
    *(
        Address(
            f"delivery:route_{verb}",
            ROUTE,
            post={"302 delivery:drive": COURIER, "302 delivery:route_detail": HUB},
        )
        for verb in ("accept", "start")
    ),
    Address(
        "delivery:stop_load",
        STOP,
        post={"302 delivery:route_detail": COURIER | HUB},
        data=lambda side: {"boxes_missing": 1},
    ),
    Address("delivery:record_list", get={"200": HUB}),
    Address("delivery:record_photo", {"pk": "record.pk"}, get={"200": HUB}),
    Address(
        "delivery:record_settle",
        {"pk": "record.pk"},
        post={"302 delivery:record_list": HUB},
        data=lambda side: {"decision": "kept", "note": "확인함"},
    ),
    # Only the goods of a failed stop come back.
    Address("delivery:stop_back", STOP, post={"302 home": HUB}, changes=NOBODY),
    # Couriers on the day only, and this proof is yesterday's.
    Address("delivery:proof_photo", PROOF, get={"200": READERS | HUB}),
    Address("delivery:inspection_record", PROOF, get={"200": READERS | HUB}),
    Address("delivery:stop_open", STOP, get={"302 delivery:route_detail": COURIER | HUB}),
    # Couriers on the day only, and this stop is yesterday's.
    Address("delivery:stop_site_photo", {**STOP, "photo": "site_photo.pk"}, get={"200": HUB}),
    Address("delivery:stop_arrive", STOP, post={"302 delivery:route_detail": COURIER | HUB}),
    Address("delivery:stop_deliver", STOP, post={"302 delivery:route_detail": COURIER | HUB}, data=_receiver),
    Address("delivery:stop_fail", STOP, post={"302 delivery:route_detail": COURIER | HUB}, data=_failure),
]

API = [
    # -- Signing in
    Address("api:api-root", get={"200": MEMBERS}),
    Address("api:schema", get={"200": EVERYBODY}, is_public=True),
    Address("api:docs", get={"200": EVERYBODY}, is_public=True),
    Address("api:token", post={"200": EVERYBODY}, data=_api_credentials, changes=NOBODY),
    Address("api:me", get={"200": MEMBERS}),
    # -- Who takes part
    Address("api:organization-list", get={"200": MEMBERS}),
    Address("api:organization-detail", {"pk": "institution.pk"}, get={"200": READERS | HUB}),
    # Who orders elsewhere cannot name this institution.
    Address(
        "api:site-list",
        get={"200": MEMBERS},
        post={
            "201": ORDERERS | HUB,
            "400": OTHER_ORDERERS,
            "403": MEMBERS - ORDERERS - OTHER_ORDERERS - HUB,
        },
        data=_new_site,
    ),
    Address("api:site-detail", SITE, get={"200": READERS | HUB}),
    Address("api:site-change", SITE, post={"200": ORDERERS | HUB, "403": READERS}, data=_site),
    Address(
        "api:site-place",
        SITE,
        post={"200": ORDERERS | HUB, "403": READERS},
        data=lambda side: {**_mark(side), "latitude": 37.5665, "longitude": 126.978},
    ),
    Address("api:site-confirm", SITE, post={"200": ORDERERS | HUB, "403": READERS}, data=_seen_site),
    Address("api:site-retire", SITE, post={"409": ORDERERS | HUB, "403": READERS}),
    Address("api:site-reopen", SITE, post={"200": ORDERERS | HUB, "403": READERS}, changes=NOBODY),
    # -- The catalogue
    Address("api:product-list", get={"200": MEMBERS}),
    Address("api:product-detail", {"pk": "product.pk"}, get={"200": MEMBERS - {"other producer"}}),
    Address("api:bundle-list", get={"200": MEMBERS}),
    Address("api:bundle-detail", {"pk": "bundle.pk"}, get={"200": MEMBERS}),
    Address("api:edition-list", get={"200": MEMBERS}),
    Address("api:edition-detail", {"pk": "edition.pk"}, get={"200": MEMBERS}),
    # -- Institutions. Who orders elsewhere cannot name this site; who only views here may not order.
    Address(
        "api:order-list",
        get={"200": MEMBERS},
        post={
            "201": ORDERERS | HUB,
            "400": OTHER_ORDERERS,
            "403": MEMBERS - ORDERERS - OTHER_ORDERERS - HUB,
        },
        data=event_order,
    ),
    Address("api:order-detail", ORDER, get={"200": READERS | HUB}),
    Address("api:order-change", ORDER, post={"200": ORDERERS | HUB, "403": READERS}, data=_more_people),
    Address("api:order-cancel", ORDER, post={"200": ORDERERS | HUB, "403": READERS}),
    Address(
        "api:standing_order-list",
        get={"200": MEMBERS},
        post={
            "201": ORDERERS | HUB,
            "400": OTHER_ORDERERS,
            "403": MEMBERS - ORDERERS - OTHER_ORDERERS - HUB,
        },
        data=standing_order,
    ),
    Address("api:standing_order-detail", {"pk": "standing_order.pk"}, get={"200": READERS | HUB}),
    Address(
        "api:standing_order-end",
        {"pk": "standing_order.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
    ),
    *(
        Address(
            f"api:standing_order-{verb}",
            {"pk": "standing_order.pk"},
            post={"200": ORDERERS | HUB, "403": READERS},
            data=data,
        )
        for verb, data in (
            ("change", lambda side: {"headcount": 12}),
            ("pause", lambda side: {"first": str(LATER)}),
            ("resume", lambda side: {"on": str(LATER)}),
        )
    ),
    *(
        Address(
            f"api:standing_order-{verb}",
            {"pk": "awaiting_standing_order.pk"},
            post={"200": APPROVER, "403": (READERS | HUB) - APPROVER},
        )
        for verb in ("approve", "decline")
    ),
    Address("api:change-list", get={"200": MEMBERS}),
    Address("api:change-detail", {"pk": "standing_change.pk"}, get={"200": READERS | HUB}),
    Address("api:change-undo", {"pk": "standing_change.pk"}, post={"200": ORDERERS | HUB, "403": READERS}),
    *(
        Address(
            f"api:order-{verb}",
            {"number": "awaiting.number"},
            post={"200": APPROVER, "403": (READERS | HUB) - APPROVER},
            data=_seen_price,
        )
        for verb in ("approve", "decline")
    ),
    # What comes then isn't published yet.
    Address("api:order-swap", ORDER, post={"409": ORDERERS | HUB, "403": READERS}, data=_swap),
    Address(
        "api:occurrence-swap", {"pk": "planned.pk"}, post={"409": ORDERERS | HUB, "403": READERS}, data=_swap
    ),
    Address(
        "api:occurrence-move",
        {"pk": "planned.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"to": str(OPEN)},
    ),
    Address(
        "api:occurrence-change",
        {"pk": "planned.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"headcount": 12},
    ),
    Address(
        "api:occurrence-bring-back",
        {"pk": "planned.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
    ),
    # It is no holiday.
    Address(
        "api:occurrence-answer",
        {"pk": "planned.pk"},
        post={"409": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"answer": "skip"},
    ),
    # Nothing is said of what is wanted.
    Address(
        "api:membership-list",
        get={"200": MEMBERS},
        post={
            "400": ORDERERS | OTHER_ORDERERS | HUB | {"mixed"},
            "403": MEMBERS - ORDERERS - OTHER_ORDERERS - HUB - {"mixed"},
        },
    ),
    Address("api:membership-detail", {"pk": "change.membership_id"}, get={"200": READERS | HUB}),
    *(
        Address(
            f"api:membership-{verb}",
            {"pk": "change.membership_id"},
            post={"200": ORDERERS | HUB, "403": READERS},
            data=data,
        )
        for verb, data in (
            ("pause", lambda side: {"starts_on": "2027-04-01", "ends_on": "2027-04-02"}),
            ("resume", lambda side: {"resumes_on": str(LATER)}),
            ("leave", lambda side: {"last_day": "2027-05-31"}),
        )
    ),
    Address(
        "api:membership-undo",
        {"pk": "change.membership_id", "event": "change.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
    ),
    Address("api:occurrence-list", get={"200": MEMBERS}),
    Address("api:occurrence-detail", {"pk": "planned.pk"}, get={"200": READERS | HUB}),
    Address("api:occurrence-skip", {"pk": "planned.pk"}, post={"200": ORDERERS | HUB, "403": READERS}),
    Address(
        "api:organization-on-shortage",
        {"pk": "institution.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"on_shortage": "credit"},
    ),
    Address("api:application-list", get={"200": MEMBERS}),
    Address("api:application-detail", {"pk": "wish.pk"}, get={"200": READERS | HUB}),
    Address("api:application-accept", {"pk": "offer.pk"}, post={"200": ORDERERS | HUB, "403": READERS}),
    Address("api:application-withdraw", {"pk": "wish.pk"}, post={"200": ORDERERS | HUB, "403": READERS}),
    Address("api:shortage-list", get={"200": MEMBERS}),
    Address("api:shortage-detail", {"pk": "question.pk"}, get={"200": READERS | HUB}),
    Address(
        "api:shortage-answer",
        {"pk": "question.pk"},
        post={"200": ORDERERS | HUB, "403": READERS},
        data=lambda side: {"product": side.question.options.first().product_id},
    ),
    # -- Producers
    Address("api:purchase_order-list", get={"200": MEMBERS}),
    Address("api:purchase_order-detail", PURCHASE_ORDER, get={"200": PRODUCER | HUB}),
    Address("api:purchase_order-accept", PURCHASE_ORDER, post={"200": PRODUCER | HUB}),
    Address(
        "api:purchase_order-shortage",
        {**PURCHASE_ORDER, "line": "line.pk"},
        post={"200": PRODUCER | HUB},
        data=_shortage,
    ),
    # -- Couriers
    Address("api:route-list", get={"200": MEMBERS}),
    Address("api:route-detail", ROUTE, get={"200": COURIER | HUB}),
    Address("api:route-start", ROUTE, post={"200": COURIER | HUB}),
    Address("api:stop-detail", STOP, get={"200": COURIER | HUB}),
    Address("api:stop-deliver", STOP, post={"200": COURIER | HUB}, data=_receiver),
    Address("api:stop-fail", STOP, post={"200": COURIER | HUB}, data=_failure),
    # Only from the phone of who drives there.
    Address("api:road_record-list", post={"200": COURIER}, data=_road_record),
]

ADDRESSES = [*PAGES, *API]
# Without the schema of the API: drawing it takes long, and it is the same for everyone.
OF_ROWS = [address for address in ADDRESSES if address.name != "api:schema"]
