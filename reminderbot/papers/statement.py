"""A statement of account as a paper, and as a part of a case file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from reminderbot.compose import formats
from reminderbot.core.business import Business
from reminderbot.core.customer import Customer
from reminderbot.core.invoice import PaymentKind
from reminderbot.core.money import Money
from reminderbot.core.statement import NO_DUE_DATE, NOT_YET_DUE, OLDEST, Part, Statement
from reminderbot.papers.sheet import SMALL, Sheet
from reminderbot.papers.words import Words, words_for

_LETTER_PAPER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished PDF, and what could not be printed in it, as sentences."""

    pdf: bytes
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """The words of a paper, and how days and sums are written in it."""

    words: Words
    # Where the business is: its way of writing, where the language alone does not say.
    country: str

    @property
    def _tag(self) -> str:
        return self.words.tag if "-" in self.words.tag else f"{self.words.tag}-{self.country}"

    def day(self, on: date | None) -> str:
        return formats.day(on, self._tag) if on else self.words.no_date

    def money(self, sum_: Money) -> str:
        return formats.money(sum_, self._tag)

    def kind(self, kind: PaymentKind) -> str:
        """What came in, as its column names it."""
        match kind:
            case PaymentKind.PAYMENT:
                return self.words.payment
            case PaymentKind.CREDIT_NOTE:
                return self.words.credit_note
            case PaymentKind.WRITE_OFF:
                return self.words.written_off
            case _:
                assert_never(kind)

    def age(self, bucket: str) -> str:
        """An aging bucket."""
        if bucket == NO_DUE_DATE:
            return self.words.no_due_date
        if bucket == NOT_YET_DUE:
            return self.words.not_yet_due
        first, _, last = bucket.partition("-")
        return self.words.late.format(first=first, last=last) if last else self.words.over.format(last=OLDEST)


def begin(business: Business, words: Words, title: str, on: date, footer: str) -> Sheet:
    """A sheet of the size and under the name of the business."""
    return Sheet(title, business.name, on, footer, us_letter=business.country in _LETTER_PAPER, words=words)


def draw(business: Business, found: Statement) -> Paper:
    """The statement as a paper of its own, in the customer's language."""
    words = words_for(found.customer.language, business.language)
    hand = Hand(words, business.country)
    title = f"{words.statement}: {found.customer.name}, {hand.day(found.on)}"
    footer = f"{business.name} · {words.statement} · {hand.day(found.on)} · {found.customer.name}"
    sheet = begin(business, words, title, found.on, footer)
    sheet.words(business.name, bold=True)
    sheet.words("\n".join(filter(None, (business.address, business.email, business.phone))), size=SMALL, grey=True)
    sheet.gap(14)
    address(sheet, hand, found.customer)
    sheet.gap(12)
    sheet.heading(words.statement, 0, 18)
    sheet.words(words.as_of.format(day=hand.day(found.on)), grey=True)
    sheet.gap(5)
    account(sheet, hand, found)
    ages(sheet, hand, found)
    pdf = sheet.finish()
    return Paper(pdf, sheet.troubles)


def address(sheet: Sheet, hand: Hand, who: Customer) -> None:
    """Whose it is."""
    sheet.words(who.name, bold=True)
    number = hand.words.customer_number.format(number=who.customer_id)
    told = [who.contact.name, who.contact.email, who.contact.phone, number]
    sheet.words("\n".join(filter(None, told)), size=SMALL)


def account(sheet: Sheet, hand: Hand, found: Statement) -> None:
    """Open items, what came in, and the balance, one part a currency."""
    if not found.parts:
        sheet.words(hand.words.nothing)
    for part in found.parts:
        _items(sheet, hand, part)
        _payments(sheet, hand, part)
        _balance(sheet, hand, part)
        sheet.gap(4)
    for number in found.unknown:
        sheet.words(hand.words.unknown.format(number=number), size=SMALL, grey=True)


def _items(sheet: Sheet, hand: Hand, part: Part) -> None:
    words = hand.words
    sheet.heading(words.open_items.format(currency=part.currency), 1, 11)
    if not part.items:
        sheet.words(words.nothing_open)
        sheet.gap(2)
        return
    rows = [
        (
            item.invoice.number,
            hand.day(item.invoice.issued_on),
            hand.day(item.invoice.due_on),
            str(item.days_late) if item.days_late and item.days_late > 0 else "-",
            hand.money(item.invoice.total),
            hand.money(item.settled) if item.settled.amount else "-",
            hand.money(item.balance),
        )
        for item in part.items
    ]
    rows.append((words.open, "", "", "", "", "", hand.money(part.open)))
    heads = (words.invoice, words.issued, words.due, words.days_late, words.billed, words.settled, words.open)
    sheet.table(heads, rows, (20, 24, 26, 16, 25, 23, 28), frozenset({3, 4, 5, 6}), total=True)


def _payments(sheet: Sheet, hand: Hand, part: Part) -> None:
    if not part.payments:
        return
    words = hand.words
    sheet.heading(words.came_in.format(currency=part.currency), 1, 11)
    rows = [
        (
            hand.day(p.paid_on),
            hand.kind(p.kind),
            p.invoice or p.unlisted_invoice or words.not_matched,
            hand.money(p.amount),
        )
        for p in part.payments
    ]
    sheet.table((words.date, words.what, words.whereto, words.sum), rows, (24, 30, 60, 40), frozenset({3}))


def _balance(sheet: Sheet, hand: Hand, part: Part) -> None:
    rows = []
    if part.unmatched.amount:
        rows += [(hand.words.open, hand.money(part.open)), (hand.words.unmatched, hand.money(part.unmatched))]
    rows.append((hand.words.balance, hand.money(part.balance)))
    sheet.table(("", ""), rows, (110, 44), frozenset({1}), total=True)


def ages(sheet: Sheet, hand: Hand, found: Statement) -> None:
    """How old what is open is."""
    for part in found.parts:
        if part.aging:
            sheet.heading(hand.words.aging.format(currency=part.currency), 1, 11)
            rows = [(hand.age(name), hand.money(money)) for name, money in part.aging]
            rows.append((hand.words.open, hand.money(part.open)))
            sheet.table((hand.words.age, hand.words.open), rows, (110, 44), frozenset({1}), total=True)
