"""Judges the payment plans: one that is paid to its end is kept, one with an instalment missing calls a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.core.aside import deadline
from reminderbot.core.case import CaseKind
from reminderbot.core.facts import Facts
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.money import Money
from reminderbot.core.plan import PaymentPlan, PlanState, Standing, judge, told_missing
from reminderbot.core.thanks import Thanks, ThanksFor
from reminderbot.house import House
from reminderbot.store import case, hold, plan, setting, thanks


def judge_plans(house: House, connection: Connection, known: Mapping[str, Facts], now: datetime) -> list[str]:
    """Settle what has become of plans; gives the customers for whom something is different now."""
    changed = []
    booked_at = setting.get_moment(connection, setting.LEDGER) or now
    for key, facts in known.items():
        for standing in facts.plans:
            if _judged(house, connection, facts, standing, booked_at, now):
                changed.append(key)
    return changed


def _judged(
    house: House, connection: Connection, facts: Facts, standing: Standing, booked_at: datetime, now: datetime
) -> bool:
    """Whether something has become of this plan."""
    ends = deadline(facts, house.rules)
    unmatched = facts.account.unapplied_in(standing.plan.currency).amount
    # Only books that know of the days for the bank can tell that something has not come in.
    state = judge(standing, unmatched, min(now, booked_at), ends)
    if state is not standing.plan.state:
        _settle(house, connection, facts, standing, state, now)
        return True
    if now >= ends(standing.plan.last_on) and not _is_held(facts, standing.plan, now):
        _keep_waiting(connection, standing.plan, now)
        return True
    return False


def _is_held(facts: Facts, waiting: PaymentPlan, now: datetime) -> bool:
    own = [known for known in facts.holds if known.hold_id in waiting.holds]
    # Where a person has lifted it, it stays lifted: then it is among their holds no more.
    return not own or any(known.is_active(now) for known in own)


def _keep_waiting(connection: Connection, waiting: PaymentPlan, now: datetime) -> None:
    """Its last day is over, and nobody can tell yet how it ended: until then nothing leaves."""
    why = f"the days of plan {waiting.plan_id} are over; newer books, or unmatched money, will tell how it ended"
    placed = hold.place(connection, waiting.customer_id, HoldKind.PLAN, why, now, invoices=waiting.invoices)
    plan.belongs(connection, waiting.plan_id, [*waiting.holds, placed])


def _settle(
    house: House, connection: Connection, facts: Facts, standing: Standing, state: PlanState, now: datetime
) -> None:
    known = standing.plan
    why = ""
    if state is PlanState.KEPT and not plan.is_paid(connection, known):
        # Cancelled, credited or given up: nobody has kept it, and nobody is thanked for having paid.
        state, why = PlanState.ENDED, "nothing is left of it to pay"
    plan.settle(connection, known, state, now, why)
    if state is PlanState.MISSED:
        _talk(house, connection, facts, standing, now)
        return
    for own in active(facts.holds, now):
        if own.kind is HoldKind.PLAN and own.hold_id in known.holds:
            hold.release(connection, own.hold_id, now, "reminderbot", "all that it covers is settled")
    is_kept = known.state is PlanState.AGREED and state is PlanState.KEPT
    if is_kept and ThanksFor.PLAN in house.rules.thanks:
        today = now.astimezone(house.rules.zone).date()
        thanks.owe(connection, known.customer_id, Thanks(ThanksFor.PLAN, str(known.plan_id), known.invoices, today))


def _talk(house: House, connection: Connection, facts: Facts, standing: Standing, now: datetime) -> None:
    """A missed instalment is answered by a person's question, never by a letter (design law 8)."""
    missed = standing.plan
    told = told_missing(standing, now, deadline(facts, house.rules))
    elsewhere = facts.account.unapplied_in(missed.currency)
    if elsewhere > Money(missed.total * 0, missed.currency):
        told += f"; {elsewhere} has come in that is not yet matched"
    why = f"{told}: ask, person to person, what got in the way"
    case.open_one(connection, CaseKind.MISSED_INSTALMENT, missed.customer_id, why, now, invoices=missed.invoices)
    pause = f"{told}; a person talks to them first"
    placed = hold.place(
        connection, missed.customer_id, HoldKind.MISSED_INSTALMENT, pause, now, invoices=missed.invoices
    )
    plan.belongs(connection, missed.plan_id, [*missed.holds, placed])
