"""Python reads this at its start when a test puts this folder on its path: the program's calendar begins at STORY_NOW.

Only the calendar: waiting and time-outs stay real, which libfaketime cannot do for Python. While the program runs, the
file STORY_SHIFT may set the clock ("set 3600") or let the machine sleep ("sleep 600"), a line each time.
"""

import os
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine


def _follow(path: Path, travelling: Any, asleep: list[float]) -> None:
    done = 0
    while True:
        lines = path.read_text().splitlines() if path.exists() else []
        for line in lines[done:]:
            what, seconds = line.split()
            asleep[0] += float(seconds) * (what == "sleep")
            travelling.shift(float(seconds))
        done = len(lines)
        time.sleep(0.05)


if moment := os.environ.get("STORY_NOW"):
    # The machine has been on all the while.
    asleep = [datetime.fromisoformat(moment).timestamp() - time.time()]
    real = time.clock_gettime
    time.clock_gettime = lambda clock: real(clock) + (asleep[0] if clock == time.CLOCK_BOOTTIME else 0)
    travelling = time_machine.travel(moment, tick=True).start()
    if shifts := os.environ.get("STORY_SHIFT"):
        threading.Thread(target=_follow, args=(Path(shifts), travelling, asleep), daemon=True).start()
