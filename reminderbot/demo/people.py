"""The invented people of the demo: who owes what to Harbor & Pine, and what each of them does about it.

Every act follows a message that really arrived. What an answer allows (`quiet_until`) stands here by hand, so that the
judge need not ask the bot what it makes of an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from reminderbot.demo.evidence import EMAIL, SMS, Bill, Party

ZONE = "America/New_York"
_HOME = ZoneInfo(ZONE)
BUSINESS = {
    "name": "Harbor & Pine",
    "email": "hello@harborpine.example",
    "phone": "+1 212 555 0142",
    "address": "48 Pier Street, New York, NY 10004",
    "time_zone": ZONE,
    "country": "US",
    "currency": "USD",
}
ACCOUNTS = "accounts@harborpine.example"
OUR_NUMBER = "+12125550199"
START = datetime(2026, 9, 1, 7, 30, tzinfo=_HOME)
DAYS = 91


@dataclass(frozen=True, slots=True)
class Says:
    """Answers in words."""

    text: str
    channel: str = EMAIL
    quiet_until: date | None = None
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """Their mail program answers that they are away."""

    text: str
    quiet_until: date


@dataclass(frozen=True, slots=True)
class Bounces:
    """Their mail server took the mail, and then reports that it cannot deliver it."""

    text: str = "the mailbox is no longer in use"


@dataclass(frozen=True, slots=True)
class Pays:
    """Money arrives, and the books show it."""

    invoice: str
    # None: all that is open on it.
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, `hours` after a message of that tier (`tier`, or `tier/sms`) has first reached them."""

    on: str
    hours: float
    does: Says | Away | Bounces | Pays


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the demo."""

    party: Party
    contact: str
    acts: tuple[Act, ...] = ()
    # The mail server knows no such mailbox.
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class OwnerAct:
    """What the owner does at the desk about somebody."""

    at: datetime
    customer_id: str
    # Told to whoever watches, after "The owner".
    story: str
    # What the owner writes down when closing the case.
    resolution: str
    credit: tuple[str, Decimal] | None = None
    # The reminders may go on.
    releases: bool = False
    # By telephone; the resolution is what came of it.
    calls: bool = False


@dataclass
class _Maker:
    """Numbers the customers as they come."""

    people: list[Person] = field(default_factory=list)

    def add(
        self,
        name: str,
        contact: str,
        bills: tuple[tuple[int, str, str], ...],
        *acts: Act,
        zone: str = ZONE,
        country: str = "US",
        currency: str = "USD",
        phone: str = "",
        consent: str = "",
        parked: bool = False,
        unknown: bool = False,
    ) -> None:
        number = f"C{len(self.people) + 1:02}"
        owed = tuple(Bill(f"INV-{n}", date.fromisoformat(due), Decimal(total)) for n, due, total in bills)
        host = name.lower().replace("&", "and").replace(" ", "-").replace("'", "")
        party = Party(
            number,
            name,
            f"{contact.split()[0].lower()}@{host}.example",
            phone,
            zone,
            country,
            currency,
            date.fromisoformat(consent) if consent else None,
            owed,
            tuple(bill.number for bill in owed) if parked else (),
        )
        self.people.append(Person(party, contact, acts, unknown))


def cast() -> tuple[Person, ...]:
    """Everybody who owes money to Harbor & Pine in this quarter."""
    maker = _Maker()
    add = maker.add
    # Pays after the gentle letter; the next time the note before the due date is enough.
    add(
        "Maple Street Bakery", "Rosa Delgado", ((1041, "2026-09-04", "486.50"), (1068, "2026-10-23", "512.00")),
        Act("gentle", 26, Pays("INV-1041")), Act("heads-up#2", 50, Pays("INV-1068")),
    )  # fmt: skip
    # A promise, kept to the day.
    add(
        "Kestrel Cycles", "Ben Okafor", ((1038, "2026-08-31", "1240.00"), (1073, "2026-11-13", "890.00")),
        Act("check-in", 4, Says("Sorry, this one slipped through. We will pay it on Friday.",
                                quiet_until=date(2026, 9, 16))),
        Act("check-in", 29, Pays("INV-1038")), Act("gentle#2", 28, Pays("INV-1073")), zone="America/Chicago",
    )  # fmt: skip
    # A promise that is not kept: no letter follows, a person asks.
    add(
        "Bluebell Interiors", "Marta Lind", ((1043, "2026-09-08", "2310.00"),),
        Act("check-in", 5, Says("I will pay by Wednesday.")), Act("check-in", 342, Pays("INV-1043")),
    )  # fmt: skip
    add(
        "Orchard & Vine", "Paul Renner", ((1045, "2026-09-11", "1860.00"), (1071, "2026-11-06", "740.00")),
        Act("gentle", 3, Says("Half the boxes were damaged when they arrived. Please look into this before we pay.")),
        Act("check-in", 49, Pays("INV-1045")), Act("heads-up#2", 30, Pays("INV-1071")),
    )  # fmt: skip
    # Says that it is paid, and it is: the bank was slow.
    add(
        "Larkspur Dental", "Amy Chen", ((1047, "2026-09-14", "940.00"),),
        Act("gentle", 2, Says("We have already paid this, by bank transfer on Tuesday.")),
        Act("gentle", 25, Pays("INV-1047")),
    )  # fmt: skip
    add(
        "Northgate Architects", "Hugo Weiss", ((1049, "2026-09-18", "3475.00"), (1075, "2026-11-23", "1890.00")),
        Act("gentle", 0.02, Away("I am out of the office until Monday, October 5, and will answer when I am back.",
                                 quiet_until=date(2026, 10, 6))),
        Act("check-in", 51, Pays("INV-1049")), Act("gentle#2", 5, Pays("INV-1075")),
    )  # fmt: skip
    add(
        "Pocket Garage", "Dmitri Sokol", ((1051, "2026-09-22", "365.00"),),
        Act("check-in/sms", 0.3, Says("STOP", SMS, closes=SMS)), Act("check-in/sms", 243, Pays("INV-1051")),
        phone="+16465550117", consent="2026-03-02",
    )  # fmt: skip
    # The server refuses this address at the door, and the next one only hours later.
    add("Hollow Oak Framing", "Sam Ortiz", ((1053, "2026-09-25", "780.00"),), unknown=True)
    add(
        "Gable & Sons Roofing", "Ruth Gable", ((1055, "2026-10-01", "1125.00"),),
        Act("heads-up", 0.1, Bounces()),
    )  # fmt: skip
    add(
        "Juniper Books", "Nora Feld", ((1057, "2026-10-02", "298.40"),),
        Act("gentle", 6, Says("Noted with thanks.", quiet_until=date(2026, 10, 14))),
        Act("check-in", 50, Pays("INV-1057")),
    )  # fmt: skip
    # Three invoices, one of them paid in two parts; the third letter within a week waits for the next.
    add(
        "Stonebridge Logistics", "Lou Marsh",
        ((1040, "2026-09-02", "2000.00"), (1052, "2026-09-16", "1450.00"), (1054, "2026-09-21", "310.00")),
        Act("check-in", 52, Pays("INV-1040", Decimal("1000.00"))), Act("gentle#2", 28, Pays("INV-1052")),
        Act("options", 53, Pays("INV-1040")), Act("check-in#2", 30, Pays("INV-1054")), phone="+12015550133",
    )  # fmt: skip
    add(
        "Willow Yoga Studio", "Ines Fontaine", ((1060, "2026-10-09", "640.00"),),
        Act("check-in", 7, Says("We lost our biggest client this summer and cannot pay at the moment. I am sorry.")),
        Act("check-in", 316, Pays("INV-1060", Decimal("160.00"))),
    )  # fmt: skip
    # Never answers: the whole ladder, until a person is asked to call, and at last to decide.
    add(
        "Ferro Metalworks", "Accounts Payable", ((1036, "2026-08-28", "4180.00"),),
        phone="+17185550164", consent="2026-01-15",
    )  # fmt: skip
    add(
        "Tidewater Catering", "Gail Moss", ((1062, "2026-10-14", "715.00"),),
        Act("gentle", 4, Says("Please stop sending me these emails.", closes=EMAIL)),
        Act("gentle", 363, Pays("INV-1062")),
    )  # fmt: skip
    add("Cassidy Events", "Joan Cassidy", ((871, "2026-05-15", "1990.00"),), parked=True)
    # Thanksgiving is a working day in Sydney.
    add(
        "Harbour Lane Cafe", "Tom Wu", ((1058, "2026-10-06", "820.00"), (1074, "2026-11-23", "275.00")),
        Act("gentle", 94, Pays("INV-1058")), Act("gentle#2", 22, Pays("INV-1074")),
        zone="Australia/Sydney", country="AU",
    )  # fmt: skip
    add(
        "Finch & Rowe", "Clara Rowe", ((1064, "2026-10-19", "1150.00"),),
        Act("gentle", 5, Says("Could you send us a copy of the invoice? We cannot find it.")),
        Act("gentle", 125, Pays("INV-1064")), zone="Europe/London", country="GB", currency="GBP",
    )  # fmt: skip
    add(
        "Lakeside Print Shop", "Omar Haddad", ((1070, "2026-10-26", "530.00"),),
        Act("check-in/sms", 3, Says("Will pay on Tuesday", SMS, quiet_until=date(2026, 11, 14))),
        Act("check-in/sms", 98, Pays("INV-1070")), phone="+16465550188", consent="2026-06-20",
    )  # fmt: skip
    return tuple(maker.people)


def owner_acts() -> tuple[OwnerAct, ...]:
    """The two matters that the owner settles; the others still wait at the end, and stay silent till then."""
    return (
        OwnerAct(
            datetime(2026, 9, 17, 11, 0, tzinfo=_HOME), "C04",
            "credits the damaged boxes (USD 620.00) and lets the reminders go on.",
            "half the boxes credited, agreed by telephone", ("INV-1045", Decimal("620.00")), releases=True,
        ),
        OwnerAct(
            datetime(2026, 9, 28, 14, 0, tzinfo=_HOME), "C03",
            "calls Marta: a client paid her late; Friday it is. No letter went out.",
            "called: she pays on Friday", None, calls=True,
        ),
    )  # fmt: skip


def lasting() -> timedelta:
    """How long the quarter is."""
    return timedelta(days=DAYS)
