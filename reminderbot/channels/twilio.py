"""Sends texts through Twilio: one POST a text, never repeated, and an honest word on each (`promises.md` 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.delivery_report import DeliveryReport
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.text_lookup import ListedText, TextList

if TYPE_CHECKING:
    from reminderbot.twilio_client import TwilioAccount

TWILIO = "https://api.twilio.com"
# Twilio may work on a request for 26 s before it answers (twilio-ruby#519).
PATIENCE_SECONDS = 30.0
# Twilio takes 1 to 36,000 seconds; left out it means ten hours, which reaches into the night.
LONGEST_VALIDITY = timedelta(hours=10)
LONGEST_WAIT = timedelta(days=1)

# https://www.twilio.com/docs/api/errors
# The account must be put right by its owner; the same text may go afterwards.
HALTING = frozenset({20003, 20404, 21608, 30002})
BLAMES = {
    21211: Blame.ADDRESS,  # not a number
    21614: Blame.ADDRESS,  # takes no texts
    30005: Blame.ADDRESS,  # unknown handset
    30006: Blame.ADDRESS,  # landline
    21610: Blame.OPT_OUT,  # answered STOP
    30004: Blame.OPT_OUT,  # blocked
    21212: Blame.CHANNEL,  # our sender is no number
    21606: Blame.CHANNEL,  # our sender is not ours, or sends no texts
    21659: Blame.CHANNEL,  # likewise
    30007: Blame.CHANNEL,  # filtered as spam
    21408: Blame.COUNTRY,  # region not permitted in the account's settings
    30034: Blame.COUNTRY,  # sender not registered in the United States (A2P 10DLC)
    30863: Blame.CHANNEL,  # rejected as third-party debt collection
    30943: Blame.CHANNEL,  # likewise
}
# Twilio's own queue for our sender is full.
QUEUE_OVERFLOW = 30001
# It did not come this once, and nobody is to blame: no copy of it goes, the next tier may.
PASSING = frozenset(
    {
        QUEUE_OVERFLOW,
        30003,  # handset off or away
        30008,  # the carrier does not say
        30036,  # its validity period, the end of their day, came first
    }
)


def blame_of(code: int | None) -> Blame | None:
    """Whose fault it is that a text which Twilio took was not delivered; None: nobody's."""
    if code in PASSING:
        return None
    return Blame.CHANNEL if code in HALTING else BLAMES.get(code or 0, Blame.MESSAGE)


class LookupFailedError(Exception):
    """Twilio's list of messages cannot be read now, so nothing can be said about a text in doubt."""


class TwilioSms:
    """A Twilio account to send through."""

    def __init__(
        self,
        account_sid: str,
        token: str,
        api_base: str = TWILIO,
        sender: str = "",
        timeout: float = PATIENCE_SECONDS,
        report_url: Callable[[str], str] | None = None,
    ) -> None:
        """`sender`, a number of ours or a messaging service SID, is for messages that name none.

        `report_url` gives the address where Twilio reports what becomes of a reminder, by its number.

        An `api_base` that is neither https nor this machine is a ValueError at the first use.
        """
        self._login = (account_sid, token)
        self._api_base, self._sender, self._timeout = api_base, sender, timeout
        self._report_url = report_url
        self._account: TwilioAccount | None = None

    def open(self) -> Deferred | None:
        """Make the client ready; nothing is asked of Twilio yet."""
        if not all(self._login):
            return Deferred(
                "Twilio's account_sid or token is empty: set [sms] account_sid and REMINDERBOT_TWILIO_TOKEN.",
                halts=True,
            )
        self._ready()
        return None

    def send(self, message: OutgoingMessage) -> Outcome:
        """One POST by table 1.2; a text whose answer never came is uncertain and not posted again."""
        failed = None if self._account else self.open()
        if failed:
            return failed
        account = self._ready()
        try:
            sid = account.create(**self._fields(message))
        # Any failure but a clear no may come after Twilio took the text, and a second copy is worse than a late one.
        except Exception as error:
            return self._judge(account, error)
        return Accepted(sid) if sid else Uncertain("Twilio's answer names no message")

    def list_texts(self, recipient: str) -> TextList:
        """All texts to `recipient`, newest first: settles an uncertain one.

        Twilio's list lags by up to some minutes: one look is no proof. LookupFailedError when it cannot be read whole.
        """
        account = self._ready()
        try:
            texts = tuple(
                ListedText(str(message.sid), str(message.body or ""), message.date_created)
                for message in account.newest_first(recipient)
            )
        except Exception as error:
            raise LookupFailedError("Twilio's list of messages cannot be read now") from error
        return TextList(texts, account.http.said_at())

    def delivery_reports(self, sids: Sequence[str]) -> Iterator[DeliveryReport]:
        """How far each of these texts of ours has come; LookupFailedError when Twilio cannot be asked."""
        account = self._ready()
        for sid in sids:
            try:
                status, code = account.status(sid)
            except Exception as error:
                if account.http.status != 404:
                    raise LookupFailedError("Twilio cannot be asked now what became of texts") from error
                status, code = "gone", None
            yield DeliveryReport(sid, status, code)

    def close(self) -> None:
        """Let go of the connection; never raises."""
        account, self._account = self._account, None
        if account:
            account.close()

    def _ready(self) -> TwilioAccount:
        # Imported here: most commands never send a text.
        from reminderbot.twilio_client import TwilioAccount

        if self._account is None:
            self._account = TwilioAccount(*self._login, self._api_base, self._timeout)
        return self._account

    def _fields(self, message: OutgoingMessage) -> dict[str, object]:
        sender = message.sender or self._sender
        fields: dict[str, object] = {"to": message.recipient, "body": message.body.decode()}
        fields["messaging_service_sid" if sender.startswith("MG") else "from_"] = sender
        if self._report_url is not None:
            fields["status_callback"] = self._report_url(message.reminder_id)
        if message.valid_for is not None:
            seconds = min(message.valid_for, LONGEST_VALIDITY) // timedelta(seconds=1)
            fields["validity_period"] = max(1, seconds)
        return fields

    def _judge(self, account: TwilioAccount, error: Exception) -> Outcome:
        from reminderbot.twilio_client import left_nothing, plain_failure

        status = account.http.status
        if not status and left_nothing(error):
            return Deferred(
                f"Cannot connect to Twilio at {self._api_base}: check the network and [sms] api_base.", halts=True
            )
        if not 400 <= status < 500:
            return Uncertain(f"no clear answer from Twilio ({status or plain_failure(error)})")
        code = getattr(error, "code", None)
        return _no(status, code if isinstance(code, int) else status, _wait(account.http.headers.get("Retry-After")))


def _no(status: int, code: int, wait: timedelta | None) -> Outcome:
    said = f"Twilio refused the text (HTTP {status}, https://www.twilio.com/docs/errors/{code})"
    if status == 429 or code in (20429, QUEUE_OVERFLOW):
        return Deferred(f"Twilio asks us to slow down ({code})", str(code), wait)
    if code in HALTING or (status in (401, 403) and code not in BLAMES):
        return Deferred(
            f"{said}: check [sms] account_sid, REMINDERBOT_TWILIO_TOKEN and the account's standing with Twilio.",
            str(code),
            halts=True,
            locked_out=True,
        )
    return Refused(said, BLAMES.get(code, Blame.MESSAGE), str(code))


def _wait(retry_after: Any) -> timedelta | None:
    """The pause in seconds that Twilio named; its other form, a date, is left to our own patience."""
    named = str(retry_after or "")
    if not (named.isascii() and named.isdigit()):
        return None
    return min(timedelta(seconds=min(int(named[:9]), 10**8)), LONGEST_WAIT)
