"""The small business that everything happens to, as it stands on the morning when its first letters are due."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from reminderbot.desk import sending
from reminderbot.store.history import remember_log
from reminderbot.store.session import Store, open_engine
from tests.stories.world import World, moment

PEOPLE = ("C0", "C1", "C2", "C3")
START, MORNING = "2027-03-01 08:00", "2027-03-08 09:30"
CONSENT = {"sms_consent": "yes", "sms_consent_on": "2026-01-01", "sms_consent_how": "web form"}


class Stage:
    """The business on its first morning, put back for each run: on SQLite in the same place, else on a new database."""

    def __init__(self, folder: Path, database: Callable[[], str] | None = None) -> None:
        self._folder, self._database, self._count = folder, database, 0
        self._first = self._begin() if database is None else None
        if self._first is not None:
            shutil.copytree(self._first.folder / "state", folder / "kept")

    def world(self) -> World:
        """The business, nothing having happened yet."""
        if self._first is None:
            return self._begin()
        state = self._first.folder / "state"
        shutil.rmtree(state)
        shutil.copytree(self._folder / "kept", state)
        world = copy.copy(self._first)
        for name, value in vars(self._first).items():
            if isinstance(value, dict | list):
                setattr(world, name, copy.deepcopy(value))
        world.clock.reboot()
        world.clock.set_to(self._began)
        with closing(reopened(world)) as store, store.writing() as connection:
            # No backup that was put back, but the business itself.
            remember_log(connection, world.house.send_log)
        return world

    def _begin(self) -> World:
        self._count += 1
        more = {} if self._database is None else {"url": self._database()}
        world = World(self._folder / f"business{self._count}", START, sms=True, **more)
        for place, name in enumerate(PEOPLE):
            cells = {"phone": f"+44770090012{place}", **CONSENT} if place < 2 else {}
            # Two of them are one person.
            world.customer(name, email=f"c{min(place, 2)}@customer.example", **cells)
            world.invoice(f"INV-{name}-0", name, "2027-03-05", f"{101 + place}.50")
        world.begin()
        world.clock.move_to(moment(MORNING))
        world.export()
        world.take_ledger()
        world.look()
        world.plan()
        # A person has looked at the first batch and lets it go.
        with world.house.store.reading() as connection:
            waiting = [row.reminder_id for row in sending.approvable(connection, world.house.ceiling)]
        sending.approve(world.house, "olivia", waiting)
        self._began = world.now
        world.close()
        return world


def reopened(world: World) -> Store:
    """The store as a new process finds it."""
    return Store(
        open_engine(str(world.house.store.engine.url.render_as_string(hide_password=False)), None), world.house.folder
    )
