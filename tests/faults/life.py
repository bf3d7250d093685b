"""A small business just before its letters leave, and one life of the program that sends them and reads the answers.

Real: the store, the send log, the spool, the letters, SMTP over a socket. Of the far ends only the mailbox is a list.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

from reminderbot.clock import SteppedClock
from reminderbot.config import load_config
from reminderbot.core.inbound import Inbound
from reminderbot.core.understanding import Understanding
from reminderbot.house import House
from reminderbot.once import run_once
from reminderbot.replies.match import Clues, clues_of_email
from reminderbot.replies.understand import Context, understand_email, understand_sms
from reminderbot.store.history import remember_log
from reminderbot.wiring import build_house
from tests.servers.postgres import Postgres
from tests.stories.world import SECRETS, Mailbox, World

SQLITE = "sqlite:///state/reminderbot.db"
# Due since ten days: their first letter leaves today.
OWING = ("C0", "C1", "C2", "C3", "C4")
# Answered this morning, before anything leaves.
DISPUTING, GONE = "D0", "D1"


class Reader:
    """Reads in this process: the harness starts a thousand lives, and the child that reads is not what dies here."""

    def clues(self, raw: bytes) -> Clues:
        return clues_of_email(raw)

    def mail(self, raw: bytes, received_at: datetime, context: Context) -> Understanding:
        return understand_email(raw, received_at, context)

    def text(self, text: str, received_at: datetime, context: Context) -> Understanding:
        return understand_sms(text, received_at, context)


class Business:
    """The business as it stands before each life, kept beside the folder that it lives in."""

    def __init__(self, root: Path, port: int, server: Postgres | None = None) -> None:
        self.folder, self._kept = root / "business", root / "kept"
        self._server = server
        self._url = server.create_database() if server else SQLITE
        world = World(self.folder, "2027-03-01 08:00", url=self._url)
        for number, name in enumerate((*OWING, DISPUTING, GONE)):
            world.invoice(f"INV-{number}", name, "2027-03-05")
        world.begin()
        world.clock.move_to(world.clock.now().replace(day=8, hour=10))
        world.export()
        world.take_ledger()
        world.answer("We dispute this: the goods never came.", sender=f"{DISPUTING.lower()}@customer.example")
        world.answer("please take me off your list", sender=f"{GONE.lower()}@customer.example")
        world.answer("What is this about?", sender="stranger@elsewhere.example")
        self.mails: list[Inbound] = world.mailbox.mails
        self.now = world.now
        world.close()
        config = self.folder / "config.toml"
        config.write_text(re.sub(r"port = 2525", f"port = {port}", config.read_text("utf-8")), "utf-8")
        shutil.copytree(self.folder, self._kept)
        self._kept_url = server.create_database(self._url) if server else ""

    def restore(self) -> None:
        """As it stood before the first life, in the same place: elsewhere it would be a copy, which sends nothing."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)
        if self._server:
            self._server.put_back(self._url, self._kept_url)
        house = self.open()
        with house.store.writing() as connection:
            # No backup that was put back, but the business itself.
            remember_log(connection, house.send_log)
        house.store.close()

    def let_go(self) -> None:
        """Wait until a server has seen that whoever died is gone, and has let go of the locks; a file does at once."""
        while self._server and self._server.connected(self._url):
            time.sleep(0.002)

    def open(self, later: timedelta = timedelta(0)) -> House:
        house = build_house(load_config(self.folder / "config.toml", SECRETS), SteppedClock(self.now + later))
        mailbox = Mailbox()
        mailbox.mails = self.mails
        return dataclasses.replace(
            house,
            reader=Reader(),
            open_inbox=lambda: mailbox,  # type: ignore[arg-type, return-value]  # stands in for the real one
        )


def live(house: House) -> list[str]:
    """One life: everything once, in the daemon's order; gives what it told."""
    told: list[str] = []
    run_once(house, told.append)
    house.store.close()
    return told
