"""A gate: one question that stands between an account and its next message, with its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Gate:
    """One question asked, whether it let the message pass, and why, as a sentence."""

    name: str
    passed: bool
    because: str
    # When a closed gate may open by itself; None: an event or a person opens it.
    until: datetime | None = None
