"""The route sheet: what a courier needs at each stop, the same on the phone, on paper and on the map."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.translation import get_language, ngettext

from membership.models import Site, SitePhoto, User
from membership.site_facts import Fact, site_facts
from orders.models import Order, OrderLine
from orders.packing import boxes

from .leaving import leave_facts
from .models import FailedTry, Proof, Route, Stop, Vehicle
from .outline import Dot, Drawing, draw
from .permissions import may_read_contacts

# Naver Map wants to know which app or site asks.
NAVER_CALLER = "kkureomi"


@dataclass(frozen=True)
class Goods:
    """Units of one product to hand over; `storage` is empty for goods that need no cooling."""

    name: str
    unit: str
    quantity: int
    storage: str


@dataclass(frozen=True)
class Contact:
    """Whom to call at the site; `tel` is the number as a link wants it."""

    name: str
    phone: str

    @property
    def tel(self) -> str:
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")


@dataclass(frozen=True)
class SheetStop:
    """One stop in words.

    `contact` and `proof` are None and `photos` empty when the reader may not see people's names; among the
    `facts` is what the recipient said, if the reader may.
    """

    stop: Stop
    name: str
    organization: str
    address: str
    windows: list[str]
    goods: list[Goods]
    boxes: int
    weight_kg: float
    facts: list[Fact]
    photos: list[SitePhoto]
    van_is_too_high: bool
    note: str
    contact: Contact | None
    proof: Proof | None
    tries: list[FailedTry]

    @property
    def is_pending(self) -> bool:
        return self.stop.status == Stop.Status.PENDING

    @property
    def is_chilled(self) -> bool:
        return any(goods.storage for goods in self.goods)

    @property
    def link(self) -> str:
        """The address that opens the stop for whoever may see it, as the code on paper holds it."""
        return f"{settings.SERVICE_URL}{reverse('delivery:stop_open', args=[self.stop.pk])}"

    @property
    def load(self) -> str:
        """Such as "2 boxes · 11.4 kg"."""
        boxes = ngettext("%(count)d box", "%(count)d boxes", self.boxes) % {"count": self.boxes}
        return f"{boxes} · {floatformat(self.weight_kg, '-1')} kg"

    @property
    def position(self) -> str:
        return f"{self.stop.order.latitude:.6f},{self.stop.order.longitude:.6f}"

    @property
    def kakao_map_url(self) -> str:
        """The address that starts KakaoMap's navigation; a comma within the name would end the name."""
        return f"https://map.kakao.com/link/to/{quote(self.name.replace(',', ' '), safe='')},{self.position}"

    @property
    def tmap_url(self) -> str:
        """The address that starts T map's navigation where the app is installed."""
        latitude, longitude = self.position.split(",")
        return f"tmap://route?goalname={quote(self.name, safe='')}&goalx={longitude}&goaly={latitude}"

    @property
    def naver_map_url(self) -> str:
        """The address that starts Naver Map's navigation where the app is installed."""
        latitude, longitude = self.position.split(",")
        place = f"dlat={latitude}&dlng={longitude}&dname={quote(self.name, safe='')}"
        return f"nmap://navigation?{place}&appname={NAVER_CALLER}"

    @property
    def geo_url(self) -> str:
        """The place for whatever map the phone has (RFC 5870, with the label that Android reads)."""
        return f"geo:{self.position}?q={self.position}({quote(self.name, safe='')})"


@dataclass(frozen=True)
class Sheet:
    """A route with its stops in the order in which they are driven."""

    route: Route
    stops: list[SheetStop]
    shows_people: bool

    @property
    def is_chilled(self) -> bool:
        return any(stop.is_chilled for stop in self.stops)

    @property
    def is_replaced(self) -> bool:
        return self.route.plan.status == "superseded"

    @property
    def is_started(self) -> bool:
        return self.route.status == Route.Status.STARTED

    @property
    def phase(self) -> str:
        """How far the courier is: the page shows what comes next."""
        if self.route.status == Route.Status.PLANNED:
            return "accepted" if self.route.accepted_at else "offered"
        return "started" if self.is_started else "finished"

    @property
    def to_load(self) -> list[SheetStop]:
        """The stops whose boxes go into the van."""
        return self.pending

    @cached_property
    def outline(self) -> Drawing:
        """The round trip as a drawing."""
        depot = self.route.plan.depot
        places = [(stop.stop.order.latitude, stop.stop.order.longitude) for stop in self.stops]
        return draw((depot.latitude, depot.longitude), places)  # type: ignore[arg-type]  # located

    @property
    def dots(self) -> list[tuple[SheetStop, Dot]]:
        """Each stop with its place on the drawing."""
        return list(zip(self.stops, self.outline.stops, strict=True))

    @property
    def courier_name(self) -> str:
        return self.route.shift.courier.display_name

    @cached_property
    def pending(self) -> list[SheetStop]:
        return [stop for stop in self.stops if stop.is_pending]

    @cached_property
    def done(self) -> list[SheetStop]:
        return [stop for stop in self.stops if not stop.is_pending]

    @property
    def next_stop(self) -> SheetStop | None:
        """Where the van goes now, once it is on its way."""
        return self.pending[0] if self.is_started and self.pending else None

    @property
    def failed_count(self) -> int:
        return sum(stop.stop.status == Stop.Status.FAILED for stop in self.stops)

    @property
    def delivered_count(self) -> int:
        return sum(stop.stop.status == Stop.Status.DELIVERED for stop in self.stops)


def read_sheet(route: Route, *, user: User, today: date) -> Sheet:
    """Return the sheet of a route that was read `with_stops`; people's names only if `user` may see them."""
    shows_people = may_read_contacts(user, route.plan.date, today)
    stops = [_sheet_stop(stop, route.plan.date, shows_people) for stop in route.stops.all()]
    return Sheet(route, stops, shows_people)


def in_readers_language(name: str, name_en: str) -> str:
    """Return the English name to readers of English, if there is one."""
    return name_en if name_en and get_language() == "en" else name


def map_of(sheets: Iterable[Sheet]) -> dict[str, Any]:
    """Return the sheets as `components/map.html` draws them."""
    routes = list(sheets)
    depot = routes[0].route.plan.depot if routes else None
    return {
        "depot": depot and {"lat": depot.latitude, "lng": depot.longitude, "label": depot.display_name},
        "routes": [
            {"label": sheet.courier_name, "stops": [_mark(stop) for stop in sheet.stops]} for sheet in routes
        ],
    }


def _mark(stop: SheetStop) -> dict[str, Any]:
    return {
        "lat": stop.stop.order.latitude,
        "lng": stop.stop.order.longitude,
        "number": stop.stop.sequence,
        "label": stop.name,
        "detail": stop.address,
        "state": stop.stop.status,
    }


def _sheet_stop(stop: Stop, day: date, shows_people: bool) -> SheetStop:
    order, site = stop.order, stop.order.site
    lines = [line for line in order.lines.all() if line.coming]
    has_contact = shows_people and (order.contact_name or order.contact_phone)
    return SheetStop(
        stop=stop,
        name=in_readers_language(order.site_name, site.name_en),
        organization=in_readers_language(order.organization_name, order.organization.name_en),
        address=order.address,
        windows=_windows(order, day),
        goods=[_goods(line) for line in lines],
        boxes=boxes(lines),
        weight_kg=sum(line.coming * line.weight_g for line in lines) / 1000,
        facts=[*(leave_facts(order) if shows_people else []), *site_facts(site)],
        van_is_too_high=_is_too_high(stop.route.shift.vehicle, site),
        photos=list(site.photos.all()) if shows_people else [],
        note=order.note,
        contact=Contact(order.contact_name, order.contact_phone) if has_contact else None,
        proof=getattr(stop, "proof", None) if shows_people else None,
        tries=list(stop.tries.all()),
    )


def _is_too_high(van: Vehicle, site: Site) -> bool:
    """Whether the van cannot drive into the site's car park, as far as both heights are known."""
    return bool(van.height_cm and site.parking_height_cm and van.height_cm > site.parking_height_cm)


def _goods(line: OrderLine) -> Goods:
    storage = "" if line.storage == "ambient" else str(line.get_storage_display())
    return Goods(line.product_display_name, line.unit_display, line.coming, storage)


def _windows(order: Order, day: date) -> list[str]:
    """When the site receives on that day: what the order asks for, or else the site's hours."""
    if order.window_opens and order.window_closes:
        return [f"{order.window_opens:%H:%M}–{order.window_closes:%H:%M}"]
    windows = [window for window in order.site.windows.all() if window.weekday == day.weekday()]
    return [f"{window.opens:%H:%M}–{window.closes:%H:%M}" for window in windows]
