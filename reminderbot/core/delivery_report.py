"""What the carrier reports of a text message that it took: how far it came, and whether that is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Twilio's words in the order in which a message meets them; of one rank the first to be told stays.
_RANK = {
    "accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3,
    "delivered": 4, "partially_delivered": 4, "undelivered": 4, "failed": 4, "canceled": 4,
    # The carrier no longer knows the message: there is nothing more to learn.
    "gone": 4, "read": 5,
}  # fmt: skip
_FINAL = 4
FINAL = frozenset(word for word, rank in _RANK.items() if rank >= _FINAL)
_FAILED = frozenset({"undelivered", "failed"})
# The handset was off or away (https://www.twilio.com/docs/api/errors/30003).
UNREACHABLE = 30003
# promises.md 1.2: as often in a row, and the number gets no more texts.
UNREACHABLE_MOST = 2


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One word of the carrier about one message."""

    # The MessageSid.
    reference: str
    status: str
    # The carrier's error number, where the message failed.
    code: int | None = None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_failure(self) -> bool:
        return self.status in _FAILED


def is_news(report: DeliveryReport, known: str | None) -> bool:
    """Whether it tells more than the status known: reports come late, twice, and out of order."""
    return known is None or _RANK.get(report.status, -1) > _RANK.get(known, -1)


def is_out_of_reach(codes: Sequence[int | None]) -> bool:
    """Whether the newest texts to a number, their error numbers newest first, all failed to reach its handset."""
    return len(codes) >= UNREACHABLE_MOST and all(code == UNREACHABLE for code in codes[:UNREACHABLE_MOST])
