"""Payment plans: what was offered and agreed, and which notes have gone out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from reminderbot.core.event import Event, EventKind
from reminderbot.core.invoice import PaymentKind, Status
from reminderbot.core.plan import STANDING, Instalment, PaymentPlan, PlanState, key_of
from reminderbot.store import journal
from reminderbot.store.tables import instalment, invoice, payment, payment_plan

_ACTOR = "reminderbot"
_OF = payment_plan.c.customer_id.in_(bindparam("ids", expanding=True))
# Asked at every plan; put together once: that costs as much as asking it.
_STANDING = (
    select(payment_plan)
    .where(_OF, payment_plan.c.state.in_([state.value for state in STANDING]))
    .order_by(payment_plan.c.plan_id)
)
_PARTS = (
    select(instalment)
    .where(instalment.c.plan_id.in_(bindparam("plans", expanding=True)))
    .order_by(instalment.c.plan_id, instalment.c.place)
)
_EVENTS = {
    PlanState.PROPOSED: EventKind.PLAN_PROPOSED,
    PlanState.AGREED: EventKind.PLAN_AGREED,
    PlanState.MISSED: EventKind.PLAN_MISSED,
    PlanState.KEPT: EventKind.PLAN_KEPT,
    PlanState.ENDED: EventKind.PLAN_ENDED,
    PlanState.CLOSED: EventKind.PLAN_TAKEN_BACK,
}


def make(
    connection: Connection,
    customer_id: str,
    currency: str,
    covered: Sequence[tuple[str, Decimal]],
    instalments: Sequence[Instalment],
    state: PlanState,
    now: datetime,
    *,
    made_on: date,
    case_id: int | None = None,
    actor: str = _ACTOR,
) -> int:
    """Record a plan as it was offered or agreed; gives its number."""
    covers = [[number, str(amount)] for number, amount in covered]
    result = connection.execute(
        insert(payment_plan).values(
            customer_id=customer_id,
            case_id=case_id,
            currency=currency,
            covered=covers,
            state=state.value,
            made_on=made_on,
            made_by=actor,
            holds=[],
        )
    )
    assert result.inserted_primary_key is not None
    number = int(result.inserted_primary_key[0])
    rows = [
        {"plan_id": number, "place": place, "due_on": one.due_on, "amount": one.amount}
        for place, one in enumerate(instalments, 1)
    ]
    connection.execute(insert(instalment), rows)
    parts = [[one.due_on.isoformat(), str(one.amount)] for one in instalments]
    data = {"plan": number, "currency": currency, "covers": covers, "instalments": parts}
    journal.record(connection, Event(_EVENTS[state], now, actor, customer_id, data))
    return number


def belongs(connection: Connection, plan_id: int, hold_ids: Iterable[int]) -> None:
    """Note which pauses belong to a plan."""
    changed = update(payment_plan).where(payment_plan.c.plan_id == plan_id)
    connection.execute(changed.values(holds=list(hold_ids)))


def take_over(connection: Connection, customer_id: str, replaced: str, number: str) -> None:
    """Plans over invoice `replaced` are over `number`, which was issued in its place: what it is less by counts."""
    for known in standing(connection, [customer_id]).get(customer_id, ()):
        if replaced in known.invoices:
            covered = [[number if one == replaced else one, str(amount)] for one, amount in known.covered]
            here = payment_plan.c.plan_id == known.plan_id
            connection.execute(update(payment_plan).where(here).values(covered=covered))


def paused_beside(connection: Connection, customer_id: str, hold_id: int, placed: int) -> None:
    """Note that a pause belongs to the plan to which the one beside it belongs."""
    for known in standing(connection, [customer_id]).get(customer_id, ()):
        if hold_id in known.holds:
            belongs(connection, known.plan_id, [*known.holds, placed])


def settle(
    connection: Connection, plan: PaymentPlan, state: PlanState, now: datetime, why: str = "", actor: str = _ACTOR
) -> None:
    """Note what became of a plan."""
    changed = update(payment_plan).where(payment_plan.c.plan_id == plan.plan_id)
    connection.execute(changed.values(state=state.value))
    data = {"plan": plan.plan_id, "covers": list(plan.invoices), "why": why}
    journal.record(connection, Event(_EVENTS[state], now, actor, plan.customer_id, data))


def is_paid(connection: Connection, plan: PaymentPlan) -> bool:
    """Whether any of what it covers was paid since, as far as the books tell, and not only credited or cancelled."""
    numbers = plan.invoices
    came = (payment.c.kind == PaymentKind.PAYMENT.value) & (payment.c.paid_on >= plan.made_on) & payment.c.listed
    money = select(payment.c.payment_id).where(payment.c.invoice.in_(numbers), came)
    # Where the books list what is open only, what has left the list was paid.
    gone = (invoice.c.status == Status.PAID.value) | ~invoice.c.listed
    settled = select(invoice.c.number).where(invoice.c.number.in_(numbers), gone)
    return any(connection.execute(query.limit(1)).first() for query in (money, settled))


def put_back(connection: Connection, plan: PaymentPlan, state: PlanState, now: datetime, actor: str) -> None:
    """Have a plan stand as before somebody did something with it; one just made counts as never made."""
    changed = update(payment_plan).where(payment_plan.c.plan_id == plan.plan_id)
    connection.execute(changed.values(state=state.value))
    data = {"plan": plan.plan_id, "state": state.value}
    journal.record(connection, Event(EventKind.PLAN_TAKEN_BACK, now, actor, plan.customer_id, data))


def noted(connection: Connection, keys: Collection[str], at: datetime) -> None:
    """The notes of these instalments have gone out, or may have."""
    numbers = {int(key.split(",")[0].removeprefix("plan ")) for key in keys}
    for plan in _with_parts(connection, connection.execute(_by_number(numbers)).all()):
        for place, one in enumerate(plan.instalments, 1):
            if key_of(plan, one) in keys:
                here = (instalment.c.plan_id == plan.plan_id) & (instalment.c.place == place)
                connection.execute(update(instalment).where(here).values(noted_at=at))


def standing(connection: Connection, customer_ids: Sequence[str]) -> dict[str, list[PaymentPlan]]:
    """The plans of these customers whose invoices rest."""
    found: dict[str, list[PaymentPlan]] = defaultdict(list)
    for one in _with_parts(connection, connection.execute(_STANDING, {"ids": customer_ids}).all()):
        found[one.customer_id].append(one)
    return found


def get(connection: Connection, plan_id: int) -> PaymentPlan | None:
    return next(iter(_with_parts(connection, connection.execute(_by_number([plan_id])).all())), None)


def of_customer(connection: Connection, customer_id: str) -> list[PaymentPlan]:
    """All plans of a customer, ended ones too, the newest first; those taken back are left out."""
    query = select(payment_plan).where(
        payment_plan.c.customer_id == customer_id, payment_plan.c.state != PlanState.CLOSED.value
    )
    return _with_parts(connection, connection.execute(query.order_by(payment_plan.c.plan_id.desc())).all())


def every(connection: Connection, states: Collection[PlanState]) -> list[PaymentPlan]:
    """All plans in these states, the oldest first."""
    query = select(payment_plan).where(payment_plan.c.state.in_([state.value for state in states]))
    return _with_parts(connection, connection.execute(query.order_by(payment_plan.c.plan_id)).all())


def _by_number(plan_ids: Collection[int]) -> Any:
    return select(payment_plan).where(payment_plan.c.plan_id.in_(plan_ids)).order_by(payment_plan.c.plan_id)


def _with_parts(connection: Connection, rows: Sequence[Row[Any]]) -> list[PaymentPlan]:
    if not rows:
        return []
    parts: Mapping[int, list[Instalment]] = defaultdict(list)
    for part in connection.execute(_PARTS, {"plans": [row.plan_id for row in rows]}):
        parts[part.plan_id].append(Instalment(part.due_on, part.amount, part.noted_at is not None))
    return [_plan_of(row, parts[row.plan_id]) for row in rows]


def _plan_of(row: Row[Any], parts: Sequence[Instalment]) -> PaymentPlan:
    return PaymentPlan(
        row.plan_id,
        row.customer_id,
        row.currency,
        tuple((number, Decimal(amount)) for number, amount in row.covered),
        tuple(parts),
        PlanState(row.state),
        row.made_on,
        row.made_by,
        tuple(row.holds),
        row.case_id,
    )
