"""How the calls of the carrier fare, and what a person is told of those that were turned away.

Pure. Whatever is turned away is lost on this way only: texts and delivery reports are asked for as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Refusal(StrEnum):
    """Why a call was turned away."""

    # Twilio's own signature, over another address than ours.
    ADDRESS = "address"
    # A signature that none of our tokens makes: a forgery, another token, or a body that was changed on its way.
    SIGNATURE = "signature"
    # No signature at all: a stranger, or a proxy that drops the header.
    UNSIGNED = "unsigned"
    # Signed, but for no page of ours, or asked with another method than POST.
    PATH = "path"
    METHOD = "method"
    # Twilio's, about a text that is none of ours, or with nothing in it that we can use.
    STRANGE = "strange"
    # Too many at once.
    FLOOD = "flood"


_CURES = {
    Refusal.ADDRESS: "Twilio called {called}, and by [desk] public_url that is {ours}: make the two the same",
    Refusal.SIGNATURE: (
        "their signature fits no token of ours: is REMINDERBOT_TWILIO_TOKEN that of this account, and the one before it"
        " REMINDERBOT_TWILIO_OLD_TOKEN while it changes? A proxy must not change the body or the path"
    ),
    Refusal.PATH: "they asked for a page that is not there: at Twilio, write the address as it stands above",
    Refusal.METHOD: "they were no HTTP POST: choose POST at Twilio, beside the address",
    Refusal.STRANGE: "they were about nothing of ours: at Twilio, write the address for messages only",
    Refusal.UNSIGNED: "they bore no signature: strangers, or your proxy drops the header X-Twilio-Signature",
    Refusal.FLOOD: "they came too many at once: nothing needs doing, Twilio is asked as well",
}


@dataclass(frozen=True, slots=True)
class Calls:
    """What came in on that way since the program started."""

    since: datetime
    accepted: int = 0
    accepted_at: datetime | None = None
    refused: Mapping[Refusal, int] = field(default_factory=dict)
    refused_at: datetime | None = None
    # The address that Twilio really called, and what it is by our settings.
    called: str = ""
    ours: str = ""

    @property
    def turned_away(self) -> int:
        return sum(self.refused.values())

    @property
    def troubles(self) -> tuple[tuple[str, str], ...]:
        """What was turned away, and its cure, for each kind; strangers alone trouble nobody once Twilio was let in."""
        told = [kind for kind in Refusal if self.refused.get(kind) and not self._harmless(kind)]
        return tuple((_counted(self.refused[kind]), self._cure(kind)) for kind in told)

    @property
    def is_deaf(self) -> bool:
        """Whether what is turned away may well be Twilio itself: nothing was let in since."""
        late = self.accepted_at is None or (self.refused_at is not None and self.accepted_at < self.refused_at)
        return late and bool(self.troubles)

    def _cure(self, kind: Refusal) -> str:
        return _CURES[kind].format(called=self.called, ours=self.ours)

    def _harmless(self, kind: Refusal) -> bool:
        return kind is Refusal.UNSIGNED and self.accepted > 0


def _counted(count: int) -> str:
    return f"{count} call was turned away" if count == 1 else f"{count} calls were turned away"
