"""What has come in towards promises, out of the books and of what stands in the way of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, or_, select

from reminderbot.core.invoice import PaymentKind, Status
from reminderbot.core.lane import LANES
from reminderbot.core.money import Money
from reminderbot.core.promise_share import Bill, Books, Came, Matter, Share, Standing, is_nothing, shares
from reminderbot.store.promise import of_customers
from reminderbot.store.tables import case, dispute, hold, invoice, payment

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_BILLS = select(invoice).where(invoice.c.customer_id.in_(_IDS))
_CAME = select(payment).where(payment.c.customer_id.in_(_IDS), payment.c.listed)
# What nobody has settled, and what they were right about: nobody expects that money meanwhile. Where the pause of a
# matter was lifted or has lapsed, reminders go on.
_MATTERS = (
    select(dispute.c.customer_id, dispute.c.invoices, dispute.c.upheld, case.c.opened_at)
    .join(hold, hold.c.hold_id == dispute.c.hold_id)
    .join(case, case.c.case_id == dispute.c.case_id)
    .where(
        dispute.c.customer_id.in_(_IDS),
        hold.c.released_at.is_(None),
        or_(hold.c.until.is_(None), hold.c.until > bindparam("at")),
        or_(
            dispute.c.upheld.is_(None),
            and_(
                dispute.c.upheld,
                dispute.c.reason.in_([reason.value for reason, lane in LANES.items() if lane.is_contested]),
            ),
        ),
    )
)


def standing(
    connection: Connection, customer_ids: Sequence[str], read_on: date, is_small: Callable[[Money], bool] = is_nothing
) -> dict[int, Share]:
    """What has come in towards every promise of these customers, by their numbers."""
    words = of_customers(connection, customer_ids)
    keys = {"ids": sorted(words)}
    if not words:
        return {}
    matters: dict[str, list[tuple[Sequence[str], Matter]]] = defaultdict(list)
    read_at = datetime.combine(read_on, time(), UTC)
    for customer_id, numbers, upheld, raised_at in connection.execute(_MATTERS, keys | {"at": read_at}):
        matters[customer_id].append((numbers, Matter(raised_at, bool(upheld))))
    bills: dict[str, dict[str, Bill]] = defaultdict(dict)
    for row in connection.execute(_BILLS, keys):
        bills[row.customer_id][row.number] = _bill_of(row, matters[row.customer_id])
    came: dict[str, list[Came]] = defaultdict(list)
    for row in connection.execute(_CAME, keys):
        came[row.customer_id].append(_came_of(row, bills[row.customer_id]))
    found: dict[int, Share] = {}
    for key, own in words.items():
        found |= shares(own, Books(read_on, bills[key], tuple(came[key]), is_small))
    return found


def _bill_of(row: Row[Any], matters: Iterable[tuple[Sequence[str], Matter]]) -> Bill:
    # A matter that names no invoice is about all of them.
    about = tuple(matter for invoices, matter in matters if not invoices or row.number in invoices)
    standing = _standing_of(row)
    is_over = standing is Standing.VOID or Status(row.status) is Status.PAID
    return Bill(row.number, row.currency, row.total, row.open_balance, standing, () if is_over else about)


def _standing_of(row: Row[Any]) -> Standing:
    match Status(row.status):
        case Status.CANCELLED | Status.DRAFT:
            return Standing.VOID
        case Status.PAID:
            return Standing.SETTLED
        case Status.DISPUTED:
            return Standing.CONTESTED
        case _:
            return Standing.LISTED if row.listed else Standing.SETTLED


def _came_of(row: Row[Any], bills: Mapping[str, Bill]) -> Came:
    # Money that names an invoice which is listed no more is that one's all the same; any other name may be a slip.
    number = row.invoice or (row.unlisted_invoice if row.unlisted_invoice in bills else None)
    is_money = PaymentKind(row.kind) is PaymentKind.PAYMENT
    return Came(number, row.paid_on, row.amount, row.currency, row.by_hand, is_money)
