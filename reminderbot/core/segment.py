"""Which ladder a customer climbs: the main one, the one of the segment that they belong to, or one a person chose.

Pure. The first segment that fits wins. A segment is never harder than what the laws allow: each ladder keeps them by
itself, and `patience_days` only ever makes it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from reminderbot.core.account import Account, OpenItem
from reminderbot.core.customer import Customer
from reminderbot.core.ladder import Channel, Ladder
from reminderbot.core.money import Money
from reminderbot.core.payer import Judgement


class Kind(StrEnum):
    """Who is behind an account."""

    PERSON = "person"
    COMPANY = "company"


class Past(StrEnum):
    """What a customer's own history says of them."""

    GOOD_PAYER = "good_payer"


# What ledgers write into the column `group` for the one and the other.
_WORDS = {
    Kind.PERSON: frozenset(
        {"person", "private", "private person", "individual", "consumer", "privat", "privatperson", "particulier",
         "particular", "privato", "particuliere", "b2c"}
    ),
    Kind.COMPANY: frozenset(
        {"company", "business", "firm", "firma", "unternehmen", "entreprise", "empresa", "azienda", "bedrijf", "b2b"}
    ),
}  # fmt: skip


def kind_of(customer: Customer) -> Kind | None:
    """Whether the ledger's group says that this is a private person or a company; None: it does not say."""
    word = customer.group.strip().casefold()
    return next((kind for kind, words in _WORDS.items() if word in words), None)


@dataclass(frozen=True, slots=True)
class Segment:
    """Which customers it is about (all conditions that are set must hold), and the ladder that they climb."""

    name: str
    # As it is climbed: made later, and without the channels that are left out.
    ladder: Ladder
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    kind: Kind | None = None
    # What is open in all, in the business's currency.
    owed_from: Decimal | None = None
    owed_up_to: Decimal | None = None
    history: Past | None = None
    # What makes the ladder another one, for the sentence that says so.
    patience_days: int = 0
    without: tuple[Channel, ...] = ()
    has_own_ladder: bool = False

    @property
    def is_by_hand(self) -> bool:
        """Nothing says whom it is for: only those whom a person puts there."""
        asks = (self.owed_from, self.owed_up_to)
        return not (self.groups or self.countries or self.kind or self.history) and asks == (None, None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ladder of one customer and why it is theirs; no segment: the main one, as for everybody."""

    ladder: Ladder
    segment: str = ""
    # Parts of a sentence: why it is theirs, and what is different about it.
    why: str = ""
    gets: str = ""
    # The segment that a person chose for them and the settings no longer have.
    gone: str = ""


def choose(
    account: Account, past: Judgement | None, by_hand: str, segments: Sequence[Segment], main: Ladder, currency: str
) -> Chosen:
    """The ladder of this account: what a person chose for it, else that of the first segment that fits."""
    if by_hand:
        chosen = next((segment for segment in segments if segment.name == by_hand), None)
        if chosen is not None:
            return _with(chosen, "a person chose it for them")
    for segment in segments:
        reasons = fits(segment, account, past, currency)
        if reasons is not None:
            return replace(_with(segment, " and ".join(reasons)), gone=by_hand)
    return Chosen(main, gone=by_hand)


def fits(segment: Segment, account: Account, past: Judgement | None, currency: str) -> list[str] | None:
    """Why `segment` is about this account, as parts of a sentence; None: it is not."""
    who, found = account.customer, list[str]()
    if segment.is_by_hand:
        return None
    if segment.groups:
        if who.group.strip().casefold() not in {group.casefold() for group in segment.groups}:
            return None
        found.append(f"they are in the group '{who.group.strip()}'")
    if segment.countries:
        if who.country not in segment.countries:
            return None
        found.append(f"they are in {who.country}")
    if segment.kind is not None:
        if kind_of(who) is not segment.kind:
            return None
        found.append("they are a private person" if segment.kind is Kind.PERSON else "they are a company")
    if segment.owed_from is not None or segment.owed_up_to is not None:
        owed = _owed(account.items, currency)
        if owed is None or not _within(owed.amount, segment):
            return None
        found.append(f"they owe {owed}")
    if segment.history is Past.GOOD_PAYER:
        if past is None or not past.is_good:
            return None
        found.append(f"they are a good payer of long standing ({', '.join(past.reasons)})")
    return found


def _owed(items: Sequence[OpenItem], currency: str) -> Money | None:
    """What is open in the business's currency; None where part of it is in another one, which nobody converts."""
    if any(item.balance.currency != currency for item in items):
        return None
    return Money(sum((item.balance.amount for item in items), Decimal(0)), currency)


def _within(owed: Decimal, segment: Segment) -> bool:
    above = segment.owed_from is None or owed >= segment.owed_from
    return above and (segment.owed_up_to is None or owed <= segment.owed_up_to)


def _with(segment: Segment, why: str) -> Chosen:
    return Chosen(segment.ladder, segment.name, why, _gets(segment))


def _gets(segment: Segment) -> str:
    """What is different for its customers."""
    parts = ["a ladder of their own"] if segment.has_own_ladder else []
    if segment.patience_days:
        parts.append(f"{_span(segment.patience_days)} more patience")
    if segment.without:
        parts.append("no " + " and no ".join(_CHANNELS[channel] for channel in segment.without))
    return ", ".join(parts) or "reminded as everybody is"


_CHANNELS = {Channel.EMAIL: "letters by e-mail", Channel.SMS: "text messages"}


def _span(days: int) -> str:
    weeks = {7: "a week", 14: "two weeks", 21: "three weeks", 28: "four weeks"}
    return weeks.get(days, f"{days} day{'s' if days > 1 else ''}")
