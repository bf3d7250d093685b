"""What comes out of deciding about a customer: a message, matters for a person, and every gate that was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reminderbot.core.case import CaseKind
from reminderbot.core.gate import Gate
from reminderbot.core.ladder import Channel


@dataclass(frozen=True, slots=True)
class Send:
    """One message to one customer."""

    tier: str
    channel: Channel
    # All invoices that the message lists.
    lists: tuple[str, ...]
    # Those that take a step with it: (invoice, the tier it reaches, that tier's days).
    steps: tuple[tuple[str, str, int], ...]
    not_before: datetime
    needs_approval: bool = False
    # The e-mail that this text message follows.
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A person is needed; `tier` where the ladder itself asks for one (call, review)."""

    kind: CaseKind
    why: str
    invoices: tuple[str, ...]
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one customer now, every gate that was asked, and when to look again."""

    gates: tuple[Gate, ...]
    send: Send | None = None
    cases: tuple[OpenCase, ...] = ()
    # Steps that a letter over other invoices has said already, which listed these as well.
    told: tuple[tuple[str, str, int], ...] = ()
    # None: only an event (a payment, a reply, a person) changes anything.
    review_at: datetime | None = None

    @property
    def closed(self) -> tuple[Gate, ...]:
        """The gates that did not let it pass."""
        return tuple(gate for gate in self.gates if not gate.passed)
