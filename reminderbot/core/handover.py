"""Handing over: a person gives what is owed to an agency or a lawyer, or writes it off, and everything here stops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reminderbot.core.case import CaseKind
from reminderbot.core.hold import HoldKind


class HandoverKind(StrEnum):
    """Where it goes; the value is also the word on the command line and in a form."""

    WRITE_OFF = "write-off"
    AGENCY = "agency"
    LAWYER = "lawyer"


_SAID = {
    HandoverKind.WRITE_OFF: "written off",
    HandoverKind.AGENCY: "handed to a collection agency",
    HandoverKind.LAWYER: "handed to a lawyer",
}

# What we would do next ourselves. What they contest, ask or say they have paid still wants a person's answer.
OURS_TO_DO = frozenset(
    {
        CaseKind.CALL, CaseKind.REVIEW, CaseKind.BROKEN_PROMISE, CaseKind.PROMISE, CaseKind.INSTALMENTS,
        CaseKind.MISSED_INSTALMENT, CaseKind.OLD_DEBT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handover:
    """What a person handed over, and whether it was taken back."""

    handover_id: int
    customer_id: str
    kind: HandoverKind
    # Empty: the whole customer.
    invoices: tuple[str, ...]
    note: str
    # The pause that stands as long as it is handed over.
    hold_id: int
    marked_by: str
    marked_at: datetime
    taken_back_by: str = ""
    taken_back_at: datetime | None = None
    back_note: str = ""
    # What waited for a person and was closed with it.
    cases: tuple[int, ...] = ()
    # The promises that were waited for until then.
    promises: tuple[int, ...] = ()

    @property
    def stands(self) -> bool:
        return self.taken_back_at is None


# What we waited for ourselves, and wait for no more; plans have their own.
OURS_TO_WAIT_FOR = frozenset({HoldKind.PROMISE, HoldKind.OLD_DEBT})


def within(invoices: Sequence[str], handed: Sequence[str]) -> bool:
    """True where what is about `invoices` is wholly handed over; on both sides none named means all of the customer."""
    return not handed or (bool(invoices) and set(invoices) <= set(handed))


def said(kind: HandoverKind) -> str:
    """The kind as a sentence goes on: "INV-1042 was ..."."""
    return _SAID[kind]
