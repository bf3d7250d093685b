"""Sends thousands of replies through a failing mail server and a failing Twilio, and counts what became of each.

    python -m tests.faults.inbound [--replies N] [--seed S] [--latency [--real]]

The words are those of the corpus, mixed anew by the seed; the reader, the inboxes, the store and the spool are real.
`--latency` measures the daemon on a Dovecot: from a reply's arrival to the committed hold, with IDLE, with IDLE
refused and by text message; in small, or with the real intervals. Prints JSON, with the bound beside each figure.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from reminderbot.core.event import EventKind
from reminderbot.core.inbound import InboxUnavailable
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from reminderbot.inbox.imap import ImapInbox, ImapTimeouts
from reminderbot.inbox.twilio import TwilioInbox
from reminderbot.runs.listen import Listener
from reminderbot.runs.look_again import look_again_once
from reminderbot.store.tables import hold, inbound, journal
from tests.faults.latency import Latency, measured
from tests.faults.life import Reader
from tests.servers.mailbox_imap import FAULTS, MailboxImap
from tests.stories.world import OUR_NUMBER, Sent, World

CORPUS = Path(__file__).parents[1] / "replies" / "corpus"
CUSTOMERS = 120
# Every wait for a server that hangs; short, since a time-out that comes too early is only one fault more.
HASTY = ImapTimeouts(connect=0.3, answer=0.3, idle=0.1, goodbye=0.1)
MAIL_STEPS = ("greeting", "CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "SIZES", "BODIES", "LOGOUT")
BREAKS = ("answer", "head", "body")
# How often a look meets a fault, and how often the mailbox itself changes.
FAULTY, UNSTABLE = 0.4, 0.1
_OURS = re.compile(
    rb"(?im)^(?:from|to|cc|message-id|in-reply-to|references|delivered-to|reply-to|return-path):.*\n(?:[ \t].*\n)*"
)


@dataclasses.dataclass
class Judged:
    """What became of all replies."""

    seed: int
    mails: int = 0
    texts: int = 0
    # The same bytes again: under another number, in another folder, once more in Twilio's list.
    shown_again: int = 0
    looks: int = 0
    failed_looks: int = 0
    faults_met: dict[str, int] = dataclasses.field(default_factory=dict)
    lost: int = 0
    acted_on_twice: int = 0
    left_unread: int = 0
    not_held: int = 0
    seconds: float = 0.0

    @property
    def harm(self) -> int:
        return self.lost + self.acted_on_twice + self.left_unread + self.not_held

    def report(self) -> dict[str, object]:
        replies = self.mails + self.texts
        bound = f"0 of {replies}: 95 % upper bound {3 / replies:.2g}" if not self.harm else "broken"
        return dataclasses.asdict(self) | {"replies": replies, "bound": bound}


@cache
def words() -> tuple[str, ...]:
    """What people write in text messages."""
    return tuple(path.read_text("utf-8").strip() for path in sorted(CORPUS.glob("*.txt")))


@cache
def mails() -> tuple[bytes, ...]:
    """Whole mails, without what says whose they are."""
    raws = (path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(CORPUS.glob("*.eml")))
    return tuple(_OURS.sub(b"", head + b"\n") + b"\n" + body for head, _, body in (r.partition(b"\n\n") for r in raws))


class Storm:
    """A business whose customers all answer, over lines that break."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.judged = Judged(seed)
        self.world = self._business(folder)
        self.letters = {sent.to: sent for sent in self.world.sent}
        self.server = MailboxImap()
        self.twilio = TwilioStandIn(self.world.clock, numbers=(OUR_NUMBER,))
        self.raws: list[bytes] = []
        self.sids: list[str] = []
        self.met: Counter[str] = Counter()
        self.world.house = dataclasses.replace(
            self.world.house, reader=Reader(), open_inbox=self._mailbox, open_text_inbox=self._texts
        )
        self.listener = Listener(self.world.house)

    def run(self, replies: int) -> Judged:
        began = time.monotonic()
        with self.server, self.twilio:
            self._look()
            while len(self.raws) + len(self.sids) < replies:
                self._turn(min(self.chance.randint(1, 12), replies - len(self.raws) - len(self.sids)))
            self._calm()
            self._judge()
        self.world.close()
        self.judged.seconds = round(time.monotonic() - began, 1)
        self.judged.faults_met = dict(sorted(self.met.items()))
        return self.judged

    # ---- the business

    def _business(self, folder: Path) -> World:
        world = World(
            folder, sms=True, sending="first_contacts_per_day = 9999\nmax_per_hour = 9999\nmax_per_day = 9999"
        )
        for number in range(CUSTOMERS):
            consent = {"sms_consent": "yes", "sms_consent_on": "2027-01-05", "sms_consent_how": "form"}
            world.customer(f"C{number}", phone=_phone(number), **consent).invoice(
                f"INV-{number}", f"C{number}", "2027-03-05"
            )
        world.begin()
        world.at("2027-03-08 10:00")
        world.until("2027-03-08", "10:05", "10:10")
        assert len(world.sent) == CUSTOMERS
        return world

    def _mailbox(self) -> ImapInbox:
        return ImapInbox("127.0.0.1", self.server.port, "none", "a", "secret", timeouts=HASTY, clock=self.world.clock)

    def _texts(self) -> TwilioInbox:
        return TwilioInbox(ACCOUNT_SID, TOKEN, self.twilio.url, (OUR_NUMBER,), timeout=0.3)

    # ---- what happens

    def _turn(self, arrivals: int) -> None:
        for _ in range(arrivals):
            self._arrive()
        if self.chance.random() < UNSTABLE:
            self._shake()
        if self.chance.random() < FAULTY:
            self._break()
        self.world.clock.advance(timedelta(minutes=self.chance.choice((1, 1, 2, 5, 61))))
        self._look()

    def _arrive(self) -> None:
        number = self.chance.randrange(CUSTOMERS)
        if self.chance.random() < 0.35:
            self.sids.append(self.twilio.receive(_phone(number), OUR_NUMBER, self.chance.choice(words())))
            return
        raw = self._mail(f"c{number}@customer.example")
        self.raws.append(raw)
        self.server.arrives(raw, self.world.now)

    def _mail(self, sender: str) -> bytes:
        """A reply that is like no other, tied to us by token, thread, sender or all of them."""
        letter, ties = (
            self.letters[sender],
            self.chance.sample(("token", "thread", "sender"), self.chance.randint(1, 3)),
        )
        head = [
            f"From: {sender if 'sender' in ties else 'someone@elsewhere.example'}",
            f"To: {letter.mail['Reply-To'] if 'token' in ties else 'accounts@brightwater.example'}",
            f"Message-ID: <{self.chance.getrandbits(64):x}@customer.example>",
            *([f"In-Reply-To: {letter.message.message_id}"] if "thread" in ties else []),
        ]
        if self.chance.random() < 0.5:
            return "".join(f"{line}\r\n" for line in head).encode() + self.chance.choice(mails()).replace(
                b"\n", b"\r\n"
            )
        return self._written(head, letter)

    def _written(self, head: list[str], letter: Sent) -> bytes:
        mail = EmailMessage()
        for line in head:
            name, _, value = line.partition(": ")
            mail[name] = value
        mail["Subject"] = self.chance.choice(("Re: your invoice", "AW: Rechnung", "invoice", ""))
        said = self.chance.choice(words())
        quoted = "".join(f"> {line}\n" for line in letter.text.splitlines()) if self.chance.random() < 0.5 else ""
        encoding = self.chance.choice(("quoted-printable", "base64", "8bit"))
        mail.set_content(f"{said}\n\n{quoted}", cte=encoding)
        if self.chance.random() < 0.3:
            mail.add_alternative(f"<html><body><p>{said}</p></body></html>", subtype="html", cte="base64")
        return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _shake(self) -> None:
        """The mailbox changes underfoot, or shows again what was read."""
        what = self.chance.choice(("renumbered", "again", "lag", "deleted what was read"))
        self.met[what] += 1
        inbox = self.server.inbox
        match what:
            case "renumbered":
                inbox.renumber((inbox.uidvalidity or 0) + 1)
            case "again" if self.raws:
                self.judged.shown_again += 1
                self.server.arrives(self.chance.choice(self.raws), self.world.now)
            case "lag":
                self.twilio.list_lag(timedelta(minutes=self.chance.choice((0, 2, 10))))
            case _:
                # What nobody has read yet and is deleted, nobody can bring back.
                if self._look() and self._all_read():
                    inbox.mails = []

    def _break(self) -> None:
        kind = self.chance.choice(("mail", "mail", "texts"))
        if kind == "texts":
            if self.chance.random() < 0.5:
                status = self.chance.choice((429, 500, 502, 503))
                self.twilio.fail_next(status, 20500, method="GET")
                self.met[f"texts {status}"] += 1
            else:
                # Hanging is the same to us as dripping, and both take their time.
                at, how = self.chance.choice(BREAKS), self.chance.choices(("close", "reset", "hang"), (8, 8, 1))[0]
                self.twilio.break_next(at, how, method="GET")
                self.met[f"texts {how}"] += 1
            return
        step = self.chance.choice(MAIL_STEPS)
        fault = self.chance.choices(FAULTS, [1 if f in ("hang", "drip", "junk") else 6 for f in FAULTS])[0]
        if self.chance.random() < 0.6:
            self.listener.close()
        self.server.faults = {step: [""] * self.chance.randint(0, 2) + [fault]}
        self.met[f"mail {fault}"] += 1

    def _look(self) -> bool:
        self.judged.looks += 1
        try:
            self.listener.look()
        except InboxUnavailable:
            self.judged.failed_looks += 1
            self.listener.close()
            return False
        return True

    def _all_read(self) -> bool:
        with self.world.house.store.reading() as connection:
            kept = connection.execute(select(func.count()).where(inbound.c.channel == "email")).scalar_one()
        return bool(kept >= len(set(self.raws)))

    def _calm(self) -> None:
        """Every line works again, and a day passes."""
        self.server.faults = {}
        self.twilio.list_lag(timedelta(0))
        for _ in range(3):
            self.world.clock.advance(timedelta(minutes=61))
            self._look()
        self.world.clock.advance(timedelta(days=1))
        look_again_once(self.world.house)
        assert self._look(), "the lines do not work again"
        self.listener.close()

    # ---- what is left

    def _judge(self) -> None:
        judged, house = self.judged, self.world.house
        judged.mails, judged.texts = len(self.raws), len(self.sids)
        with house.store.reading() as connection:
            rows = connection.execute(select(inbound)).all()
            understood = connection.execute(select(journal.c.data).where(journal.c.kind == EventKind.UNDERSTOOD.value))
            acted = Counter(data["inbound"] for data in understood.scalars())
            held = set(connection.execute(select(hold.c.inbound_id)).scalars())
        kept = Counter(house.spool.read(row.digest) for row in rows if row.channel == "email")
        listed = Counter(row.external_id for row in rows if row.channel == "sms")
        judged.lost = sum(not kept[raw] for raw in self.raws) + sum(not listed[sid] for sid in self.sids)
        judged.acted_on_twice = sum(count > 1 for counts in (kept, listed, acted) for count in counts.values())
        judged.left_unread = sum(row.state != "understood" or acted[row.inbound_id] != 1 for row in rows)
        judged.not_held = sum(row.inbound_id not in held for row in rows)


def _phone(number: int) -> str:
    return f"+44770{number:07}"


def storm(replies: int, seed: int) -> Judged:
    """Live through a storm of replies; what became of them."""
    with tempfile.TemporaryDirectory(prefix="rb-inbound-") as folder:
        return Storm(Path(folder) / "shop", seed).run(replies)


def main() -> int:
    """0 where nothing was lost, nothing acted on twice, and every hold came in time."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.inbound", description=__doc__)
    parser.add_argument("--replies", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency", action="store_true", help="measure the daemon instead")
    parser.add_argument("--real", action="store_true", help="with the real intervals: takes a quarter of an hour")
    asked = parser.parse_args()
    if asked.latency:
        found: list[Latency] = measured(real=asked.real)
        print(json.dumps([one.report() for one in found], indent=1))
        return 0 if all(one.in_time for one in found) else 1
    judged = storm(asked.replies, asked.seed)
    print(json.dumps(judged.report(), indent=1))
    return 1 if judged.harm else 0


if __name__ == "__main__":
    sys.exit(main())
