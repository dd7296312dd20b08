"""The tests' clock: deliveries a week after `TUESDAY`, fixed at `CUTOFF`, planned at `PLANNING_TIME`."""

from datetime import date, time

from orders.cutoff import seoul

TUESDAY = seoul(date(2026, 11, 24), time(9, 0))
DELIVERY_DATE = date(2026, 12, 1)
EVENT_AT = seoul(DELIVERY_DATE, time(14, 0))
CUTOFF = seoul(date(2026, 11, 26), time(15, 0))
PLANNING_TIME = seoul(date(2026, 11, 30), time(16, 0))
DELIVERY_MORNING = seoul(DELIVERY_DATE, time(9, 0))
