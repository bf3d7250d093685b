"""A daemon in a process of its own, to be weighed: `reminderbot run` in real time, or a day of its ticks at once."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

# (job of the daemon, seconds between its ticks): as `reminderbot/daemon.py` has them.
TICKS = (("take_ledger", 15), ("plan", 10), ("deliver", 20), ("reconcile", 120), ("alert", 60))
LOOK_SECONDS = 60
HOUR = 3600


def idle(folder: Path, names: Path) -> int:
    """`reminderbot run`; after a line on standard input, the names of all its modules go into the file `names`."""
    from reminderbot.cli import main

    threading.Thread(target=_tell, args=(names,), daemon=True).start()
    return main(["--config", str(folder / "config.toml"), "run"])


def _tell(names: Path) -> None:
    sys.stdin.readline()
    known = [name for name in sys.modules if not name.startswith(("__main__", "benchmarks"))]
    partial = names.with_suffix(".part")
    partial.write_text(json.dumps(known))
    partial.rename(names)


def day(folder: Path) -> int:
    """An hour to warm up and then 24 more, every tick and look at the mailbox; prints the memory before and after."""
    from datetime import timedelta

    from benchmarks.installation import NOW, reopen
    from benchmarks.measure import resident
    from reminderbot.clock import SteppedClock
    from reminderbot.daemon import Bell, Daemon
    from reminderbot.runs.listen import Listener

    clock = SteppedClock(NOW)
    house = reopen(folder, clock)
    daemon, ear = Daemon(house, Bell()), Listener(house)
    before, done = 0.0, 0
    for second in range(0, 25 * HOUR, 5):
        if second == HOUR:
            before, done = resident(), 0
        if second % LOOK_SECONDS == 0:
            ear.look()
        for name, every in TICKS:
            if second % every == 0:
                getattr(daemon, name)()
                done += 1
        clock.advance(timedelta(seconds=5))
    print(json.dumps([before, resident(), done]), flush=True)
    ear.close()
    return 0


if __name__ == "__main__":
    chosen, *places = sys.argv[1:]
    sys.exit({"idle": idle, "day": day}[chosen](*map(Path, places)))
