"""Addresses of orders: the institution's, the producer's and the hub's."""

from django.urls import path

from .views import (
    capacity,
    compose,
    drafts,
    edition,
    event_order,
    exclusions,
    floor,
    hub,
    institution,
    labels,
    producer,
    rating,
    scan,
    standing,
    swap,
)
from .views.approval import (
    order_approve,
    order_decline,
    standing_order_approve,
    standing_order_decline,
)
from .views.budget import (
    budget,
    budget_amounts,
    budget_detail,
    budget_settings,
    department_add,
    department_edit,
    seat_edit,
)
from .views.purchases import purchases, purchases_outside, purchases_targets

app_name = "orders"
urlpatterns = [
    path("orders/", institution.order_list, name="order_list"),
    path("orders/new/", event_order.event_order_create, name="event_order_create"),
    path("orders/<slug:number>/", institution.order_detail, name="order_detail"),
    path("orders/<slug:number>/cancel/", institution.order_cancel, name="order_cancel"),
    path("orders/<slug:number>/rate/", rating.order_rate, name="order_rate"),
    path("orders/<slug:number>/approve/", order_approve, name="order_approve"),
    path("orders/<slug:number>/decline/", order_decline, name="order_decline"),
    path("orders/<slug:number>/call-off/", hub.order_call_off, name="order_call_off"),
    path("orders/<slug:number>/swap/", swap.order_swap, name="order_swap"),
    path("orders/<slug:number>/statement.pdf", institution.order_statement, name="order_statement"),
    path("orders/<slug:number>/pack/", hub.order_pack, name="order_pack"),
    path("orders/<slug:number>/packing/", floor.order_packing, name="order_packing"),
    path("orders/<slug:number>/lines/<int:line>/pack/", floor.order_line_pack, name="order_line_pack"),
    path("orders/<slug:number>/lines/<int:line>/unpack/", floor.order_line_unpack, name="order_line_unpack"),
    path(
        "orders/<slug:number>/lines/<int:line>/missing/", floor.order_line_missing, name="order_line_missing"
    ),
    path("orders/<slug:number>/labels.pdf", labels.one_orders_labels, name="order_labels"),
    path(
        "institutions/<int:pk>/exclusions/", exclusions.institution_exclusions, name="institution_exclusions"
    ),
    path("standing-orders/", standing.standing_order_list, name="standing_order_list"),
    path("standing-orders/new/", standing.standing_order_create, name="standing_order_create"),
    path("standing-orders/<int:pk>/", standing.standing_order_detail, name="standing_order_detail"),
    path("standing-orders/<int:pk>/end/", standing.standing_order_end, name="standing_order_end"),
    path("standing-orders/<int:pk>/approve/", standing_order_approve, name="standing_order_approve"),
    path("standing-orders/<int:pk>/decline/", standing_order_decline, name="standing_order_decline"),
    path("occurrences/<int:pk>/skip/", standing.occurrence_skip, name="occurrence_skip"),
    path("occurrences/<int:pk>/swap/", swap.occurrence_swap, name="occurrence_swap"),
    path("occurrences/<int:pk>/retry/", standing.occurrence_retry, name="occurrence_retry"),
    path("budget/", budget, name="budget"),
    path("budget/<int:pk>/", budget_detail, name="budget_detail"),
    path("budget/settings/", budget_settings, name="budget_settings"),
    path("budget/settings/amounts/", budget_amounts, name="budget_amounts"),
    path("budget/settings/departments/", department_add, name="department_add"),
    path("budget/settings/departments/<int:pk>/", department_edit, name="department_edit"),
    path("budget/settings/seats/<int:pk>/", seat_edit, name="seat_edit"),
    path("purchases/", purchases, name="purchases"),
    path("purchases/outside/", purchases_outside, name="purchases_outside"),
    path("purchases/targets/", purchases_targets, name="purchases_targets"),
    path("purchase-orders/", producer.purchase_order_list, name="purchase_order_list"),
    path("purchase-orders/<slug:number>/", producer.purchase_order_detail, name="purchase_order_detail"),
    path(
        "purchase-orders/<slug:number>/accept/", producer.purchase_order_accept, name="purchase_order_accept"
    ),
    path(
        "purchase-orders/<slug:number>/shortage/<int:line>/",
        producer.purchase_order_shortage,
        name="purchase_order_shortage",
    ),
    path(
        "purchase-orders/<slug:number>/lines/<int:line>/receive/",
        floor.purchase_order_line_receive,
        name="purchase_order_line_receive",
    ),
    path(
        "purchase-orders/<slug:number>/lines/<int:line>/take-back/",
        floor.purchase_order_line_take_back,
        name="purchase_order_line_take_back",
    ),
    path("purchase-orders/<slug:number>/notes/", producer.purchase_order_note, name="purchase_order_note"),
    path("purchase-orders/<slug:number>/receive/", hub.purchase_order_receive, name="purchase_order_receive"),
    path(
        "purchase-orders/<slug:number>/labels.pdf", labels.purchase_order_labels, name="purchase_order_labels"
    ),
    path("ratings/", rating.rating_list, name="rating_list"),
    path("production/", producer.production, name="production"),
    path("production.xlsx", producer.production_file, name="production_file"),
    path("capacity/", capacity.capacity_calendar, name="capacity_calendar"),
    path("capacity/set/", capacity.capacity_set, name="capacity_set"),
    path("closures/add/", capacity.closure_add, name="closure_add"),
    path("closures/<int:pk>/remove/", capacity.closure_remove, name="closure_remove"),
    path("compose/", compose.compose_board, name="compose_board"),
    path("compose/fairness/", compose.compose_fairness, name="compose_fairness"),
    path(
        "compose/missing/<int:bundle>/<slug:day>/<int:exclusions>/",
        drafts.compose_missing,
        name="compose_missing",
    ),
    path("compose/publish/", drafts.compose_publish, name="compose_publish"),
    path("compose/<int:pk>/", edition.edition_detail, name="edition_detail"),
    path("compose/<int:pk>/recompose/", edition.edition_recompose, name="edition_recompose"),
    path("compose/<int:pk>/undo/", edition.edition_undo, name="edition_undo"),
    path("compose/<int:pk>/publish/", edition.edition_publish, name="edition_publish"),
    path("compose/<int:pk>/lock/<int:product>/", edition.edition_lock, name="edition_lock"),
    path("compose/<int:pk>/ban/<int:product>/", edition.edition_ban, name="edition_ban"),
    path("compose/<int:pk>/place/<int:slot>/", edition.edition_place, name="edition_place"),
    path("packing/", hub.packing, name="packing"),
    path("packing/scan/", scan.scan, name="scan"),
    path("packing/labels.pdf", labels.day_labels, name="day_labels"),
    path("runs/", hub.cycle_run_list, name="cycle_run_list"),
    path("runs/<int:pk>/", hub.cycle_run_detail, name="cycle_run_detail"),
]
