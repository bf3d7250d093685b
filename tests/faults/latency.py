"""How long it takes from a reply's arrival to the hold that it places: the real daemon, a real Dovecot, its own store.

Three ways of hearing: told by IDLE, by looking at intervals where the server has no IDLE, and text messages by looking
alone. The small measurement has small intervals, and bounds that are smaller by as much.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from reminderbot.clock import SystemClock
from reminderbot.demo.twilio_standin import ACCOUNT_SID, TOKEN, TwilioStandIn
from tests.daemon_world import Installation, running
from tests.servers.dovecot import Dovecot

PHONE, OUR_NUMBER = "+12125550123", "+12125550199"
PASSWORD = "secret"
# promises.md: what the intervals of the real daemon promise.
INTERVAL, IDLE_BOUND, POLL_BOUND, TEXT_BOUND = 60, 5.0, 90.0, 300.0
SMALL_INTERVAL = 3
SQL = "SELECT i.external_id FROM hold h JOIN inbound i ON i.inbound_id = h.inbound_id"


@dataclass
class Latency:
    """The seconds that each reply waited for its hold, in one way of hearing."""

    way: str
    interval: int
    # Seconds within which this share of them, in percent, must be.
    bound: float
    share: int
    arrived: dict[str, float] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)

    def at(self, percent: int) -> float:
        """The seconds within which `percent` of the replies had their hold."""
        return sorted(self.waited)[max(0, -(-len(self.waited) * percent // 100) - 1)]

    @property
    def in_time(self) -> bool:
        return len(self.waited) == len(self.arrived) > 0 and self.at(self.share) <= self.bound

    def report(self) -> dict[str, object]:
        kept = {key: value for key, value in asdict(self).items() if key not in ("arrived", "waited")}
        known = {f"within_{p}_percent": round(self.at(p), 2) for p in (50, 90, 99, 100)} if self.waited else {}
        return kept | {"replies": len(self.arrived), "held": len(self.waited), **known, "in_time": self.in_time}


def measured(*, real: bool) -> list[Latency]:
    """All three ways, in small or with the real intervals."""
    interval = INTERVAL if real else SMALL_INTERVAL
    scale = interval / INTERVAL
    told = Latency("mail, told by IDLE", interval, IDLE_BOUND, 100)
    polled = Latency("mail, IDLE refused", interval, _scaled(POLL_BOUND, scale), 99)
    texts = Latency("text messages, by looking alone", interval, _scaled(TEXT_BOUND, scale), 100)
    with _house(interval, idle=True) as house:
        house.hear(told, house.mail, 100 if real else 12, 300 if real else 8)
    with _house(interval, idle=False) as house:
        seconds, count = (600, 200) if real else (10, 12)
        both = [threading.Thread(target=house.hear, args=(polled, house.mail, count, seconds))]
        both.append(threading.Thread(target=house.hear, args=(texts, house.text, count, seconds)))
        for each in both:
            each.start()
        for each in both:
            each.join()
    return [told, polled, texts]


def _scaled(bound: float, scale: float) -> float:
    # What does not shrink with the interval: the reader's first start, and a machine that is busy.
    return round(bound * scale + (0 if scale == 1 else 5), 1)


@dataclass
class _House:
    """A running daemon, its Dovecot and its Twilio."""

    store: Path
    dovecot: Dovecot
    twilio: TwilioStandIn
    user: str
    _uid: int = 0

    def mail(self, number: int) -> str:
        """A reply arrives in the mailbox; where it lies."""
        raw = f"From: jane@customer.example\r\nSubject: {number}\r\n\r\nThe goods never came, {number}.\r\n"
        self.dovecot.append(self.user, raw.encode())
        self._uid += 1
        return f"/{self._uid}"

    def text(self, number: int) -> str:
        return self.twilio.receive(PHONE, OUR_NUMBER, f"The goods never came, {number}")

    def hear(self, latency: Latency, arrive: Callable[[int], str], count: int, seconds: float) -> None:
        """Let replies arrive at random moments, and note when each has its hold."""
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(latency, count, ended))
        watcher.start()
        chance = random.Random(count)
        for number in range(count):
            time.sleep(chance.uniform(0, 2 * seconds / count))
            # The clock starts before the server has said that it has it.
            began = time.monotonic()
            latency.arrived[arrive(number)] = began
        ended.set()
        watcher.join()

    def _watch(self, latency: Latency, count: int, ended: threading.Event) -> None:
        held: set[str] = set()
        deadline = float("inf")
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            while len(held) < count and time.monotonic() < deadline:
                now = time.monotonic()
                found = {"/" + row[0].rpartition("/")[2] if "/" in row[0] else row[0] for row in store.execute(SQL)}
                for where in sorted((found - held) & set(latency.arrived)):
                    held.add(where)
                    latency.waited.append(now - latency.arrived[where])
                time.sleep(0.02)
                if ended.is_set() and deadline == float("inf"):
                    deadline = time.monotonic() + 2 * latency.bound


@contextmanager
def _house(interval: int, *, idle: bool) -> Iterator[_House]:
    dovecot = Dovecot(idle=idle)
    user = "business@shop.example"
    try:
        dovecot.start()
        dovecot.add_user(user, PASSWORD)
        with (
            tempfile.TemporaryDirectory(prefix="rb-latency-") as folder,
            TwilioStandIn(SystemClock(), numbers=(OUR_NUMBER,)) as twilio,
        ):
            place = _installation(Path(folder) / "shop", dovecot, user, twilio, interval)
            with running(place) as service:
                service.wait_told("READY=1")
                house = _House(place.folder / "state" / "reminderbot.db", dovecot, twilio, user)
                _warm_up(house)
                yield house
                service.end()
    finally:
        dovecot.remove()


def _installation(folder: Path, dovecot: Dovecot, user: str, twilio: TwilioStandIn, interval: int) -> Installation:
    # Nothing is sent in draft, but all is heard.
    place = Installation(folder, 9, dovecot.imap_port, user, PASSWORD, mode="draft")
    place.write()
    config = folder / "config.toml"
    text = config.read_text().replace("[sending]", f"poll_seconds = {interval}\n[sending]")
    text += f'[sms]\naccount_sid = "{ACCOUNT_SID}"\nfrom = "{OUR_NUMBER}"\napi_base = "{twilio.url}"\n'
    config.write_text(text)
    with (folder / ".env").open("a") as secrets:
        secrets.write(f"REMINDERBOT_TWILIO_TOKEN={TOKEN}\n")
    customers = folder / "ledger" / "customers.csv"
    head, row = customers.read_text().splitlines()
    customers.write_text(f"{head},phone\n{row},{PHONE}\n")
    done = place.command("import")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def _warm_up(house: _House) -> None:
    """Until the first answer is held: then the daemon has looked once, and its reader runs."""
    deadline = time.monotonic() + 60
    with closing(sqlite3.connect(f"file:{house.store}?mode=ro", uri=True)) as store:
        # The first look only notes where to begin.
        while not store.execute("SELECT 1 FROM mail_cursor").fetchall():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        house.mail(-1)
        house.text(-1)
        while len(store.execute(SQL).fetchall()) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
