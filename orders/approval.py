"""When an order waits for an approver: above what its orderer decides alone, or above what is left. Won."""

OVER_LIMIT, OVER_BUDGET, OVER_BOTH = "over_limit", "over_budget", "over_limit_and_budget"


def why_waits(price: int, *, limit: int | None, left: int | None) -> str:
    """Return the reason's code, "" if the order needs no approval.

    `limit` is what the orderer decides alone, None for everything; `left` is what the department's budget
    has left, None if it has no budget.
    """
    is_over_limit = limit is not None and price > limit
    is_over_budget = left is not None and price > left
    if is_over_limit and is_over_budget:
        return OVER_BOTH
    return OVER_LIMIT if is_over_limit else OVER_BUDGET if is_over_budget else ""


def may_decide(price: int, *, limit: int | None) -> bool:
    """Tell whether an approver with this limit (None: any price) may agree to the price."""
    return limit is None or price <= limit
