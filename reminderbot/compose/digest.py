"""Words for the people who run an installation: the daily digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from reminderbot.compose.clean import clean
from reminderbot.compose.formats import money
from reminderbot.core.case import spoken
from reminderbot.core.digest import Digest, Waiting, Word
from reminderbot.core.money import Money
from reminderbot.core.notice import Notice
from reminderbot.core.stop import Stop

_LONGEST_QUOTE = 160
_LONGEST_REASON = 500
_NOBODY = "nobody we know"
_ENGLISH = "en"


def digest_notice(digest: Digest, desk: str) -> Notice:
    """The digest as a mail; `desk` is the address of the desk, empty where it has none."""
    parts = (_stopped(digest.stops), _waiting(digest, desk), _promised(digest), _leaving(digest))
    lines = [f"This is how things stand on {digest.on:%A} {digest.on.day} {digest.on:%B %Y}.", ""]
    lines += chain.from_iterable((*part, "") for part in map(list, parts) if part)
    if digest.is_empty:
        lines += ["Nothing waits for you, nothing is promised for this week and nothing stands still.", ""]
    lines.append(f"The desk: {desk}/" if desk else "`reminderbot status` and the desk show the whole picture.")
    return Notice("digest", f"reminderbot: {in_short(digest)}", "\n".join(lines) + "\n")


def quoted(words: str) -> list[str]:
    """A customer's own words, cut, as a line of a list; none where there are none."""
    cut = clean(words, _LONGEST_QUOTE)
    return [f"  “{cut}”"] if cut else []


def case_link(desk: str, case_id: int) -> list[str]:
    """Where a case is worked, as a line of a list; none where the desk has no address."""
    return [f"  {desk}/cases/{case_id}"] if desk else []


def in_short(digest: Digest) -> str:
    """All of it on one line."""
    told = [
        "nothing leaves" if digest.stops else "",
        f"{digest.waiting_in_all} waiting" if digest.waiting_in_all else "",
        f"{_sums(digest.promised_sum)} promised this week" if digest.promised_sum else "",
        f"{digest.leaving} leaving today" if digest.leaving and not digest.stops else "",
        f"{digest.to_approve} for your yes" if digest.to_approve else "",
    ]
    return ", ".join(filter(None, told)) or "all is quiet"


def _stopped(stops: Sequence[Stop]) -> Iterator[str]:
    if stops:
        yield "Nothing leaves at the moment. This is why, and what helps:"
    for stop in stops:
        yield f"- {clean(stop.told, _LONGEST_REASON)}."
        yield f"  {stop.cure}."


def _waiting(digest: Digest, desk: str) -> Iterator[str]:
    if digest.waiting_in_all:
        yield f"Waiting for a person: {digest.waiting_in_all}"
    for one in digest.waiting:
        yield f"- {clean(one.customer) or _NOBODY}: {spoken(one.kind)}, {_age(one)}{_at_stake(one.at_stake)}"
        yield from quoted(one.words)
        yield from case_link(desk, one.case_id)
    yield from _more(digest.waiting_in_all - len(digest.waiting))


def _promised(digest: Digest) -> Iterator[str]:
    if digest.promised_in_all:
        yield f"Promised this week: {_sums(digest.promised_sum) or digest.promised_in_all}"
    for word in digest.promised:
        yield f"- {_day(word)}: {clean(word.customer)}{_at_stake(word.money)}"
    yield from _more(digest.promised_in_all - len(digest.promised))


def _leaving(digest: Digest) -> Iterator[str]:
    if digest.leaving:
        yield f"{'Due today' if digest.stops else 'Leaving today'}: {_messages(digest.leaving)}"
    if digest.to_approve:
        yield f"Waiting for your yes: {_messages(digest.to_approve)}; look at `reminderbot plan`"


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"- and {count} more"


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _age(one: Waiting) -> str:
    return {0: "since today", 1: "since yesterday"}.get(one.days, f"for {one.days} days")


def _day(word: Word) -> str:
    return f"{word.on:%a} {word.on.day} {word.on:%b}"


def _at_stake(sums: Sequence[Money]) -> str:
    return f", {_sums(sums)}" if sums else ""


def _sums(sums: Sequence[Money]) -> str:
    return " and ".join(money(one, _ENGLISH) for one in sums)
