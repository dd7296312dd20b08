"""What a courier recorded and could not be carried out, beside what the hub has: for operators to settle."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orders.coming import live_stop
from orders.models import InspectedLine, Order
from orders.reasons import words

from .models import FailedTry, RoadRecord, Route, Stop
from .sheet import in_readers_language
from .signatures import svg_path

Kind = RoadRecord.Kind


@dataclass(frozen=True)
class RecordCard:
    """A record that was read `told`, in words."""

    record: RoadRecord

    @property
    def order(self) -> Order | None:
        return self.record.stop.order if self.record.stop else None

    @property
    def place(self) -> str:
        """Where it was recorded; empty for a record of a whole route."""
        return in_readers_language(self.order.site_name, self.order.site.name_en) if self.order else ""

    @property
    def why(self) -> str:
        return words(self.record.problem)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the phone sent, by what people call it."""
        sent = self.record.sent
        counted = [self._counted(line) for line in sent.get("lines", [])]
        reason, step = sent.get("reason", ""), sent.get("next_step", "")
        facts = [
            (_("Received by"), sent.get("receiver_name", "")),
            (_("Left with"), sent.get("neighbour", "")),
            (_("Counted"), ", ".join(filter(None, counted))),
            (_("What happened"), str(Stop.FailureReason(reason).label) if reason else ""),
            (_("What happens next"), str(FailedTry.NextStep(step).label) if step else ""),
            (_("Boxes missing"), str(sent.get("boxes_missing", ""))),
            (_("Note"), sent.get("note", "")),
        ]
        return [(label, text) for label, text in facts if text]

    def _counted(self, counted: dict[str, Any]) -> str:
        """Such as "Cookies × 8 (damaged)"."""
        lines = {line.pk: line for line in self.record.stop.order.lines.all()} if self.record.stop else {}
        line = lines.get(counted["line"])
        name = line.product_display_name if line else "?"
        reason = f" ({InspectedLine.Reason(counted['reason']).label})" if counted["reason"] else ""
        return f"{name} × {counted['quantity']}{reason}"

    @property
    def signature_path(self) -> str:
        return svg_path(self.record.sent.get("signature", []))

    @property
    def in_force(self) -> Stop | None:
        """The stop that brings the order now."""
        stop: Stop | None = live_stop(self.order) if self.order else None
        return stop

    @property
    def may_take(self) -> bool:
        """Whether the record can still be carried out: as long as nothing else was recorded there."""
        stop = self.in_force
        if stop is None or stop.status != Stop.Status.PENDING:
            return False
        return self.record.kind == Kind.LOAD or stop.route.status == Route.Status.STARTED
