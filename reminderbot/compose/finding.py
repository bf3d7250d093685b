"""What can be found in a letter, and which of it keeps the letter from being published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error makes a letter unfit to send; a warning is for the owner to think over."""

    ERROR = "error"
    WARNING = "warning"


class Kind(StrEnum):
    """What a finding is about."""

    SHARP = "sharp"
    ASSUMING = "assuming"
    SPINELESS = "spineless"
    ADVERTISING = "advertising"
    # Something is missing, false or does not fit: nobody's judgement can make it right.
    FACTS = "facts"
    READING = "reading"
    FIRMNESS = "firmness"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a letter: the words (or what is missing), why that matters, and what would be better."""

    severity: Severity
    words: str
    why: str
    better: str
    kind: Kind = Kind.FACTS

    @property
    def may_be_overridden(self) -> bool:
        """Whether an owner may publish in spite of it, with a reason: a judgement of words, never a missing fact."""
        return self.kind is not Kind.FACTS


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those of `findings` that keep a letter from being published."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
