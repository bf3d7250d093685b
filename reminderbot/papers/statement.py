"""A statement of account as a paper, and as a part of a case file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reminderbot.compose import formats
from reminderbot.core.business import Business
from reminderbot.core.customer import Customer
from reminderbot.core.invoice import PaymentKind
from reminderbot.core.money import Money
from reminderbot.core.statement import Part, Statement
from reminderbot.papers.sheet import SMALL, Sheet

_LETTER_PAPER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE"})
_KINDS = {
    PaymentKind.PAYMENT: "Payment",
    PaymentKind.CREDIT_NOTE: "Credit note",
    PaymentKind.WRITE_OFF: "Written off",
}
AGES = {
    "no due date": "No due date",
    "not yet due": "Not yet due",
    "1-30": "1 to 30 days past due",
    "31-60": "31 to 60 days past due",
    "61-90": "61 to 90 days past due",
    "over 90": "More than 90 days past due",
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished PDF, and what could not be printed in it, as sentences."""

    pdf: bytes
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hand:
    """How days and sums are written: in English, the way it is done where the business is."""

    country: str

    @property
    def _tag(self) -> str:
        return f"en-{self.country}"

    def day(self, on: date | None) -> str:
        return formats.day(on, self._tag) if on else "none"

    def money(self, sum_: Money) -> str:
        return formats.money(sum_, self._tag)


def begin(business: Business, title: str, on: date, footer: str) -> Sheet:
    """A sheet of the size and under the name of the business."""
    return Sheet(title, business.name, on, footer, us_letter=business.country in _LETTER_PAPER)


def draw(business: Business, found: Statement) -> Paper:
    """The statement as a paper of its own."""
    hand = Hand(business.country)
    title = f"Statement of account: {found.customer.name}, {hand.day(found.on)}"
    footer = f"{business.name} · Statement of account · {hand.day(found.on)} · {found.customer.name}"
    sheet = begin(business, title, found.on, footer)
    sheet.words(business.name, bold=True)
    sheet.words("\n".join(filter(None, (business.address, business.email, business.phone))), size=SMALL, grey=True)
    sheet.gap(14)
    address(sheet, found.customer)
    sheet.gap(12)
    sheet.heading("Statement of account", 0, 18)
    sheet.words(f"As of {hand.day(found.on)}", grey=True)
    sheet.gap(5)
    account(sheet, hand, found)
    ages(sheet, hand, found)
    pdf = sheet.finish()
    return Paper(pdf, sheet.troubles)


def address(sheet: Sheet, who: Customer) -> None:
    """Whose it is."""
    sheet.words(who.name, bold=True)
    told = [who.contact.name, who.contact.email, who.contact.phone, f"Customer number {who.customer_id}"]
    sheet.words("\n".join(filter(None, told)), size=SMALL)


def account(sheet: Sheet, hand: Hand, found: Statement) -> None:
    """Open items, what came in, and the balance, one part a currency."""
    if not found.parts:
        sheet.words("Nothing was billed and nothing came in.")
    for part in found.parts:
        _items(sheet, hand, part)
        _payments(sheet, hand, part)
        _balance(sheet, hand, part)
        sheet.gap(4)
    for told in found.unknown:
        sheet.words(told, size=SMALL, grey=True)


def _items(sheet: Sheet, hand: Hand, part: Part) -> None:
    sheet.heading(f"Open items in {part.currency}", 1, 11)
    if not part.items:
        sheet.words("Nothing is open.")
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
    rows.append(("Open", "", "", "", "", "", hand.money(part.open)))
    heads = ("Invoice", "Issued", "Due", "Days late", "Billed", "Settled", "Open")
    sheet.table(heads, rows, (22, 23, 23, 19, 25, 23, 27), frozenset({3, 4, 5, 6}), total=True)


def _payments(sheet: Sheet, hand: Hand, part: Part) -> None:
    if not part.payments:
        return
    sheet.heading(f"What came in, in {part.currency}", 1, 11)
    rows = [
        (hand.day(p.paid_on), _KINDS[p.kind], p.invoice or p.unlisted_invoice or "not matched", hand.money(p.amount))
        for p in part.payments
    ]
    sheet.table(("Date", "What", "For", "Sum"), rows, (24, 30, 60, 40), frozenset({3}))


def _balance(sheet: Sheet, hand: Hand, part: Part) -> None:
    rows = []
    if part.unmatched.amount:
        rows += [("Open", hand.money(part.open)), ("Received, not matched to an invoice", hand.money(part.unmatched))]
    rows.append(("Balance", hand.money(part.balance)))
    sheet.table(("", ""), rows, (110, 44), frozenset({1}), total=True)


def ages(sheet: Sheet, hand: Hand, found: Statement) -> None:
    """How old what is open is."""
    for part in found.parts:
        if part.aging:
            sheet.heading(f"Aging in {part.currency}", 1, 11)
            rows = [(AGES[name], hand.money(money)) for name, money in part.aging]
            rows.append(("Open", hand.money(part.open)))
            sheet.table(("Age", "Open"), rows, (110, 44), frozenset({1}), total=True)
