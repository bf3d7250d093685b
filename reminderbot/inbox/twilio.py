"""Fetches the texts customers sent to our numbers by asking Twilio's list: works behind any firewall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reminderbot.core.inbound import Inbound, InboxUnavailable
from reminderbot.core.ladder import Channel

if TYPE_CHECKING:
    from reminderbot.twilio_client import TwilioAccount

PATIENCE_SECONDS = 30.0
# A text may appear in Twilio's list minutes after its own date_sent: look back further than was read last time.
# What is seen twice is told apart by its MessageSid.
OVERLAP = timedelta(hours=1)
# It does not know the account, or its token is another.
_UNKNOWN_TO_TWILIO = (401, 403, 404)


class NamelessError(Exception):
    """A text in its list has no SID"""


class TwilioInbox:
    """Our numbers at Twilio, as a place where replies arrive."""

    def __init__(
        self, account_sid: str, token: str, api_base: str, numbers: Iterable[str], timeout: float = PATIENCE_SECONDS
    ) -> None:
        """`numbers` are ours, E.164; with a messaging service, those of its sender pool."""
        self._login = (account_sid, token)
        self._api_base, self._numbers, self._timeout = api_base, tuple(numbers), timeout
        self.said_at: datetime | None = None

    def poll(self, since: datetime) -> list[Inbound]:
        """All texts to our numbers from an hour before `since` on, oldest first; some may have been seen before.

        InboxUnavailable when any of the numbers cannot be read whole: half an answer could hide a STOP.
        """
        # Imported here: heavy, and only for who uses SMS.
        from reminderbot.twilio_client import TwilioAccount

        account = TwilioAccount(*self._login, self._api_base, self._timeout)
        try:
            texts = [text for number in self._numbers for text in self._texts(account, number, since - OVERLAP)]
        except Exception as error:
            raise self._unavailable(account, error) from error
        finally:
            account.close()
        self.said_at = account.http.said_at()
        return sorted(texts, key=lambda text: (text.received_at, text.external_id))

    def _texts(self, account: TwilioAccount, number: str, since: datetime) -> list[Inbound]:
        texts = [_inbound(m, since) for m in account.newest_first(number, since) if m.direction == "inbound"]
        return [text for text in texts if text.received_at >= since]

    def _unavailable(self, account: TwilioAccount, error: Exception) -> InboxUnavailable:
        why, cure = _explained(account.http.status, error)
        what = f"Cannot read the texts at {self._api_base} ({why})"
        locked_out = account.http.status in _UNKNOWN_TO_TWILIO
        return InboxUnavailable(f"{what}: {cure}.", what, cure, locked_out=locked_out)


def _explained(status: int, error: Exception) -> tuple[str, str]:
    """(what is wrong, the cure)."""
    from reminderbot.twilio_client import plain_failure

    match error:
        case OverflowError():
            return f"{error} in one day", "look at Twilio's message log for a flood"
        case NamelessError():
            told = str(NamelessError.__doc__)
            return told, "ask Twilio's support; nothing is sent until it answers as before"
    if status in _UNKNOWN_TO_TWILIO:
        return f"HTTP {status}", "check [sms] account_sid and REMINDERBOT_TWILIO_TOKEN"
    why = f"HTTP {status}" if status >= 400 else plain_failure(error)
    return why, "check the network and https://status.twilio.com; nothing is sent until it answers"


def _inbound(message: Any, since: datetime) -> Inbound:
    if not message.sid:
        # Two such texts could not be told apart, and one of them would be taken for seen.
        raise NamelessError
    return Inbound(
        channel=Channel.SMS,
        external_id=str(message.sid),
        # Without any date it is still a reply: taken as just inside the time asked for rather than dropped.
        received_at=message.date_sent or message.date_created or since,
        raw=str(message.body or "").encode(),
        sender=str(message.from_ or ""),
        recipient=str(message.to or ""),
    )
