"""The rules that the database itself holds: each is broken once, past every form and action."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from bundles.models import Capacity, Closure, EditionBan
from delivery.models import (
    LeaveInstructions,
    PlanPart,
    Promise,
    Proof,
    RoadRecord,
    RoutePlan,
    Stop,
    Unassigned,
)
from membership.models import MembershipEvent, MembershipPause
from membership.models.geocoding import GeocoderTurn
from orders.actions.change_date import leave_out_date
from orders.actions.pack import pack_line
from orders.actions.receive import receive_line
from orders.models import (
    Application,
    CycleItem,
    CycleRun,
    DayLimit,
    InspectedLine,
    LaterTerms,
    Notification,
    OrderLine,
    OutsidePurchases,
    PackedLine,
    Pause,
    PurchaseOrderLine,
    PurchaseOrderNote,
    PurchaseTarget,
    Shortage,
    ShortageOption,
    StandingOrderChange,
    Statement,
    Swap,
)
from orders.models.serving import serving_of

from . import factories as f
from .snapshot import OURS

pytestmark = pytest.mark.django_db


def again(row: models.Model, **changes: Any) -> None:
    """Insert a copy of the row with these changes."""
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def changed(row: models.Model, **changes: Any) -> None:
    """Write these changes into the row, past `save` and `clean`."""
    type(row)._default_manager.filter(pk=row.pk).update(**changes)


def draft() -> RoutePlan:
    f.fixed_order()
    return f.draft_plan()


def later_terms() -> LaterTerms:
    standing_order = f.StandingOrderFactory()
    return LaterTerms.objects.create(
        standing_order=standing_order,
        valid_from=SUNDAY,
        rrule="FREQ=DAILY",
        starts_on=SUNDAY,
        **serving_of(standing_order),
    )


def break_() -> Pause:
    return Pause.objects.create(standing_order=f.StandingOrderFactory(), first_on=f.DELIVERY_DATE)


def change() -> StandingOrderChange:
    leave_out_date(f.OccurrenceFactory(), actor=None, now=f.TUESDAY)
    return StandingOrderChange.objects.get()


def order_line() -> OrderLine:
    line: OrderLine = f.fixed_order().lines.get()
    return line


def purchase_line() -> PurchaseOrderLine:
    f.fixed_order()
    return PurchaseOrderLine.objects.get()


def received_line() -> PurchaseOrderLine:
    line = purchase_line()
    receive_line(line, 10, actor=f.operator(), now=f.CUTOFF)
    return line


def packed_line() -> PackedLine:
    pack_line(order_line(), actor=f.operator(), now=f.CUTOFF)
    return PackedLine.objects.get()


def note() -> PurchaseOrderNote:
    about = purchase_line().purchase_order
    return PurchaseOrderNote.objects.create(purchase_order=about, author=f.operator(), text="x", at=f.CUTOFF)


def shortage() -> Shortage:
    asked = purchase_line()
    return Shortage.objects.create(
        purchase_order_line=asked,
        order_line=OrderLine.objects.get(),
        substitute=OrderLine.objects.get(),
        quantity=1,
        amount=2_000,
        status="replaced",
        reason="best",
        reported_at=f.TUESDAY,
    )


def option() -> ShortageOption:
    return ShortageOption.objects.create(
        shortage=shortage(), product=f.ProductFactory(), units=1, made_on=f.DELIVERY_DATE
    )


def part() -> PlanPart:
    return PlanPart.objects.create(run=f.PlanRunFactory(), seed=1, number=0, seconds=1, task={})


def stop() -> Stop:
    f.fixed_order()
    found: Stop = f.published_plan().stops.get()
    return found


def said() -> LeaveInstructions:
    return LeaveInstructions.objects.create(order=f.OrderFactory(), place="desk", said_at=f.TUESDAY)


def promise() -> Promise:
    at = f.DELIVERY_MORNING
    return Promise.objects.create(order=f.fixed_order(), eta=at, opens_at=at, closes_at=at, told_at=f.TUESDAY)


def proof() -> Proof:
    f.delivered_order()
    return Proof.objects.get()


def inspected_line() -> InspectedLine:
    f.delivered_order()
    return InspectedLine.objects.get()


def road_record() -> RoadRecord:
    here = stop()
    return f.road_record(here, "load", here.route.shift.courier)


def pool_capacity() -> Capacity:
    return Capacity.objects.create(pool=f.CapacityPoolFactory(), made_on=SUNDAY, limit=10)


def closure() -> Closure:
    return Closure.objects.create(producer=f.ProducerFactory(), first_day=SUNDAY, last_day=SUNDAY)


def cycle_item() -> CycleItem:
    run = CycleRun.objects.create(step="fix", started_at=f.TUESDAY)
    return CycleItem.objects.create(run=run, subject="x", outcome="done", at=f.TUESDAY)


def swap(*, of_order: bool = True) -> Swap:
    holder = {"order": f.OrderFactory()} if of_order else {"occurrence": f.OccurrenceFactory()}
    return Swap.objects.create(
        slot=f.SlotFactory(),
        product=f.ProductFactory(),
        alternative=f.ProductFactory(),
        swapped_by=f.orderer(),
        swapped_at=f.TUESDAY,
        **holder,
    )


def pause() -> MembershipPause:
    return MembershipPause.objects.create(membership=f.MembershipFactory(), starts_on=SUNDAY)


def undoing() -> MembershipEvent:
    joined = MembershipEvent.objects.create(
        membership=f.MembershipFactory(), kind="joined", effective_on=SUNDAY, at=f.TUESDAY
    )
    return MembershipEvent.objects.create(
        membership=joined.membership, kind="undone", effective_on=SUNDAY, at=f.TUESDAY, undoes=joined
    )


def application() -> Application:
    person = f.orderer()
    organization = person.seats.get().organization
    return Application.objects.create(
        organization=organization,
        site=f.SiteFactory(organization=organization),
        bundle=f.bundle_with("bread", kind="plan", plan=f.PlanFactory()),
        headcount=10,
        kind="plan",
        status="awaiting",
        rrule="FREQ=MONTHLY;BYDAY=1TU",
        starts_on=SUNDAY,
        asked_by=person,
        asked_at=f.TUESDAY,
    )


def date_limit(**fields: Any) -> DayLimit:
    return f.DayLimitFactory(weekday=None, on_date=SUNDAY, **fields)


def unassigned() -> Unassigned:
    return Unassigned.objects.create(plan=stop().plan, order=f.OrderFactory(), reason="no_room")


def statement() -> Statement:
    return Statement.objects.create(order=f.OrderFactory(), number="S1", issued_at=f.TUESDAY)


def elsewhere() -> OutsidePurchases:
    return OutsidePurchases.objects.create(organization=f.InstitutionFactory(), year=2026)


def target() -> PurchaseTarget:
    return PurchaseTarget.objects.create(
        organization=f.InstitutionFactory(), year=2026, kind="women_owned", percent=5
    )


SUNDAY = date(2026, 12, 6)
BROKEN: dict[str, Callable[[], None]] = {
    # membership
    "business_number_is_ten_digits": lambda: changed(f.InstitutionFactory(), business_number="12345678"),
    "one_seat_per_user_and_organization": lambda: again(f.SeatFactory(), role="viewer"),
    "one_row_per_certificate": lambda: again(f.CertificationFactory(), issuer="다른 곳"),
    "certification_ends_after_start": lambda: changed(
        f.CertificationFactory(), valid_until=date(2025, 12, 31)
    ),
    "plan_has_deliveries": lambda: changed(f.PlanFactory(), deliveries_per_month=0),
    "plan_delivers_on_weekdays": lambda: changed(f.PlanFactory(), delivery_days="TU,2"),
    "one_running_membership_per_organization": lambda: again(f.MembershipFactory()),
    "one_tier_at_a_time": lambda: again(f.TierFactory(starts_on=SUNDAY)),
    "one_pause_per_first_day": lambda: again(pause(), ends_on=SUNDAY),
    "one_open_pause_per_membership": lambda: again(pause(), starts_on=SUNDAY + timedelta(days=1)),
    "pause_ends_after_start": lambda: changed(pause(), ends_on=SUNDAY - timedelta(days=1)),
    "membership_ends_after_start": lambda: changed(f.MembershipFactory(), ends_on=date(2025, 12, 31)),
    "department_code_once_per_organization": lambda: again(f.DepartmentFactory(), name="다른 과"),
    "site_name_once_per_organization": lambda: again(f.SiteFactory(), address="다른 곳"),
    "located_site_has_coordinates": lambda: changed(f.SiteFactory(), latitude=None),
    "event_order_has_a_window": lambda: changed(f.OrderFactory(), event_at=f.EVENT_AT),
    "located_site_says_by_whom": lambda: changed(f.SiteFactory(), located_by=""),
    "confirmed_site_is_located": lambda: changed(f.SiteFactory(), confirmed_at=f.TUESDAY),
    "one_change_per_site_revision": lambda: again(f.site_change()),
    "address_answered_once_by_provider": lambda: again(f.AddressAnswerFactory()),
    "membership.GeocoderTurn.provider": lambda: again(
        GeocoderTurn.objects.create(provider="kakao", free_at=f.TUESDAY), failures=1
    ),
    "answer_with_precision_has_point": lambda: changed(f.AddressAnswerFactory(), latitude=None),
    "site_window_once": lambda: again(f.SiteFactory().windows.first(), closes=time(17)),
    "site_window_closes_after": lambda: changed(f.SiteFactory().windows.first(), closes=time(9)),
    "site_window_weekday": lambda: changed(f.SiteFactory().windows.first(), weekday=7),
    "user_email_is_lower_case": lambda: changed(f.UserFactory(), email="Someone@example.com"),
    "organization_exclusions_known": lambda: changed(f.InstitutionFactory(), exclusions=1 << 22),
    # bundles
    "supply_price_within_list_price": lambda: changed(f.ProductFactory(), supply_price=2001),
    "product_serves_someone": lambda: changed(f.ProductFactory(), servings=0),
    "product_allergens_known": lambda: changed(f.ProductFactory(), allergens=1 << 19),
    "one_capacity_per_product_and_date": lambda: again(f.CapacityFactory(), limit=5),
    "one_capacity_per_pool_and_date": lambda: again(pool_capacity(), limit=5),
    "capacity_of_a_product_or_a_pool": lambda: changed(f.CapacityFactory(), pool=f.CapacityPoolFactory()),
    "pool_name_once_per_producer": lambda: again(f.CapacityPoolFactory(), daily_capacity=5),
    "product_made_within_lead_time": lambda: changed(f.ProductFactory(), made_days=2),
    "capacity_never_oversold": lambda: changed(f.CapacityFactory(), reserved=201),
    "plan_bundle_names_its_plan": lambda: changed(f.BundleFactory(), kind="plan"),
    "bundle_serves_someone": lambda: changed(f.BundleFactory(), base_headcount=0),
    "slot_position_once_per_bundle": lambda: again(f.SlotFactory()),
    "slot_is_per_person_or_fixed": lambda: changed(f.SlotFactory(), fixed_quantity=1),
    "one_edition_per_key": lambda: again(f.EditionFactory()),
    "edition_exclusions_known": lambda: changed(f.EditionFactory(), exclusions=1 << 22),
    "product_once_per_edition": lambda: again(f.EditionFactory().items.get(), slot=f.SlotFactory()),
    "product_banned_once_per_edition": lambda: again(
        EditionBan.objects.create(edition=f.EditionFactory(), product=f.ProductFactory())
    ),
    "product_season_ends_after_start": lambda: changed(
        f.ProductFactory(offered_from=SUNDAY), offered_until=SUNDAY - timedelta(days=1)
    ),
    "closure_ends_after_start": lambda: changed(closure(), last_day=SUNDAY - timedelta(days=1)),
    "closure_once": lambda: again(closure(), note="다른 까닭"),
    "published_edition_says_when": lambda: changed(f.EditionFactory(), status="published"),
    "only_a_draft_can_be_undone": lambda: changed(
        f.EditionFactory(status="published", published_at=f.TUESDAY), before={}
    ),
    "passed_over_for_a_rule": lambda: changed(f.EditionFactory().items.get(), passed_over=f.ProductFactory()),
    "bundle_percents_within_100": lambda: changed(f.BundleFactory(), margin_percent=101),
    # orders
    "application_serves_someone": lambda: changed(application(), headcount=0),
    "application_exclusions_known": lambda: changed(application(), exclusions=1 << 22),
    "application_window_closes_after": lambda: changed(application(), window_opens=time(9)),
    "one_open_plan_application": lambda: again(application(), request_key=uuid4(), starts_on=SUNDAY),
    "application_repeats_or_is_for_a_day": lambda: changed(application(), kind="event"),
    "application_ends_after_start": lambda: changed(application(), ends_on=SUNDAY - timedelta(days=1)),
    "offer_has_a_deadline": lambda: changed(application(), status="offered"),
    "day_limit_of_a_weekday_or_a_date": lambda: changed(f.DayLimitFactory(), on_date=SUNDAY),
    "one_limit_per_zone_and_weekday": lambda: again(f.DayLimitFactory(zone=f.ZoneFactory()), deliveries=2),
    "one_limit_per_zone_and_date": lambda: again(date_limit(zone=f.ZoneFactory()), deliveries=2),
    "one_hub_limit_per_weekday": lambda: again(f.DayLimitFactory(), deliveries=2),
    "one_hub_limit_per_date": lambda: again(date_limit(), deliveries=2),
    "orders.ZoneDistrict.district": lambda: again(
        f.ZoneFactory().districts.get(), zone=f.ZoneFactory(districts=[])
    ),
    "orders.Application.request_key": lambda: again(application(), status="withdrawn"),
    "run_item_exclusions_known": lambda: changed(cycle_item(), exclusions=1 << 22),
    "standingorder_exclusions_known": lambda: changed(f.StandingOrderFactory(), exclusions=1 << 22),
    "order_exclusions_known": lambda: changed(f.OrderFactory(), exclusions=1 << 22),
    "swap_is_of_one_delivery": lambda: changed(swap(), order=None),
    "swap_changes_something": lambda: changed(row := swap(), alternative=row.product),
    "swap_once_per_order": lambda: again(swap(), alternative=f.ProductFactory()),
    "swap_once_per_occurrence": lambda: again(swap(of_order=False), alternative=f.ProductFactory()),
    "alternative_once_per_order": lambda: again(swap(), product=f.ProductFactory()),
    "alternative_once_per_occurrence": lambda: again(swap(of_order=False), product=f.ProductFactory()),
    "failed_item_has_a_reason": lambda: changed(cycle_item(), outcome="failed"),
    "one_budget_per_department_and_year": lambda: again(f.BudgetFactory(), amount=1),
    "budget_year_is_near": lambda: changed(f.BudgetFactory(), year=2019),
    "one_row_of_purchases_elsewhere_a_year": lambda: again(elsewhere(), goods=1),
    "purchases_year_is_near": lambda: changed(elsewhere(), year=2019),
    "one_target_per_certification_and_year": lambda: again(target(), percent=1),
    "target_is_a_percentage": lambda: changed(target(), percent=101),
    "target_year_is_near": lambda: changed(target(), year=2100),
    "standingorder_serves_someone": lambda: changed(f.StandingOrderFactory(), headcount=0),
    "occurrence_exclusions_known": lambda: changed(f.OccurrenceFactory(), exclusions=1 << 22),
    "occurrence_serves_someone": lambda: changed(f.OccurrenceFactory(), headcount=0),
    "occurrence_window_closes_after": lambda: changed(f.OccurrenceFactory(), window_opens=time(9)),
    "laterterms_exclusions_known": lambda: changed(later_terms(), exclusions=1 << 22),
    "laterterms_serves_someone": lambda: changed(later_terms(), headcount=0),
    "laterterms_window_closes_after": lambda: changed(later_terms(), window_opens=time(9)),
    "later_terms_once_a_date": lambda: again(later_terms()),
    "standing_order_pause_ends_after_start": lambda: changed(break_(), last_on=date(2026, 11, 30)),
    "change_of_a_date_names_it": lambda: changed(change(), kind="all"),
    "standingorder_window_closes_after": lambda: changed(f.StandingOrderFactory(), window_opens=time(9)),
    "one_occurrence_per_rule_date": lambda: again(f.OccurrenceFactory(), delivery_date=SUNDAY),
    "coming_occurrence_has_date_and_cutoff": lambda: changed(f.OccurrenceFactory(), cutoff_at=None),
    "one_order_per_request": lambda: again(
        f.OrderFactory(request_key="00000000-0000-0000-0000-000000000001", placed_by=f.orderer()), number="x"
    ),
    "order_serves_someone": lambda: changed(f.OrderFactory(), headcount=0),
    "order_gross_is_supply_and_vat": lambda: changed(f.fixed_order(), vat=0),
    "fixed_order_is_located": lambda: changed(f.fixed_order(), longitude=None),
    "one_line_per_product_of_an_order": lambda: again(order_line(), quantity=1),
    "told_of_contents_once_a_day": lambda: again(
        Notification.objects.create(
            recipient=f.operator(), kind="compose_to_do", detail="2026-12-01", created_at=f.TUESDAY
        )
    ),
    "order_line_has_quantity": lambda: changed(order_line(), quantity=0),
    "order_line_short_within": lambda: changed(order_line(), short_quantity=11),
    "order_line_gross_is_supply_and_vat": lambda: changed(order_line(), vat=0),
    "rating_has_one_to_five_stars": lambda: changed(f.RatingFactory(), stars=6),
    "one_purchase_order_per_producer_and_date": lambda: again(f.issued_purchase_order(), number="x"),
    "one_line_per_product_of_a_purchase_order": lambda: again(purchase_line(), ordered=1),
    "confirmed_within_ordered": lambda: changed(purchase_line(), confirmed=11),
    "received_within_ordered": lambda: changed(received_line(), received=11),
    "received_line_says_by_whom_and_when": lambda: changed(received_line(), received_by=None),
    "note_says_something": lambda: changed(note(), text=""),
    "shortage_has_quantity": lambda: changed(shortage(), quantity=0),
    "replaced_shortage_has_a_substitute": lambda: changed(shortage(), substitute=None),
    "asked_shortage_has_a_deadline": lambda: changed(shortage(), status="asked", substitute=None),
    "option_once_per_shortage": lambda: again(option()),
    "option_has_units": lambda: changed(option(), units=0),
    "what_was_not_handed_over_has_a_reason": lambda: changed(inspected_line(), missing=1),
    # delivery
    "only_failed_stop_is_returned": lambda: changed(stop(), returned_at=f.TUESDAY),
    "record_is_of_its_stop_or_route": lambda: changed(road_record(), stop=None),
    "settled_record_was_a_problem": lambda: changed(
        road_record(), settled_at=f.TUESDAY, settled_by=f.operator(), decision="kept"
    ),
    "one_shift_per_courier_and_date": lambda: again(f.ShiftFactory(), vehicle=f.VehicleFactory()),
    "one_shift_per_vehicle_and_date": lambda: again(f.ShiftFactory(), courier=f.courier()),
    "shift_ends_after_start": lambda: changed(f.ShiftFactory(), ends=time(8)),
    "route_plan_version_once": lambda: again(stop().plan, status="superseded"),
    "one_published_plan_per_depot_and_date": lambda: again(stop().plan, version=2),
    "one_draft_plan_per_depot_and_date": lambda: again(draft(), version=3),
    "published_plan_says_when": lambda: changed(stop().plan, published_at=None),
    "planning_has_a_part_once": lambda: again(part()),
    "found_part_was_begun": lambda: changed(part(), found=[]),
    "one_planning_at_a_time": lambda: again(f.PlanRunFactory()),
    "ended_planning_says_when": lambda: changed(f.PlanRunFactory(), status="failed"),
    "finished_planning_has_a_plan": lambda: changed(f.PlanRunFactory(), status="done", ended_at=f.TUESDAY),
    "one_route_per_plan_and_shift": lambda: again(stop().route),
    "stop_sequence_once_per_route": lambda: again(stop(), order=f.OrderFactory()),
    "order_once_per_plan": lambda: again(stop(), sequence=2),
    "only_failed_stop_has_a_reason": lambda: changed(stop(), failure_reason="closed"),
    "unassigned_once_per_plan": lambda: again(unassigned()),
    "proof_names_the_receiver": lambda: changed(proof(), receiver_name=""),
}
# Columns that are unique by themselves.
BROKEN |= {
    "membership.Organization.business_number": lambda: again(f.InstitutionFactory(), kind="producer"),
    "membership.Plan.code": lambda: again(f.PlanFactory()),
    "membership.MembershipEvent.undoes": lambda: again(undoing()),
    "membership.User.email": lambda: again(f.UserFactory()),
    "bundles.Category.code": lambda: again(f.CategoryFactory()),
    "bundles.Product.code": lambda: again(f.ProductFactory()),
    "bundles.Bundle.code": lambda: again(f.BundleFactory()),
    "orders.CalendarDay.day": lambda: again(f.CalendarDayFactory()),
    "orders.Order.number": lambda: again(f.OrderFactory()),
    "orders.Order.occurrence": lambda: again(f.fixed_order(occurrence=f.OccurrenceFactory()), number="x"),
    "orders.Statement.order": lambda: again(statement(), number="x"),
    "orders.Statement.number": lambda: again(statement(), order=f.OrderFactory()),
    "orders.Rating.line": lambda: again(f.RatingFactory(), stars=1),
    "orders.PurchaseOrder.number": lambda: again(f.issued_purchase_order(), delivery_date=SUNDAY),
    "orders.Shortage.substitute": lambda: again(shortage()),
    "orders.PackedLine.order_line": lambda: again(packed_line()),
    "delivery.PlanRun.plan": lambda: again(f.PlanRunFactory(status="done", ended_at=f.TUESDAY, plan=draft())),
    "delivery.Vehicle.plate": lambda: again(f.VehicleFactory()),
    "orders.InspectedLine.order_line": lambda: again(inspected_line()),
    "delivery.RoadRecord.key": lambda: again(road_record()),
    "delivery.LeaveInstructions.order": lambda: again(said(), place="reception"),
    "delivery.Promise.order": lambda: again(promise(), eta=f.TUESDAY),
    "promise_is_a_window": lambda: changed(promise(), closes_at=f.TUESDAY),
    "delivery.Proof.stop": lambda: again(proof()),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_database_refuses(rule: str) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        BROKEN[rule]()
    name = rule.rsplit(".", 1)[-1]
    assert name in str(error.value) or "UNIQUE" in str(error.value)


def test_every_rule_is_broken_here() -> None:
    ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    rules = {constraint.name for model in ours for constraint in model._meta.constraints}
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in ours
        for field in model._meta.local_fields
        if field.unique and not field.primary_key
    }
    assert rules | columns == set(BROKEN)
