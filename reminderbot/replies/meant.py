"""Decides which of the patterns found in a sentence are meant: what is denied, asked for or only a time of day is not.

And what no pattern has, but the words together say: who pays on a day to come, or paid on a day gone by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reminderbot.core.understanding import Kind
from reminderbot.replies.explained import clauses_of
from reminderbot.replies.hits import Hit, Reader
from reminderbot.replies.tables import HINT, JOINING, ONLY, TEMPORAL

# Beside one of these a day and a word of paying are no promise by themselves.
_SAYING = frozenset(kind.value for kind in Kind) - {Kind.ACK.value}
_NO_PROMISE = frozenset({"not_promise", "not_paid", "condition_on_us", "excuse"})
_WAITING_FOR_PAY = f"{HINT}hardship"
# "As soon as": the rest of it; and days, which a time may name as well.
_HOURS = frozenset({"as", "DATE"})
# Denied, these say that all is well.
_CONTESTING = frozenset({"dispute.unspecified", "legal", "instalments", "question"})
# What can be denied; "not paid" is said in patterns of its own.
_DENIABLE = frozenset({"dispute", "hardship", "legal", "instalments", "hint", "promise"})


def meant(words: Sequence[str], hits: Sequence[Hit], is_question: bool, reader: Reader) -> list[Hit]:
    """The hits in these words that are meant, and those that no pattern has."""
    left = list(without_denied(words, hits, reader))
    left = [
        hit for hit in left if not _is_time_of_day(words, hit, reader) and not _is_yet_to_come(words, hit, left, reader)
    ]
    left = [hit for hit in left if not _is_way_of_asking(hit, left) and not _has_happened(hit, left)]
    left = [hit for hit in left if not _is_of_a_thing(hit, left)]
    left += _paying_on_a_day(words, left, reader) if not is_question else []
    left += _paid_on_a_day(words, reader)
    return list(_without_falling_short(words, left))


def without_denied(words: Sequence[str], hits: Sequence[Hit], reader: Reader) -> Iterable[Hit]:
    """The hits that are not denied: "nothing is wrong" is no complaint; but what it is instead, nobody has said."""
    for hit in hits:
        denial = _denial_of(words, hit, reader)
        if denial is None:
            yield hit
        elif hit.group in _CONTESTING and not any(map(reader.denies, words[max(0, denial - 3) : denial])):
            # "Not going to dispute it", "no lawyer needed": whoever says so means no harm.
            yield Hit("harmless", denial, hit.end)


def _denial_of(words: Sequence[str], hit: Hit, reader: Reader) -> int | None:
    """Where at most three words before it in its clause something denies a hit; None where nothing does."""
    if hit.group.partition(".")[0] not in _DENIABLE or any(map(reader.denies, words[hit.start : hit.end])):
        return None
    for at in range(hit.start - 1, max(-1, hit.start - 4), -1):
        if words[at] == ",":
            return None
        if reader.denies(words[at]):
            return None if words[at + 1] in ONLY else at
    return None


def _is_time_of_day(words: Sequence[str], hit: Hit, reader: Reader) -> bool:
    """True for a condition that is none: "once I am home", "when my wages come in"; not "once we are happy with it".

    Nor is it want of money where a day stands beside it: "on Friday when I've been paid".
    """
    at = next((at for at in range(hit.start, hit.end) if words[at] in TEMPORAL), None)
    if hit.group not in ("condition", _WAITING_FOR_PAY) or at is None:
        return False
    if hit.group == _WAITING_FOR_PAY and "DATE" not in words:
        return False
    # "Friday is when I get paid", "that is when the deposit clears": a day is named, nothing is asked for.
    if words[at] == "when" and at > 1 and words[at - 1] == "is" and words[at - 2] in ("DATE", "that", "which"):
        return True
    clause = next(words[at:b] for a, b in clauses_of(words) if a <= at <= b)
    told = [word for word in clause if word not in TEMPORAL and word not in _HOURS]
    return bool(told) and all(map(reader.is_own_time, told))


def _is_way_of_asking(hit: Hit, hits: Iterable[Hit]) -> bool:
    """True within "can you take me off these texts": no question and no condition, but the wish itself.

    "Could you please" may stand before it; "and send me the invoice" behind it asks for more.
    """
    if hit.group not in ("question", "condition"):
        return False
    wishes = [other for other in hits if other.group == "opt_out" and hit.end <= other.end]
    return any(hit.group == "question" or other.start <= hit.start for other in wishes)


def _is_of_a_thing(hit: Hit, hits: Iterable[Hit]) -> bool:
    """True for "died" within "the boiler died again": nobody is mourned."""
    if hit.group != "sensitive.grave":
        return False
    defects = (other for other in hits if other.group == "dispute.defective" and other.end - other.start > 1)
    return any(other.start <= hit.start and hit.end <= other.end and hit.end - hit.start == 1 for other in defects)


def _is_yet_to_come(words: Sequence[str], hit: Hit, hits: Iterable[Hit], reader: Reader) -> bool:
    """True for a payment that is told of within a promise: "you will see it in your account on Friday"."""
    if hit.group != "paid":
        return False
    start, end = next((a, b) for a, b in clauses_of(words) if a <= hit.start <= b)
    clause = words[start:end]
    if "DATE" not in clause or "PAST" in clause or any(map(reader.tells_of_the_past, clause)):
        return False
    return any(other.group == "promise" and other.start <= hit.start and hit.end <= other.end for other in hits)


def _has_happened(hit: Hit, hits: Iterable[Hit]) -> bool:
    """True for a promise that is but the day of a payment told of: "I mailed you a check on the 3rd"."""
    if hit.group != "promise" or any(other.group == "not_paid" for other in hits):
        return False
    return any(other.group == "paid" and other.start < hit.start and hit.end <= other.end for other in hits)


def _paying_on_a_day(words: Sequence[str], hits: Sequence[Hit], reader: Reader) -> list[Hit]:
    """A promise in words no pattern has: of paying, on a day to come, and nothing that could mean otherwise."""
    otherwise = any(hit.group.partition(".")[0] in _SAYING for hit in hits)
    if "DATE" not in words or otherwise or _is_guarded(words, hits, reader):
        return []
    paying = any(map(reader.pays, words))
    return [Hit("promise", at, at + 1) for at, word in enumerate(words) if word == "DATE"] if paying else []


def _is_guarded(words: Sequence[str], hits: Sequence[Hit], reader: Reader) -> bool:
    """True where something is denied, restricted, complained of or past: a day need not be one of payment then."""
    if "PAST" in words or any(hit.group in _NO_PROMISE for hit in hits):
        return True
    return any(reader.denies(w) or reader.loads(w) or reader.tells_of_the_past(w) for w in words)


def _without_falling_short(words: Sequence[str], hits: Sequence[Hit]) -> Iterable[Hit]:
    """Without the promises of a part of the sentence that tells of less than paying, or of being paid.

    "I will ask about the payment on Friday", "I want my money on Friday"; but "I will ask her and pay on Friday".
    """
    signs = [hit for hit in hits if hit.group == "short_of"]
    short = [
        (start, end) for start, end in _parts_of(words) if any(hit.start < end and hit.end > start for hit in signs)
    ]
    for hit in hits:
        within = any(start <= hit.start and hit.end <= end for start, end in short)
        if hit.group != "short_of" and not (within and hit.group == "promise"):
            yield hit


def _parts_of(words: Sequence[str]) -> Iterable[tuple[int, int]]:
    """What stands between commas and the words that join: "I will look tonight | and pay tomorrow"."""
    start = 0
    for at, word in enumerate(words):
        if word == "," or word in JOINING:
            yield start, at
            start = at + 1
    yield start, len(words)


def _paid_on_a_day(words: Sequence[str], reader: Reader) -> list[Hit]:
    """A hint of a payment made: words of paying and of what has happened, and a day gone by, in one clause."""
    return [
        Hit(HINT + "paid", start, end)
        for start, end in clauses_of(words)
        if "PAST" in words[start:end] and _is_of_payment_made(words[start:end], reader)
    ]


def _is_of_payment_made(words: Sequence[str], reader: Reader) -> bool:
    """True where a word of paying and one of what has happened stand together, and nothing is denied."""
    if any(map(reader.denies, words)):
        return False
    return any(map(reader.pays, words)) and any(map(reader.tells_of_the_past, words))
