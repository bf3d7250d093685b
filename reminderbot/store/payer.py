"""How customers have paid so far: what judges who is a good payer of long standing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Connection, Date, bindparam, func, select

from reminderbot.core.payer import LOOK_BACK, Payer
from reminderbot.core.promise import PromiseState
from reminderbot.core.reliability import reliability, trust
from reminderbot.store import promise as promises
from reminderbot.store.tables import invoice, promise

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SINCE: BindParameter[Any] = bindparam("since", type_=Date)
# Each invoice that was paid off, whether the ledger still lists it or not.
_PAID = select(invoice.c.customer_id, invoice.c.due_on, invoice.c.paid_off_on).where(
    invoice.c.customer_id.in_(_IDS), invoice.c.due_on.is_not(None), invoice.c.paid_off_on >= _SINCE
)
_FIRST = (
    select(invoice.c.customer_id, func.min(invoice.c.issued_on))
    .where(invoice.c.customer_id.in_(_IDS))
    .group_by(invoice.c.customer_id)
)
_BROKEN = (
    select(promise.c.customer_id, func.count())
    .where(promise.c.customer_id.in_(_IDS), promise.c.state == PromiseState.BROKEN.value, promise.c.due_on >= _SINCE)
    .group_by(promise.c.customer_id)
)


def of_customers(connection: Connection, customer_ids: Sequence[str], today: date) -> dict[str, Payer]:
    """How each of these customers has paid in the last two years, and since when we know them."""
    asked = {"ids": customer_ids, "since": today - LOOK_BACK}
    late: dict[str, list[int]] = defaultdict(list)
    for key, due_on, paid_on in connection.execute(_PAID, asked):
        late[key].append((paid_on - due_on).days)
    broken = {key: int(number) for key, number in connection.execute(_BROKEN, asked)}
    words = promises.of_customers(connection, sorted(broken))
    trusted = {key for key, own in words.items() if trust(reliability(own)).holds}
    known = connection.execute(_FIRST, {"ids": customer_ids})
    return {key: Payer(first, tuple(late[key]), broken.get(key, 0), key in trusted) for key, first in known}
