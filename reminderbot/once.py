"""Every run a single time, in the daemon's order: for a first look, for cron, and for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.stop import Mode, Stop
from reminderbot.desk.digest import digest
from reminderbot.desk.door import look_at
from reminderbot.door import mode
from reminderbot.house import House
from reminderbot.ledger.csv_report import LedgerMistakes
from reminderbot.runs.canary import canary_once
from reminderbot.runs.clock import remember_time
from reminderbot.runs.deliver import Delivered, deliver_once
from reminderbot.runs.delivery_report import ask_for_delivery_reports_once
from reminderbot.runs.digest import digest_once
from reminderbot.runs.listen import Listener
from reminderbot.runs.look_again import look_again_once
from reminderbot.runs.plan import plan_once
from reminderbot.runs.preview import preview_once
from reminderbot.runs.reconcile import reconcile_once
from reminderbot.runs.recover import recover
from reminderbot.runs.take_ledger import take_ledger
from reminderbot.runs.urgent import urgent_once
from reminderbot.store.lock import only_one

Say = Callable[[str], None]
# A person has asked for the batch on purpose.
_WAITING = {"stopped", "unusual batch"}


def run_once(house: House, say: Say) -> int:
    """Read the ledger and the inboxes, plan, and send what is due; 0 only if all went well.

    `say` is told what happened, a line each; AlreadyRunning where a daemon is at work on the same store.
    """
    with only_one(house.store):
        recover(house)
        remember_time(house)
        door = Listener(house)
        try:
            canary_once(house)
            troubles = [*_ledger(house, say), *_inboxes(house, door, say)]
            _plan(house)
            troubles += _send(house, door, say)
            _plan(house)
            reconcile_once(house)
            ask_for_delivery_reports_once(house)
            urgent_once(house)
            digest_once(house, digest)
            remember_time(house)
        finally:
            door.close()
    if house.ending.is_set():
        troubles.append("Stopped before everything was done; what was not sent stays planned.")
    for trouble in dict.fromkeys(troubles):
        say(trouble)
    return 1 if troubles else 0


def _ledger(house: House, say: Say) -> list[str]:
    try:
        taken = take_ledger(house)
    except LedgerMistakes as error:
        return list(error.sentences)
    if taken.held:
        return [
            f"The ledger waits for a person: {why.rstrip('.')}. Look at it, then `reminderbot import --yes`."
            for why in taken.held
        ]
    new = len(taken.changes.new_invoices)
    say(f"Ledger read{f': {new} new invoices' if new else ''}.")
    return []


def _inboxes(house: House, door: Listener, say: Say) -> list[str]:
    if house.open_inbox is None and house.open_text_inbox is None:
        return []
    try:
        new = door.look() + look_again_once(house)
    except InboxUnavailable as error:
        return [str(error)]
    say(f"Inboxes read: {new or 'no'} new message{'' if new == 1 else 's'}.")
    return []


def _plan(house: House) -> None:
    while plan_once(house, undo=timedelta(0)):
        pass


def _send(house: House, door: Listener, say: Say) -> list[str]:
    with house.store.reading() as connection:
        allowed = mode(house, connection)
    if allowed is Mode.DRAFT:
        shown = preview_once(house)
        say(f"Draft mode, nothing was sent. Letters to look at: {shown.letters}, in {shown.folder}.")
        return shown.troubles
    try:
        done = deliver_once(house, lambda: _look(door))
    except InboxUnavailable as error:
        return [str(error)]
    say(_told(done))
    stops = done.stops or _standing(house)
    for stop in stops:
        if stop.kind in _WAITING:
            say(_closed(stop))
    return done.troubles + [_closed(stop) for stop in stops if stop.kind not in _WAITING]


def _standing(house: House) -> tuple[Stop, ...]:
    """What would keep messages at home if one were due; a ledger that waits was told when it was read."""
    with house.store.reading() as connection:
        stops = look_at(house, connection).after_a_look(house.clock.now())
    return tuple(stop for stop in stops if stop.kind != "import")


def _look(door: Listener) -> None:
    door.look()


def _closed(stop: Stop) -> str:
    return f"Nothing leaves now: {stop.told}. Cure: {stop.cure}."


def _told(done: Delivered) -> str:
    counts = {
        "sent": done.accepted,
        "to be tried again": done.deferred,
        "refused": done.refused,
        "of uncertain fate": done.uncertain,
        "withdrawn": done.withdrawn,
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"Messages: {told or ('none was sent' if done.stops else 'none was due')}."
