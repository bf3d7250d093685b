"""The alert run: tells the owners by mail and push what has stopped the bot, once, and each day that it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reminderbot.compose.clean import clean
from reminderbot.core.delivery import Accepted, unquoted
from reminderbot.core.notice import AGAIN_AFTER, Notice
from reminderbot.core.stop import Mode, Stop
from reminderbot.door import batch_stop, mode, standing_stops
from reminderbot.house import House
from reminderbot.logs import redact
from reminderbot.runs.notice import mail, owners, push
from reminderbot.store import setting

# An inbox that fails once and works again a minute later is nobody's worry.
PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(hours=24)
# Somebody stopped it on purpose.
_ON_PURPOSE = {"stopped"}
_LONGEST_REASON = 500


def alert_once(house: House) -> tuple[Stop, ...]:
    """Tell the owners about stops that have lasted a while; gives those that were told now."""
    now = house.clock.now()
    with house.store.writing() as connection:
        if mode(house, connection) is Mode.DRAFT:
            return ()
        known = setting.get(connection, setting.ALERTED) or {}
        batch = batch_stop(connection)
        found = (*standing_stops(house, connection, now), *((batch,) if batch else ()))
        standing = [stop for stop in found if stop.kind not in _ON_PURPOSE]
        noted = {s.kind: known.get(s.kind) or {"seen": now.isoformat(), "told": None} for s in standing}
        setting.put(connection, setting.ALERTED, noted)
        recipients = owners(house, connection, now)
    told: dict[str, Stop] = {}
    for way in _ways(house, recipients, now):
        due = [stop for stop in standing if _is_due(noted[stop.kind], way, now)]
        if not due:
            continue
        done = way.tell(_notice(due))
        noted |= {stop.kind: {**noted[stop.kind], way.told if done else way.tried: now.isoformat()} for stop in due}
        told |= {stop.kind: stop for stop in due if done}
        with house.store.writing() as connection:
            setting.put(connection, setting.ALERTED, noted)
    return tuple(told.values())


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to tell, and under which names it is noted when it was told, or tried in vain."""

    told: str
    tried: str
    tell: Callable[[Notice], bool]


def _ways(house: House, recipients: Sequence[str], now: datetime) -> Iterator[_Way]:
    def by_mail(notice: Notice) -> bool:
        return any(isinstance(outcome, Accepted) for outcome in mail(house, recipients, notice, now).values())

    def by_push(notice: Notice) -> bool:
        return push(house, [place.name for place in house.pushes], notice)

    if recipients:
        yield _Way("told", "tried", by_mail)
    if house.pushes:
        yield _Way("pushed", "push_tried", by_push)


def _is_due(note: dict[str, str | None], way: _Way, now: datetime) -> bool:
    seen, told, tried = note["seen"], note.get(way.told), note.get(way.tried)
    # A server that takes none of our mail, as policy, is left in peace for a while as well.
    if tried is not None and timedelta(0) <= now - datetime.fromisoformat(tried) < AGAIN_AFTER:
        return False
    if told is not None:
        return now - datetime.fromisoformat(told) >= AGAIN
    return seen is not None and now - datetime.fromisoformat(seen) >= PATIENCE


def _notice(stops: Sequence[Stop]) -> Notice:
    """Silent about customers: servers may say anything about anybody."""
    stops = [replace(stop, why=redact(unquoted(stop.why))) for stop in stops]
    short = "\n".join(("No reminders are leaving.", *(f"{stop.kind}: {stop.cure}" for stop in stops)))
    return Notice("alert", f"reminderbot is silent: {stops[0].why}", _words(stops), short)


def _words(stops: Sequence[Stop]) -> str:
    """What stands still, why and since when."""
    lines = ["No reminders are leaving. This is why, and what helps:", ""]
    for stop in stops:
        lines += [f"- {clean(stop.told, _LONGEST_REASON)}.", f"  {stop.cure}.", ""]
    lines.append("Answers are still read and nothing is lost; `reminderbot status` shows the whole picture.")
    return "\n".join(lines) + "\n"
