"""The lanes: for each reason why reminders rest, what rests, who may end that, what a person does next, what follows.

A table of data. A person puts a matter into its lane; a reply only proposes one. docs/desk.md shows this table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from reminderbot.core.hold import WHOLE_CUSTOMER, HoldKind
from reminderbot.core.understanding import DisputeReason, Finding, Kind, Understanding


class Reason(StrEnum):
    """Why something rests, in the word that a form or a command sends; those of a reply's dispute are among them."""

    INVOICE_MISSING = "invoice_missing"
    PO_MISSING = "po_missing"
    WRONG_CONTACT = "wrong_contact"
    WRONG_AMOUNT = "wrong_amount"
    DUPLICATE = "duplicate"
    NOT_RECEIVED = "not_received"
    DEFECTIVE = "defective"
    AGREED_OTHERWISE = "agreed_otherwise"
    CANCELLED = "cancelled"
    PAID = "paid"
    NOT_MINE = "not_mine"
    HARDSHIP = "hardship"
    LEGAL = "legal"
    BEREAVEMENT = "bereavement"
    DISTRESS = "distress"
    UNSPECIFIED = "unspecified"


class Action(StrEnum):
    """What one click or command does for a step."""

    # Begins an answer with the invoice's PDF.
    COPY = "copy"
    RESTART = "restart"
    ANSWER = "answer"
    # Puts the right address or number in the place of the wrong one.
    CONTACT = "contact"
    PAID = "paid"
    PROMISE = "promise"
    CALL = "call"
    NOTE = "note"
    SETTLE = "settle"
    # Gives the case to a colleague.
    ASSIGN = "assign"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person does next: its sentence in the word file, under [lane_step], and what does it."""

    does: str
    action: Action


@dataclass(frozen=True, slots=True)
class Lane:
    """One way that a matter goes until reminders go on, or never do."""

    name: str
    hold: HoldKind
    # What rests, who may end that and what follows, by its sentence under [lane_pauses], [lane_ends] and [lane_after].
    pauses: str
    ends: str
    after: str
    steps: tuple[Step, ...]
    # They contest it, so a person says whether they were right.
    is_contested: bool = False
    # Settling it lets reminders go on by themselves; else a person lifts the pause by its number, whatever was settled.
    goes_on: bool = True

    @property
    def is_whole_customer(self) -> bool:
        """All of the customer's invoices rest, and only a person ends that."""
        return self.hold in WHOLE_CUSTOMER


_SETTLE = Step("settle", Action.SETTLE)
_LOOK = Step("look", Action.NOTE)

INVOICE_MISSING = Lane(
    "invoice never received",
    HoldKind.PAPERWORK,
    "these",
    "person",
    "restarted",
    (
        Step("send_again", Action.COPY),
        Step("restart", Action.RESTART),
        _SETTLE,
    ),
)
PO_MISSING = Lane(
    "order number or approval missing",
    HoldKind.PAPERWORK,
    "these",
    "person_or_day",
    "gently",
    (
        Step("find_number", Action.NOTE),
        Step("tell_number", Action.COPY),
        _SETTLE,
    ),
)
WRONG_CONTACT = Lane(
    "wrong contact",
    HoldKind.WRONG_CONTACT,
    "these_or_all",
    "person",
    "gently",
    (
        Step("ask_who", Action.ANSWER),
        Step("put_address", Action.CONTACT),
        _SETTLE,
    ),
)
WRONG_AMOUNT = Lane(
    "wrong amount",
    HoldKind.DISPUTE,
    "these",
    "person_or_credit",
    "credit",
    (_LOOK, Step("tell_found", Action.ANSWER), _SETTLE),
    is_contested=True,
)
GOODS = Lane(
    "goods or service",
    HoldKind.DISPUTE,
    "these",
    "person_or_credit",
    "credit",
    (_LOOK, Step("ask_goods", Action.CALL), _SETTLE),
    is_contested=True,
)
AGREED_OTHERWISE = Lane(
    "agreed otherwise",
    HoldKind.DISPUTE,
    "these",
    "person_or_credit",
    "credit",
    (
        Step("ask_colleague", Action.ASSIGN),
        Step("tell_found", Action.ANSWER),
        _SETTLE,
    ),
    is_contested=True,
)
PAID = Lane(
    "says it is paid",
    HoldKind.PAID,
    "these",
    "person_or_books",
    "gently",
    (
        Step("look_for_payment", Action.PAID),
        Step("ask_payment", Action.ANSWER),
        _SETTLE,
    ),
)
NOT_MINE = Lane(
    "not theirs, or fraud",
    HoldKind.NOT_MINE,
    "all",
    "person_only",
    "stays",
    (
        Step("who_ordered", Action.NOTE),
        Step("nothing_more", Action.ANSWER),
        _SETTLE,
    ),
    is_contested=True,
    goes_on=False,
)
HARDSHIP = Lane(
    "cannot pay now",
    HoldKind.HARDSHIP,
    "all",
    "person_only",
    "gently",
    (
        Step("what_can_they", Action.CALL),
        Step("offer_instalments", Action.PROMISE),
        _SETTLE,
    ),
)
LEGAL = Lane(
    "insolvency or a lawyer",
    HoldKind.LEGAL,
    "all",
    "person_only",
    "stays",
    (
        Step("give_to_owner", Action.ASSIGN),
        Step("file_number", Action.NOTE),
        _SETTLE,
    ),
    goes_on=False,
)
BEREAVEMENT = Lane(
    "a death",
    HoldKind.SENSITIVE,
    "all",
    "person_only",
    "stays",
    (Step("write_yourself", Action.ANSWER), _SETTLE),
    goes_on=False,
)
DISTRESS = Lane(
    "distress",
    HoldKind.SENSITIVE,
    "all",
    "person_only",
    "stays",
    (Step("call_with_care", Action.CALL), _SETTLE),
    goes_on=False,
)
OTHER = Lane(
    "something else",
    HoldKind.DISPUTE,
    "these",
    "person",
    "credit",
    (Step("ask_what", Action.ANSWER), _SETTLE),
    is_contested=True,
)

LANES: Mapping[Reason, Lane] = MappingProxyType(
    {
        Reason.INVOICE_MISSING: INVOICE_MISSING,
        Reason.PO_MISSING: PO_MISSING,
        Reason.WRONG_CONTACT: WRONG_CONTACT,
        Reason.WRONG_AMOUNT: WRONG_AMOUNT,
        Reason.DUPLICATE: WRONG_AMOUNT,
        Reason.NOT_RECEIVED: GOODS,
        Reason.DEFECTIVE: GOODS,
        Reason.AGREED_OTHERWISE: AGREED_OTHERWISE,
        Reason.CANCELLED: AGREED_OTHERWISE,
        Reason.PAID: PAID,
        Reason.NOT_MINE: NOT_MINE,
        Reason.HARDSHIP: HARDSHIP,
        Reason.LEGAL: LEGAL,
        Reason.BEREAVEMENT: BEREAVEMENT,
        Reason.DISTRESS: DISTRESS,
        Reason.UNSPECIFIED: OTHER,
    }
)

# "We never received the invoice": not the goods. In the languages of the shipped letters.
_BILL = re.compile(r"\b(?:invoice|bill|rechnung|factura|facture|fattura|factuur|fatura)", re.IGNORECASE)
_OF_KIND = {
    Kind.PAID: Reason.PAID,
    Kind.WRONG_CONTACT: Reason.WRONG_CONTACT,
    Kind.HARDSHIP: Reason.HARDSHIP,
    Kind.LEGAL: Reason.LEGAL,
    Kind.SENSITIVE: Reason.DISTRESS,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One matter that a reply seems to hold, for a person to confirm by a click."""

    # None: a promise, for `day`.
    reason: Reason | None
    invoices: tuple[str, ...]
    words: str
    day: date | None = None


def proposals(understood: Understanding, known: Iterable[str]) -> tuple[Proposal, ...]:
    """The matters of a reply, each with those invoices among `known` that it names.

    What nobody could read of it and names an invoice is a matter too: a person says which.
    """
    open_now = tuple(known)
    found: dict[tuple[Reason | None, date | None], Proposal] = {}
    for each in (*_told(understood), *_unread(understood, open_now)):
        key = (each.reason, each.day)
        before = found.get(key, Proposal(each.reason, (), each.words, each.day))
        named = (*before.invoices, *(number for number in each.invoices if number in open_now))
        found[key] = replace(before, invoices=tuple(dict.fromkeys(named)))
    return tuple(found.values())


def _told(understood: Understanding) -> Iterator[Proposal]:
    for finding in understood.findings:
        if finding.kind is Kind.PROMISE:
            yield Proposal(None, finding.invoices, finding.text, finding.day)
        elif reason := _reason(finding, understood):
            yield Proposal(reason, finding.invoices, finding.text)


def _reason(finding: Finding, understood: Understanding) -> Reason | None:
    if finding.kind is not Kind.DISPUTE:
        return _OF_KIND.get(finding.kind)
    reason = Reason((finding.dispute_reason or DisputeReason.UNSPECIFIED).value)
    if reason is Reason.NOT_MINE and knows_us(understood):
        return Reason.UNSPECIFIED
    if reason is Reason.NOT_RECEIVED and _BILL.search(finding.text):
        return Reason.INVOICE_MISSING
    return reason


def knows_us(understood: Understanding) -> bool:
    """Whether they also speak of paying us, as nobody does whose name somebody else has used."""
    return bool({Kind.PAID, Kind.PROMISE, Kind.INSTALMENTS} & set(understood.kinds))


def _unread(understood: Understanding, known: tuple[str, ...]) -> Iterator[Proposal]:
    for sentence in understood.unexplained:
        named = tuple(number for number in known if _names(sentence, number))
        if named:
            yield Proposal(Reason.UNSPECIFIED, named, sentence)


def _names(sentence: str, number: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", sentence, re.IGNORECASE))
