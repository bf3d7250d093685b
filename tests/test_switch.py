"""The kill switch and the lock at the running service, in seconds (invariants 28 and 31)."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tests.daemon_world import Installation, Service, running
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.world import MailWorld

# Windows of twenty: each way of stopping finds one open, and the command, which is slow to start, some more.
MANY = 100
EACH = 0.2
AT_MOST = 1.0


class Slow(ScriptedSmtp):
    """A relay that takes its time with each message, and notes when each began to come."""

    def __enter__(self) -> Slow:
        self.began: list[float] = []
        super().__enter__()
        return self

    def _act(self, step: str, sock: object) -> None:
        if step == "content":
            self.began.append(time.time())
        if step == "dot":
            time.sleep(EACH)
        super()._act(step, sock)  # type: ignore[arg-type]  # handed on as it came


def by_file(place: Installation, _: Service) -> float:
    at = time.time()
    (place.folder / "state" / "STOP").touch()
    return at


def by_signal(_: Installation, service: Service) -> float:
    at = time.time()
    service.process.send_signal(signal.SIGUSR2)
    return at


def by_command(place: Installation, _: Service) -> float:
    """From the moment that the journal names: the command's own start is not the daemon's time."""
    assert place.command("stop").returncode == 0
    events = [json.loads(line) for line in place.command("journal", "--json").stdout.splitlines()]
    return max(datetime.fromisoformat(event["at"]).timestamp() for event in events if event["kind"] == "stopped")


def lift(place: Installation) -> None:
    (place.folder / "state" / "STOP").unlink(missing_ok=True)
    done = place.command("go-live", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_second_after_the_kill_switch_no_reminder_leaves_whichever_way_it_was_thrown(
    tmp_path: Path, mail_world: MailWorld
) -> None:
    ways: tuple[Callable[[Installation, Service], float], ...] = (by_file, by_signal, by_command)
    told = []
    with Slow() as relay:
        place = Installation(
            tmp_path / "shop", relay.port, mail_world.imap_port, mail_world.business, mail_world.password
        )
        place.customers = MANY
        place.write()
        place.go_live()
        with running(place) as service:
            for throw in ways:
                before = len(relay.began)
                service.wait_for(lambda before=before: len(relay.began) >= before + 3, "reminders are leaving", 60)
                thrown_at = throw(place, service)
                # Else the rest of this window and the next ones would leave meanwhile.
                time.sleep(AT_MOST + 1)
                after = relay.began[-1] - thrown_at
                told.append(f"{throw.__name__} {max(0.0, after):.2f} s")
                assert len(relay.began) < MANY, "some were left to be stopped"
                assert after <= AT_MOST, told
                lift(place)
            assert service.end() < 5
    print(f"the last reminder began to leave after the kill switch {', '.join(told)}; {len(relay.began)} of {MANY}")


def test_a_second_daemon_is_refused_within_a_second(tmp_path: Path, mail_world: MailWorld) -> None:
    place = Installation(tmp_path / "shop", 9, mail_world.imap_port, mail_world.business, mail_world.password)
    place.write()
    with running(place) as service:
        service.wait_told("READY=1")
        took, worked = min(refused(place) for _ in range(3))
    print(f"a second daemon was refused after {took:.2f} s, {worked:.2f} s of them its own")
    assert worked <= AT_MOST


def refused(place: Installation) -> tuple[float, float]:
    """How long a second daemon lives, and the part of it that is its own: what a busy machine adds is not."""
    began, before = time.monotonic(), os.times()
    second = place.command("run", timeout=20)
    took, after = time.monotonic() - began, os.times()
    assert second.returncode != 0
    assert "is at work on this store" in second.stdout + second.stderr
    return took, after.children_user + after.children_system - before.children_user - before.children_system
