"""Made-up customers and letters for the tests of this room."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from reminderbot.compose.facts import LetterFacts, LetterRequest, letter_facts
from reminderbot.compose.headers import EmailHeaders
from reminderbot.core.account import Account, OpenItem
from reminderbot.core.business import Business
from reminderbot.core.customer import Contact, Customer
from reminderbot.core.invoice import Invoice
from reminderbot.core.money import Money

SHIPPED = Path(__file__).parents[2] / "templates"
TODAY = date(2026, 4, 20)
# Each in the first of its spellings that letters are written in.
LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
LETTERS = ("heads-up", "gentle", "check-in", "options", "firm", "last")

BUSINESS = Business(
    "Alder & Sons Joinery",
    "hello@alder.example",
    "+44 113 496 0123",
    "1 High Street\nLeeds LS1 1AA",
    "Europe/London",
    "GB",
    "en-GB",
    "GBP",
)
LINK = "https://pay.example/i/8f3k2m"


def usd(amount: str, currency: str = "USD") -> Money:
    return Money(Decimal(amount), currency)


def customer(name: str = "Roe Ltd", contact: str = "Jane Roe", language: str = "") -> Customer:
    return Customer("C1", name, Contact(contact, "jane@roe.example", None), language)


def item(
    number: str = "INV-1042",
    total: Money | None = None,
    balance: Money | None = None,
    due_on: date | None = date(2026, 4, 2),
    pay_url: str = "",
    po_number: str = "",
) -> OpenItem:
    total = total or usd("1250.00")
    invoice = Invoice(number, "C1", date(2026, 3, 3), due_on, total, pay_url=pay_url, po_number=po_number)
    return OpenItem(invoice, balance or total)


def request(
    *items: OpenItem,
    letter: str = "gentle",
    who: Customer | None = None,
    business: Business = BUSINESS,
    unapplied: tuple[Money, ...] = (),
    today: date = TODAY,
    language: str = "",
) -> LetterRequest:
    items = items or (item(),)
    account = Account(who or customer(), items, unapplied)
    return LetterRequest(business, account, items, letter, today, "reply@alder.example", language)


def facts(*items: OpenItem, **more: object) -> LetterFacts:
    return letter_facts(request(*items, **more))  # type: ignore[arg-type]  # handed on as it came


def headers(**more: object) -> EmailHeaders:
    given: dict[str, object] = {
        "sender_name": "Alder & Sons Joinery",
        "sender": "hello@alder.example",
        "recipient_name": "Jane Roe",
        "recipient": "jane@roe.example",
        "date": datetime(2026, 4, 20, 9, 30, tzinfo=UTC),
        "message_id": "<r.1.abc@alder.example>",
        "reply_to": "hello+r1.abc@alder.example",
        "unsubscribe": "mailto:hello+r1.abc@alder.example?subject=unsubscribe",
    }
    return EmailHeaders(**(given | more))  # type: ignore[arg-type]  # a table of them, for brevity


def write_letters(folder: Path, files: dict[str, str]) -> Path:
    """A letters folder with the shipped layout and footer, and `files` in templates/en/."""
    (folder / "en").mkdir(parents=True, exist_ok=True)
    (folder / "layout.html").write_text((SHIPPED / "layout.html").read_text("utf-8"), "utf-8")
    (folder / "en" / "footer.email.md").write_text("{{ business_name }}, {{ business_address }}\n", "utf-8")
    for name, text in files.items():
        path = folder / (name if "/" in name else f"en/{name}")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
