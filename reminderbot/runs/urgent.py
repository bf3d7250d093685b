"""The urgent run: tells the owners at once of every case of law or distress, by mail and push, each of them once.

In this order, each step durable before the next: claimed, told. A crash in between leaves the case to the next digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from reminderbot.compose.clean import clean
from reminderbot.compose.digest import case_link, quoted
from reminderbot.core.case import AT_ONCE, Case, spoken
from reminderbot.core.delivery import Deferred
from reminderbot.core.notice import Notice
from reminderbot.house import House
from reminderbot.runs.notice import is_ours_to_tell, mail, owners, push
from reminderbot.store import case, notice, people

_NOBODY = "somebody we do not know"


def urgent_once(house: House) -> tuple[int, ...]:
    """Tell whoever does not know yet; gives the numbers of the cases told now."""
    now = house.clock.now()
    with house.store.reading() as connection:
        cases = _cases(house, connection, now)
        recipients = (*owners(house, connection, now), *(place.name for place in house.pushes))
        known = notice.settled(connection, [_about(one) for one in cases], now)
        if all((_about(one), each) in known for one in cases for each in recipients):
            return ()
        names = people.names(connection, [one.customer_id for one in cases])
    with house.store.writing() as connection:
        claimed = _claim(connection, cases, recipients, now)
    for these, to in claimed.items():
        _tell(house, these, to, names, now)
    return tuple(sorted({one.case_id for these in claimed for one in these}))


def _cases(house: House, connection: Connection, now: datetime) -> list[Case]:
    return case.waiting(connection, now=now, kinds=AT_ONCE) if is_ours_to_tell(house, connection) else []


def _about(one: Case) -> str:
    return f"case {one.case_id}"


def _claim(
    connection: Connection, cases: Sequence[Case], recipients: Sequence[str], now: datetime
) -> dict[tuple[Case, ...], list[str]]:
    """The cases taken for telling, with those who are told the same of them."""
    taken: dict[str, tuple[Case, ...]] = {}
    for one in cases:
        for owner in notice.claim(connection, _about(one), recipients, now):
            taken[owner] = (*taken.get(owner, ()), one)
    return {these: [owner for owner in taken if taken[owner] == these] for these in taken.values()}


def _tell(house: House, cases: Sequence[Case], recipients: Sequence[str], names: dict[str, str], now: datetime) -> None:
    told = _notice(house, cases, names)
    to_mail = [each for each in recipients if each in house.alerts_to]
    outcomes = mail(house, to_mail, told, now) if to_mail else {}
    # A push that failed may have arrived, so it is not tried again.
    push(house, recipients, told)
    unsent = [owner for owner, outcome in outcomes.items() if isinstance(outcome, Deferred)]
    with house.store.writing() as connection:
        notice.release(connection, [_about(one) for one in cases], unsent, now)


def _notice(house: House, cases: Sequence[Case], names: dict[str, str]) -> Notice:
    first = cases[0]
    more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
    subject = f"{spoken(first.kind)}: {_name(first, names)}{more}"
    short = [f"{spoken(one.kind)}: {_name(one, names)}" for one in cases]
    lines = ["This needs a person now. reminderbot answers none of it by itself.", ""]
    for one in cases:
        lines += [f"- {_name(one, names)}: {spoken(one.kind)}, case {one.case_id}", *quoted(one.words)]
        lines += [*case_link(house.public_url, one.case_id), ""]
    desk = case_link(house.public_url, first.case_id)
    return Notice("urgent", f"reminderbot: {subject}", "\n".join(lines), "\n".join([*short, *map(str.strip, desk)]))


def _name(one: Case, names: dict[str, str]) -> str:
    return clean(names.get(one.customer_id or "", "")) or _NOBODY
