"""End to end: from due customers in the store to letters that a mail server has taken and the store has settled."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import mailservers
from benchmarks.installation import build, fill
from benchmarks.measure import Goal, Missing, Result, Row, progress, ratios, seconds, spread
from reminderbot.core.delivery import State
from reminderbot.house import House
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.plan import plan_once
from reminderbot.store import setting
from reminderbot.store.tables import outbox

ROUNDS = 7
CUSTOMERS = 2000
# In two halves, one before and one after ours: the machine is not the same from one second to the next.
PLAIN = 5000

Look = Callable[[], object]


def measure(folder: Path) -> list[Result]:
    try:
        with mailservers.sink(folder / "sink.log") as sink:
            return _measure(folder, sink)
    except mailservers.Lacking as lacking:
        return [Missing("end", str(lacking))]


def _measure(folder: Path, sink: int) -> list[Result]:
    letter = folder / "letter.eml"
    _round(folder / "warm", sink, 200, _noting, letter)
    ours, theirs, plans, heard = [], [], [], []
    with _mailbox() as imap_port:
        for number in range(ROUNDS):
            progress(f"end: round {number + 1} of {ROUNDS}")
            before = mailservers.source(sink, letter, PLAIN)
            rate, planning = _round(folder / f"a{number}", sink, CUSTOMERS, _noting, letter)
            theirs.append((before + mailservers.source(sink, letter, PLAIN)) / 2)
            ours.append(rate)
            plans.append(planning)
            if imap_port:
                heard.append(_round(folder / f"b{number}", sink, CUSTOMERS, _reading, letter, imap_port)[0])
    size = letter.stat().st_size
    beside = (
        f"{spread(ours)}/s against {spread(theirs)}/s of smtp-source -d -s 1, {size} bytes each;"
        f" planning {spread(plans, 2)} ms a customer"
    )
    results: list[Result] = [
        Row("end", "reminders a second, end to end", ratios(ours, theirs), beside, Goal(0.1, at_least=True))
    ]
    if not heard:
        return [*results, Missing("end, real mailbox", "dovecot is not installed: apt-get install dovecot-imapd")]
    told = f"{spread(heard)}/s; Dovecot is asked before every window of 20"
    return [*results, Row("end", "the same, reading a real, empty mailbox", ratios(heard, theirs), told)]


@contextlib.contextmanager
def _mailbox() -> Iterator[int | None]:
    try:
        with mailservers.empty_mailbox() as port:
            yield port
    except mailservers.Lacking:
        yield None


def _round(
    folder: Path,
    sink: int,
    count: int,
    listening: Callable[[House], contextlib.AbstractContextManager[Look]],
    letter: Path,
    imap_port: int = 1,
) -> tuple[float, float]:
    """(reminders a second, milliseconds of planning a customer) for a fresh installation; all must be accepted."""
    house = build(folder, smtp_port=sink, imap_port=imap_port)
    fill(house, count)
    with listening(house) as look:
        planning = seconds(lambda: _plan(house))
        delivering = seconds(lambda: _deliver(house, look, count))
    with house.store.reading() as connection:
        settled = select(func.count()).select_from(outbox).where(outbox.c.state == State.ACCEPTED.value)
        assert connection.execute(settled).scalar_one() == count
        letter.write_bytes(connection.execute(select(outbox.c.body).limit(1)).scalar_one())
    house.store.close()
    return count / (planning + delivering), planning / count * 1000


def _plan(house: House) -> None:
    while plan_once(house, undo=timedelta(0)):
        pass


def _deliver(house: House, look: Look, count: int) -> None:
    done = deliver_once(house, look)
    assert done.accepted == count, done


@contextlib.contextmanager
def _noting(house: House) -> Iterator[Look]:
    """An inbox that costs what any does in the store, a durable mark that it was read, and nothing on the network."""

    def look() -> None:
        with house.store.writing() as connection:
            setting.put_moment(connection, setting.INBOX_READ_AT, house.clock.now())

    yield look


@contextlib.contextmanager
def _reading(house: House) -> Iterator[Look]:
    listener = Listener(house)
    listener.look()
    try:
        yield listener.look
    finally:
        listener.close()
