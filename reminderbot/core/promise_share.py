"""What has come in towards each of a customer's promises, to the cent: no payment counts towards two of them.

Pure. What a promise still asks for follows the books: a credit note, a lower total or a cancelled invoice makes it
smaller, a new invoice never makes it larger, and what is contested is not asked for, unless it was promised all the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import NOT_KEPT_IN_FULL, Promise

_NOTHING = Decimal(0)


def is_nothing(left: Money) -> bool:
    """Where every cent is asked for."""
    return left.amount <= 0


class Standing(StrEnum):
    """What the books say of a promised invoice."""

    LISTED = "listed"
    # Called paid, or no longer listed among what is open: it was paid, on whatever day.
    SETTLED = "settled"
    # Cancelled, or taken back to a draft: nobody expects that money.
    VOID = "void"
    # Nor this, until a person has settled what is wrong.
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Matter:
    """Something for which an invoice rests: contested, said to be paid, or waiting for a paper."""

    raised_at: datetime
    # They were right, as a person said: nobody asks for that any more.
    upheld: bool = False

    def takes_the_place_of(self, word: Promise, number: str) -> bool:
        """Whether the invoice is no longer expected by that promise: not where it was promised in spite of this."""
        came_later = word.made_at is not None and self.raised_at > word.made_at
        return self.upheld or came_later or number not in word.despite


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as the books have it now."""

    number: str
    currency: str
    total: Decimal
    open_balance: Decimal
    # By the books alone.
    standing: Standing = Standing.LISTED
    matters: tuple[Matter, ...] = ()

    def stands_for(self, word: Promise) -> Standing:
        """What the books and the people who look after them say of it, as far as this promise goes."""
        if self.standing is Standing.CONTESTED and self.number in word.despite:
            return Standing.LISTED
        contested = any(matter.takes_the_place_of(word, self.number) for matter in self.matters)
        return Standing.CONTESTED if contested else self.standing


@dataclass(frozen=True, slots=True)
class Came:
    """One payment as the books have it; what is below nothing takes back an earlier one."""

    # None: nobody has matched it yet.
    invoice: str | None
    paid_on: date
    amount: Decimal
    currency: str
    # A person's note: all that was paid on this invoice so far, whatever the ledger has of it.
    by_hand: bool = False
    # Whether it is money, and no credit note or write-off.
    is_money: bool = True


@dataclass(frozen=True, slots=True)
class Books:
    """What the books know of one customer's promised invoices, and of money."""

    read_on: date
    bills: Mapping[str, Bill]
    came: tuple[Came, ...]
    # Whether so little is left that nobody asks for it.
    is_small: Callable[[Money], bool] = is_nothing


@dataclass(frozen=True, slots=True)
class Part:
    """Money that counts towards a promise; no day where the books do not say when it came."""

    on: date | None
    money: Money


@dataclass(frozen=True, slots=True)
class Share:
    """How one promise stands."""

    # What it comes to after credits; a subtotal a currency, none where nothing is left of it.
    asked_for: tuple[Money, ...]
    parts: tuple[Part, ...]
    # What is missing; unmatched money not counted.
    missing: tuple[Money, ...]
    # Money nobody has matched that came in since and may be meant for it.
    loose: tuple[Money, ...]
    loose_would_do: bool
    # Some of what was promised is contested.
    contested: bool
    read_on: date

    @property
    def is_whole(self) -> bool:
        return not self.missing

    @property
    def received(self) -> tuple[Money, ...]:
        """What counts towards it, one subtotal a currency."""
        return subtotals(part.money for part in self.parts)

    @property
    def last_on(self) -> date | None:
        """The day on which the last of it came; None where nobody knows."""
        known = [part.on for part in self.parts if part.on is not None]
        return max(known) if known and len(known) == len(self.parts) else None

    def came_by(self, day: date) -> bool:
        """Whether any of it had come by then."""
        return any(part.on is None or part.on <= day for part in self.parts)


def shares(words: Sequence[Promise], books: Books) -> dict[int, Share]:
    """How each of one customer's promises stands; of two that ask for the same money, the earlier has it.

    One that was not kept in full asks no longer once another was given on one of its invoices: that took its place.
    """
    order = sorted(words, key=lambda word: (word.promised_on, word.promise_id))
    purse = _Purse(books)
    asking = [_Asking(word, _until(word, order[place + 1 :])) for place, word in enumerate(order)]
    matched = {one.word.promise_id: _matched(one, books, purse) for one in asking}
    return {one.word.promise_id: _with_loose(one, matched[one.word.promise_id], books, purse) for one in asking}


@dataclass(frozen=True, slots=True)
class _Asking:
    """A promise, and the day from which money no longer counts towards it, if there is one."""

    word: Promise
    until: date | None

    def takes(self, day: date) -> bool:
        return self.word.promised_on <= day and (self.until is None or day < self.until)


def _until(word: Promise, later: Iterable[Promise]) -> date | None:
    if word.state not in NOT_KEPT_IN_FULL:
        return None
    return next((other.promised_on for other in later if set(other.invoices) & set(word.invoices)), None)


@dataclass(slots=True)
class _Coin:
    """What is left of one payment."""

    on: date
    invoice: str | None
    currency: str
    left: Decimal
    # For a person's note: what is noted as paid in all, of which the last `left` counts towards nothing yet.
    noted: Decimal | None = None

    def usable(self, bill: Bill, owed: Decimal) -> Decimal:
        """What was paid before the promise is in a person's note too, and does not count."""
        if self.noted is None:
            return self.left
        return max(_NOTHING, min(self.left, self.noted - (bill.total - owed)))

    def take(self, some: Decimal, usable: Decimal) -> None:
        # Of a note the money of before the promise is passed over for good.
        self.left = (usable if self.noted is not None else self.left) - some


class _Purse:
    """The payments, from which each promise takes what counts towards it."""

    def __init__(self, books: Books) -> None:
        ledger = [came for came in books.came if not came.by_hand]
        self._coins = sorted([*_ledger_coins(ledger), *_noted_coins(books, ledger)], key=lambda coin: coin.on)

    def on(self, bill: Bill, owed: Decimal, asking: _Asking) -> Decimal:
        """What has come in on an invoice in its time and counts towards no other promise."""
        return sum((coin.usable(bill, owed) for coin in self._about(bill, asking)), _NOTHING)

    def take(self, bill: Bill, owed: Decimal, asking: _Asking, most: Decimal) -> list[Part]:
        parts = []
        for coin in self._about(bill, asking):
            usable = coin.usable(bill, owed)
            taken = min(most, usable)
            if taken > 0:
                parts.append(Part(coin.on, Money(taken, bill.currency)))
                coin.take(taken, usable)
                most -= taken
        return parts

    def take_loose(self, currency: str, asking: _Asking, most: Decimal) -> Decimal:
        taken = _NOTHING
        for coin in self._coins:
            if coin.invoice is None and coin.currency == currency and asking.takes(coin.on):
                some = min(most - taken, coin.left)
                coin.left, taken = coin.left - some, taken + some
        return taken

    def _about(self, bill: Bill, asking: _Asking) -> list[_Coin]:
        same = [coin for coin in self._coins if coin.invoice == bill.number and coin.currency == bill.currency]
        return [coin for coin in same if asking.takes(coin.on)]


def _ledger_coins(ledger: Sequence[Came]) -> list[_Coin]:
    """The payments of the ledger, those taken back left out of what they took back."""
    coins = [_Coin(came.paid_on, came.invoice, came.currency, came.amount) for came in _money(ledger, above=True)]
    for back in _money(ledger, above=False):
        same = [c for c in coins if (c.invoice, c.currency) == (back.invoice, back.currency) and c.on <= back.paid_on]
        # A bank returns what it booked: that very sum, else the newest.
        left = -back.amount
        for coin in sorted(same, key=lambda c: (c.left == -back.amount, c.on), reverse=True):
            taken = min(left, coin.left)
            coin.left, left = coin.left - taken, left - taken
    return coins


def _money(ledger: Sequence[Came], *, above: bool) -> list[Came]:
    return [came for came in ledger if came.is_money and (came.amount > 0) is above]


def _noted_coins(books: Books, ledger: Sequence[Came]) -> list[_Coin]:
    """What a person has noted and the ledger does not have yet: it may be the same money, so only the rest counts."""
    coins = []
    for note in books.came:
        if note.by_hand and note.is_money and note.invoice is not None:
            known = sum((c.amount for c in ledger if c.invoice == note.invoice), _NOTHING)
            if note.amount > known:
                coins.append(_Coin(note.paid_on, note.invoice, note.currency, note.amount - known, note.amount))
    return coins


@dataclass(frozen=True, slots=True)
class _Matched:
    asked_for: tuple[Money, ...]
    parts: tuple[Part, ...]


def _matched(asking: _Asking, books: Books, purse: _Purse) -> _Matched:
    """What matched payments make of a promise: all that was open, or as much of it as was named."""
    word = asking.word
    known = [(books.bills[number], owed.amount) for number, owed in word.owed if number in books.bills]
    if word.amount is not None:
        known = [(bill, owed) for bill, owed in known if bill.currency == word.currency]
    asks = [(bill, owed, _asks(bill, owed, asking, books, purse)) for bill, owed in known]
    most = sum((ask for _, _, ask in asks), _NOTHING)
    left = most if word.amount is None else min(most, word.amount)
    asked = subtotals(Money(ask, bill.currency) for bill, _, ask in asks)
    if word.amount is not None:
        asked = (Money(left, word.currency),)
    parts: list[Part] = []
    for bill, owed, ask in asks:
        found = _towards(bill, owed, asking, min(ask, left), purse)
        left -= sum((part.money.amount for part in found), _NOTHING)
        parts += found
    return _Matched(tuple(money for money in asked if money.amount > 0), tuple(parts))


def _asks(bill: Bill, owed: Decimal, asking: _Asking, books: Books, purse: _Purse) -> Decimal:
    """What is asked for on one invoice: never more than has come in and is still open, so credits make it smaller."""
    stands = bill.stands_for(asking.word)
    if stands is Standing.SETTLED:
        return owed
    came = purse.on(bill, owed, asking)
    still = bill.open_balance if stands is Standing.LISTED else _NOTHING
    return min(owed, came + (_NOTHING if books.is_small(Money(still, bill.currency)) else still))


def _towards(bill: Bill, owed: Decimal, asking: _Asking, most: Decimal, purse: _Purse) -> list[Part]:
    parts = purse.take(bill, owed, asking, most)
    rest = most - sum((part.money.amount for part in parts), _NOTHING)
    if bill.stands_for(asking.word) is Standing.SETTLED and rest > 0 and asking.until is None:
        parts.append(Part(None, Money(rest, bill.currency)))
    return parts


def _with_loose(asking: _Asking, found: _Matched, books: Books, purse: _Purse) -> Share:
    """The same with money that nobody has matched: it counts for nothing, but a person looks at it."""
    received = {money.currency: money.amount for money in subtotals(part.money for part in found.parts)}
    lacks = [Money(m.amount - received.get(m.currency, _NOTHING), m.currency) for m in found.asked_for]
    missing = tuple(money for money in lacks if not books.is_small(money))
    loose = [Money(purse.take_loose(m.currency, asking, m.amount), m.currency) for m in missing]
    enough = [books.is_small(lack - came) for came, lack in zip(loose, missing, strict=True)]
    promised = [books.bills[number] for number in asking.word.invoices if number in books.bills]
    return Share(
        asked_for=found.asked_for,
        parts=found.parts,
        missing=missing,
        loose=tuple(money for money in loose if money.amount > 0),
        loose_would_do=bool(missing) and all(enough),
        contested=any(bill.stands_for(asking.word) is Standing.CONTESTED for bill in promised),
        read_on=books.read_on,
    )
