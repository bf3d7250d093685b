"""Proves that an installation can do its work: each part is tried for real, but nothing is sent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from reminderbot.compose.check import Severity
from reminderbot.compose.digest import in_short
from reminderbot.compose.headers import UnsafeMessage
from reminderbot.compose.proof import prove_headers
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.core.ladder import Channel
from reminderbot.core.notice import Pushed
from reminderbot.core.oauth import NoAccessToken
from reminderbot.core.stop import Mode
from reminderbot.desk.digest import digest
from reminderbot.desk.letters import check_letters
from reminderbot.door import mode, standing_stops
from reminderbot.house import House
from reminderbot.ledger.csv_report import LedgerMistakes
from reminderbot.oauth.keep import FILE as REFRESH_TOKEN
from reminderbot.store import canary, health, ledger, preference, setting, webhook
from reminderbot.store.lock import who_is_at_work
from reminderbot.store.session import SCHEMA

_LITTLE_ROOM = 500 * 1024**2
_NO_ROOM = 50 * 1024**2
# How many faults of one kind are told one by one.
_SHOWN = 5
# Zones of 2022: a machine whose time zone data lacks them knows nothing of later changes of law either.
_YOUNG_ZONES = ("Europe/Kyiv", "America/Ciudad_Juarez")


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was tried, how it went, and what to do where it went wrong."""

    about: str
    verdict: Verdict
    what: str
    cure: str = ""


Findings = Iterator[Finding]
Check = Callable[[House], Findings]


def check(house: House, *, with_store: bool = True, with_secrets: bool = True) -> Findings:
    """Try everything, one finding after the other; a fault never keeps the rest from being tried.

    Without a usable store or without passwords, only what does not need them.
    """
    checks: tuple[tuple[str, Check], ...] = (
        ("time zones", _zones),
        ("clock", _clock),
        ("letters", _letters),
        ("headers", _headers),
        ("ledger files", _ledger),
    )
    if with_store:
        checks += (
            ("state folder", _state_folder),
            ("store", _store),
            ("service", _service),
            ("send log", _stops),
            ("canary", _canary),
            ("ledger", _ledger_age),
            ("segments", _segments),
            ("told by mail", _told_by_mail),
        )
    if with_secrets:
        checks += (
            ("sign-in", _sign_in),
            ("mail server", _mail_out),
            ("inbox", _mail_in),
            ("text messages", _texts),
            ("told by push", _told_by_push),
        )
    if with_store and with_secrets:
        checks += (("webhook", _webhook),)
    for about, one in checks:
        try:
            yield from one(house)
        except OSError as error:
            yield _fail(about, f"{error.filename or 'the system'}: {error.strerror or error}", "look at what it names")
        except DBAPIError as error:
            told = f"the store failed: {str(error.orig).strip()}"
            yield _fail(about, told, "stop reminderbot, keep a copy of its state, and restore the newest backup")


def _ok(about: str, what: str) -> Finding:
    return Finding(about, Verdict.OK, what)


def _warn(about: str, what: str, cure: str) -> Finding:
    return Finding(about, Verdict.WARN, what, cure)


def _fail(about: str, what: str, cure: str) -> Finding:
    return Finding(about, Verdict.FAIL, what, cure)


def _zones(house: House) -> Findings:
    """Time zone data, and the holidays that make business days."""
    missing = [name for name in _YOUNG_ZONES if not _zone_known(name)]
    if missing:
        told = f"the time zone data is from before 2023 ({', '.join(missing)} is missing)"
        yield _warn("time zones", told, "bring it up to date: apt install tzdata, or pip install --upgrade tzdata")
    else:
        yield _ok("time zones", f"known; your business lives by {house.business.time_zone}")
    first = house.clock.now().date().replace(month=1, day=1)
    if not any(house.rules.is_holiday(house.business.country, first + timedelta(days=n)) for n in range(365)):
        told = f"no public holiday of {house.business.country} is known"
        yield _warn("holidays", told, "name the days on which you do not want to write in [sending] holidays")


def _zone_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _clock(house: House) -> Findings:
    now = house.clock.now()
    if 2025 <= now.year < 2100:
        yield _ok("clock", f"{now.astimezone(house.rules.zone):%a %d %b %Y %H:%M %Z}")
    else:
        yield _fail("clock", f"the machine's clock says {now:%Y-%m-%d}", "set it right, e.g. timedatectl set-ntp true")


def _letters(house: House) -> Findings:
    remarks = check_letters(house.letters, house.rules.ladders, "", house.business)
    cure = "`reminderbot letter check` tells all of it"
    for severity, told in ((Severity.ERROR, _fail), (Severity.WARNING, _warn)):
        found = [remark for remark in remarks if remark.finding.severity is severity]
        if found:
            where = f"{found[0].letter} in {found[0].language}" if found[0].letter else "a file"
            first = f"{where}: {found[0].finding.why} {found[0].finding.words}".strip()
            yield told(
                "letters", f"{len(found)} {severity.value}{'s' if len(found) > 1 else ''}, the first: {first}", cure
            )
    if not remarks:
        yield _ok("letters", f"all fit to send, in {house.letters.folder}")


def _headers(_house: House) -> Findings:
    try:
        prove_headers()
    except UnsafeMessage as error:
        yield _fail("headers", str(error), "")
    else:
        yield _ok("headers", "no name and no subject breaks out of its line")


def _state_folder(house: House) -> Findings:
    folder = house.folder
    free = shutil.disk_usage(folder).free
    room = f"{free / 1024**3:.1f} GB free"
    if free < _NO_ROOM:
        yield _fail("state folder", f"{folder} has {room}", "make room, or nothing can be kept and nothing is sent")
    elif free < _LITTLE_ROOM:
        yield _warn("state folder", f"{folder} has {room}", "make room soon")
    else:
        yield _ok("state folder", f"{folder}, {room}")
    yield from _rights(folder)


def _rights(folder: Path) -> Findings:
    """What may be read by others, or belongs to somebody else."""
    secrets = (folder / "secret.key", "secret key"), (folder / REFRESH_TOKEN, "refresh token")
    for path, what in ((folder, "state folder"), *secrets):
        if not path.exists():
            continue
        status = path.stat()
        if status.st_mode & 0o077:
            yield _warn(what, f"{path} may be read by others", f"chmod go= {path}")
        if status.st_uid != os.geteuid():
            cure = "run reminderbot as that user, e.g. runuser -u reminderbot -- reminderbot check"
            yield _warn(what, f"{path} belongs to another user than you", cure)


def _store(house: House) -> Findings:
    with house.store.writing() as connection:
        setting.put_moment(connection, setting.CHECKED_AT, house.clock.now())
    with house.store.reading() as connection:
        faults = health.faults(connection)
        kind = connection.dialect.name
    if faults:
        cure = "stop reminderbot, keep a copy, and restore the newest backup"
        yield _fail("store", f"the {kind} database is damaged: {'; '.join(faults)}", cure)
    else:
        yield _ok("store", f"{kind}, schema {SCHEMA}, sound and writable")


# Tried for real, or told with the ledger.
_TOLD_ELSEWHERE = ("ledger", "import", "inbox", "texts")


def _stops(house: House) -> Findings:
    """Everything else that keeps messages at home."""
    with house.store.reading() as connection:
        stops = standing_stops(house, connection, house.clock.now())
    for stop in stops:
        if stop.kind == "stopped" or stop.kind.endswith("halted"):
            yield _warn("sending", stop.told, stop.cure)
        elif stop.kind not in _TOLD_ELSEWHERE:
            yield _fail("send log" if stop.kind == "lost history" else stop.kind, stop.told, stop.cure)
    if not any(stop.kind in ("lost history", "send log") for stop in stops):
        yield _ok("send log", "the store knows everything that was sent")


def _segments(house: House) -> Findings:
    """Groups that nobody belongs to, and segments that were chosen for somebody and are gone."""
    with house.store.reading() as connection:
        groups, chosen = preference.groups(connection), preference.segments(connection)
    known = {group.strip().casefold(): group for group in groups}
    for segment in house.rules.segments:
        for group in segment.groups if groups else ():
            if group.strip().casefold() not in known:
                slip = next(iter(get_close_matches(group.casefold(), known, n=1)), "")
                there = f"did you mean '{known[slip]}'?" if slip else f"the ledger has {', '.join(sorted(groups))}"
                told = f"nobody in the ledger belongs to the group '{group}' of the segment '{segment.name}'"
                yield _warn("segments", told, there)
    names = [segment.name for segment in house.rules.segments]
    for name, count in sorted(chosen.items()):
        if name not in names:
            told = f"'{name}' was chosen for {count} customer{'s' if count > 1 else ''} and is no segment any more"
            yield _warn("segments", told, "write it again, or choose anew: reminderbot prefer CUSTOMER --ladder rules")


def _service(house: House) -> Findings:
    with house.store.reading() as connection:
        who = who_is_at_work(house.store, connection)
    at_rest = "not at work at this moment: `reminderbot run`, or `run --once` from cron, reads and sends"
    yield _ok("service", f"at work ({who})" if who else at_rest)


def _canary(house: House) -> Findings:
    """Whether anything proves that answers arrive; a canary that is missing is told among the stops."""
    with house.store.reading() as connection:
        sent, live = canary.get(connection), mode(house, connection) is not Mode.DRAFT
    if house.open_inbox is None or not live:
        return
    if not house.canary:
        told = "switched off: nothing notices when answers get lost on their way to the inbox"
        yield _warn("canary", told, "take canary = false out of [inbox]")
    elif sent.back_at is not None:
        yield _ok("canary", f"our own mail was last found in the inbox {sent.back_at:%Y-%m-%d %H:%M} UTC")
    else:
        cure = "it leaves on the first business day after go-live; if it does not arrive, look into the spam folder"
        why = f" ({sent.why})" if sent.why else ""
        yield _warn("canary", f"OUR OWN MAIL HAS NEVER COME BACK{why}: nothing proves yet that answers arrive", cure)


def _ledger_age(house: House) -> Findings:
    with house.store.reading() as connection:
        stops = [s for s in standing_stops(house, connection, house.clock.now()) if s.kind in ("ledger", "import")]
        known = ledger.load(connection) is not None
    for stop in stops:
        yield (_fail if known else _warn)("ledger", stop.told, stop.cure)
    if not stops:
        yield _ok("ledger", "taken in, and not too old")


def _ledger(house: House) -> Findings:
    try:
        reading = house.read_ledger()
    except LedgerMistakes as error:
        for sentence in error.sentences[:_SHOWN]:
            yield _fail("ledger files", sentence, "")
        if len(error.sentences) > _SHOWN:
            yield _fail(
                "ledger files", f"and {len(error.sentences) - _SHOWN} more", "`reminderbot import` tells them all"
            )
        return
    snapshot = reading.snapshot
    yield _ok("ledger files", f"{len(snapshot.customers)} customers, {len(snapshot.invoices)} invoices can be read")
    if reading.notes:
        told = f"{len(reading.notes)} values could not be used, the first: {reading.notes[0]}"
        yield _warn("ledger files", told, "`reminderbot import` tells them all")


def _sign_in(house: House) -> Findings:
    if house.tokens is None:
        return
    try:
        house.tokens.get()
    except NoAccessToken as error:
        yield _fail("sign-in", error.what, error.cure)
    else:
        yield _ok("sign-in", "the provider takes our refresh token and gives access tokens")


def _mail_out(house: House) -> Findings:
    make = house.channels.get(Channel.EMAIL)
    if make is None:
        yield _warn("mail server", "none is set up, so letters can only be looked at", "add an [email] table")
        return
    channel = make()
    try:
        trouble = channel.open()
    finally:
        channel.close()
    if trouble is None:
        yield _ok("mail server", "reached, and it lets us in; nothing was sent")
    else:
        yield _fail("mail server", trouble.why, "")


def _mail_in(house: House) -> Findings:
    if house.open_inbox is None:
        cure = "add an [inbox] table: without it nothing is sent"
        told = _warn if house.ceiling is Mode.DRAFT else _fail
        yield told("inbox", "none is set up, so answers could not be heard", cure)
        return
    inbox = house.open_inbox()
    try:
        inbox.connect()
    except InboxUnavailable as error:
        yield _fail("inbox", str(error), "")
    else:
        yield _ok("inbox", "reached, and its folder can be read; nothing was marked")
    finally:
        inbox.close()


def _texts(house: House) -> Findings:
    if house.open_text_inbox is None:
        return
    channel = house.channels[Channel.SMS]()
    try:
        trouble = channel.open()
    finally:
        channel.close()
    if trouble is not None:
        yield _fail("text messages", trouble.why, "")
        return
    try:
        house.open_text_inbox().poll(house.clock.now() - timedelta(minutes=1))
    except InboxUnavailable as error:
        yield _fail("text messages", str(error), "")
    else:
        yield _ok("text messages", "Twilio lets us in; nothing was sent")


def _told_by_mail(house: House) -> Findings:
    """Whom the owners have named, and what today's digest would say."""
    if not house.alerts_to:
        return
    if Channel.EMAIL not in house.channels:
        yield _warn("told by mail", "[alerts] email has no effect without a mail server", "add an [email] table")
        return
    at = f"how things stand, each business day at {house.digest_at:%H:%M}" if house.digest_at else "no daily digest"
    told = f"{', '.join(house.alerts_to)}: law, distress and a lasting stop at once, and {at}"
    with house.store.reading() as connection:
        now = digest(house, connection, house.clock.now().astimezone(house.rules.zone).date())
    yield _ok("told by mail", f"{told}; just now: {in_short(now)}")


def _told_by_push(house: House) -> Findings:
    """Whether the services that were named are known."""
    for number, place in enumerate(house.pushes, 1):
        where = f"address {number} in REMINDERBOT_NOTIFY ({place.service})"
        match place.look():
            case Pushed.TAKEN:
                yield _ok("told by push", f"{where} is understood; nothing was pushed")
            case Pushed.UNKNOWN:
                cure = "write it as the documentation of apprise says for that service"
                yield _fail("told by push", f"{where} is no address that apprise understands", cure)
            case Pushed.MISSING:
                cure = "pip install 'reminderbot[notify]', or take REMINDERBOT_NOTIFY out"
                yield _fail("told by push", "REMINDERBOT_NOTIFY is set, but apprise is not installed", cure)
                return
            case Pushed.FAILED:
                yield _fail(
                    "told by push", f"{where} could not be looked at: apprise broke or took too long", "try again"
                )


def _webhook(house: House) -> Findings:
    """What must stand at Twilio for its calls to reach us, and how they have fared."""
    if house.webhook is None:
        return
    with house.store.reading() as connection:
        calls = webhook.calls(connection)
    let_in = f"; {calls.accepted} calls let in since {calls.since:%Y-%m-%d %H:%M} UTC" if calls else ""
    told = f'at Twilio, beside "A message comes in", write {house.webhook.text_url} and choose HTTP POST'
    yield _ok("webhook", f"{told}; Twilio is asked for texts every minute all the same{let_in}")
    for what, cure in calls.troubles if calls else ():
        yield (_fail if calls and calls.is_deaf else _warn)("webhook", what, cure)
