"""The parts of a large day shared among workers: improved once each, whoever comes, dies or is never told."""

import json
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from delivery.actions import parts as parts_module
from delivery.actions.parts import Sharing, improve_part
from delivery.actions.runs import run_plan
from delivery.construction import constructed
from delivery.decomposition import Part, join, routes_cost, split
from delivery.itinerary import Job, Rest, Van, places_of
from delivery.models import PlanPart, PlanRun
from delivery.part_data import as_data, as_task, keys_of, routes_of
from delivery.search import Progress, Watch
from delivery.solver import DEFAULT_WEIGHTS
from delivery.travel import Place, travel_matrix
from delivery.ways import ways_among

from .. import factories as f

pytestmark = pytest.mark.django_db
HUB = Place(37.608, 126.934)
HOUR = 3600


def a_day(stops: int = 90, vans: int = 12) -> tuple[list[Job], list[Van]]:
    draw = Random(stops)
    jobs = [
        Job(
            key=key,
            place=Place(draw.uniform(37.45, 37.68), draw.uniform(126.82, 127.14)),
            weight_g=20_000,
            volume_ml=60_000,
            chilled_volume_ml=0,
            service_s=600,
            windows=((9 * HOUR, 12 * HOUR), (13 * HOUR, 18 * HOUR)),
        )
        for key in range(stops)
    ]
    return jobs, [Van(key, HUB, HUB, 200_000, 4_500_000, True, 9 * HOUR, 18 * HOUR) for key in range(vans)]


@pytest.fixture
def some_parts() -> list[Part]:
    jobs, vans = a_day()
    routes, _left = constructed(jobs, vans, travel_matrix(places_of(jobs, vans)), len(jobs))
    parts = split(routes, ways_among, DEFAULT_WEIGHTS, 0, stops=20)
    assert len(parts) >= 2
    return parts


def sharing(
    run: PlanRun | None = None, *, watch: Watch = lambda progress: True, tell: parts_module.Tell | None = None
) -> Sharing:
    return Sharing(run or f.PlanRunFactory(), watch, tell or parts_module.nobody, lambda: f.PLANNING_TIME)


def cost(parts: Sequence[Part]) -> int:
    return sum(routes_cost(part.routes, part.matrix, part.weights) for part in parts)


def jobs_of(routes: Sequence[Sequence[object]]) -> list[int]:
    return sorted(job.key for route in join(routes) for job in route.jobs)  # type: ignore[arg-type]


def improve(pk: int) -> None:
    improve_part(pk, clock=lambda: f.PLANNING_TIME)


def test_a_part_is_the_same_after_its_way_through_json(some_parts: list[Part]) -> None:
    part = some_parts[0]
    van = replace(
        part.vans[0],
        rest=Rest(1800, 11 * HOUR, 14 * HOUR),
        max_reloads=1,
        reloads_at=HUB,
        sequence=(3, 4),
        areas=frozenset({"은평구"}),
    )
    part = replace(part, routes=(replace(part.routes[0], van=van), *part.routes[1:]))

    task = as_task(json.loads(json.dumps(as_data(part))))

    assert (task.jobs, task.vans, task.weights) == (part.jobs, part.vans, part.weights)
    assert task.part(part.matrix).routes == part.routes
    assert routes_of(json.loads(json.dumps(keys_of(part.routes))), part.jobs, part.vans) == list(part.routes)


def test_who_plans_improves_every_part_alone_if_nobody_comes(some_parts: list[Part]) -> None:
    found = list(sharing()(some_parts, 0.3, 1))

    better = [replace(part, routes=tuple(routes)) for part, routes in zip(some_parts, found, strict=True)]
    assert cost(better) < cost(some_parts)
    assert jobs_of(found) == sorted(job.key for part in some_parts for job in part.jobs)


def test_others_take_what_they_are_told_of_and_nobody_does_it_twice(some_parts: list[Part]) -> None:
    told: list[int] = []

    def tell(pk: int) -> None:
        told.append(pk)
        improve(pk)
        improve(pk)  # the message came twice

    found = list(sharing(tell=tell)(some_parts, 0.3, 1))

    rows = PlanPart.objects.order_by("number")
    assert told == [row.pk for row in rows[1:]]
    assert [keys_of(routes) for routes in found] == [
        [(van, trips) for van, trips in row.found or []] for row in rows
    ]


def test_a_part_that_a_dead_worker_took_stays_as_it_was(
    some_parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts_module, "PATIENCE_S", 0)

    def take(pk: int) -> None:
        PlanPart.objects.filter(pk=pk).update(claimed_at=f.PLANNING_TIME)

    found = list(sharing(tell=take)(some_parts, 0.3, 1))

    assert [list(part.routes) for part in some_parts[1:]] == found[1:]


def test_a_message_for_a_part_of_an_earlier_turn_does_nothing(some_parts: list[Part]) -> None:
    run, told = f.PlanRunFactory(), []
    sharing(run, tell=told.append)(some_parts, 0.1, 1)
    sharing(run)(some_parts, 0.1, 2)
    before = list(PlanPart.objects.values())

    improve(told[0])

    assert list(PlanPart.objects.values()) == before


def test_who_watches_sees_how_far_it_is_and_may_end_it(some_parts: list[Part]) -> None:
    seen: list[Progress] = []

    def watch(progress: Progress) -> bool:
        seen.append(progress)
        return False

    found = list(sharing(watch=watch)(some_parts, 5, 1))

    assert [list(part.routes) for part in some_parts] == found
    assert seen[0].routes == sum(len(part.routes) for part in some_parts)
    assert seen[0].cost == cost(some_parts)


def test_a_day_of_the_largest_kind_is_planned_in_regions_and_leaves_no_parts(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    monkeypatch.setattr("delivery.actions.planning.WHOLE_STOPS", 3)
    settings.ROUTE_WORKERS = 2  # type: ignore[attr-defined]
    f.ShiftFactory()
    for _ in range(4):
        f.fixed_order()
    run = f.PlanRunFactory(date=f.DELIVERY_DATE, seconds=1)
    seeds: list[int] = []

    def tell(pk: int) -> None:
        seeds.append(PlanPart.objects.get(pk=pk).seed)

    done = run_plan(run.pk, clock=lambda: f.PLANNING_TIME, tell=tell)

    assert done
    assert (done.status, done.left_out) == ("done", 0)
    assert done.plan
    assert done.plan.stops.count() == 4
    assert done.searched_s > 0
    assert PlanPart.objects.count() == 0
