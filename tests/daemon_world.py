"""An installation whose customers are, at this very moment, in the middle of their working day, and its daemon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reminderbot.core.calendar import public_holidays

PROGRAM = str(Path(sys.executable).parent / "reminderbot")


def midday_zone() -> str:
    """A zone without summer time in which it is now between 11 and 13 o'clock."""
    offset = 12 - datetime.now(UTC).hour
    # POSIX counts westwards, so Etc/GMT-3 is three hours ahead of UTC.
    return "Etc/GMT" if offset == 0 else f"Etc/GMT{-offset:+d}"


def working_country() -> str:
    """A country where neither today nor tomorrow is a public holiday (a zone may be a day ahead)."""
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=1), today, today + timedelta(days=1))
    is_holiday = public_holidays()
    return next(c for c in ("IS", "SG", "JP", "SA", "EG") if not any(is_holiday(c, day) for day in days))


@dataclass
class Installation:
    """A folder with settings and a ledger of one customer, or some more, five days late."""

    folder: Path
    smtp_port: int
    imap_port: int
    username: str
    password: str
    mode: str = "live"
    listen: int = 0
    canary: bool = False
    customers: int = 1
    alerts: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str = "Corner Shop") -> None:
        zone = midday_zone()
        today = datetime.now(UTC) + timedelta(hours=12 - datetime.now(UTC).hour)
        due = (today - timedelta(days=5)).date()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(
            f'''mode = "{self.mode}"
[business]
name = "{name}"
email = "business@shop.example"
phone = "+12125550100"
address = "1 Main Street"
time_zone = "{zone}"
country = "{working_country()}"
currency = "USD"
[store]
folder = "state"
[letters]
folder = "{Path(__file__).parent.parent / "templates"}"
[email]
host = "127.0.0.1"
port = {self.smtp_port}
security = "none"
from = "business@shop.example"
[inbox]
host = "127.0.0.1"
port = {self.imap_port}
security = "none"
username = "{self.username}"
canary = {str(self.canary).lower()}
[sending]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
undo_minutes = 0
first_contacts_per_day = {max(20, self.customers)}
max_per_hour = {max(60, self.customers)}
[alerts]
email = {list(self.alerts)}
[desk]
listen = "127.0.0.1:{self.listen or _free_port()}"
'''
        )
        secrets = self.folder / ".env"
        secrets.write_text(f"REMINDERBOT_IMAP_PASSWORD={self.password}\n")
        secrets.chmod(0o600)
        ledger = self.folder / "ledger"
        ledger.mkdir(exist_ok=True)
        (ledger / "customers.csv").write_text(
            "customer_id,name,contact_name,email,language,time_zone\n"
            f"C1,Roe & Daughters,Jane Roe,jane@customer.example,en,{zone}\n"
            + "".join(f"C{n},Shop {n},Ann Archer,c{n}@customer.example,en,{zone}\n" for n in self._others)
        )
        (ledger / "invoices.csv").write_text(
            "number,customer_id,issued_on,due_on,currency,total,status,pay_url,po_number,pdf\n"
            + "".join(f"INV-{n},C{n},{due - timedelta(days=30)},{due},USD,125.00,open,,,\n" for n in (1, *self._others))
        )
        (ledger / "payments.csv").write_text("payment_id,customer_id,invoice,paid_on,currency,amount,kind\n")

    @property
    def _others(self) -> range:
        return range(2, self.customers + 1)

    def command(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run the installed command on this installation to its end."""
        return subprocess.run(
            [PROGRAM, "--config", str(self.folder / "config.toml"), *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
        )

    def go_live(self) -> None:
        for words in (("import",), ("go-live", "--yes")):
            done = self.command(*words)
            assert done.returncode == 0, done.stdout + done.stderr


class Service:
    """A running daemon, and what it tells its service manager."""

    def __init__(self, process: subprocess.Popen[bytes], manager: socket.socket, log: Path) -> None:
        self.process, self._manager, self._log = process, manager, log
        self.told: list[str] = []

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_told(self, line: str, seconds: float = 30) -> None:
        """Until the daemon has told the service manager `line`."""
        self.wait_for(lambda: any(told.startswith(line) for told in self._listen()), f"it said {line}", seconds)

    def wait_log(self, words: str, seconds: float = 30, times: int = 1) -> None:
        self.wait_for(lambda: self.log.count(words) >= times, f"its log said {words}", seconds)

    def wait_for(self, true: object, what: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if callable(true) and true():
                return
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {what}\n{self.told}\n{self.log}")

    def _listen(self) -> Sequence[str]:
        while True:
            try:
                self.told += self._manager.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.told

    def end(self, number: int = signal.SIGTERM) -> float:
        """Send the signal; gives the seconds until it had ended."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(place: Installation, *options: str) -> Iterator[Service]:
    """The daemon of this installation, as systemd would start it; `options` stand before the command."""
    address = place.folder / "notify"
    address.unlink(missing_ok=True)
    log = place.folder / "daemon.log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, log.open("wb") as out:
        manager.bind(str(address))
        manager.setblocking(False)
        process = subprocess.Popen(
            [PROGRAM, "--config", str(place.folder / "config.toml"), *options, "run"],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            env=os.environ | place.environment | {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "2000000"},
        )
        try:
            yield Service(process, manager, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)
