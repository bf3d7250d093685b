"""The far ends: the server that takes mail, the mailbox, the carrier and its list; each notes what really happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from reminderbot.channels.twilio import PATIENCE_SECONDS
from reminderbot.clock import SteppedClock
from reminderbot.core.delivery import Accepted, Blame, Deferred, Outcome, Refused, Uncertain
from reminderbot.core.inbound import Inbound, InboxUnavailable, MailCursor
from reminderbot.core.message import OutgoingMessage
from reminderbot.core.text_lookup import ListedText, TextList
from reminderbot.inbox.imap import Poll
from tests.oracle.evidence import Mail, Text
from tests.stories.world import Killed, Mailbox

# What becomes of a message that is not simply taken, by weight.
FATES = {
    "greylisted": 20, "uncertain, taken": 10, "uncertain, not taken": 10, "refused as it is": 6, "channel refused": 5,
    "connection lost": 6, "killed before": 6, "killed after": 6,
}  # fmt: skip
Told = Callable[[str], None]


class _End:
    """What both ways out have in common: what goes wrong, how slow they are."""

    def __init__(self, clock: SteppedClock, dice: Random, luck: int, told: Told) -> None:
        self._clock, self._dice, self._luck, self._told = clock, dice, luck, told
        self.down = False
        # Seconds that one message takes.
        self.slow = 0.2

    def open(self) -> Deferred | None:
        return Deferred("nobody answers there", halts=True) if self.down else None

    def close(self) -> None:
        pass

    def _fate(self) -> str:
        """What becomes of the next message; empty: it is taken."""
        self._clock.advance(timedelta(seconds=self.slow))
        if self._dice.randrange(1000) >= 20 * self._luck:
            return ""
        fate = self._dice.choices(list(FATES), list(FATES.values()))[0]
        self._told(f"fate: {fate}")
        return fate

    def _outcome(self, fate: str, take: Callable[[bool], str]) -> Outcome:
        match fate:
            case "greylisted":
                return Deferred("450 4.2.0 greylisted, come back later", "4.2.0")
            case "connection lost":
                return Deferred("the connection was lost before the message", halts=True)
            case "refused as it is":
                return Refused("554 5.6.0 not in this form", Blame.MESSAGE, "5.6.0")
            case "channel refused":
                return Refused("554 5.7.1 sender is blocked", Blame.CHANNEL, "5.7.1")
            case "killed before":
                raise Killed
            case "killed after":
                take(False)
                raise Killed
            case "uncertain, not taken":
                return Uncertain("the connection broke after the message")
            case "uncertain, taken":
                take(False)
                return Uncertain("the connection broke after the message")
            case _:
                return Accepted(take(True))


class MailServer(_End):
    """Takes mail for everybody but those whose mailbox does not exist."""

    def __init__(self, clock: SteppedClock, dice: Random, luck: int, told: Told) -> None:
        super().__init__(clock, dice, luck, told)
        self.mails: list[Mail] = []
        self.unknown: set[str] = set()
        self.taken: Callable[[Mail], None] = lambda _: None

    def send(self, message: OutgoingMessage) -> Outcome:
        fate = self._fate()
        if message.recipient in self.unknown:
            self._told("fate: no such mailbox")
            return Refused("550 5.1.1 no such user", Blame.ADDRESS, "5.1.1")
        return self._outcome(fate, lambda answered: self._take(message, answered))

    def _take(self, message: OutgoingMessage, answered: bool) -> str:
        mail = Mail(self._clock.now(), message.sender, (message.recipient,), message.body, answered)
        self.mails.append(mail)
        self.taken(mail)
        return f"queued as {len(self.mails)}"


class Carrier(_End):
    """Takes text messages for everybody but those who told it to stop."""

    def __init__(self, clock: SteppedClock, dice: Random, luck: int, told: Told) -> None:
        super().__init__(clock, dice, luck, told)
        self.texts: list[Text] = []
        self.stopped: set[str] = set()
        self.taken: Callable[[Text], None] = lambda _: None

    def send(self, message: OutgoingMessage) -> Outcome:
        fate = self._fate()
        if message.recipient in self.stopped:
            self._told("fate: carrier knows a stop")
            return Refused("21610 the recipient told us to stop", Blame.OPT_OUT, "21610")
        return self._outcome(fate, lambda answered: self._take(message, answered))

    def _fate(self) -> str:
        """As always; but a carrier that is slower than our client is patient has taken the text, or has not."""
        if self.slow <= PATIENCE_SECONDS:
            return super()._fate()
        self._clock.advance(timedelta(seconds=PATIENCE_SECONDS))
        fate = self._dice.choice(("uncertain, taken", "uncertain, not taken"))
        self._told(f"fate: {fate}")
        return fate

    def _take(self, message: OutgoingMessage, answered: bool) -> str:
        valid = int(message.valid_for.total_seconds()) if message.valid_for else 36000
        sid = f"SM{len(self.texts):032x}"
        now = self._clock.now()
        text = Text(now, message.sender, message.recipient, message.body.decode(), valid, sid, answered)
        self.texts.append(text)
        self.taken(text)
        return sid

    def list_texts(self, recipient: str) -> TextList:
        """What the carrier's list knows."""
        texts = (ListedText(t.sid, t.body, t.at) for t in self.texts if t.recipient == recipient)
        return TextList(tuple(texts), self._clock.now())


class Post(Mailbox):
    """The mailbox; what came by now is put into it when it is asked."""

    def __init__(self, clock: SteppedClock, dice: Random, luck: int) -> None:
        super().__init__()
        self._clock, self._dice, self._luck = clock, dice, luck
        self.catch_up: Callable[[], None] = lambda: None

    def poll(self, cursor: MailCursor | None) -> Poll:
        self.catch_up()
        poll = super().poll(cursor)
        return replace(poll, messages=self._with_luck(poll.messages))

    def _with_luck(self, messages: Iterator[tuple[Inbound, MailCursor]]) -> Iterator[tuple[Inbound, MailCursor]]:
        for message in messages:
            if self._dice.randrange(100) < self._luck:
                raise InboxUnavailable("the connection was lost in the middle of a mail")
            yield message

    def rescan(self, days: int, folder: str | None = None, about: Sequence[str] = ()) -> Iterator[Inbound]:
        if self.down:
            raise InboxUnavailable(self.down)
        oldest = self._clock.now() - timedelta(days=days)
        return iter(()) if folder else (mail for mail in self.mails if mail.received_at >= oldest)
