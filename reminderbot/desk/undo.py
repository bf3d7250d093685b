"""Takes back what a person did, as long as nothing has happened since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.case import Case
from reminderbot.core.customer import Preference
from reminderbot.core.event import Event, EventKind
from reminderbot.core.hold import HoldKind, active
from reminderbot.core.ladder import Channel
from reminderbot.core.lane import Reason
from reminderbot.core.plan import PlanState
from reminderbot.core.undo import Doing, UndoKind
from reminderbot.desk.answer import take_back
from reminderbot.desk.refusal import Refused
from reminderbot.house import House
from reminderbot.store import (
    case,
    contact,
    dispute,
    handover,
    hold,
    journal,
    ledger,
    note,
    payment,
    people,
    plan,
    preference,
    promise,
)
from reminderbot.store import undo as undoes

# Nothing that happens to the customer stands in the way of these, only what became of it itself.
_BY_THEMSELVES = frozenset({UndoKind.SNOOZED, UndoKind.ASSIGNED, UndoKind.ANSWERED, UndoKind.PREFERRED})


def undo(house: House, actor: str, undo_id: int) -> Doing:
    """Take back what was done, or say why that can no longer be done in one step."""
    now = house.clock.now()
    with house.store.writing() as connection:
        doing = undoes.get(connection, undo_id)
        if doing is None:
            raise Refused("There is nothing to take back.")
        if doing.undone_by is not None:
            raise Refused(f"{doing.undone_by} has taken that back already.")
        if doing.undo.kind not in _BY_THEMSELVES and (why := undoes.since(connection, doing)):
            raise Refused(f"That can no longer be taken back in one step: {why} since. Look how things stand now.")
        _BACK[doing.undo.kind](house, connection, doing, actor, now)
        if doing.customer_id is not None:
            ledger.review(connection, [doing.customer_id], now)
        undoes.done(connection, doing, actor, now)
    return doing


def kind_of(house: House, undo_id: int) -> UndoKind | None:
    """What would be taken back; None: there is nothing of that number."""
    with house.store.reading() as connection:
        doing = undoes.get(connection, undo_id)
    return doing.undo.kind if doing is not None else None


def _held(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    hold.release(connection, doing.data["hold"], now, actor, "taken back")


def _released(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    _place_again(connection, doing.data["holds"], actor, now)
    _not_gently(connection, doing, actor, now)


def _resolved(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    case.reopen(connection, _case(connection, doing), now, actor)
    _place_again(connection, doing.data["holds"], actor, now)
    _not_gently(connection, doing, actor, now)


def _promised(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    promise.take_back(connection, doing.data["promise"], doing.data["replaced"], now, actor)
    _place_again(connection, doing.data["lifted"], actor, now)
    hold.release(connection, doing.data["hold"], now, actor, "the promise was taken back")
    _whole_again(connection, doing.data["rest"], actor, now)
    _not_gently(connection, doing, actor, now)


def _whole_again(connection: Connection, rest: Iterable[tuple[int, int]], actor: str, now: datetime) -> None:
    """Promises that stood on for a part of their invoices are forgotten: the whole ones stand again."""
    for number, placed in rest:
        promise.take_back(connection, number, (), now, actor)
        hold.release(connection, placed, now, actor, "taken back")


def _paid(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    number, before = doing.data["invoice"], doing.data["before"]
    if not payment.put_back(connection, number, Decimal(before) if before else None):
        raise Refused(f"What was noted on {number} was taken back already.")
    ledger.settle_balances(connection, [doing.customer_id] if doing.customer_id else [])
    data = {"invoice": number, "by_hand": True, "taken_back": True}
    journal.record(connection, Event(EventKind.PAID, now, actor, doing.customer_id, data))
    case.call_again(connection, doing.customer_id or "", number, now, actor)


def _snoozed(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    found = _case(connection, doing)
    after, before = datetime.fromisoformat(doing.data["after"]), doing.data["before"]
    _refuse_moved(found, still=found.snoozed_until == after and found.resolved_at is None)
    case.snooze(connection, found, datetime.fromisoformat(before) if before else None, now, actor)


def _assigned(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    found = _case(connection, doing)
    _refuse_moved(found, still=found.assigned_to == doing.data["after"] and found.resolved_at is None)
    case.assign(connection, found, doing.data["before"], now, actor)


def _answered(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    take_back(connection, doing.data["reminder"], actor, now)


def _contact(house: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    channel, before = Channel(doing.data["channel"]), doing.data["before"]
    if house.gatherer.hash_of(_by_hand(connection, doing, channel)) != doing.data["after_hash"]:
        raise Refused("It has been changed again since: look how it stands now.")
    people.write_to(connection, doing.customer_id or "", channel, before, now, actor)


def _by_hand(connection: Connection, doing: Doing, channel: Channel) -> str:
    return people.address_by_hand(connection, doing.customer_id or "", channel)


def _closed(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    channel, digest = Channel(doing.data["channel"]), doing.data["hash"]
    contact.open_again(connection, digest, channel, doing.customer_id or "", now, actor)


def _refuse_moved(found: Case, *, still: bool) -> None:
    if not still:
        raise Refused(f"Case {found.case_id} has been moved or resolved since: look how it stands now.")


def _disputed(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    found, data = _case(connection, doing), doing.data
    again = _in_place(connection, doing, actor, now)
    dispute.forget(connection, data["dispute"])
    case.is_about(connection, found.case_id, data["invoices"])
    still = {known.dispute_id for known in dispute.of_case(connection, found.case_id)}
    for before in data["before"]:
        hold_id, numbers = again.get(before["hold"], 0), before["invoices"]
        if before["dispute"] in still:
            dispute.narrow(connection, before["dispute"], numbers, hold_id)
        elif found.customer_id is not None:
            reason, words = Reason(before["reason"]), before["words"]
            dispute.mark(connection, found.case_id, found.customer_id, reason, numbers, hold_id, now, actor, words)


def _settled(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    found, number = _case(connection, doing), doing.data["dispute"]
    if not doing.data["open"]:
        case.reopen(connection, found, now, actor)
    again = _in_place(connection, doing, actor, now)
    stood = next(
        (known.hold_id for known in dispute.of_case(connection, found.case_id) if known.dispute_id == number), 0
    )
    dispute.unsettle(connection, number, next(iter(again.values()), stood))


def _handed_over(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    known = handover.get(connection, doing.data["handover"])
    assert known is not None
    # First what stands instead, then the pause is lifted: nothing is open in between.
    again = _placed_again(connection, doing.data["lifted"], actor, now)
    for number, state in doing.data["plans"]:
        agreed = plan.get(connection, number)
        assert agreed is not None
        plan.put_back(connection, agreed, PlanState(state), now, actor)
        plan.belongs(connection, number, [*agreed.holds, *(again[h] for h in agreed.holds if h in again)])
    promise.stand_again(connection, doing.data["promises"])
    _whole_again(connection, doing.data["rest"], actor, now)
    for case_id in doing.data["cases"]:
        waited = case.get(connection, case_id)
        assert waited is not None
        case.reopen(connection, waited, now, actor)
    hold.release(connection, doing.data["hold"], now, actor, "taken back")
    handover.take_back(connection, known, "taken back at once", now, actor)


def _taken_back(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    again = _in_place(connection, doing, actor, now)
    handover.stand_again(connection, doing.data["handover"], next(iter(again.values()), 0))
    for case_id in doing.data["cases"]:
        case.resolve(connection, case_id, "handed over as before", now, actor)
    for number, placed in doing.data["promises"]:
        if word := promise.get(connection, number):
            promise.close(connection, word)
        hold.release(connection, placed, now, actor, "handed over as before")
    _whole_again(connection, doing.data["rest"], actor, now)
    promise.stand_again(connection, doing.data["joined"])


def _plan(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    lifted = doing.data["lifted"]
    for hold_id in doing.data["placed"]:
        hold.release(connection, hold_id, now, actor, "taken back")
    if made := plan.get(connection, doing.data["made"] or 0):
        plan.put_back(connection, made, PlanState.CLOSED, now, actor)
    again = _place_again(connection, lifted.get("holds", ()), actor, now)
    _place_again(connection, lifted.get("their_holds", ()), actor, now)
    for offered in doing.data.get("offered", ()):
        if waited := plan.get(connection, offered):
            plan.put_back(connection, waited, PlanState.PROPOSED, now, actor)
    _not_gently(connection, doing, actor, now)
    promise.stand_again(connection, lifted.get("promises", ()))
    _whole_again(connection, lifted.get("rest", ()), actor, now)
    if doing.data["before"]:
        number, state = doing.data["before"]
        before = plan.get(connection, number)
        assert before is not None
        plan.put_back(connection, before, PlanState(state), now, actor)
        plan.belongs(connection, number, [*before.holds, *again])
    for case_id in lifted.get("cases", ()):
        if found := case.get(connection, case_id):
            case.reopen(connection, found, now, actor)


def _called(house: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    """What they said is unsaid, and the call itself was none."""
    data = doing.data
    if data["inner"] is not None:
        inner = undoes.get(connection, data["inner"])
        assert inner is not None
        _BACK[inner.undo.kind](house, connection, inner, actor, now)
    _in_place(connection, doing, actor, now)
    if data["opened"] is not None:
        case.resolve(connection, data["opened"], "taken back", now, actor)
    for case_id in data["cases"]:
        found = case.get(connection, case_id)
        assert found is not None
        case.reopen(connection, found, now, actor)
    if data["closed"]:
        contact.open_again(connection, data["closed"], Channel.SMS, doing.customer_id or "", now, actor)
    note.forget(connection, data["note"], now, actor)


def _restarted(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    number, before = doing.data["invoice"], doing.data["before"]
    ledger.put_back(connection, number, before)
    data = {"invoice": number, "round": before["round"], "taken_back": True}
    journal.record(connection, Event(EventKind.RESTARTED, now, actor, doing.customer_id, data))


def _in_place(connection: Connection, doing: Doing, actor: str, now: datetime) -> dict[int, int]:
    """Put the pauses of before in the place of those since; gives the number of each by the one it had."""
    lifted: list[int] = doing.data["lifted"]
    again = _placed_again(connection, lifted, actor, now)
    for placed in doing.data["placed"]:
        hold.release(connection, placed, now, actor, "taken back")
    _not_gently(connection, doing, actor, now)
    return again


def _place_again(connection: Connection, hold_ids: Iterable[int], actor: str, now: datetime) -> list[int]:
    return list(_placed_again(connection, hold_ids, actor, now).values())


def _placed_again(connection: Connection, hold_ids: Iterable[int], actor: str, now: datetime) -> dict[int, int]:
    """The number of each pause now by the one it had; one that would have lapsed by now is left out."""
    again = {number: hold.place_again(connection, number, "placed again", now, actor) for number in hold_ids}
    return {before: after for before, after in again.items() if after is not None}


def _not_gently(connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    """What was to go on gently is paused again as before."""
    key = doing.customer_id or ""
    standing = active(hold.of_customers(connection, [key]).get(key, ()), now)
    others = [known for known in standing if known.kind is not HoldKind.RESUMING]
    for known in standing:
        covered = all(any(other.covers(number) for other in others) for number in known.invoices)
        if known.kind is HoldKind.RESUMING and covered:
            hold.release(connection, known.hold_id, now, actor, "taken back")


def _case(connection: Connection, doing: Doing) -> Case:
    found = case.get(connection, doing.case_id or 0)
    assert found is not None
    return found


def _preferred(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    key = doing.customer_id or ""
    if preference.get(connection, key) != Preference(**doing.data["after"]):
        raise Refused("It has been changed again since: look how it stands now.")
    preference.put(connection, key, Preference(**doing.data["before"]), now, actor)


def _begun(_: House, connection: Connection, doing: Doing, actor: str, now: datetime) -> None:
    """Each customer's old debts are parked again, and wait for a word again."""
    for hold_id in doing.data["placed"]:
        hold.release(connection, hold_id, now, actor, "taken back")
    _place_again(connection, doing.data["lifted"], actor, now)
    owners = []
    for case_id in doing.data["cases"]:
        found = case.get(connection, case_id)
        if found is not None and found.resolved_at is not None:
            case.reopen(connection, found, now, actor)
            owners.append(found.customer_id or "")
    ledger.review(connection, owners, now)


_BACK: dict[UndoKind, Callable[[House, Connection, Doing, str, datetime], None]] = {
    UndoKind.HELD: _held,
    UndoKind.RELEASED: _released,
    UndoKind.RESOLVED: _resolved,
    UndoKind.PROMISED: _promised,
    UndoKind.PAID: _paid,
    UndoKind.SNOOZED: _snoozed,
    UndoKind.ASSIGNED: _assigned,
    UndoKind.DISPUTED: _disputed,
    UndoKind.SETTLED: _settled,
    UndoKind.RESTARTED: _restarted,
    UndoKind.ANSWERED: _answered,
    UndoKind.CONTACT: _contact,
    UndoKind.CLOSED: _closed,
    UndoKind.PLAN: _plan,
    UndoKind.CALLED: _called,
    UndoKind.PREFERRED: _preferred,
    UndoKind.BEGUN: _begun,
    UndoKind.HANDED_OVER: _handed_over,
    UndoKind.TAKEN_BACK: _taken_back,
}
