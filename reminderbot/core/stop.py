"""What stops all sending: the mode, the kill switch, a dead inbox, a stale ledger, a doubtful clock or store.

Pure. A stop is no error: the bot goes on reading and deciding, and says why it is silent and what would cure it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import BusinessDays, start_of_day
from reminderbot.core.canary import LONGEST_SILENCE, Canary
from reminderbot.core.history import History, LogState


class Mode(StrEnum):
    """How much may leave by itself."""

    DRAFT = "draft"
    APPROVE = "approve"
    LIVE = "live"


_ORDER = list(Mode)
# Somebody wants silence, or this may be a copy of the store that sends its own: nothing leaves, be it to ourselves.
WANTS_SILENCE = frozenset({"stopped", "moved", "lost history", "send log", "secret key"})
# Invariant 23: the inbox was read within the last minute of the batch.
INBOX_FRESH = timedelta(seconds=60)
_ADOPT = "find out who was written to since that backup, then run `reminderbot go-live --adopt` to go on from this one"


def lower(ceiling: Mode, grant: Mode) -> Mode:
    """The more careful of two modes."""
    return min(ceiling, grant, key=_ORDER.index)


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason why nothing is sent, since when, and what a person can do."""

    kind: str
    why: str
    cure: str
    since: datetime | None = None
    # Known not to go away by itself, however young it is.
    lasting: bool = False

    @property
    def told(self) -> str:
        """Why, and since when."""
        return f"{self.why}{f' (since {self.since:%Y-%m-%d %H:%M} UTC)' if self.since else ''}"


@dataclass(frozen=True, slots=True)
class InboxTrouble:
    """What went wrong at the last look into an inbox; `locked_out`: its log-in is refused."""

    what: str
    cure: str
    locked_out: bool


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What is known about the house at the moment of sending."""

    now: datetime
    zone: ZoneInfo
    business_days: BusinessDays
    # (who stopped it, when) of the kill switch; None: nobody.
    stopped: tuple[str, datetime] | None = None
    stop_file: str = ""
    # When the file was made.
    filed_at: datetime | None = None
    has_inbox: bool = True
    inbox_read_at: datetime | None = None
    # None: nothing went wrong at the last look, or nothing is known of it.
    inbox_trouble: InboxTrouble | None = None
    # None: no SMS is set up, or it does not need reading.
    texts_read_at: datetime | None = None
    texts_trouble: InboxTrouble | None = None
    needs_texts: bool = False
    ledger_exported_at: datetime | None = None
    ledger_max_age: timedelta = timedelta(hours=26)
    # Days on which somebody may be at work, as the ledger's age counts them; None: the business days.
    ledger_days: BusinessDays | None = None
    # A suspicious import waits for a person: why, and since when.
    ledger_held: str = ""
    held_at: datetime | None = None
    # Why the clock is not believed, and since when.
    clock_doubt: str = ""
    doubted_at: datetime | None = None
    # The newest canary; None: there is to be none.
    canary: Canary | None = None
    history: History = field(default_factory=History)
    # The lock by which this daemon is the only one is no longer held.
    ousted: bool = False
    # Messages that came in an hour ago or more and could not be laid to anybody's account.
    unread: int = 0
    # The grant was given on another machine or to another store.
    moved: bool = False


def stops(facts: DoorFacts) -> tuple[Stop, ...]:
    """Every reason why nothing may leave now."""
    found = (
        _switch(facts),
        _ousted(facts),
        _moved(facts),
        _lost_history(facts),
        _send_log(facts),
        _key(facts),
        _clock(facts),
        _inbox(facts),
        _texts(facts),
        _unread(facts),
        _canary(facts),
        _ledger(facts),
        _held_import(facts),
    )
    return tuple(stop for stop in found if stop is not None)


def _switch(facts: DoorFacts) -> Stop | None:
    if facts.stop_file:
        why = f"the file {facts.stop_file} is there"
        return Stop("stopped", why, "remove the file to let messages leave again", facts.filed_at)
    if facts.stopped is None:
        return None
    who, since = facts.stopped
    return Stop("stopped", f"{who} stopped all sending", "run `reminderbot go-live` to lift it", since)


def _ousted(facts: DoorFacts) -> Stop | None:
    if not facts.ousted:
        return None
    why = "the lock on the store was lost: another reminderbot may be at work on it"
    return Stop("lock", why, "see that only one runs, then restart it")


def _unread(facts: DoorFacts) -> Stop | None:
    if not facts.unread:
        return None
    why = f"{facts.unread} of the messages that came in cannot be read or laid to anybody: one may be an answer"
    cure = "look at `reminderbot inbox list` and `reminderbot case list`; close its case once you know whose it is"
    return Stop("unread", why, cure)


def _moved(facts: DoorFacts) -> Stop | None:
    if not facts.moved:
        return None
    return Stop(
        "moved",
        "this store was allowed to send from another machine or folder",
        "if this copy is now the real one, stop the other and run `reminderbot go-live` here",
    )


def _lost_history(facts: DoorFacts) -> Stop | None:
    found = facts.history
    if not found.is_behind:
        return None
    told = f"the state folder has seen line {found.journal_seen} of the journal, the store ends at {found.journal}"
    if found.foreign_canary:
        told = "our own mail in the inbox is newer than any that the store knows"
    if found.lost:
        more = f" and {len(found.lost) - 1} more" if len(found.lost) > 1 else ""
        told = f"the send log knows reminder {found.lost[0]}{more} as tried, the store does not"
    why = f"{told}: the store was put back from a backup"
    return Stop("lost history", why, f"restore the newest store, or {_ADOPT}")


def _send_log(facts: DoorFacts) -> Stop | None:
    match facts.history.log:
        case LogState.SOUND:
            return None
        case LogState.SHORTER:
            why = "the send log is missing, or shorter than it was: what was sent can no longer be proved"
        case LogState.ANOTHER:
            why = "the send log is not the file that this store wrote: it was put back from a backup, copied or edited"
        case LogState.UNUSABLE:
            why = f"the send log {facts.history.log_trouble}: what was sent can no longer be proved"
            return Stop("send log", why, f"move it away and put the newest send log there, or {_ADOPT}")
        case _:
            assert_never(facts.history.log)
    return Stop("send log", why, f"put the newest send log back, or {_ADOPT}")


def _key(facts: DoorFacts) -> Stop | None:
    if not facts.history.another_key:
        return None
    return Stop(
        "secret key",
        "the secret key is not the one that this store began with: opted-out addresses could not be told from others",
        "put secret.key back into the state folder from a backup, and start reminderbot again",
    )


def _clock(facts: DoorFacts) -> Stop | None:
    if not facts.clock_doubt:
        return None
    cure = "set the machine's clock right, e.g. timedatectl set-ntp true; if it is right, run `reminderbot go-live`"
    return Stop("clock", facts.clock_doubt, cure, facts.doubted_at)


def _inbox(facts: DoorFacts) -> Stop | None:
    if not facts.has_inbox:
        return Stop("inbox", "no inbox is set up, so answers could not be heard", "add an [inbox] table to the config")
    return _unheard("inbox", "the inbox was", facts.inbox_read_at, facts.inbox_trouble, facts.now)


def _texts(facts: DoorFacts) -> Stop | None:
    if not facts.needs_texts:
        return None
    came_in = "the text messages that came in were"
    return _unheard("texts", came_in, facts.texts_read_at, facts.texts_trouble, facts.now)


def _unheard(kind: str, what: str, read: datetime | None, trouble: InboxTrouble | None, now: datetime) -> Stop | None:
    """Nothing where an inbox was read lately; else what is known of why it was not."""
    locked_out = trouble is not None and trouble.locked_out
    # After a refused log-in nobody looks again for a while, so it stands however fresh the last look is.
    if read is not None and now - read <= INBOX_FRESH and not locked_out:
        return None
    told = f"{what} last read {read:%Y-%m-%d %H:%M} UTC" if read else f"{what} never read"
    if trouble is None:
        return Stop(kind, told, "run `reminderbot check`; it says what is wrong", read)
    return Stop(kind, f"{told}: {trouble.what}", trouble.cure, read, lasting=locked_out)


def _canary(facts: DoorFacts) -> Stop | None:
    found = facts.canary
    if found is None or found.back_at is None:
        return None
    if facts.now - found.back_at - _days_off(facts, facts.business_days, found.back_at) <= LONGEST_SILENCE:
        return None
    why = "our own mail to the inbox has not been found there for a business day: answers may be lost as well"
    if found.why:
        why = f"our own mail to the inbox could not be sent: {found.why.rstrip('.')}"
    return Stop(
        "canary",
        why,
        "look for it in the spam folder and at the mailbox's filters and forwarding; it is sent anew each business day,"
        " and `reminderbot check` tries the servers",
        found.back_at,
    )


def _ledger(facts: DoorFacts) -> Stop | None:
    exported = facts.ledger_exported_at
    if exported is None:
        return Stop("ledger", "no ledger has been taken in yet", "run `reminderbot import`")
    age = facts.now - exported - _days_off(facts, facts.ledger_days or facts.business_days, exported)
    if age <= facts.ledger_max_age:
        return None
    hours = int(age.total_seconds() // 3600)
    limit = int(facts.ledger_max_age.total_seconds() // 3600)
    return Stop(
        "ledger",
        f"the ledger is {hours} business hours old, at most {limit} are allowed: somebody may have paid since",
        "export it again (the same files with a new date will do), or raise [ledger] max_age_hours",
        exported,
    )


def _days_off(facts: DoorFacts, business_days: BusinessDays, since: datetime) -> timedelta:
    """The part of the time since then that fell on days when nobody works."""
    off = timedelta(0)
    day = since.astimezone(facts.zone).date()
    last = facts.now.astimezone(facts.zone).date()
    # A ledger older than a year is stale whatever the holidays were.
    for _ in range(min((last - day).days, 366) + 1):
        if not business_days.contains(day):
            begins, ends = start_of_day(day, facts.zone), start_of_day(day + timedelta(days=1), facts.zone)
            off += min(ends, facts.now) - max(begins, since)
        day += timedelta(days=1)
    return off


def _held_import(facts: DoorFacts) -> Stop | None:
    if not facts.ledger_held:
        return None
    why = f"the newest ledger looks wrong: {facts.ledger_held}"
    return Stop("import", why, "look at it, then `reminderbot import --yes`", facts.held_at)
