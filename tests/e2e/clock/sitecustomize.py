"""Python reads this at its start when a test puts this folder on its path: the program's calendar begins at STORY_NOW.

Only the calendar: waiting and time-outs stay real, which libfaketime cannot do for Python.
"""

import os

import time_machine

if moment := os.environ.get("STORY_NOW"):
    time_machine.travel(moment, tick=True).start()
