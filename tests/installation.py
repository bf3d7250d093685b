"""A small business in a temporary folder, and its command line, called in this process under a standing clock."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from reminderbot.channels.dry_run import DryRun
from reminderbot.cli import cli
from reminderbot.cli.line import Line
from reminderbot.clock import SteppedClock
from reminderbot.core.delivery import DeliveryChannel
from reminderbot.core.ladder import Channel
from reminderbot.core.stop import Mode
from reminderbot.house import House
from reminderbot.runs.deliver import deliver_once
from reminderbot.runs.plan import plan_once
from reminderbot.store import setting
from reminderbot.wiring import build_house

TEMPLATES = Path(__file__).parent.parent / "templates"
# Monday 23 November 2026, ten o'clock in New York; the next holiday there is Thanksgiving, on the 26th.
MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = MONDAY.date()

CUSTOMERS = (
    "customer_id,name,contact_name,email,phone,language,time_zone,country,group,"
    "sms_consent,sms_consent_on,sms_consent_how"
)
INVOICES = "number,customer_id,issued_on,due_on,currency,total,status,pay_url,po_number,pdf"
PAYMENTS = "payment_id,customer_id,invoice,paid_on,currency,amount,kind"
ACME = "C1,Acme Ltd,Jane Roe,jane@acme.example,+12125550111,en,America/New_York,US,,yes,2026-01-01,web form"
BOLT = "C2,Bolt Co,,bolt@bolt.example,,en,America/New_York,US,,,,"
BOLTON = "C3,Bolton Ltd,,bolton@bolton.example,,en,America/New_York,US,,,,"


def bill(number: str, customer: str, due_on: date, total: str = "100.00", status: str = "open") -> str:
    return f"{number},{customer},{due_on - timedelta(days=30)},{due_on},USD,{total},{status},,,"


def late(days: int) -> date:
    return TODAY - timedelta(days=days)


@dataclass
class Installation:
    """Its folder, and the moment at which everything happens."""

    folder: Path
    clock: SteppedClock = field(default_factory=lambda: SteppedClock(MONDAY))
    mode: str = "live"
    # Nobody listens on port 9.
    smtp_port: int = 9
    imap_port: int = 9
    account_sid: str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    twilio: str = "http://127.0.0.1:9"
    secrets: str = "REMINDERBOT_IMAP_PASSWORD=x\nREMINDERBOT_TWILIO_TOKEN=y\n"

    def __post_init__(self) -> None:
        (self.folder / "ledger").mkdir(parents=True)
        self.write_config()
        self.write_ledger([ACME, BOLT], [bill("INV-1", "C1", late(5)), bill("INV-2", "C2", late(2))])

    def write_config(self, more: str = "") -> None:
        (self.folder / "config.toml").write_text(
            f'''mode = "{self.mode}"
[business]
name = "Brightside Windows"
email = "accounts@brightside.example"
phone = "+12125550100"
address = "1 Main St, New York, NY 10001"
time_zone = "America/New_York"
country = "US"
currency = "USD"
[letters]
folder = "{TEMPLATES}"
[email]
host = "127.0.0.1"
security = "none"
port = {self.smtp_port}
from = "accounts@brightside.example"
[inbox]
host = "127.0.0.1"
security = "none"
port = {self.imap_port}
username = "accounts"
[sms]
account_sid = "{self.account_sid}"
from = "+12125550199"
api_base = "{self.twilio}"
{more}
'''
        )
        (self.folder / ".env").write_text(self.secrets)
        (self.folder / ".env").chmod(0o600)

    def write_ledger(
        self, customers: list[str], invoices: list[str], payments: list[str] | None = None, folder: Path | None = None
    ) -> None:
        """Write the files as if they had been exported at this moment."""
        for name, rows in (
            ("customers.csv", [CUSTOMERS, *customers]),
            ("invoices.csv", [INVOICES, *invoices]),
            ("payments.csv", [PAYMENTS, *(payments or [])]),
        ):
            path = (folder or self.folder / "ledger") / name
            path.write_text("\n".join(rows) + "\n")
            self.stamp(path)

    def stamp(self, path: Path) -> None:
        moment = self.clock.now().timestamp()
        os.utime(path, (moment, moment))

    def run(self, *words: str, answers: str = "", at_terminal: bool = False) -> Result:
        """Run one command; what went to standard error is in `stderr`."""
        line = Line(config=str(self.folder / "config.toml"), clock=self.clock, can_ask=at_terminal)
        result = CliRunner().invoke(cli, list(words), obj=line, input=answers, prog_name="reminderbot")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def ok(self, *words: str) -> str:
        """What a command says that must go well."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.ok(*words, "--json"))

    @contextmanager
    def house(self) -> Iterator[House]:
        """The installation itself, whose messages go into a folder."""
        line = Line(config=str(self.folder / "config.toml"), clock=self.clock)
        house = build_house(line.settings(), self.clock)

        def dry() -> DeliveryChannel:
            return DryRun(house.dry_run_folder)

        try:
            yield dataclasses.replace(house, channels={Channel.EMAIL: dry, Channel.SMS: dry})
        finally:
            house.store.close()

    def plan(self) -> None:
        """Let the planning run work."""
        with self.house() as house:
            while plan_once(house, timedelta(0)):
                pass

    def send(self) -> int:
        """Let planning and delivery run, with a fresh ledger and inboxes that were read; gives how many were sent."""
        with self.house() as house:
            return run_line(house)

    def allow(self, mode: Mode = Mode.LIVE) -> None:
        """Grant that this installation may send."""
        with self.house() as house, house.store.writing() as connection:
            setting.put(connection, setting.GRANT, {"mode": mode.value, "instance": house.instance})
            setting.drop(connection, setting.BREAKER)


def run_line(house: House) -> int:
    """Plan and deliver once at this moment; gives how many messages were accepted."""

    def look() -> None:
        with house.store.writing() as connection:
            for key in (setting.INBOX_READ_AT, setting.SMS_READ_AT, setting.LEDGER):
                setting.put_moment(connection, key, house.clock.now())

    while plan_once(house, timedelta(0)):
        pass
    # An old ledger keeps a delivery from looking at all.
    look()
    done = deliver_once(house, look)
    while plan_once(house, timedelta(0)):
        pass
    return done.accepted
