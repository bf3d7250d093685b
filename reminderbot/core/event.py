"""What the journal records: what we decided, sent and heard, and who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# Who acts where no person does.
BOT = "reminderbot"


class EventKind(StrEnum):
    IMPORTED = "imported"
    PAID = "paid"
    CREDITED = "credited"
    # A payment or credit was taken back, for example by the bank.
    MONEY_BACK = "money_back"
    DECIDED = "decided"
    PLANNED = "planned"
    # A person had a reminder of uncertain fate sent once more.
    PLANNED_AGAIN = "planned_again"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    CLAIMED = "claimed"
    ONWIRE = "onwire"
    SETTLED = "settled"
    # The carrier's last word on a text message: delivered, or not.
    REPORTED = "reported"
    HEARD = "heard"
    UNDERSTOOD = "understood"
    CORRECTED = "corrected"
    HELD = "held"
    RELEASED = "released"
    PROMISED = "promised"
    PROMISE_KEPT = "promise_kept"
    PROMISE_PARTLY_KEPT = "promise_partly_kept"
    PROMISE_BROKEN = "promise_broken"
    # What was not there in time has all come in since.
    PROMISE_PAID_LATE = "promise_paid_late"
    # It counts no more: nothing was left to pay, or another matter took its place.
    PROMISE_CLOSED = "promise_closed"
    PROMISE_TAKEN_BACK = "promise_taken_back"
    # Instalments: offered, agreed, one not come in, all come in, ended by a person, taken back.
    PLAN_PROPOSED = "plan_proposed"
    PLAN_AGREED = "plan_agreed"
    PLAN_MISSED = "plan_missed"
    PLAN_KEPT = "plan_kept"
    PLAN_ENDED = "plan_ended"
    PLAN_TAKEN_BACK = "plan_taken_back"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    CASE_OPENED = "case_opened"
    CASE_RESOLVED = "case_resolved"
    CASE_REOPENED = "case_reopened"
    SNOOZED = "snoozed"
    ASSIGNED = "assigned"
    # A person wrote down a note, or how a call went.
    NOTED = "noted"
    # A person marked or settled a dispute.
    DISPUTED = "disputed"
    # A person gave it to an agency or a lawyer or wrote it off, or took that back.
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    # A case file was made, with the hash of its manifest.
    FILED = "filed"
    # A person gave an invoice its courtesy days again.
    RESTARTED = "restarted"
    # A file went with a person's answer: what it was, and the SHA-256 of its bytes.
    ATTACHED = "attached"
    # A person put an address or number in the place of the ledger's, or the ledger's took its place again.
    CONTACT_CHANGED = "contact_changed"
    # A person settled something for this customer alone: language, never a text message, who takes care of them.
    PREFERRED = "preferred"
    UNDONE = "undone"
    # A letter's wording was published, or set aside because the file had been changed meanwhile.
    LETTER_CHANGED = "letter_changed"
    # A letter was sent to somebody of the house, to look at.
    LETTER_TRIED = "letter_tried"
    TIER_REACHED = "tier_reached"
    STOPPED = "stopped"
    WENT_LIVE = "went_live"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
    # Who may work here: invited, given another role, let in, closed.
    USER_CHANGED = "user_changed"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal; never changed once written."""

    kind: EventKind
    at: datetime
    # "reminderbot", or the name of the person who did it.
    actor: str
    customer_id: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
