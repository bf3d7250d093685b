"""A store put back from any backup: nothing leaves until a person adopts it, and then nothing is said a second time."""

from __future__ import annotations

import dataclasses
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from reminderbot.core.delivery import Deferred
from reminderbot.desk.sending import go_live
from reminderbot.door import standing_stops
from reminderbot.runs.clock import remember_time
from tests.faults.life import Reader
from tests.stories.world import Sent, World

SNAPSHOTS = 50
DATABASE = "reminderbot.db"
LOG = Path("send-log") / "sends.log"


class History:
    """Five weeks of a small business, with backups made at moments that chance chooses, also while messages leave."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.world = World(folder / "business", "2027-03-01 08:00")
        self._letters = self.world.house.letters
        self._chance = random.Random(seed)
        self._kept = folder / "kept"
        self.snapshots: list[Path] = []
        self._live()
        self.last = self._copy("last")
        self.sent = list(self.world.sent)
        self.until = self.world.now

    @property
    def state(self) -> Path:
        return self.world.folder / "state"

    def _live(self) -> None:
        world = self.world
        for number in range(7):
            world.invoice(f"INV/{number} a", f"C{number}", f"2027-03-{2 + 2 * number:02}")
        world.begin()
        self._watch()
        for day in range(35):
            # What is deferred goes later, so that numbers and hours do not run alike.
            world.email.next = [Deferred("451 later")] if self._chance.random() < 0.4 else []
            for hours in (2, 5):
                world.clock.advance(timedelta(hours=hours))
                self.tick()
            if day == 10:
                world.answer("I'll pay next week", sender="c1@customer.example")
            world.clock.advance(timedelta(hours=17))

    def tick(self) -> None:
        self.world.tick()
        remember_time(self.world.house)

    def _watch(self) -> None:
        """Backups between the claim and the end of a window too."""
        recorder, opened, sent = self.world.email, self.world.email.open, self.world.email.send

        def opening() -> Deferred | None:
            self._perhaps()
            return opened()

        def sending(message):  # type: ignore[no-untyped-def]  # stands in for the recorder's own
            outcome = sent(message)
            self._perhaps()
            return outcome

        recorder.open, recorder.send = opening, sending  # type: ignore[method-assign]  # stands in for the recorder's own

    def _perhaps(self) -> None:
        if len(self.snapshots) < SNAPSHOTS:
            self.snapshots.append(self._copy(f"{len(self.snapshots)}"))

    def _copy(self, name: str) -> Path:
        kept = self._kept / name
        shutil.copytree(self.state, kept, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
        with closing(sqlite3.connect(self.state / DATABASE)) as store:
            store.execute("VACUUM INTO ?", (str(kept / DATABASE),))
        return kept

    def put_back(self, database: Path, folder: Path) -> None:
        """The store from one backup, all that lies beside it from another, or as it stands at the end."""
        world = self.world
        world.close()
        world.sent[:] = self.sent
        world.clock.set_to(self.until)
        world.clock.reboot()
        world.email.next = []
        if folder == self.last:
            _rewrite(folder / LOG, self.state / LOG)
            shutil.copy(folder / LOG.with_name("journal-end"), self.state / LOG.with_name("journal-end"))
        else:
            shutil.rmtree(self.state)
            shutil.copytree(folder, self.state)
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (self.state / name).unlink(missing_ok=True)
        shutil.copy(database / DATABASE, self.state / DATABASE)
        world.house = dataclasses.replace(world.configure(), reader=Reader(), letters=self._letters)
        world.restart()
        # The books are what they are, whatever the store has forgotten.
        world.export()

    def live_on(self, *days: int) -> list[Sent]:
        """Live on and look after so many days, and so many more; gives what left."""
        before = len(self.world.sent)
        for count in days:
            self.world.clock.advance(timedelta(days=count))
            self.tick()
        return self.world.sent[before:]

    def twice(self) -> list[tuple[str, str, str]]:
        """What somebody was told a second time."""
        said = Counter((s.to, s.tier, number) for s in self.world.sent for number in s.lists)
        return [what for what, count in said.items() if count > 1]

    def stops(self) -> set[str]:
        with self.world.house.store.reading() as connection:
            return {stop.kind for stop in standing_stops(self.world.house, connection, self.world.now)}


def _rewrite(kept: Path, path: Path) -> None:
    """The log as it stood at the end of the history, cut in its place: a file that stayed where it was."""
    if path.read_bytes() != kept.read_bytes():
        shutil.copy(kept, path)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    made = History(tmp_path_factory.mktemp("restored"), 7)
    assert len(made.snapshots) == SNAPSHOTS
    assert len(made.sent) > 15
    assert made.twice() == []
    yield made
    made.world.close()


def test_a_backup_of_everything_says_nothing_until_a_person_adopts_it(history: History) -> None:
    for kept in history.snapshots:
        history.put_back(kept, kept)
        assert history.stops() & {"send log", "lost history"}
        assert history.live_on(1) == []


def test_a_backup_of_the_database_alone_says_nothing_before_and_nothing_twice_after_it_is_adopted(
    history: History,
) -> None:
    went_on = 0
    for kept in history.snapshots:
        history.put_back(kept, history.last)
        assert "lost history" in history.stops()
        assert history.live_on(1) == []
        go_live(history.world.house, "olivia", adopt=True)
        assert history.stops() & {"send log", "lost history"} == set()
        went_on += len(history.live_on(1, 7, 14))
        assert history.twice() == [], kept.name
    assert went_on > SNAPSHOTS
