"""A scanned label, or a number typed in, leads to what is to be done with the box in hand, or does it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from membership import clock
from membership.permissions import role_required

from ..actions.pack import pack_line
from ..actions.receive import receive_line
from ..codes import LINE, PORTION, Code, read_code
from ..exceptions import NotPossible
from ..labels import units_by_box
from ..models import Order, OrderLine, PurchaseOrder, PurchaseOrderLine
from ..packing import FIXED
from .back import redirect_back
from .floor import receiving_page, say_why


class Unknown(Exception):
    """What was scanned belongs nowhere; the text says why."""


@require_POST
@role_required("operator")
def scan(request: HttpRequest) -> HttpResponse:
    """Find by `code` what is scanned; `order` is the number of the order that is being packed, if one is.

    A box of ours leads to its order. A producer's box is packed into the order in hand; without one it is
    counted in if the whole line is in that one box, or else shown to be counted. A portion goes into its own
    order.
    """
    try:
        return redirect(_place(request, read_code(request.POST.get("code", ""))))
    except Unknown as error:
        messages.error(request, str(error))
    except NotPossible as error:
        say_why(request, error)
    return redirect_back(request, reverse("orders:packing"))


def _place(request: HttpRequest, code: Code | None) -> str:
    """Do what the code asks for and return where to go on; raises Unknown or NotPossible."""
    if code is None:
        raise Unknown(_("This is no number or code of an order or a purchase order."))
    if code.order:
        return _packing_page(_order(code.order))
    purchase_order = PurchaseOrder.objects.filter(number=code.purchase_order).first()
    if purchase_order is None:
        raise Unknown(_("There is no purchase order %(number)s.") % {"number": code.purchase_order})
    if code.part == LINE:
        return _line(request, _part(purchase_order.lines.select_related("product"), code))
    if code.part == PORTION:
        portions = OrderLine.objects.behind(purchase_order).select_related("order")
        return _portion(request, purchase_order, _part(portions, code))
    first = purchase_order.lines.filter(received=None).first() or purchase_order.lines.first()
    return receiving_page(first)  # type: ignore[arg-type]  # there is none without lines


def _line(request: HttpRequest, line: PurchaseOrderLine) -> str:
    who = {"actor": request.user, "now": clock.now()}
    if number := request.POST.get("order"):
        order = _order(number)
        wanted = order.lines.to_pack().filter(product=line.product_id).first()
        if wanted is None:
            raise Unknown(
                _("%(name)s: nothing of it is left to pack here.") % {"name": line.product_display_name}
            )
        pack_line(wanted, **who)  # type: ignore[arg-type]
        _say(request, wanted.product_display_name, wanted.coming, _("packed"))
        return _packing_page(order)
    if line.received is None and len(units_by_box(line)) == 1:
        receive_line(line, line.coming, **who)  # type: ignore[arg-type]
        _say(request, line.product_display_name, line.coming, _("received at the hub"))
    return receiving_page(line)


def _portion(request: HttpRequest, purchase_order: PurchaseOrder, portion: OrderLine) -> str:
    line = purchase_order.lines.get(product=portion.product_id)
    if line.received is None:
        messages.info(request, _("Count it in first, then it can be packed."))
        return receiving_page(line)
    number = request.POST.get("order")
    if number and number != portion.order.number:
        raise Unknown(_("This portion belongs to order %(number)s.") % {"number": portion.order.number})
    pack_line(portion, actor=request.user, now=clock.now())  # type: ignore[arg-type]
    _say(request, portion.product_display_name, portion.coming, _("packed"))
    return _packing_page(portion.order)


def _part(rows: Any, code: Code) -> Any:
    part = rows.filter(pk=code.part_id).first()
    if part is None:
        raise Unknown(_("The label is out of date: this is no longer on the purchase order."))
    return part


def _order(number: str) -> Order:
    order = Order.objects.filter(number=number, status__in=FIXED).first()
    if order is None:
        raise Unknown(_("There is no order %(number)s to pack.") % {"number": number})
    return order


def _packing_page(order: Order) -> str:
    return reverse("orders:order_packing", args=[order.number])


def _say(request: HttpRequest, name: str, units: int, what: str) -> None:
    messages.success(request, f"{name} × {units}: {what}")
