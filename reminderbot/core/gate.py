"""A gate: one question that stands between an account and its next message, with its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class GateCode(StrEnum):
    """Every answer that a gate can give; each has its sentence in the word file, under [gate]."""

    # What is owed.
    OWED = "owed"
    NOTHING_OPEN = "nothing_open"
    TOO_SMALL = "too_small"
    NO_DUE_DATE = "no_due_date"
    # What pauses it; a hold's own sentence stands under [hold], by its kind.
    HELD = "held"
    LEDGER_DISPUTED = "ledger_disputed"
    NOT_HELD = "not_held"
    POSSIBLY_PAID = "possibly_paid"
    NOT_POSSIBLY_PAID = "not_possibly_paid"
    # A person gave it its courtesy days again.
    RESTARTED = "restarted"
    # Whose turn it is, by which ladder.
    PATIENCE = "patience"
    SEGMENT_GONE = "segment_gone"
    TIER_DUE = "tier_due"
    TIER_LATER = "tier_later"
    SAID_ALREADY = "said_already"
    LADDER_DONE = "ladder_done"
    NOTICE_LAPSED = "notice_lapsed"
    TEXT_CHANGED = "text_changed"
    TEXT_TOO_LATE = "text_too_late"
    # A letter beside the ladder: a note before an instalment, a thank-you.
    NOTE_DUE = "note_due"
    NOTE_QUIET = "note_quiet"
    NOTE_TOO_LATE = "note_too_late"
    THANKS_DUE = "thanks_due"
    THANKS_QUIET = "thanks_quiet"
    THANKS_TOO_LATE = "thanks_too_late"
    # Whether they can be reached.
    REACHABLE = "reachable"
    NO_ADDRESS = "no_address"
    NO_NUMBER = "no_number"
    CLOSED = "closed"
    NO_TEXTS = "no_texts"
    NO_CONSENT = "no_consent"
    # Whether it is a good hour.
    NOT_TOO_OFTEN = "not_too_often"
    TOO_OFTEN = "too_often"
    IN_HOURS = "in_hours"
    OUT_OF_HOURS = "out_of_hours"
    NOBODY_AT_WORK = "nobody_at_work"
    NO_COMMON_HOUR = "no_common_hour"


@dataclass(frozen=True, slots=True)
class Gate:
    """One question asked, whether it let the message pass, and why, as a sentence."""

    name: str
    passed: bool
    because: str
    # When a closed gate may open by itself; None: an event or a person opens it.
    until: datetime | None = None
    code: GateCode = field(kw_only=True)
    # The invoices that it is about; empty: the customer as a whole.
    invoices: tuple[str, ...] = field(default=(), kw_only=True)
    # What the sentence names, as it can be kept: `_at` moments and `_on` days in ISO 8601, sums as "120.00 GBP".
    values: Mapping[str, str | int] = field(default_factory=dict, kw_only=True)
