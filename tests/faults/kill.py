"""Kills the program again and again and looks at what is left.

    python -m tests.faults.kill [--points | --random N] [--seed S] [--every K] [--postgresql]

A zygote that has everything loaded forks one life after another. Each is ended at one side effect (`--points`: at each
of them in turn, until a life passes through all) or at a random moment; then the program lives on undisturbed, at once
and half an hour later, and is judged by what the mail server has on its disk and by what the store says. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from reminderbot.house import House
from reminderbot.store.tables import case, inbound, outbox
from tests.faults.life import DISPUTING, GONE, OWING, Business, live
from tests.faults.points import KILLED, arm
from tests.servers.postgres import Postgres
from tests.statements import compile_once
from tests.stories.world import OUR_ADDRESS

ROOT = Path(__file__).parents[2]
ENDED = frozenset({"accepted", "refused", "withdrawn", "uncertain", "cancelled", "superseded"})


@dataclass
class Judged:
    """What all the lives of one run came to."""

    kills: int = 0
    # Lives that ended before they were killed.
    survived: int = 0
    points: int = 0
    duplicates: int = 0
    wrongful: int = 0
    # Reminders without an end state, or uncertain without a person being told.
    unexplained: int = 0
    lost_answers: int = 0
    answers_twice: int = 0
    uncertain: int = 0
    set_aside: int = 0
    slowest_recovery: float = 0.0
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """0 where nothing went wrong in any life."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill", description=__doc__)
    parser.add_argument("--points", action="store_true", help="die at every side effect in turn")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="die at N random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, metavar="K", help="die at every K-th side effect only")
    parser.add_argument("--postgresql", action="store_true", help="with the store on PostgreSQL")
    asked = parser.parse_args()
    judged = Judged()
    compile_once()
    server = Postgres() if asked.postgresql else None
    with tempfile.TemporaryDirectory(prefix="rb-kill-") as folder, _sink(Path(folder) / "sink.jsonl") as sink:
        assert sink.stdout is not None
        try:
            if server:
                server.start()
            harness = Harness(Path(folder), int(sink.stdout.readline()), judged, server)
            if asked.points:
                harness.every_point(asked.every)
            if asked.random:
                harness.at_random(asked.random, random.Random(asked.seed))
        finally:
            sink.terminate()
            if server:
                server.remove()
    print(json.dumps(asdict(judged)))
    return 1 if judged.faults else 0


def _sink(path: Path) -> subprocess.Popen[str]:
    path.touch()
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.sink", str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


class Harness:
    """One business, put back before each life."""

    def __init__(self, folder: Path, port: int, judged: Judged, server: Postgres | None) -> None:
        self._accepted = folder / "sink.jsonl"
        self._business = Business(folder, port, server)
        self._judged = judged
        # Whatever is loaded late is loaded now, once, and not by each of a thousand lives.
        live(self._business.open())

    def every_point(self, every: int = 1) -> None:
        """Die at the first side effect, at the second, and so on until a life passes through all of them."""
        number = 1
        while self._trial(f"point {number}", lambda n=number: self._dies_at(n)) == KILLED:
            self._judged.points += 1
            number += every

    def at_random(self, count: int, chance: random.Random) -> None:
        """End `count` lives by SIGKILL, at moments spread over how long a life takes."""
        began = time.perf_counter()
        self._forked(None)
        whole = time.perf_counter() - began
        wanted = self._judged.kills + count
        # On a machine that has become quicker meanwhile some lives end before the blow falls.
        for number in range(2 * count):
            if self._judged.kills >= wanted:
                return
            after, again = chance.uniform(0.0, whole), chance.choice((None, None, chance.uniform(0.0, whole)))
            name = f"kill {number} after {after:.4f} s" + (f", again after {again:.4f} s" if again else "")
            self._trial(name, lambda a=after: self._forked(a), again)

    # ---- one trial

    def _trial(self, name: str, life: Callable[[], int], again: float | None = None) -> int:
        self._business.restore()
        self._accepted.write_text("")
        ended = life()
        if again is not None:
            # The life that puts things right may be cut short as well.
            self._judged.kills += self._forked(again) == -signal.SIGKILL
        self._judged.kills += ended in (KILLED, -signal.SIGKILL)
        self._judged.survived += ended == 0
        if ended not in (0, KILLED, -signal.SIGKILL):
            self._judged.faults.append(f"{name}: the life ended by itself with {ended}")
        began = time.perf_counter()
        self._forked(None)
        self._judged.slowest_recovery = max(self._judged.slowest_recovery, time.perf_counter() - began)
        self._forked(None, later=timedelta(minutes=30))
        self._judge(name, twice=again is not None)
        return ended

    def _dies_at(self, number: int) -> int:
        return self._wait(self._fork(timedelta(0), number))

    def _forked(self, kill_after: float | None, later: timedelta = timedelta(0)) -> int:
        child = self._fork(later, None)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        return self._wait(child)

    def _fork(self, later: timedelta, dies_at: int | None) -> int:
        self._business.let_go()
        child = os.fork()
        if child:
            return child
        try:
            if dies_at is not None:
                arm(dies_at)
            live(self._business.open(later))
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)

    def _wait(self, child: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    # ---- what is left

    def _judge(self, name: str, *, twice: bool) -> None:
        lines = [json.loads(line) for line in self._accepted.read_text().splitlines()]
        own = [row for row in lines if str(row["to"]).startswith(OUR_ADDRESS.partition("@")[0])]
        got = [row for row in lines if row not in own]
        reached = Counter(str(row["to"]).partition("@")[0].upper() for row in got)
        copies = Counter(str(row["message_id"]) for row in got)
        house = self._business.open(timedelta(minutes=30))
        faults = [
            *self._twice(reached, copies),
            *([f"{len(own)} canaries on one day"] if len(own) > 1 else []),
            *self._wrongful(reached),
            *self._unexplained(house, reached),
            *self._answers(house, twice),
        ]
        house.store.close()
        self._judged.faults += [f"{name}: {fault}" for fault in faults]

    def _twice(self, reached: Counter[str], copies: Counter[str]) -> list[str]:
        twice = [who for who, count in reached.items() if count > 1] + [i for i, count in copies.items() if count > 1]
        self._judged.duplicates += bool(twice)
        return [f"two copies: {twice}"] if twice else []

    def _wrongful(self, reached: Counter[str]) -> list[str]:
        wrong = sorted(set(reached) - set(OWING))
        self._judged.wrongful += bool(wrong)
        return [f"written to although they had answered: {wrong}"] if wrong else []

    def _unexplained(self, house: House, reached: Counter[str]) -> list[str]:
        with house.store.reading() as connection:
            rows = connection.execute(select(outbox.c.customer_id, outbox.c.state)).all()
            called = {row.customer_id for row in connection.execute(select(case.c.customer_id))}
        states = {row.customer_id: row.state for row in rows}
        self._judged.uncertain += list(states.values()).count("uncertain")
        faults = [f"{who} is left {state}" for who, state in states.items() if state not in ENDED]
        for who in OWING:
            state = states.get(who, "forgotten")
            if state == "uncertain" and who not in called:
                faults.append(f"nobody is told that the letter to {who} is uncertain")
            if state != "uncertain" and (state == "accepted") != bool(reached[who]):
                faults.append(f"{who} is {state} and got {reached[who]} letters")
        self._judged.unexplained += bool(faults)
        return faults

    def _answers(self, house: House, killed_twice: bool) -> list[str]:
        with house.store.reading() as connection:
            rows = connection.execute(select(inbound.c.state)).scalars().all()
            of = Counter(connection.execute(select(case.c.customer_id)).scalars())
        # A message in whose reading the program died twice may be what it dies of: it is set aside, with a case.
        ends = {"understood", "set_aside"} if killed_twice else {"understood"}
        self._judged.set_aside += list(rows).count("set_aside")
        lost = len(rows) < len(self._business.mails) or not set(rows) <= ends
        twice = len(rows) > len(self._business.mails) or any(of[who] != 1 for who in (DISPUTING, GONE))
        self._judged.lost_answers += lost
        self._judged.answers_twice += twice
        return [f"answers: {rows}, cases: {dict(of)}"] if lost or twice else []


if __name__ == "__main__":
    sys.exit(main())
