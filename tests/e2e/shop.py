"""A shop that uses the installed command on real Postfix and Dovecot, on days that the test chooses.

The command is given its date by `clock/sitecustomize.py`, which Python reads before the program; nothing in the program
knows of it. The mail servers keep real time, so mail is put into the business's mailbox with its date in the story.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.servers.world import MailWorld

PROGRAM = str(Path(sys.executable).parent / "reminderbot")
JANE = "jane@customer.example"


@dataclass
class Shop:
    """An installation made with `reminderbot init`, and its story's clock."""

    folder: Path
    world: MailWorld
    now: datetime
    invoices: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Settings for this world's servers, and a customer with one invoice."""
        done = self._run(PROGRAM, "init", str(self.folder), "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        (self.folder / "config.toml").write_text(
            f'''mode = "live"
[business]
name = "Corner Shop"
email = "{self.world.business}"
phone = "+44 20 7946 0000"
address = "1 Main Street, London"
time_zone = "Europe/London"
country = "GB"
currency = "GBP"
[email]
host = "127.0.0.1"
port = {self.world.smtp_port}
security = "none"
from = "{self.world.business}"
[inbox]
host = "127.0.0.1"
port = {self.world.imap_port}
security = "none"
username = "{self.world.business}"
# The mail servers' clocks are not shifted with ours: what they say of our own mail would stop everything.
canary = false
'''
        )
        (self.folder / ".env").write_text(f"REMINDERBOT_IMAP_PASSWORD={self.world.password}\n")
        (self.folder / ".env").chmod(0o600)
        self.export()

    def export(self) -> None:
        """What the shop's bookkeeping writes every morning."""
        ledger = self.folder / "ledger"
        (ledger / "customers.csv").write_text(
            "customer_id,name,contact_name,email,language,time_zone,country\n"
            f"C1,Roe & Daughters,Jane Roe,{JANE},en,Europe/London,GB\n"
        )
        (ledger / "invoices.csv").write_text(
            "\n".join(["number,customer_id,issued_on,due_on,currency,total,status", *self.invoices]) + "\n"
        )
        (ledger / "payments.csv").write_text(
            "\n".join(["payment_id,customer_id,invoice,paid_on,currency,amount,kind", *self.payments]) + "\n"
        )
        written = (self.now - timedelta(hours=1)).timestamp()
        for file in ledger.glob("*.csv"):
            os.utime(file, (written, written))

    def command(self, *words: str) -> str:
        """Run the installed command at this story's moment; it must go well."""
        done = self.attempt(*words)
        assert done.returncode == 0, f"{words} at {self.now}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(PROGRAM, "--config", str(self.folder / "config.toml"), *words)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        own = {"TZ": "UTC", "STORY_NOW": self.now.isoformat(), "PYTHONPATH": str(Path(__file__).parent / "clock")}
        return subprocess.run(
            words, capture_output=True, text=True, timeout=120, env=os.environ | own, stdin=subprocess.DEVNULL
        )

    def day(self, moment: datetime) -> str:
        """A day of the shop: a fresh export, and one run."""
        self.now = moment
        self.export()
        return self.command("run", "--once")

    def letters(self) -> list[bytes]:
        """What has reached Jane."""
        return self.world.mailbox(JANE)

    def hear(self, words: str, at: datetime) -> None:
        """Jane answers the newest letter; her mail arrives in the business's mailbox at `at`."""
        letter = self.letters()[-1].decode()
        fields = dict(line.split(": ", 1) for line in letter.split("\n\n")[0].splitlines() if ": " in line)
        raw = (
            f"Return-Path: <{JANE}>\r\nFrom: Jane Roe <{JANE}>\r\nTo: {fields['Reply-To'].strip()}\r\n"
            f"Subject: Re: your letter\r\nDate: {at:%a, %d %b %Y %H:%M:%S +0000}\r\n"
            f"Message-ID: <{at.timestamp():.0f}@customer.example>\r\n"
            f"In-Reply-To: {fields['Message-ID'].strip()}\r\n\r\n"
            f"{words}\r\n\r\nJane Roe\r\n\r\n> {letter.splitlines()[-5]}\r\n"
        )
        self.world.put(self.world.business, raw.encode(), at)

    def why(self, what: str) -> Any:
        return json.loads(self.command("why", what, "--json"))

    def cases(self) -> Any:
        return json.loads(self.command("case", "list", "--json"))
