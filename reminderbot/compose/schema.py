"""The names a letter may use, what each stands for, and how its value is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Shown(Enum):
    """How the value of a fact is put into a letter."""

    TEXT = auto()
    # A sum, a date or a number: never broken over two lines.
    WHOLE = auto()
    URL = auto()
    EMAIL = auto()
    # A table in HTML, lines in text: stands in a paragraph of its own.
    BLOCK = auto()
    # True or false: for {% if %} only.
    FLAG = auto()
    # Already HTML of our own making; in the layout only.
    HTML = auto()


@dataclass(frozen=True, slots=True)
class Fact:
    """One name that letters may use."""

    shown: Shown
    meaning: str


FACTS = {
    "greeting": Fact(Shown.TEXT, "Hello Jane Roe, (or Hello, where no name is known)"),
    "contact_name": Fact(Shown.TEXT, "the person at the customer; may be empty"),
    "customer_name": Fact(Shown.TEXT, "the customer, as the ledger has it"),
    "invoice": Fact(Shown.TEXT, "INV-1042, or INV-1042 and 2 more: the oldest first"),
    "invoice_count": Fact(Shown.WHOLE, "how many invoices the letter lists, in figures"),
    "items": Fact(Shown.BLOCK, "the list of invoices with dates, open amounts and total"),
    "total": Fact(Shown.WHOLE, "what is open in all, less money received and not yet matched"),
    "oldest_due_on": Fact(Shown.WHOLE, "the earliest due date among the invoices"),
    "days_past_due": Fact(Shown.WHOLE, "how long ago that was, with its unit: 12 days; empty before the due date"),
    "today_on": Fact(Shown.WHOLE, "the day of the letter"),
    "unapplied": Fact(Shown.WHOLE, "money received and not yet matched to an invoice; may be empty"),
    "instalment": Fact(Shown.WHOLE, "what is still to be paid of the next instalment; only in its note, else empty"),
    "instalment_on": Fact(Shown.WHOLE, "the day of that instalment; else empty"),
    "instalment_place": Fact(Shown.WHOLE, "which instalment it is, in figures: 2; else empty"),
    "instalment_count": Fact(Shown.WHOLE, "how many instalments there are in all, in figures; else empty"),
    "pay_url": Fact(Shown.URL, "where everything listed can be paid; empty unless one link covers it all"),
    "short_pay_url": Fact(Shown.URL, "the same, where it is short enough for a text message; else empty"),
    "business_name": Fact(Shown.TEXT, "the name of your business"),
    "business_email": Fact(Shown.EMAIL, "where a person of your business reads mail"),
    "business_phone": Fact(Shown.WHOLE, "your telephone number; may be empty"),
    "business_address": Fact(Shown.TEXT, "your postal address, in one line"),
    "reply_address": Fact(Shown.EMAIL, "where an answer to this letter goes"),
    "several_invoices": Fact(Shown.FLAG, "true where the letter lists more than one invoice"),
    "is_past_due": Fact(Shown.FLAG, "true where at least one invoice is past its due date"),
    "is_last_instalment": Fact(Shown.FLAG, "true where it is the last instalment"),
    "has_contact_name": Fact(Shown.FLAG, "true where the person's name is known"),
    "has_pay_url": Fact(Shown.FLAG, "true where one link covers everything listed"),
    "has_pay_links": Fact(Shown.FLAG, "true where invoices in the list carry links of their own"),
    "has_business_phone": Fact(Shown.FLAG, "true where your telephone number is configured"),
    "has_unapplied": Fact(Shown.FLAG, "true where money came in that is not yet matched"),
}
"""What a letter may name."""

LAYOUT = {
    "subject": Fact(Shown.TEXT, "the subject of the letter"),
    "language": Fact(Shown.TEXT, "the language of the letter, e.g. en"),
    "body": Fact(Shown.HTML, "the letter itself"),
    "footer": Fact(Shown.HTML, "the footer, from footer.email.md"),
    "business_name": FACTS["business_name"],
}
"""What layout.html may name."""

# Longer than this, a link would push a text message over two segments.
SHORT_URL = 48
